//! The configuration of health checks.

use super::asked;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::route53::{CheckKind, HealthCheck};
use crate::sim::wire::{AwsError, Value};

/// How many health checks a page holds unless asked otherwise.
const PAGE: usize = 100;
/// The largest page; more is answered with as many, not refused.
const LARGEST_PAGE: usize = 1_000;

/// `ListHealthChecks`. The marker is the id of the first check of the page, so it needs no token of ours.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let invalid = |message: String| AwsError::new(400, "InvalidInput", message);
    let size =
        match call.integer("maxitems").map_err(|sent| invalid(format!("maxitems must be a number, not {sent}")))? {
            None => PAGE,
            Some(size) => usize::try_from(size)
                .ok()
                .filter(|size| *size > 0)
                .ok_or_else(|| invalid(format!("maxitems must be at least 1, not {size}")))?
                .min(LARGEST_PAGE),
        };
    let mut checks: Vec<&HealthCheck> = world.estate.route53.health_checks.iter().collect();
    checks.sort_by(|a, b| a.id.cmp(&b.id));
    let marker = call.text("marker").unwrap_or_default();
    let first = if marker.is_empty() {
        0
    } else {
        let known = checks.iter().position(|check| check.id == marker);
        known.ok_or_else(|| invalid(format!("The marker {marker} is not the ID of a health check")))?
    };
    let next = checks.get(first.saturating_add(size)).map(|check| check.id.as_str());
    let page = checks.iter().skip(first).take(size).map(|check| value(world, check));
    Ok(Value::map([
        ("HealthChecks", Value::list("HealthCheck", page)),
        ("Marker", marker.into()),
        ("IsTruncated", next.is_some().into()),
        ("NextMarker", next.into()),
        ("MaxItems", size.to_string().into()),
    ]))
}

/// `GetHealthCheck`.
pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    asked(world, call).map(|check| Value::map([("HealthCheck", value(world, check))]))
}

/// `GetHealthCheckCount`.
pub(super) fn count(world: &World, _: &Call) -> Result<Value, AwsError> {
    let count = i64::try_from(world.estate.route53.health_checks.len()).unwrap_or(i64::MAX);
    Ok(Value::map([("HealthCheckCount", count.into())]))
}

pub(super) fn value(world: &World, check: &HealthCheck) -> Value {
    let path = match check.kind {
        CheckKind::Http | CheckKind::Https => Some(&check.path),
        CheckKind::Tcp | CheckKind::Calculated | CheckKind::RecoveryControl => None,
    };
    let sni = check.sni.unwrap_or(check.kind == CheckKind::Https);
    let asks = check.kind.has_checkers();
    let has_regions = !check.regions.is_empty();
    let is_calculated = check.kind == CheckKind::Calculated;
    let children = is_calculated.then(|| Value::list("ChildHealthCheck", check.children.iter().map(Value::from)));
    let mut controls = world.estate.arc.controls();
    let control = controls.find(|(.., control)| check.routing_control.as_ref() == Some(&control.name));
    let control = control.map(|(cluster, panel, control)| world.control_arn(cluster, panel, control));
    let config = Value::map([
        ("Port", asks.then_some(i64::from(check.port)).into()),
        ("Type", check.kind.name().into()),
        ("ResourcePath", path.filter(|path| !path.is_empty()).into()),
        ("FullyQualifiedDomainName", asks.then_some(&check.domain).into()),
        ("RequestInterval", asks.then_some(check.interval).into()),
        ("FailureThreshold", asks.then_some(check.threshold).into()),
        ("MeasureLatency", asks.then_some(false).into()),
        ("Inverted", check.mode.is_inverted().into()),
        ("Disabled", check.mode.is_disabled().into()),
        ("HealthThreshold", is_calculated.then_some(check.health_threshold).into()),
        ("ChildHealthChecks", children.unwrap_or(Value::Null)),
        ("RoutingControlArn", control.into()),
        ("EnableSNI", asks.then_some(sni).into()),
        (
            "Regions",
            if asks && has_regions {
                Value::list("Region", check.regions.iter().map(Value::from))
            } else {
                Value::Null
            },
        ),
    ]);
    Value::map([
        ("Id", (&check.id).into()),
        ("CallerReference", world.uuid(&["caller-reference", &check.id]).into()),
        ("HealthCheckConfig", config),
        ("HealthCheckVersion", check.version().into()),
    ])
}
