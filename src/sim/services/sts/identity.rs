//! Who is asking: the user of the access key, or the role whose session token the request carries.

use super::role::Session;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::wire::{AwsError, Value};

/// `GetCallerIdentity`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let session = call.session_token.as_deref().and_then(Session::open);
    let (user_id, account) = match &session {
        Some(session) => (session.user_id(world), session.account.clone()),
        None => {
            let id = world.hex(&["user", user(world, call)], 17).to_uppercase();
            (format!("AIDA{id}"), world.estate.account.clone())
        }
    };
    let arn = arn(world, call);
    Ok(Value::map([("UserId", user_id.into()), ("Account", account.into()), ("Arn", arn.into())]))
}

/// The ARN of the user or session that signed a call.
pub(super) fn arn(world: &World, call: &Call) -> String {
    match call.session_token.as_deref().and_then(Session::open) {
        Some(session) => session.arn(),
        None => format!("arn:aws:iam::{}:user/{}", world.estate.account, user(world, call)),
    }
}

/// The name of the user whose access key signed.
fn user<'w>(world: &'w World, call: &Call) -> &'w str {
    world.estate.iam.user(&call.access_key).unwrap_or(&world.estate.user)
}
