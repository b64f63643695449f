//! Changes of Route 53.

use aws_sdk_route53::Client;
use aws_sdk_route53::error::{BuildError, SdkError};
use aws_sdk_route53::operation::change_resource_record_sets::ChangeResourceRecordSetsError;
use aws_sdk_route53::operation::update_health_check::UpdateHealthCheckError;
use aws_sdk_route53::types::{
    self, Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, ResourceRecordSetFailover,
    ResourceRecordSetRegion, RrType,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Value as Json, json};

use crate::runbook::IntentId;
use crate::runbook::call::{AliasTarget, ChangeRecords, RecordSet, Rule, UpdateCheck};

/// What comes of a request.
type Asked<E> = Result<Json, SdkError<E, HttpResponse>>;

/// `ChangeResourceRecordSets`. The change's id and state are kept.
pub(super) async fn change_records(
    client: &Client,
    change: &ChangeRecords,
    intent: IntentId,
) -> Asked<ChangeResourceRecordSetsError> {
    let batch = batch(change, intent).map_err(SdkError::construction_failure)?;
    let request = client.change_resource_record_sets().hosted_zone_id(&change.zone).change_batch(batch);
    request.send().await.map(|answer| {
        let info = answer.change_info.as_ref();
        let id = info.map(|info| info.id.strip_prefix("/change/").unwrap_or(&info.id));
        json!({ "Id": id, "Status": info.map(|info| info.status.as_str()) })
    })
}

/// `UpdateHealthCheck`. The version that it made is kept.
pub(super) async fn update_check(client: &Client, change: &UpdateCheck) -> Asked<UpdateHealthCheckError> {
    let version = i64::try_from(change.version).unwrap_or(i64::MAX);
    let request = client
        .update_health_check()
        .health_check_id(&change.check)
        .health_check_version(version)
        .inverted(change.inverted)
        .disabled(change.disabled);
    request.send().await.map(
        |answer| json!({ "HealthCheckVersion": answer.health_check.as_ref().map(|check| check.health_check_version) }),
    )
}

fn batch(change: &ChangeRecords, intent: IntentId) -> Result<ChangeBatch, BuildError> {
    let edit = |action: ChangeAction, set: &RecordSet| {
        Change::builder().action(action).resource_record_set(record_set(set)?).build()
    };
    let deleted = change.swaps.iter().map(|swap| edit(ChangeAction::Delete, &swap.old));
    let created = change.swaps.iter().map(|swap| edit(ChangeAction::Create, &swap.new));
    let changes: Vec<Change> = deleted.chain(created).collect::<Result<_, _>>()?;
    ChangeBatch::builder().comment(format!("drdeck {intent}")).set_changes(Some(changes)).build()
}

fn record_set(set: &RecordSet) -> Result<ResourceRecordSet, BuildError> {
    let values: Vec<ResourceRecord> =
        set.values.iter().map(|value| ResourceRecord::builder().value(value).build()).collect::<Result<_, _>>()?;
    let made = ResourceRecordSet::builder()
        .name(&set.name)
        .r#type(RrType::from(set.kind.as_str()))
        .set_set_identifier(set.set.clone())
        .set_ttl(set.ttl.map(i64::from))
        .set_resource_records((!values.is_empty()).then_some(values))
        .set_alias_target(set.alias.as_ref().map(alias).transpose()?)
        .set_health_check_id(set.health_check.clone());
    let made = match &set.rule {
        Rule::Simple => made,
        Rule::Primary => made.failover(ResourceRecordSetFailover::Primary),
        Rule::Secondary => made.failover(ResourceRecordSetFailover::Secondary),
        Rule::Weighted(weight) => made.weight(i64::try_from(*weight).unwrap_or(i64::MAX)),
        Rule::Latency(region) => made.region(ResourceRecordSetRegion::from(region.as_str())),
        Rule::Multivalue => made.multi_value_answer(true),
    };
    made.build()
}

fn alias(alias: &AliasTarget) -> Result<types::AliasTarget, BuildError> {
    types::AliasTarget::builder()
        .hosted_zone_id(&alias.zone)
        .dns_name(&alias.name)
        .evaluate_target_health(alias.evaluates_health)
        .build()
}
