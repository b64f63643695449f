//! What the checkers of a health check saw last. There is no field that says "healthy": Route 53 answers free text.

use super::asked;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::route53::{CheckKind, HealthCheck, Mode};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// The Regions that Route 53 checks from.
const CHECKER_REGIONS: [&str; 8] = [
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
    let check = asked(world, call)?;
    let observations: Vec<Value> = match check.mode {
        Mode::Normal | Mode::Inverted if check.kind.has_checkers() => {
            checkers().map(|checker| observation(world, check, &checker)).collect()
        }
        Mode::Normal | Mode::Inverted | Mode::Disabled | Mode::Forced => Vec::new(),
    };
    Ok(Value::map([("HealthCheckObservations", Value::list("HealthCheckObservation", observations))]))
}

struct Checker {
    region: &'static str,
    /// From 0, over all Regions. Neighbours are in different Regions, so that a share of failures spreads over the world.
    number: usize,
}

fn checkers() -> impl Iterator<Item = Checker> {
    let numbered = CHECKER_REGIONS.iter().cycle().take(CHECKER_REGIONS.len() * PER_REGION).enumerate();
    numbered.map(|(number, region)| Checker { region, number })
}

fn observation(world: &World, check: &HealthCheck, checker: &Checker) -> Value {
    let number = checker.number.to_string();
    let draw = |what: &str| world.unit(&["checker", what, checker.region, &number]);
    let checked = last_request(world, check, draw("phase"));
    let address = format!("15.177.{}.{}", (draw("net") * 64.0) as u8, 1 + (draw("host") * 254.0) as u8);
    let status = if fails(world, check, checker.number, checked) { FAILURE } else { success(check.kind) };
    Value::map([
        ("Region", checker.region.into()),
        ("IPAddress", address.into()),
        ("StatusReport", Value::map([("Status", status.into()), ("CheckedTime", checked.into())])),
    ])
}

/// When a checker asked last: each asks once per interval, at a phase of its own.
fn last_request(world: &World, check: &HealthCheck, phase: f64) -> Moment {
    let interval = Span::from_seconds(i64::from(check.interval));
    let phase = interval.share(phase);
    (world.now - phase).floor(interval) + phase
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
