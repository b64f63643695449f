//! How DRS replicates and launches source servers, and its recovery plans.

use aws_sdk_drs::Client;
use aws_sdk_drs::types;

use super::convert::{parsed_moment, some_text, text};
use super::{Ask, Unread};
use crate::model::facts::drs_plans::{Execution, ExecutionStep, RecoveryPlan};
use crate::model::facts::drs_settings::{LaunchConfiguration, PointRule, ReplicationConfiguration};
use crate::model::{FailureKind, Span, Text};

pub(super) async fn launch(ask: &Ask<'_>, client: &Client, server: &str) -> Result<LaunchConfiguration, Unread> {
    let raw = ask.once(client.get_launch_configuration().source_server_id(server).send()).await?;
    Ok(LaunchConfiguration {
        disposition: text(raw.launch_disposition.map(|disposition| disposition.as_str().to_owned())),
        right_sizing: text(raw.target_instance_type_right_sizing_method.map(|method| method.as_str().to_owned())),
        copy_private_ip: raw.copy_private_ip.unwrap_or(false),
        copy_tags: raw.copy_tags.unwrap_or(false),
        launch_template: some_text(raw.ec2_launch_template_id),
        launch_into: raw
            .launch_into_instance_properties
            .and_then(|properties| some_text(properties.launch_into_ec2_instance_id)),
    })
}

pub(super) async fn replication(
    ask: &Ask<'_>,
    client: &Client,
    server: &str,
) -> Result<ReplicationConfiguration, Unread> {
    let raw = ask.once(client.get_replication_configuration().source_server_id(server).send()).await?;
    let rules = raw.pit_policy.unwrap_or_default();
    let points: Result<Vec<PointRule>, Unread> =
        rules.iter().filter(|rule| rule.enabled.unwrap_or(true)).map(point_rule).collect();
    Ok(ReplicationConfiguration {
        staging_subnet: some_text(raw.staging_area_subnet_id),
        bandwidth: u64::try_from(raw.bandwidth_throttling).unwrap_or(0),
        routing: raw.data_plane_routing.map(|routing| Text::new(routing.as_str())),
        encryption: raw.ebs_encryption.map(|encryption| Text::new(encryption.as_str())),
        points: points?,
        takes_new_disks: raw.auto_replicate_new_disks.unwrap_or(false),
    })
}

pub(super) async fn recovery_plans(ask: &Ask<'_>, client: &Client) -> Result<Vec<RecoveryPlan>, Unread> {
    let raw = ask
        .pages(
            |token| client.list_recovery_plans().set_next_token(token).send(),
            |page| (page.recovery_plans, page.next_token),
        )
        .await?;
    raw.into_iter()
        .map(|raw| {
            Ok(RecoveryPlan {
                updated: parsed_moment("updatedAt", Some(&raw.updated_at))?,
                arn: Text::new(raw.recovery_plan_arn),
                name: Text::new(raw.name),
                status: Text::new(raw.status.as_str()),
            })
        })
        .collect()
}

pub(super) async fn executions(ask: &Ask<'_>, client: &Client, plan: &str) -> Result<Vec<Execution>, Unread> {
    let raw = ask
        .pages(
            |token| client.list_recovery_plan_executions().recovery_plan_arn(plan).set_next_token(token).send(),
            |page| (page.recovery_plan_executions, page.next_token),
        )
        .await?;
    raw.into_iter()
        .map(|raw| {
            Ok(Execution {
                started: parsed_moment("startedAt", Some(&raw.started_at))?,
                arn: Text::new(raw.recovery_plan_execution_arn),
                mode: Text::new(raw.mode.as_str()),
                status: Text::new(raw.status.as_str()),
                error: raw.error_detail.and_then(|error| some_text(Some(error.message))),
            })
        })
        .collect()
}

/// The steps of one execution, in their order.
pub(super) async fn execution_steps(
    ask: &Ask<'_>,
    client: &Client,
    execution: &str,
) -> Result<Vec<ExecutionStep>, Unread> {
    let mut steps: Vec<ExecutionStep> = ask
        .pages(
            |token| {
                client
                    .list_recovery_plan_execution_steps()
                    .recovery_plan_execution_arn(execution)
                    .set_next_token(token)
                    .send()
            },
            |page| {
                let steps = page.recovery_plan_execution_steps.into_iter().map(|raw| ExecutionStep {
                    name: Text::new(raw.step_name),
                    index: u32::try_from(raw.step_index).unwrap_or(0),
                    status: Text::new(raw.status.as_str()),
                    error: raw.error_detail.and_then(|error| some_text(Some(error.message))),
                });
                (steps.collect(), page.next_token)
            },
        )
        .await?;
    steps.sort_by_key(|step| step.index);
    Ok(steps)
}

fn point_rule(raw: &types::PitPolicyRule) -> Result<PointRule, Unread> {
    let seconds = match raw.units.as_str() {
        "MINUTE" => 60,
        "HOUR" => 3_600,
        "DAY" => 86_400,
        unit => {
            let text = format!("a rule for points in time counts in {unit:?}, which drdeck does not know");
            return Err(Unread::new(FailureKind::Unreadable, text));
        }
    };
    let span = |units: i32| Span::from_secs(seconds * i64::from(units));
    Ok(PointRule { every: span(raw.interval), kept: span(raw.retention_duration) })
}
