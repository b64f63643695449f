//! Every change of AWS that drdeck can make. A new one is one struct in the file of its service, one variant here, one function in
//! `aws/change` and one operation in the simulator.

/// A change that needs nothing but the control plane of its service, where it is asked.
macro_rules! change {
    ($type:ty, $service:literal, $operation:literal, |$change:ident| $target:expr, |$intent:pat_param| $parameters:expr) => {
        impl Change for $type {
            fn service(&self) -> &'static str {
                $service
            }

            fn operation(&self) -> &'static str {
                $operation
            }

            fn place(&self) -> &Place {
                &self.place
            }

            fn target(&self) -> String {
                let $change = self;
                $target
            }

            fn parameters(&self, $intent: IntentId) -> Json {
                let $change = self;
                $parameters
            }
        }
    };
}

mod autoscaling;
mod backup;
pub mod cli;
mod drs;
mod dynamodb;
mod elasticache;
mod rds;
mod region_switch;
mod route53;
mod routing;
mod sns;

pub use autoscaling::UpdateGroup;
pub use backup::{StartBackup, StartCopy, StartRestore};
pub use drs::{
    INTENT, Launch, Pinned, RUN, ReverseReplication, StartFailbackLaunch, StartRecovery, StartRecoveryPlan,
    StopReplication, TerminateInstances,
};
pub use dynamodb::RestoreTable;
pub use elasticache::FailoverDatastore;
pub use rds::{
    CreateCluster, CreateInstance, CreateReplica, FailoverCluster, FailoverGlobal, ModifyInstance, PromoteReplica,
    RebootWithFailover, RemoveFromGlobal, RenameInstance, ReplicateBackups, RestoreInstance, RestoreSource,
    StopInstance, SwitchoverGlobal,
};

pub use region_switch::{ApproveStep, StartPlan, SwitchAction, SwitchMode};
pub use route53::{AliasTarget, ChangeRecords, RecordSet, Rule, Swap, UpdateCheck};
pub use routing::{CLUSTER, Switch, SwitchControls};
pub use sns::Publish;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::IntentId;
use crate::model::{Place, Region};

/// Where a call is answered: what has to be up for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plane {
    /// The part of a service that is built to work while all else fails.
    Data,
    /// The API of a service, in the Region asked.
    Control,
    /// The one control plane of a global service, in us-east-1: Route 53's API, IAM.
    GlobalControl,
}

/// What every change can say of itself.
pub trait Change {
    /// The prefix of its IAM action, which the AWS CLI calls the command: `autoscaling`.
    fn service(&self) -> &'static str;

    /// The operation, as in the service model: `UpdateAutoScalingGroup`.
    fn operation(&self) -> &'static str;

    /// The endpoint asked, and as whom.
    fn place(&self) -> &Place;

    /// What it changes, as the person knows it: a name, or an ARN.
    fn target(&self) -> String;

    /// What has to be up for it.
    fn plane(&self) -> Plane {
        Plane::Control
    }

    /// What a person has to know who makes the call with the AWS CLI.
    fn cli_remark(&self) -> Option<&'static str> {
        None
    }

    /// Its parameters under their names in the service model, as they are sent for that intent.
    fn parameters(&self, intent: IntentId) -> Json;
}

macro_rules! calls {
    ($($(#[$doc:meta])* $variant:ident($type:ty),)*) => {
        /// A change of AWS: everything that is sent, but for the name of the intent.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "operation")]
        pub enum ApiCall {
            $($(#[$doc])* $variant($type),)*
        }

        impl ApiCall {
            /// The name of every one.
            pub const ALL: &'static [&'static str] = &[$(stringify!($variant),)*];

            fn change(&self) -> &dyn Change {
                match self {
                    $(Self::$variant(change) => change,)*
                }
            }
        }
    };
}

calls! {
    /// `autoscaling:UpdateAutoScalingGroup`.
    UpdateAutoScalingGroup(UpdateGroup),
    /// `rds:FailoverGlobalCluster`.
    FailoverGlobalCluster(FailoverGlobal),
    /// `rds:SwitchoverGlobalCluster`.
    SwitchoverGlobalCluster(SwitchoverGlobal),
    /// `rds:RemoveFromGlobalCluster`.
    RemoveFromGlobalCluster(RemoveFromGlobal),
    /// `rds:CreateDBCluster`.
    CreateDBCluster(CreateCluster),
    /// `rds:CreateDBInstance`.
    CreateDBInstance(CreateInstance),
    /// `rds:CreateDBInstanceReadReplica`.
    CreateDBInstanceReadReplica(CreateReplica),
    /// `rds:PromoteReadReplica`.
    PromoteReadReplica(PromoteReplica),
    /// `rds:ModifyDBInstance`.
    ModifyDBInstance(ModifyInstance),
    /// `rds:ModifyDBInstance`, for another name.
    RenameDBInstance(RenameInstance),
    /// `rds:StartDBInstanceAutomatedBackupsReplication`.
    StartDBInstanceAutomatedBackupsReplication(ReplicateBackups),
    /// `rds:StopDBInstance`.
    StopDBInstance(StopInstance),
    /// `rds:FailoverDBCluster`.
    FailoverDBCluster(FailoverCluster),
    /// `rds:RebootDBInstance`, with a failover.
    RebootDBInstance(RebootWithFailover),
    /// `rds:RestoreDBInstanceToPointInTime`.
    RestoreDBInstanceToPointInTime(RestoreInstance),
    /// `dynamodb:RestoreTableToPointInTime`.
    RestoreTableToPointInTime(RestoreTable),
    /// `elasticache:FailoverGlobalReplicationGroup`.
    FailoverGlobalReplicationGroup(FailoverDatastore),
    /// `drs:StartRecovery`.
    StartRecovery(StartRecovery),
    /// `drs:StartFailbackLaunch`.
    StartFailbackLaunch(StartFailbackLaunch),
    /// `drs:ReverseReplication`.
    ReverseReplication(ReverseReplication),
    /// `drs:StopReplication`.
    StopReplication(StopReplication),
    /// `drs:TerminateRecoveryInstances`.
    TerminateRecoveryInstances(TerminateInstances),
    /// `route53:ChangeResourceRecordSets`.
    ChangeResourceRecordSets(ChangeRecords),
    /// `route53:UpdateHealthCheck`.
    UpdateHealthCheck(UpdateCheck),
    /// `route53-recovery-cluster:UpdateRoutingControlStates`.
    UpdateRoutingControlStates(SwitchControls),
    /// `drs:StartRecoveryPlanExecution`.
    StartRecoveryPlanExecution(StartRecoveryPlan),
    /// `backup:StartBackupJob`.
    StartBackupJob(StartBackup),
    /// `backup:StartCopyJob`.
    StartCopyJob(StartCopy),
    /// `backup:StartRestoreJob`.
    StartRestoreJob(StartRestore),
    /// `arc-region-switch:StartPlanExecution`.
    StartPlanExecution(StartPlan),
    /// `arc-region-switch:ApprovePlanExecutionStep`.
    ApprovePlanExecutionStep(ApproveStep),
    /// `sns:Publish`.
    Publish(Publish),
}

impl ApiCall {
    /// The prefix of its IAM action.
    pub fn service(&self) -> &'static str {
        self.change().service()
    }

    /// The operation, as in the service model.
    pub fn operation(&self) -> &'static str {
        self.change().operation()
    }

    /// Its IAM action: `autoscaling:UpdateAutoScalingGroup`.
    pub fn action(&self) -> String {
        format!("{}:{}", self.service(), self.operation())
    }

    /// The endpoint asked, and as whom.
    pub fn place(&self) -> &Place {
        self.change().place()
    }

    /// The Region asked.
    pub fn region(&self) -> &Region {
        &self.place().region
    }

    /// What it changes, as the person knows it.
    pub fn target(&self) -> String {
        self.change().target()
    }

    /// What has to be up for it.
    pub fn plane(&self) -> Plane {
        self.change().plane()
    }

    /// What a person has to know who makes the call with the AWS CLI.
    pub fn cli_remark(&self) -> Option<&'static str> {
        self.change().cli_remark()
    }

    /// Its parameters under their names in the service model, as they are sent for that intent.
    pub fn parameters(&self, intent: IntentId) -> Json {
        self.change().parameters(intent)
    }
}
