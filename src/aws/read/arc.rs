//! Application Recovery Controller: routing controls, read from the endpoints of their cluster, and Region switch.

use aws_sdk_arcregionswitch::Client as SwitchClient;
use aws_sdk_arcregionswitch::types::{AbbreviatedExecution, AbbreviatedPlan, StepState};
use aws_sdk_route53recoverycluster::types::RoutingControl as RawControl;

use super::convert::{moment, some_text, text};
use super::{Ask, Unread};
use crate::model::facts::arc::{RoutingControl, SwitchExecution, SwitchPlan, SwitchStep};
use crate::model::{FailureKind, Place, Region, Text};

/// Every routing control, from the endpoint in that Region; where none is named, from the first that answers. A cluster has five, in five Regions,
/// so that one answers in any outage: the one to begin with is drawn, as AWS asks for, and the next one is tried as soon as one fails.
pub(super) async fn routing_controls(ask: &Ask<'_>, region: &Region) -> Result<Vec<RoutingControl>, Unread> {
    let all = ask.clients.routing(&ask.session.access().arc);
    let is_any = region.as_str() == Place::EVERYWHERE;
    let endpoints: Vec<_> = all.iter().filter(|(own, ..)| is_any || own == region).collect();
    let first = fastrand::usize(..endpoints.len().max(1));
    let (before, from) = endpoints.split_at_checked(first).unwrap_or((&endpoints, &[]));
    let place = if is_any { String::new() } else { format!(" in {region}") };
    let mut failure = Unread::new(
        FailureKind::Invalid,
        format!("no endpoint of an ARC cluster{place} is configured, see [[arc.endpoint]]"),
    );
    for (_, endpoint, client) in from.iter().chain(before) {
        let ask = Ask { endpoint: Some(endpoint), ..*ask };
        let read = ask
            .pages(
                |token| client.list_routing_controls().set_next_token(token).send(),
                |page| (page.routing_controls.into_iter().map(routing_control).collect(), page.next_token),
            )
            .await;
        match read {
            Ok(controls) => return Ok(controls),
            Err(unread) if is_everywhere(unread.kind) => return Err(unread),
            Err(unread) => failure = unread,
        }
    }
    if endpoints.len() > 1 {
        let text = format!(
            "none of the {} endpoints of the ARC cluster answered; the last: {}",
            endpoints.len(),
            failure.error
        );
        return Err(Unread::new(failure.kind, text));
    }
    Err(failure)
}

/// Whether the other endpoints would say the same.
const fn is_everywhere(kind: FailureKind) -> bool {
    match kind {
        FailureKind::NoCredentials | FailureKind::Expired | FailureKind::Denied | FailureKind::ClockSkew => true,
        FailureKind::TimedOut
        | FailureKind::Unreachable
        | FailureKind::ServerError
        | FailureKind::Throttled
        | FailureKind::NotFound
        | FailureKind::NotAws
        | FailureKind::Invalid
        | FailureKind::Unreadable => false,
    }
}

pub(super) async fn plans(ask: &Ask<'_>, client: &SwitchClient) -> Result<Vec<SwitchPlan>, Unread> {
    ask.pages(
        |token| client.list_plans_in_region().set_next_token(token).send(),
        |page| (page.plans.unwrap_or_default().into_iter().map(plan).collect(), page.next_token),
    )
    .await
}

pub(super) async fn executions(
    ask: &Ask<'_>,
    client: &SwitchClient,
    plan: &str,
) -> Result<Vec<SwitchExecution>, Unread> {
    ask.pages(
        |token| client.list_plan_executions().plan_arn(plan).set_next_token(token).send(),
        |page| (page.items.unwrap_or_default().into_iter().map(execution).collect(), page.next_token),
    )
    .await
}

/// The steps of one execution.
pub(super) async fn steps(
    ask: &Ask<'_>,
    client: &SwitchClient,
    plan: &str,
    id: &str,
) -> Result<Vec<SwitchStep>, Unread> {
    ask.pages(
        |token| client.get_plan_execution().plan_arn(plan).execution_id(id).set_next_token(token).send(),
        |page| (page.step_states.unwrap_or_default().into_iter().map(step).collect(), page.next_token),
    )
    .await
}

fn step(raw: StepState) -> SwitchStep {
    SwitchStep {
        name: text(raw.name),
        status: text(raw.status.map(|status| status.as_str().to_owned())),
        started: moment(raw.start_time),
        ended: moment(raw.end_time),
    }
}

fn routing_control(raw: RawControl) -> RoutingControl {
    RoutingControl {
        arn: text(raw.routing_control_arn),
        name: text(raw.routing_control_name),
        panel: text(raw.control_panel_name),
        state: text(raw.routing_control_state.map(|state| state.as_str().to_owned())),
    }
}

fn plan(raw: AbbreviatedPlan) -> SwitchPlan {
    SwitchPlan {
        arn: Text::new(raw.arn),
        name: Text::new(raw.name),
        approach: Text::new(raw.recovery_approach.as_str()),
        primary: some_text(raw.primary_region).map(|region| Region::new(region.as_str())),
        regions: raw.regions.into_iter().map(|region| Region::new(Text::new(region).as_str())).collect(),
        objective_minutes: raw.recovery_time_objective_minutes.and_then(|minutes| u32::try_from(minutes).ok()),
    }
}

fn execution(raw: AbbreviatedExecution) -> SwitchExecution {
    SwitchExecution {
        id: Text::new(raw.execution_id),
        state: Text::new(raw.execution_state.as_str()),
        action: Text::new(raw.execution_action.as_str()),
        mode: Text::new(raw.mode.as_str()),
        region: Region::new(Text::new(raw.execution_region).as_str()),
        started: moment(Some(raw.start_time)),
        ended: moment(raw.end_time),
        actual_recovery_time: some_text(raw.actual_recovery_time),
    }
}
