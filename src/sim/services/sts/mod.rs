//! STS: who is asking, and temporary credentials for roles.

mod identity;
mod role;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[
    Operation::read("GetCallerIdentity", identity::get),
    Operation::read("AssumeRole", role::assume).about("RoleArn"),
];

/// The account of the role that a session token is of.
pub fn account(session_token: &str) -> Option<String> {
    role::Session::open(session_token).map(|session| session.account)
}

/// STS.
pub static SERVICE: Service = Service {
    name: "sts",
    protocols: &[Protocol::AwsQuery { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" }],
    operations: OPERATIONS,
};
