//! Switching routing controls: all of a request or none, and never against a safety rule that is not overridden.

use serde_json::Value as Json;

use super::controls::{Found, here, invalid, not_found};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::arc::{Control, Panel, SafetyRule, Switch};
use crate::sim::services::Changed;
use crate::sim::wire::{AwsError, Value};

/// How many controls one call switches at most.
const MOST: usize = 10;

/// `UpdateRoutingControlState`.
pub(super) fn one(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let wanted = entry(world, call, &call.parameters)?;
    switch(estate, world, call, &[wanted])
}

/// `UpdateRoutingControlStates`.
pub(super) fn several(estate: &mut Estate, world: &World, call: &Call) -> Result<Changed, AwsError> {
    let entries = call.items("UpdateRoutingControlStateEntries");
    if entries.is_empty() {
        return Err(invalid("UpdateRoutingControlStateEntries must name at least one routing control.".to_owned()));
    }
    if entries.len() > MOST {
        let message = format!("At most {MOST} routing controls can be updated by one call.");
        return Err(AwsError::new(402, "ServiceLimitExceededException", message));
    }
    let wanted: Vec<Wanted<'_>> = entries.iter().map(|sent| entry(world, call, sent)).collect::<Result<_, _>>()?;
    for (place, (found, _)) in wanted.iter().enumerate() {
        if wanted.iter().take(place).any(|(other, _)| other.2.name == found.2.name) {
            return Err(invalid(format!("The routing control {} is named twice.", found.2.name)));
        }
    }
    switch(estate, world, call, &wanted)
}

/// A routing control, and how it shall stand.
type Wanted<'w> = (Found<'w>, Switch);

fn entry<'w>(world: &'w World, call: &Call, sent: &Json) -> Result<Wanted<'w>, AwsError> {
    let text = |name: &str| {
        let text = sent.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
        text.ok_or_else(|| invalid(format!("The request must contain the parameter {name}.")))
    };
    let (arn, state) = (text("RoutingControlArn")?, text("RoutingControlState")?);
    let state = match state {
        "On" => Switch::On,
        "Off" => Switch::Off,
        other => return Err(invalid(format!("RoutingControlState must be On or Off, not {other}."))),
    };
    let mut known = here(world, call).into_iter();
    let found = known.find(|(cluster, panel, control)| world.control_arn(cluster, panel, control) == arn);
    found.map(|found| (found, state)).ok_or_else(|| not_found(arn))
}

fn switch(estate: &mut Estate, world: &World, call: &Call, wanted: &[Wanted<'_>]) -> Result<Changed, AwsError> {
    let overridden = call.texts("SafetyRulesToOverride");
    let mut known = Vec::new();
    for cluster in &world.estate.arc.clusters {
        for panel in &cluster.panels {
            for rule in &panel.rules {
                let arn = world.rule_arn(cluster, panel, rule);
                if !overridden.contains(&arn.as_str()) && is_broken(world, panel, rule, wanted) {
                    return Err(broken(rule, &arn));
                }
                known.push(arn);
            }
        }
    }
    if let Some(unknown) = overridden.iter().find(|arn| !known.iter().any(|known| known == *arn)) {
        return Err(not_found(unknown));
    }
    let clusters = estate.arc.clusters.iter_mut();
    for control in clusters.flat_map(|cluster| &mut cluster.panels).flat_map(|panel| &mut panel.controls) {
        if let Some((_, state)) = wanted.iter().find(|((.., own), _)| own.name == control.name) {
            control.switched.push((world.now, *state));
        }
    }
    Ok(Changed::applied(Value::map([])))
}

/// Whether a change would leave too few of a rule's controls on. A rule that is about none of those changed does not stop it.
fn is_broken(world: &World, panel: &Panel, rule: &SafetyRule, wanted: &[Wanted<'_>]) -> bool {
    let asked =
        |control: &Control| wanted.iter().find(|((.., own), _)| own.name == control.name).map(|(_, state)| *state);
    let concerned: Vec<&Control> = panel.controls.iter().filter(|control| rule.concerns(control)).collect();
    let on = concerned
        .iter()
        .filter(|control| asked(control).unwrap_or_else(|| world.switch(control, world.now)) == Switch::On);
    on.count() < rule.at_least && concerned.iter().any(|control| asked(control).is_some())
}

fn broken(rule: &SafetyRule, arn: &str) -> AwsError {
    let message = format!(
        "The routing control states cannot be updated because the update would violate the safety rule {} ({arn}): at least {} \
         of its routing controls must be On.",
        rule.name, rule.at_least
    );
    AwsError::new(409, "ConflictException", message)
}
