//! AWS Backup: plans, what they select, and restore testing.

use aws_sdk_backup::Client;
use aws_sdk_backup::types;

use super::convert::{moment, some_text, text};
use super::{Ask, Unread};
use crate::model::facts::backup_plans::{
    CopyAction, Plan, PlanSummary, RestoreTestingPlan, RestoreTestingSelection, Rule, Selection,
};
use crate::model::{FailureKind, Span, Text};

/// The most that AWS Backup gives in one page.
const PAGE: i32 = 1000;

pub(super) async fn plans(ask: &Ask<'_>, client: &Client) -> Result<Vec<PlanSummary>, Unread> {
    ask.pages(
        |token| client.list_backup_plans().max_results(PAGE).set_next_token(token).send(),
        |page| (page.backup_plans_list.unwrap_or_default().into_iter().map(summary).collect(), page.next_token),
    )
    .await
}

pub(super) async fn plan(ask: &Ask<'_>, client: &Client, id: &str) -> Result<Plan, Unread> {
    let raw = ask.once(client.get_backup_plan().backup_plan_id(id).send()).await?.backup_plan;
    let raw = raw.ok_or_else(|| nothing_about("the plan", id))?;
    Ok(Plan { name: Text::new(raw.backup_plan_name), rules: raw.rules.into_iter().map(rule).collect() })
}

/// The ids of a plan's selections.
pub(super) async fn selections(ask: &Ask<'_>, client: &Client, plan: &str) -> Result<Vec<Text>, Unread> {
    ask.pages(
        |token| client.list_backup_selections().backup_plan_id(plan).max_results(PAGE).set_next_token(token).send(),
        |page| {
            let selections = page.backup_selections_list.unwrap_or_default();
            (selections.into_iter().filter_map(|raw| some_text(raw.selection_id)).collect(), page.next_token)
        },
    )
    .await
}

pub(super) async fn selection(ask: &Ask<'_>, client: &Client, plan: &str, id: &str) -> Result<Selection, Unread> {
    let sent = client.get_backup_selection().backup_plan_id(plan).selection_id(id).send();
    let raw = ask.once(sent).await?.backup_selection.ok_or_else(|| nothing_about("the selection", id))?;
    let texts = |raw: Option<Vec<String>>| raw.unwrap_or_default().into_iter().map(Text::new).collect();
    Ok(Selection {
        name: Text::new(raw.selection_name),
        resources: texts(raw.resources),
        not_resources: texts(raw.not_resources),
        tags: raw
            .list_of_tags
            .unwrap_or_default()
            .into_iter()
            .map(|tag| (Text::new(tag.condition_key), Text::new(tag.condition_value)))
            .collect(),
        has_conditions: raw.conditions.is_some_and(|conditions| {
            !(conditions.string_equals().is_empty()
                && conditions.string_not_equals().is_empty()
                && conditions.string_like().is_empty()
                && conditions.string_not_like().is_empty())
        }),
    })
}

pub(super) async fn restore_testing_plans(ask: &Ask<'_>, client: &Client) -> Result<Vec<RestoreTestingPlan>, Unread> {
    ask.pages(
        |token| client.list_restore_testing_plans().max_results(PAGE).set_next_token(token).send(),
        |page| (page.restore_testing_plans.into_iter().map(restore_testing_plan).collect(), page.next_token),
    )
    .await
}

pub(super) async fn restore_testing_selections(
    ask: &Ask<'_>,
    client: &Client,
    plan: &str,
) -> Result<Vec<RestoreTestingSelection>, Unread> {
    ask.pages(
        |token| {
            client
                .list_restore_testing_selections()
                .restore_testing_plan_name(plan)
                .max_results(PAGE)
                .set_next_token(token)
                .send()
        },
        |page| (page.restore_testing_selections.into_iter().map(restore_testing_selection).collect(), page.next_token),
    )
    .await
}

fn summary(raw: types::BackupPlansListMember) -> PlanSummary {
    PlanSummary {
        id: text(raw.backup_plan_id),
        name: text(raw.backup_plan_name),
        created: moment(raw.creation_date),
        last_execution: moment(raw.last_execution_date),
    }
}

fn rule(raw: types::BackupRule) -> Rule {
    Rule {
        name: Text::new(raw.rule_name),
        vault: Text::new(raw.target_backup_vault_name),
        schedule: some_text(raw.schedule_expression),
        time_zone: some_text(raw.schedule_expression_timezone),
        start_window: raw.start_window_minutes.and_then(minutes),
        completion_window: raw.completion_window_minutes.and_then(minutes),
        kept: raw.lifecycle.and_then(|lifecycle| days(lifecycle.delete_after_days?)),
        continuous: raw.enable_continuous_backup.unwrap_or(false),
        copies: raw
            .copy_actions
            .unwrap_or_default()
            .into_iter()
            .map(|copy| CopyAction {
                vault: Text::new(copy.destination_backup_vault_arn),
                kept: copy.lifecycle.and_then(|lifecycle| days(lifecycle.delete_after_days?)),
            })
            .collect(),
    }
}

fn restore_testing_plan(raw: types::RestoreTestingPlanForList) -> RestoreTestingPlan {
    RestoreTestingPlan {
        arn: Text::new(raw.restore_testing_plan_arn),
        name: Text::new(raw.restore_testing_plan_name),
        schedule: Text::new(raw.schedule_expression),
        time_zone: some_text(raw.schedule_expression_timezone),
        last_execution: moment(raw.last_execution_time),
        start_window: Span::from_hours(raw.start_window_hours.into()),
    }
}

fn restore_testing_selection(raw: types::RestoreTestingSelectionForList) -> RestoreTestingSelection {
    RestoreTestingSelection {
        name: Text::new(raw.restore_testing_selection_name),
        resource_type: Text::new(raw.protected_resource_type),
        validation_window: Span::from_hours(raw.validation_window_hours.into()),
    }
}

/// A window of minutes; one that is not positive is none.
fn minutes(raw: i64) -> Option<Span> {
    u32::try_from(raw).ok().filter(|minutes| *minutes > 0).map(|minutes| Span::from_mins(minutes.into()))
}

/// Days as hours; -1 is how AWS says "for ever".
fn days(raw: i64) -> Option<Span> {
    u32::try_from(raw).ok().filter(|days| *days > 0).map(|days| Span::from_hours(24 * i64::from(days)))
}

fn nothing_about(what: &str, id: &str) -> Unread {
    Unread::new(FailureKind::Unreadable, format!("AWS Backup answered, but said nothing about {what} {id}"))
}
