//! AssumeRole. A session token says in itself whose it is and until when, as the real ones do: the simulator keeps no sessions.

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::sealed;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// How long a session may last, in seconds, and how long it does unless asked otherwise.
const LEAST_SECONDS: i64 = 900;
const MOST_SECONDS: i64 = 43_200;
const USUAL_SECONDS: i64 = 3_600;
/// How many tags a session may have, and how long their keys and values may be.
const MOST_TAGS: usize = 50;
const MOST_KEY: usize = 128;
const MOST_VALUE: usize = 256;

/// A session of a role.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) account: String,
    role: String,
    name: String,
    /// The source identity; empty if none was said.
    source: String,
    /// When it ends, by the wall clock.
    pub(super) until: Moment,
}

pub(super) fn assume(world: &World, call: &Call) -> Result<Value, AwsError> {
    let role_arn = call.required("RoleArn", invalid)?;
    let name = call.required("RoleSessionName", invalid)?;
    check_word(name, "roleSessionName")?;
    let seconds = match call.integer("DurationSeconds") {
        Ok(None) => USUAL_SECONDS,
        Ok(Some(seconds)) if (LEAST_SECONDS..=MOST_SECONDS).contains(&seconds) => seconds,
        Ok(Some(_)) | Err(_) => {
            let message = format!("DurationSeconds must be between {LEAST_SECONDS} and {MOST_SECONDS}");
            return Err(invalid(message));
        }
    };
    let before = call.session_token.as_deref().and_then(Session::open);
    if before.is_some() && seconds > USUAL_SECONDS {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
                .to_owned(),
        ));
    }
    let source = source_identity(world, call, before.as_ref())?;
    let tags = tags(call)?;
    let until = Moment::of_wall_clock() + Span::from_seconds(seconds);
    let session = Session::of(role_arn, name, source, until)
        .ok_or_else(|| invalid(format!("{role_arn} is invalid: it must be the ARN of an IAM role")))?;
    let key = world.hex(&["access-key", role_arn, name], 16).to_uppercase();
    let credentials = Value::map([
        ("AccessKeyId", format!("ASIA{key}").into()),
        ("SecretAccessKey", world.hex(&["secret-key", role_arn, name], 40).into()),
        ("SessionToken", session.seal().into()),
        // In wall time, as the only moment here: every SDK compares it with the machine's clock.
        ("Expiration", until.into()),
    ]);
    let user = Value::map([("AssumedRoleId", session.user_id(world).into()), ("Arn", session.arn().into())]);
    let source = Some(&session.source).filter(|source| !source.is_empty());
    Ok(Value::map([
        ("Credentials", credentials),
        ("AssumedRoleUser", user),
        ("PackedPolicySize", i64::try_from(1 + tags).unwrap_or(100).min(100).into()),
        ("SourceIdentity", source.into()),
    ]))
}

/// The source identity of a session: it is said once, and stays through all roles that are assumed from there.
fn source_identity(world: &World, call: &Call, before: Option<&Session>) -> Result<String, AwsError> {
    let asked = call.text("SourceIdentity");
    if let Some(asked) = asked {
        check_word(asked, "sourceIdentity")?;
    }
    let set = before.map(|session| session.source.as_str()).filter(|source| !source.is_empty());
    match (set, asked) {
        (Some(set), Some(asked)) if set != asked => {
            let caller = super::identity::arn(world, call);
            let message =
                format!("User: {caller} is not authorized to perform: sts:SetSourceIdentity on resource: {set}");
            Err(AwsError::new(403, "AccessDenied", message))
        }
        (Some(set), _) => Ok(set.to_owned()),
        (None, asked) => Ok(asked.unwrap_or_default().to_owned()),
    }
}

/// How many tags a session has, when they are in order.
fn tags(call: &Call) -> Result<usize, AwsError> {
    let sent = call.items("Tags");
    if sent.len() > MOST_TAGS {
        return Err(invalid(format!("A session may have at most {MOST_TAGS} tags")));
    }
    let mut keys = HashSet::new();
    for tag in sent {
        let text = |name: &str| tag.get(name).and_then(Json::as_str).unwrap_or_default();
        let (key, value) = (text("Key"), text("Value"));
        if key.is_empty() || key.chars().count() > MOST_KEY || value.chars().count() > MOST_VALUE {
            return Err(invalid(format!(
                "Tag '{key}' must have a key of 1 to {MOST_KEY} and a value of at most {MOST_VALUE} characters"
            )));
        }
        if !keys.insert(key.to_ascii_lowercase()) {
            return Err(AwsError::new(400, "InvalidParameterValue", format!("Duplicate tag keys found: {key}")));
        }
    }
    Ok(sent.len())
}

fn check_word(word: &str, what: &str) -> Result<(), AwsError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if (2..=64).contains(&word.len()) && word.chars().all(fits) {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{word}' at '{what}' failed to satisfy constraint: Member must satisfy regular \
         expression pattern: [\\w+=,.@-]*"
    )))
}

fn invalid(message: String) -> AwsError {
    AwsError::new(400, "ValidationError", message)
}

impl Session {
    /// From `arn:aws:iam::111122223333:role/path/name`.
    fn of(role_arn: &str, name: &str, source: String, until: Moment) -> Option<Self> {
        let (account, path) = role_arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
        let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let role = path.rsplit('/').next().filter(|role| !role.is_empty())?;
        let (account, role, name) = (account.to_owned(), role.to_owned(), name.to_owned());
        digits.then_some(Self { account, role, name, source, until })
    }

    pub(super) fn arn(&self) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{}", self.account, self.role, self.name)
    }

    pub(super) fn user_id(&self, world: &World) -> String {
        let id = world.hex(&["role", &self.account, &self.role], 17).to_uppercase();
        format!("AROA{id}:{}", self.name)
    }

    fn seal(&self) -> String {
        let Self { account, role, name, source, until } = self;
        sealed::seal(&format!("{account}|{role}|{name}|{source}|{}", until.millis()))
    }

    /// Whose token it is; `None` for one that was not given here.
    pub(super) fn open(token: &str) -> Option<Self> {
        let clear = sealed::open(token)?;
        let mut parts = clear.split('|').map(str::to_owned);
        let (account, role, name, source) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let until = Moment::from_millis(parts.next()?.parse().ok()?);
        Some(Self { account, role, name, source, until })
    }
}
