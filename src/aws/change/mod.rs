//! Changes of AWS: one file per service turns an [`ApiCall`] into the SDK's request. Exactly one HTTP request each, and what came of it is in doubt
//! unless the opposite is proven.

mod autoscaling;
mod backup;
mod drs;
mod dynamodb;
mod elasticache;
mod rds;
mod region_switch;
mod route53;
mod routing;
mod sns;

use std::error::Error;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value as Json;

use super::error::{self, Circumstances, Unread};
use super::meter::{Meter, counted};
use super::read::on_the_heap;
use super::session::Session;
use crate::model::FailureKind;
use crate::runbook::call::CLUSTER;
use crate::runbook::{ApiCall, IntentId, Outcome, Refusal};

/// Clients that send each request once: no second attempt, no connection kept from before, and time-outs of their own.
struct Changing {
    config: SdkConfig,
    meter: Meter,
    /// The endpoint of an ARC cluster in the Region asked, if the config names one.
    arc: Option<String>,
}

impl Changing {
    /// The client of the cluster's endpoint in the Region asked.
    fn routing(&self) -> Option<aws_sdk_route53recoverycluster::Client> {
        let config = aws_sdk_route53recoverycluster::config::Builder::from(&self.config)
            .endpoint_url(self.arc.as_deref()?)
            .interceptor(self.meter.clone());
        Some(aws_sdk_route53recoverycluster::Client::from_conf(config.build()))
    }
}

macro_rules! clients {
    ($($name:ident: $sdk:ident;)*) => {
        impl Changing {
            $(
                fn $name(&self) -> $sdk::Client {
                    let config = $sdk::config::Builder::from(&self.config).interceptor(self.meter.clone());
                    $sdk::Client::from_conf(config.build())
                }
            )*
        }
    };
}

clients! {
    arcregionswitch: aws_sdk_arcregionswitch;
    autoscaling: aws_sdk_autoscaling;
    backup: aws_sdk_backup;
    drs: aws_sdk_drs;
    dynamodb: aws_sdk_dynamodb;
    elasticache: aws_sdk_elasticache;
    rds: aws_sdk_rds;
    route53: aws_sdk_route53;
    sns: aws_sdk_sns;
}

/// Why there is no answer that says it was done, and what of that is proven.
enum Lost {
    /// It was not carried out.
    Refused(Refusal, Unread),
    /// Nobody knows.
    InDoubt(Unread),
}

/// What a request comes to: of its answer the ids and states that are kept, never all of it.
type Told = Result<Json, Lost>;

impl Session {
    /// Sends one change, once, and waits for its answer no longer than `patience`. To be awaited to its end: a request that nobody waits for
    /// any more may still be carried out.
    pub async fn change(&self, call: &ApiCall, intent: IntentId, patience: Duration) -> Outcome {
        let clients = self.at(call.place()).await;
        let access = self.access();
        let of_region = access.arc.iter().find(|endpoint| endpoint.region == *call.region());
        let arc = of_region.map(|endpoint| endpoint.url.clone()).filter(|_| call.service() == CLUSTER);
        let changing =
            Changing { config: self.once(&clients, patience), meter: clients.meter().clone(), arc: arc.clone() };
        let about = Circumstances {
            service: call.service(),
            operation: call.operation(),
            endpoint: arc.as_deref().or(access.endpoint_url.as_deref()),
            patience,
            skew: self.skew(),
        };
        let (told, requests) = counted(send(&changing, call, intent, &about)).await;
        match told {
            Ok(answer) => Outcome::Applied { answer },
            // The meter counts a request before its first byte is written.
            Err(Lost::InDoubt(failure)) if requests == 0 => {
                Outcome::NotApplied { why: before_sending(failure.kind), error: failure.error }
            }
            Err(Lost::InDoubt(failure)) => Outcome::InDoubt { error: failure.error },
            Err(Lost::Refused(why, failure)) => {
                if failure.kind == FailureKind::Expired {
                    clients.credentials().forget();
                }
                Outcome::NotApplied { why, error: failure.error }
            }
        }
    }
}

/// What `asked` comes to, its failure classified.
macro_rules! told {
    ($about:expr, $asked:expr) => {
        on_the_heap(move || async move { $asked.await.map_err(|error| lost(&error, $about)) }).await
    };
}

async fn send(changing: &Changing, call: &ApiCall, intent: IntentId, about: &Circumstances<'_>) -> Told {
    match call {
        ApiCall::UpdateAutoScalingGroup(change) => {
            told!(about, autoscaling::update_group(&changing.autoscaling(), change))
        }
        ApiCall::FailoverGlobalCluster(change) => told!(about, rds::failover_global(&changing.rds(), change)),
        ApiCall::SwitchoverGlobalCluster(change) => told!(about, rds::switchover_global(&changing.rds(), change)),
        ApiCall::RemoveFromGlobalCluster(change) => told!(about, rds::remove_from_global(&changing.rds(), change)),
        ApiCall::CreateDBCluster(change) => told!(about, rds::create_cluster(&changing.rds(), change, intent)),
        ApiCall::CreateDBInstance(change) => told!(about, rds::create_instance(&changing.rds(), change, intent)),
        ApiCall::CreateDBInstanceReadReplica(change) => {
            told!(about, rds::create_replica(&changing.rds(), change, intent))
        }
        ApiCall::PromoteReadReplica(change) => told!(about, rds::promote(&changing.rds(), change)),
        ApiCall::ModifyDBInstance(change) => told!(about, rds::modify(&changing.rds(), change)),
        ApiCall::RenameDBInstance(change) => told!(about, rds::rename(&changing.rds(), change)),
        ApiCall::StartDBInstanceAutomatedBackupsReplication(change) => {
            told!(about, rds::replicate_backups(&changing.rds(), change))
        }
        ApiCall::StopDBInstance(change) => told!(about, rds::stop(&changing.rds(), change)),
        ApiCall::FailoverDBCluster(change) => told!(about, rds::failover_cluster(&changing.rds(), change)),
        ApiCall::RebootDBInstance(change) => told!(about, rds::reboot_with_failover(&changing.rds(), change)),
        ApiCall::RestoreDBInstanceToPointInTime(change) => {
            told!(about, rds::restore_instance(&changing.rds(), change, intent))
        }
        ApiCall::RestoreTableToPointInTime(change) => {
            told!(about, dynamodb::restore_table(&changing.dynamodb(), change))
        }
        ApiCall::FailoverGlobalReplicationGroup(change) => {
            told!(about, elasticache::failover_datastore(&changing.elasticache(), change))
        }
        ApiCall::StartRecovery(change) => told!(about, drs::start_recovery(&changing.drs(), change, intent)),
        ApiCall::StartFailbackLaunch(change) => {
            told!(about, drs::start_failback_launch(&changing.drs(), change, intent))
        }
        ApiCall::StartRecoveryPlanExecution(change) => {
            told!(about, drs::start_recovery_plan(&changing.drs(), change, intent))
        }
        ApiCall::StartBackupJob(change) => told!(about, backup::start_backup(&changing.backup(), change, intent)),
        ApiCall::StartCopyJob(change) => told!(about, backup::start_copy(&changing.backup(), change, intent)),
        ApiCall::StartRestoreJob(change) => told!(about, backup::start_restore(&changing.backup(), change, intent)),
        ApiCall::StartPlanExecution(change) => {
            told!(about, region_switch::start(&changing.arcregionswitch(), change, intent))
        }
        ApiCall::ApprovePlanExecutionStep(change) => {
            told!(about, region_switch::approve(&changing.arcregionswitch(), change, intent))
        }
        ApiCall::ReverseReplication(change) => told!(about, drs::reverse_replication(&changing.drs(), change)),
        ApiCall::StopReplication(change) => told!(about, drs::stop_replication(&changing.drs(), change)),
        ApiCall::TerminateRecoveryInstances(change) => told!(about, drs::terminate(&changing.drs(), change)),
        ApiCall::ChangeResourceRecordSets(change) => {
            told!(about, route53::change_records(&changing.route53(), change, intent))
        }
        ApiCall::UpdateHealthCheck(change) => told!(about, route53::update_check(&changing.route53(), change)),
        ApiCall::UpdateRoutingControlStates(change) => match changing.routing() {
            Some(client) => told!(about, routing::switch(&client, change)),
            None => {
                let text = format!("no [[arc.endpoint]] of the config is in {}", change.place.region);
                Err(Lost::Refused(Refusal::NotSent, Unread::new(FailureKind::Invalid, text)))
            }
        },
        ApiCall::Publish(change) => told!(about, sns::publish(&changing.sns(), change)),
    }
}

/// A number as the SDK takes it.
fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The class of a failure before anything was sent.
fn before_sending(kind: FailureKind) -> Refusal {
    match kind {
        FailureKind::Expired => Refusal::Expired,
        FailureKind::Denied | FailureKind::NoCredentials => Refusal::Denied,
        FailureKind::Invalid => Refusal::Invalid,
        FailureKind::Throttled
        | FailureKind::TimedOut
        | FailureKind::Unreachable
        | FailureKind::ServerError
        | FailureKind::NotFound
        | FailureKind::NotAws
        | FailureKind::ClockSkew
        | FailureKind::Unreadable => Refusal::NotSent,
    }
}

/// What is proven of a call that failed. In doubt, unless it never left this machine or AWS said by an error of its own that it refuses: a 4xx
/// with a code. Behind a 5xx, whatever its code, the change may have been made.
fn lost<E>(error: &SdkError<E, HttpResponse>, about: &Circumstances<'_>) -> Lost
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failure = error::of_call(error, about);
    if error::never_connected(error) {
        return Lost::Refused(before_sending(failure.kind), failure);
    }
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).filter(|code| !code.is_empty());
    let refusal = match (status, code) {
        (Some(400..500), Some(code)) => refusal(code, failure.kind),
        _ => None,
    };
    match refusal {
        Some(why) => Lost::Refused(why, failure),
        None => Lost::InDoubt(failure),
    }
}

/// The class of an error code that came with a 4xx; `None` where it says only that the answer did not come in time.
fn refusal(code: &str, kind: FailureKind) -> Option<Refusal> {
    const CONFLICT: [&str; 6] = [
        "PriorRequestNotComplete",
        "HealthCheckVersionMismatch",
        "ResourceInUse",
        "TableInUse",
        "OperationAborted",
        "IllegalState",
    ];
    let conflict = CONFLICT.iter().any(|known| code.starts_with(known))
        || ["Conflict", "AlreadyExists", "InProgress"].iter().any(|part| code.contains(part))
        || ["State", "StateFault", "StateException"].iter().any(|end| code.ends_with(end));
    // Of services that name their quotas so; the SDK takes the last of them for throttling.
    let capacity =
        ["Insufficient", "QuotaExceeded", "TooManyHealth", "TooManyHosted", "CapacityExceeded", "LimitExceeded"];
    let throttled = code == "RequestLimitExceeded" || code == "BandwidthLimitExceeded";
    Some(match kind {
        _ if conflict => Refusal::Conflict,
        _ if !throttled && capacity.iter().any(|part| code.contains(part)) => Refusal::Capacity,
        FailureKind::TimedOut => return None,
        FailureKind::Throttled => Refusal::Throttled,
        FailureKind::Denied | FailureKind::NoCredentials => Refusal::Denied,
        FailureKind::Expired => Refusal::Expired,
        FailureKind::NotFound => Refusal::NotFound,
        FailureKind::ClockSkew
        | FailureKind::Invalid
        | FailureKind::NotAws
        | FailureKind::Unreachable
        | FailureKind::ServerError
        | FailureKind::Unreadable => Refusal::Invalid,
    })
}
