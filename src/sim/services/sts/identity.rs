//! GetCallerIdentity: the estate's user, or the role whose session token the request carries.

use super::role::Session;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::wire::{AwsError, Value};

pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let session = call.session_token.as_deref().and_then(Session::open);
    let (user_id, account, arn) = match &session {
        Some(session) => (session.user_id(world), session.account.clone(), session.arn()),
        None => {
            let user = &world.estate.user;
            let account = world.estate.account.clone();
            let id = format!("AIDA{}", world.hex(&["user", user], 17).to_uppercase());
            let arn = format!("arn:aws:iam::{account}:user/{user}");
            (id, account, arn)
        }
    };
    Ok(Value::map([("UserId", user_id.into()), ("Account", account.into()), ("Arn", arn.into())]))
}
