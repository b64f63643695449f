//! STS: who is asking, and temporary credentials for roles.

mod identity;
mod role;

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::services::{Operation, Service};
use crate::sim::time::Moment;
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[
    Operation::read("GetCallerIdentity", identity::get),
    Operation::read("AssumeRole", role::assume).about("RoleArn"),
];

/// The account of the role that a session token is of.
pub fn account(session_token: &str) -> Option<String> {
    role::Session::open(session_token).map(|session| session.account)
}

/// Whether a session token is of a session that has ended. Sessions live by the wall clock, whatever the simulated one shows.
pub fn is_over(session_token: &str) -> bool {
    role::Session::open(session_token).is_some_and(|session| session.until <= Moment::of_wall_clock())
}

/// The ARN of the user or session that signed a call.
pub fn caller(world: &World, call: &Call) -> String {
    identity::arn(world, call)
}

/// STS.
pub static SERVICE: Service = Service {
    name: "sts",
    protocols: &[Protocol::AwsQuery { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" }],
    operations: OPERATIONS,
};
