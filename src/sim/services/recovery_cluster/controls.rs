//! Routing controls and how they stand.

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::arc::{Cluster, Control, Panel};
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};

static PAGES: PageRule = PageRule {
    size: "MaxResults",
    token: "NextToken",
    default: 500,
    min: 1,
    max: 1_000,
    bad_size: invalid,
    bad_token: invalid,
};

pub(super) type Found<'w> = (&'w Cluster, &'w Panel, &'w Control);

/// `ListRoutingControls`: those of one panel, or of all.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let mut found = here(world, call);
    if let Some(panel) = call.text("ControlPanelArn") {
        found.retain(|(cluster, own, _)| world.panel_arn(cluster, own) == panel);
        if found.is_empty() {
            return Err(not_found(panel));
        }
    }
    let cut = page.cut(call, found);
    let values = cut.items.iter().map(|(cluster, panel, control)| {
        Value::map([
            ("ControlPanelArn", world.panel_arn(cluster, panel).into()),
            ("ControlPanelName", (&panel.name).into()),
            ("RoutingControlArn", world.control_arn(cluster, panel, control).into()),
            ("RoutingControlName", (&control.name).into()),
            ("RoutingControlState", world.switch(control, world.now).name().into()),
            ("Owner", (&world.estate.account).into()),
        ])
    });
    Ok(Value::map([("RoutingControls", Value::list("RoutingControl", values)), ("NextToken", cut.next.into())]))
}

/// `GetRoutingControlState`.
pub(super) fn state(world: &World, call: &Call) -> Result<Value, AwsError> {
    let arn = call.required("RoutingControlArn", invalid)?;
    let found = here(world, call).into_iter();
    let mut named = found.filter(|(cluster, panel, control)| world.control_arn(cluster, panel, control) == arn);
    let (.., control) = named.next().ok_or_else(|| not_found(arn))?;
    Ok(Value::map([
        ("RoutingControlArn", arn.into()),
        ("RoutingControlState", world.switch(control, world.now).name().into()),
        ("RoutingControlName", (&control.name).into()),
    ]))
}

/// The controls of the clusters that have an endpoint in the Region asked.
pub(super) fn here<'w>(world: &'w World, call: &Call) -> Vec<Found<'w>> {
    world.estate.arc.controls().filter(|(cluster, ..)| cluster.endpoints.contains(&call.region)).collect()
}

pub(super) fn invalid(message: String) -> AwsError {
    AwsError::new(400, "ValidationException", message)
}

pub(super) fn not_found(arn: &str) -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", format!("{arn} does not exist."))
}
