//! `UpdateHealthCheck`: shown at once, counted with its version, and in effect when it has reached the checkers.

use std::sync::Arc;

use serde_json::Value as Json;

use super::checks;
use super::observations::CHECKER_REGIONS;
use super::record_set::{only, schema};
use super::{ID, asked, invalid};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::route53::{CheckKind, Earlier, HealthCheck, Mode};
use crate::sim::services::Changed;
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Value};

/// How long a change takes to reach the checkers and DNS at least, and how much longer at most.
const LEAST: Span = Span::from_seconds(10);
const MORE: Span = Span::from_seconds(20);
/// Failures in a row that may be asked for.
const MAX_THRESHOLD: u32 = 10;
/// Children that may be watched, and the most that may have to be healthy.
const MAX_CHILDREN: u32 = 256;
/// How few of the checkers' Regions a check may be left with.
const LEAST_REGIONS: usize = 3;

/// What a request may say; type and interval are not among it.
const KNOWN: [&str; 17] = [
    ID,
    "HealthCheckVersion",
    "IPAddress",
    "Port",
    "ResourcePath",
    "FullyQualifiedDomainName",
    "SearchString",
    "FailureThreshold",
    "Inverted",
    "Disabled",
    "HealthThreshold",
    "ChildHealthChecks",
    "EnableSNI",
    "Regions",
    "AlarmIdentifier",
    "InsufficientDataHealthStatus",
    "ResetElements",
];

pub(super) fn update(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let before = asked(world, call)?;
    if let Some(parameters) = call.parameters.as_object() {
        only(parameters, &KNOWN)?;
    }
    let version = call.integer("HealthCheckVersion").map_err(|sent| not_a_number("HealthCheckVersion", &sent))?;
    if version.is_some_and(|version| version != before.version()) {
        let message = format!(
            "The HealthCheckVersion in your UpdateHealthCheck request doesn't match the value in the health check: it is {}.",
            before.version()
        );
        return Err(AwsError::new(409, "HealthCheckVersionMismatch", message));
    }
    let mut after = before.clone();
    reset(&mut after, call)?;
    for name in KNOWN {
        if call.parameters.get(name).is_some() {
            set(world, &mut after, call, name)?;
        }
    }
    let number = before.version().to_string();
    let takes = LEAST + MORE.share(world.unit(&["health-check-update", &before.id, &number]));
    let until = before.earlier.last().map_or(world.now + takes, |last| last.until.max(world.now + takes));
    let earlier = HealthCheck { earlier: Vec::new(), ..before.clone() };
    after.earlier.push(Earlier { until, check: Arc::new(earlier) });
    let answer = Value::map([("HealthCheck", checks::value(world, &after))]);
    if let Some(kept) = estate.route53.health_checks.iter_mut().find(|check| check.id == after.id) {
        *kept = after;
    }
    Ok(Changed::applied(answer))
}

/// Sets what a parameter of that name says.
fn set(world: &World, check: &mut HealthCheck, call: &Call, name: &str) -> Result<(), AwsError> {
    let not_of_its_type = || {
        let message = format!("{name} cannot be set for a health check of the type {}", check.kind.name());
        Err(invalid(message))
    };
    let asks_for_a_path = match check.kind {
        CheckKind::Http | CheckKind::Https => true,
        CheckKind::Tcp | CheckKind::RecoveryControl | CheckKind::Calculated => false,
    };
    let text = || call.text(name).unwrap_or_default().to_owned();
    let is_calculated = check.kind == CheckKind::Calculated;
    match name {
        // A routing control is switched instead.
        "Inverted" | "Disabled" if check.kind == CheckKind::RecoveryControl => return not_of_its_type(),
        "Inverted" => check.mode = Mode::of(flag(call, name)?, check.mode.is_disabled()),
        "Disabled" => check.mode = Mode::of(check.mode.is_inverted(), flag(call, name)?),
        "HealthThreshold" if is_calculated => check.health_threshold = number(call, name, 0, MAX_CHILDREN)?,
        "ChildHealthChecks" if is_calculated => check.children = children(world, call)?,
        "Port" if check.kind.has_checkers() => {
            check.port = u16::try_from(number(call, name, 1, u32::from(u16::MAX))?).unwrap_or(u16::MAX);
        }
        "FailureThreshold" if check.kind.has_checkers() => check.threshold = number(call, name, 1, MAX_THRESHOLD)?,
        "FullyQualifiedDomainName" if check.kind.has_checkers() => check.domain = text(),
        "Regions" if check.kind.has_checkers() => check.regions = regions(call)?,
        "ResourcePath" if asks_for_a_path => check.path = text(),
        "EnableSNI" if check.kind == CheckKind::Https => check.sni = Some(flag(call, name)?),
        "IPAddress" if check.kind.has_checkers() => {
            return Err(invalid("IPAddress cannot be added to a health check that was made without".to_owned()));
        }
        // Of the request, not of the check.
        ID | "HealthCheckVersion" | "ResetElements" => {}
        _ => return not_of_its_type(),
    }
    Ok(())
}

/// Sets back what `ResetElements` names.
fn reset(check: &mut HealthCheck, call: &Call) -> Result<(), AwsError> {
    for name in call.texts("ResetElements") {
        match name {
            "FullyQualifiedDomainName" if check.kind.has_checkers() => {
                // Without it there would be nothing to ask: no check here has an address.
                return Err(invalid("Either IPAddress or FullyQualifiedDomainName must be specified".to_owned()));
            }
            "ResourcePath" => check.path = String::new(),
            "Regions" => check.regions = Vec::new(),
            "ChildHealthChecks" => check.children = Vec::new(),
            "FullyQualifiedDomainName" => {}
            other => {
                let known = "[FullyQualifiedDomainName, Regions, ResourcePath, ChildHealthChecks]";
                return Err(schema(&format!(
                    "Value '{other}' is not facet-valid with respect to enumeration '{known}'"
                )));
            }
        }
    }
    Ok(())
}

fn children(world: &World, call: &Call) -> Result<Vec<String>, AwsError> {
    let asked = call.texts("ChildHealthChecks");
    if asked.len() > MAX_CHILDREN as usize {
        return Err(invalid(format!("ChildHealthChecks may name at most {MAX_CHILDREN} health checks")));
    }
    for id in &asked {
        let known = world.estate.route53.health_checks.iter().find(|check| check.id == *id);
        match known.map(|check| check.kind) {
            Some(CheckKind::Calculated) => {
                return Err(invalid(format!("{id} is a calculated health check, which no other may watch")));
            }
            Some(CheckKind::Http | CheckKind::Https | CheckKind::Tcp | CheckKind::RecoveryControl) => {}
            None => return Err(invalid(format!("No health check exists with the specified ID {id}"))),
        }
    }
    Ok(asked.into_iter().map(str::to_owned).collect())
}

fn regions(call: &Call) -> Result<Vec<String>, AwsError> {
    let mut asked = call.texts("Regions");
    asked.sort_unstable();
    asked.dedup();
    if let Some(unknown) = asked.iter().find(|region| !CHECKER_REGIONS.contains(region)) {
        return Err(schema(&format!("Value '{unknown}' is not facet-valid with respect to enumeration")));
    }
    if asked.len() < LEAST_REGIONS {
        return Err(invalid(format!("At least {LEAST_REGIONS} Regions must be specified")));
    }
    Ok(asked.into_iter().map(str::to_owned).collect())
}

fn flag(call: &Call, name: &str) -> Result<bool, AwsError> {
    match call.parameters.get(name).and_then(Json::as_str) {
        Some("true" | "1") => Ok(true),
        Some("false" | "0") => Ok(false),
        other => Err(schema(&format!("'{}' is not a valid value for 'boolean'", other.unwrap_or_default()))),
    }
}

fn number(call: &Call, name: &str, least: u32, most: u32) -> Result<u32, AwsError> {
    let sent = call.integer(name).map_err(|sent| not_a_number(name, &sent))?.unwrap_or_default();
    let read = u32::try_from(sent).ok().filter(|number| (least..=most).contains(number));
    read.ok_or_else(|| invalid(format!("{name} must be a number from {least} to {most}, not {sent}")))
}

fn not_a_number(name: &str, sent: &str) -> AwsError {
    invalid(format!("{name} must be a number, not {sent}"))
}
