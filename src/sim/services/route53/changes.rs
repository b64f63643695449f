//! Changes of records: all of a request or nothing, at once in the API and within a minute on the name servers.

use super::zones;
use super::{batch, record_set};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::dns::{Submitted, Superseded};
use crate::sim::services::Changed;
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// How long a change that the estate tells of took to reach them.
const PROPAGATION: Span = Span::from_seconds(40);
/// How long one takes at least, and how much longer at most.
const LEAST: Span = Span::from_seconds(10);
const MORE: Span = Span::from_seconds(50);
/// How many changes are remembered, the newest.
const MOST_REMEMBERED: usize = 1_000;

/// `GetChange`: whether a change has reached every name server.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let id = call.text("Id").unwrap_or_default();
    let id = id.strip_prefix("/change/").unwrap_or(id);
    let route53 = &world.estate.route53;
    let earlier = route53.changes.iter().map(|change| {
        let at = world.start - change.ago;
        Submitted { id: change.id.clone(), at, in_sync: at + PROPAGATION, comment: change.comment.clone() }
    });
    let mut all = route53.submitted.iter().cloned().chain(earlier);
    let made = all.find(|change| change.id == id && change.at <= world.now);
    let change = made.ok_or_else(|| {
        AwsError::new(404, "NoSuchChange", format!("A change with the specified ID {id} does not exist."))
    })?;
    Ok(value(&change, world.now))
}

/// `ChangeResourceRecordSets`.
pub(super) fn change(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let zone = zones::asked(world, call.text("Id").unwrap_or_default())?;
    let asked = record_set::Batch::of(call)?;
    let records = batch::applied(world, zone, asked.edits)?;
    let now = world.now;
    let number = world.estate.route53.submitted.len().to_string();
    let words = [zone.id.as_str(), &now.millis().to_string(), &number];
    let id = format!("C{}", world.hex(&["change", &words.concat()], 20).to_ascii_uppercase());
    let takes = LEAST + MORE.share(world.unit(&["in-sync", &id]));
    // One change does not overtake another.
    let in_sync = zone.superseded.last().map_or(now + takes, |before| before.until.max(now + takes));
    let submitted = Submitted { id, at: now, in_sync, comment: asked.comment };
    let answer = value(&submitted, now);
    if let Some(changed) = estate.route53.zones.iter_mut().find(|own| own.id == zone.id) {
        let before = std::mem::replace(&mut changed.records, records);
        changed.superseded.retain(|before| now < before.until);
        changed.superseded.push(Superseded { until: in_sync, records: before.into() });
    }
    let remembered = &mut estate.route53.submitted;
    remembered.drain(..remembered.len().saturating_sub(MOST_REMEMBERED - 1));
    remembered.push(submitted);
    Ok(Changed::applied(answer))
}

/// What is said to a change of a zone while another one is still being carried out.
pub(super) fn prior_request(_: &Call) -> AwsError {
    AwsError::new(
        400,
        "PriorRequestNotComplete",
        "The request was rejected because Route 53 was still processing a prior request.",
    )
}

fn value(change: &Submitted, now: Moment) -> Value {
    let status = if now < change.in_sync { "PENDING" } else { "INSYNC" };
    let comment = Some(&change.comment).filter(|comment| !comment.is_empty());
    let info = Value::map([
        ("Id", format!("/change/{}", change.id).into()),
        ("Status", status.into()),
        ("SubmittedAt", change.at.into()),
        ("Comment", comment.into()),
    ]);
    Value::map([("ChangeInfo", info)])
}
