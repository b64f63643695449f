//! AssumeRole. A session token says in itself whose it is, as the real ones do: the simulator keeps no sessions.

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::sealed;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// A session of a role.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) account: String,
    role: String,
    name: String,
}

pub(super) fn assume(world: &World, call: &Call) -> Result<Value, AwsError> {
    let role_arn = call.required("RoleArn", invalid)?;
    let name = call.required("RoleSessionName", invalid)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&name.len()) || !name.chars().all(fits) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        )));
    }
    let seconds = match call.integer("DurationSeconds") {
        Ok(None) => 3_600,
        Ok(Some(seconds)) if (900..=43_200).contains(&seconds) => seconds,
        Ok(Some(_)) | Err(_) => return Err(invalid("DurationSeconds must be between 900 and 43200".to_owned())),
    };
    let session = Session::of(role_arn, name)
        .ok_or_else(|| invalid(format!("{role_arn} is invalid: it must be the ARN of an IAM role")))?;
    let key = world.hex(&["access-key", role_arn, name], 16).to_uppercase();
    let credentials = Value::map([
        ("AccessKeyId", format!("ASIA{key}").into()),
        ("SecretAccessKey", world.hex(&["secret-key", role_arn, name], 40).into()),
        ("SessionToken", session.seal().into()),
        // In wall time, as the only moment here: every SDK compares it with the machine's clock.
        ("Expiration", (Moment::of_wall_clock() + Span::from_seconds(seconds)).into()),
    ]);
    let user = Value::map([("AssumedRoleId", session.user_id(world).into()), ("Arn", session.arn().into())]);
    Ok(Value::map([("Credentials", credentials), ("AssumedRoleUser", user), ("PackedPolicySize", 1_u32.into())]))
}

fn invalid(message: String) -> AwsError {
    AwsError::new(400, "ValidationError", message)
}

impl Session {
    /// From `arn:aws:iam::111122223333:role/path/name`.
    fn of(role_arn: &str, name: &str) -> Option<Self> {
        let (account, path) = role_arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
        let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let role = path.rsplit('/').next().filter(|role| !role.is_empty())?;
        digits.then(|| Self { account: account.to_owned(), role: role.to_owned(), name: name.to_owned() })
    }

    pub(super) fn arn(&self) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{}", self.account, self.role, self.name)
    }

    pub(super) fn user_id(&self, world: &World) -> String {
        let id = world.hex(&["role", &self.account, &self.role], 17).to_uppercase();
        format!("AROA{id}:{}", self.name)
    }

    fn seal(&self) -> String {
        sealed::seal(&format!("{}|{}|{}", self.account, self.role, self.name))
    }

    /// Whose token it is; `None` for one that was not given here.
    pub(super) fn open(token: &str) -> Option<Self> {
        let clear = sealed::open(token)?;
        let mut parts = clear.split('|').map(str::to_owned);
        Some(Self { account: parts.next()?, role: parts.next()?, name: parts.next()? })
    }
}
