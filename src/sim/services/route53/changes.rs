//! `GetChange`: whether a change of records has reached every name server.

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};

/// How long a change takes to reach them: usually within a minute.
const PROPAGATION: Span = Span::from_seconds(40);

pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let id = call.text("Id").unwrap_or_default();
    let known = world.estate.route53.changes.iter().find(|change| change.id == id);
    let made = known.map(|change| (change, world.start - change.ago)).filter(|(_, at)| *at <= world.now);
    let (change, at) = made.ok_or_else(|| {
        AwsError::new(404, "NoSuchChange", format!("A change with the specified ID {id} does not exist."))
    })?;
    let status = if world.now < at + PROPAGATION { "PENDING" } else { "INSYNC" };
    let comment = Some(&change.comment).filter(|comment| !comment.is_empty());
    Ok(Value::map([(
        "ChangeInfo",
        Value::map([
            ("Id", format!("/change/{id}").into()),
            ("Status", status.into()),
            ("SubmittedAt", at.into()),
            ("Comment", comment.into()),
        ]),
    )]))
}
