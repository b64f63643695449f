//! What the checkers of a health check saw last. There is no field that says "healthy": Route 53 answers free text.

use super::asked;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::route53::{CheckKind, HealthCheck};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// The Regions that Route 53 checks from.
pub(super) const CHECKER_REGIONS: [&str; 8] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];
/// Checkers in each of them.
const PER_REGION: usize = 2;
/// What they say of a site that does not answer.
const FAILURE: &str = "Failure: Connection timed out. The endpoint or the internet connection is down, \
                       or requests are being blocked by your firewall.";

/// `GetHealthCheckStatus`: one observation per checker. They are what the checkers saw, before `Inverted` turns the sum of them
/// round. A disabled check is not carried out and one that asks nobody has no checkers, so nothing was observed.
pub(super) fn status(world: &World, call: &Call) -> Result<Value, AwsError> {
    let check = asked(world, call)?.as_of(world.now);
    if check.mode.is_disabled() {
        return Ok(value([]));
    }
    let seen = checkers(check).map(|checker| {
        let at = last_request(world, check, &checker, world.now);
        let failed = fails(world, check, checker.number, at);
        observation(world, &checker, at, if failed { FAILURE } else { success(check.kind) })
    });
    Ok(value(seen))
}

/// `GetHealthCheckLastFailureReason`: when and why the request of each checker failed last. One whose requests never failed is left out.
pub(super) fn last_failure(world: &World, call: &Call) -> Result<Value, AwsError> {
    let check = asked(world, call)?.as_of(world.now);
    let seen = checkers(check).filter_map(|checker| {
        let times = world.failures(check, world.now);
        let last = times.filter_map(|(from, until)| {
            let at = last_request(world, check, &checker, until);
            (from <= at && fails(world, check, checker.number, at)).then_some(at)
        });
        last.max().map(|at| observation(world, &checker, at, FAILURE))
    });
    Ok(value(seen))
}

fn value(observations: impl IntoIterator<Item = Value>) -> Value {
    Value::map([("HealthCheckObservations", Value::list("HealthCheckObservation", observations))])
}

struct Checker {
    region: &'static str,
    /// From 0, over all Regions. Neighbours are in different Regions, so that a share of failures spreads over the world.
    number: usize,
}

/// The checkers of a check; none where it asks nobody.
fn checkers(check: &HealthCheck) -> impl Iterator<Item = Checker> {
    let all = if check.kind.has_checkers() { CHECKER_REGIONS.len() * PER_REGION } else { 0 };
    let numbered = CHECKER_REGIONS.iter().cycle().take(all).enumerate();
    let chosen = |region: &str| check.regions.is_empty() || check.regions.iter().any(|chosen| chosen == region);
    numbered.filter(move |(_, region)| chosen(region)).map(|(number, region)| Checker { region, number })
}

/// A number from 0 to 1 that a checker has of that name.
fn draw(world: &World, checker: &Checker, what: &str) -> f64 {
    world.unit(&["checker", what, checker.region, &checker.number.to_string()])
}

fn observation(world: &World, checker: &Checker, checked: Moment, status: &'static str) -> Value {
    let draw = |what: &str| draw(world, checker, what);
    let address = format!("15.177.{}.{}", (draw("net") * 64.0) as u8, 1 + (draw("host") * 254.0) as u8);
    Value::map([
        ("Region", checker.region.into()),
        ("IPAddress", address.into()),
        ("StatusReport", Value::map([("Status", status.into()), ("CheckedTime", checked.into())])),
    ])
}

/// When a checker asked last at that moment: each asks once per interval, at a phase of its own.
fn last_request(world: &World, check: &HealthCheck, checker: &Checker, at: Moment) -> Moment {
    let interval = Span::from_seconds(i64::from(check.interval));
    let phase = interval.share(draw(world, checker, "phase"));
    (at - phase).floor(interval) + phase
}

/// Whether the request of a checker failed: the first so many of all that make up the failing share.
fn fails(world: &World, check: &HealthCheck, number: usize, at: Moment) -> bool {
    let all = (CHECKER_REGIONS.len() * PER_REGION) as f64;
    (number as f64 + 0.5) / all < world.failing_share(check, at)
}

fn success(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Http | CheckKind::Https | CheckKind::Calculated | CheckKind::RecoveryControl => {
            "Success: HTTP Status Code 200, OK"
        }
        CheckKind::Tcp => "Success: Connection established",
    }
}
