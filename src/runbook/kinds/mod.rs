//! The kinds of steps. A new kind is one file here and one line in `kinds!`.

mod approval;
mod arc_region_switch;
mod arc_routing_control;
mod asg_scale;
mod aurora_add_instance;
mod aurora_add_secondary;
mod aurora_detach;
mod aurora_failover;
mod aurora_global;
mod aurora_move;
mod aurora_switchover;
mod backup_copy;
mod backup_job;
mod backup_restore;
mod backup_start;
mod command;
mod decision;
mod dns_check;
mod drs_failback;
mod drs_plan;
mod drs_point;
mod drs_reverse;
mod drs_servers;
mod drs_start_recovery;
mod drs_stop;
mod drs_terminate;
mod dynamodb_restore;
mod dynamodb_table;
mod elasticache_failover;
mod fence;
mod http_check;
mod loss;
mod manual;
mod nested;
mod rds_create_replica;
mod rds_failover_cluster;
mod rds_instance;
mod rds_modify;
mod rds_promote;
mod rds_reboot;
mod rds_rename;
mod rds_replicate_backups;
mod rds_restore;
mod rds_stop;
mod restore_point;
mod route53_change_records;
mod route53_force_unhealthy;
mod seen;
mod sns_publish;
mod template;
mod wait_until;

pub use approval::Approval;
pub use arc_region_switch::{Act, ArcRegionSwitch};
pub use arc_routing_control::ArcRoutingControl;
pub use asg_scale::{AsgScale, More};
pub use aurora_add_instance::AuroraAddInstance;
pub use aurora_add_secondary::AuroraAddSecondary;
pub use aurora_detach::AuroraDetach;
pub use aurora_failover::AuroraFailover;
pub use aurora_global::Global;
pub use aurora_switchover::AuroraSwitchover;
pub use backup_copy::BackupCopy;
pub use backup_job::Taken;
pub use backup_restore::BackupRestore;
pub use backup_start::BackupStart;
pub use command::CommandStep;
pub use decision::Decision;
pub use dns_check::{Asked, DnsCheck, Expected};
pub use drs_failback::DrsFailback;
pub use drs_plan::DrsPlan;
pub use drs_point::Point;
pub use drs_reverse::DrsReverse;
pub use drs_servers::Chosen;
pub use drs_start_recovery::DrsStartRecovery;
pub use drs_stop::DrsStop;
pub use drs_terminate::DrsTerminate;
pub use dynamodb_restore::DynamodbRestore;
pub use dynamodb_table::NamedTable;
pub use elasticache_failover::ElasticacheFailover;
pub use fence::Fence;
pub use http_check::HttpCheck;
pub use manual::Manual;
pub use nested::Nested;
pub use rds_create_replica::RdsCreateReplica;
pub use rds_failover_cluster::RdsFailoverCluster;
pub use rds_instance::Instance;
pub use rds_modify::RdsModify;
pub use rds_promote::RdsPromote;
pub use rds_reboot::RdsReboot;
pub use rds_rename::RdsRename;
pub use rds_replicate_backups::RdsReplicateBackups;
pub use rds_restore::RdsRestore;
pub use rds_stop::RdsStop;
pub use restore_point::RestorePoint;
pub use route53_change_records::{RecordEdit, Route53ChangeRecords, Says};
pub use route53_force_unhealthy::Route53ForceUnhealthy;
pub use sns_publish::SnsPublish;
pub use wait_until::{Reading, WaitUntil, Wanted};

use std::sync::Arc;

use super::by_hand::ByHand;
use super::call::Plane;
use super::check::Check;
use super::work::{Choice, Found, Progress, Question, Work};
use super::world::{Attempt, World};
use crate::document::{Key, Section};
use crate::model::{Place, Query, Region, Span, Text};

/// What a step leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reversibility {
    /// It changes nothing.
    Harmless,
    /// It can be undone.
    Reversible,
    /// It can be undone, and data are lost. To confirm it the System's name is typed.
    WithLoss,
    /// It cannot be undone. To confirm it the System's name is typed.
    OneWay,
}

/// What is known of a step without reading anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// What it leaves behind.
    pub reversibility: Reversibility,
    /// What has to be up for its calls; `None` if it sends none.
    pub plane: Option<Plane>,
    /// The Regions whose endpoints its calls need.
    pub regions: Vec<Region>,
    /// The IAM actions of its calls; those of its reads follow from its Queries.
    pub permissions: Vec<&'static str>,
    /// The state if one stops here, and how to undo it.
    pub undo: Text,
    /// What to do if it fails, where the runbook says nothing.
    pub on_failure: Text,
}

/// How a kind proves what it did, in words for the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// When it is done, in words that follow that.
    pub done: &'static str,
    /// How it is found out whether a request whose answer was lost was carried out.
    pub lost: &'static str,
}

/// A kind of step. Everything in it is a pure function of what was read.
pub trait StepKind {
    /// What is known without reading anything.
    fn facts(&self) -> Facts;

    /// How it proves what it did. A kind that says nothing is refused by a test.
    fn evidence(&self) -> Evidence {
        Evidence { done: "", lost: "" }
    }

    /// What has to be read for everything below. It is asked for again with what came, until it names nothing new: the log of a job
    /// whose id an answer tells.
    fn reads(&self, world: &World<'_>) -> Vec<Query>;

    /// What it does, on what (ARN or id, Region), in which direction.
    fn describe(&self, world: &World<'_>) -> Text;

    /// What is lost if it is confirmed now, in words with figures; `None` if nothing is.
    fn loses(&self, _world: &World<'_>) -> Option<Text> {
        None
    }

    /// What the operator chooses on its card.
    fn choices(&self, _world: &World<'_>) -> Vec<Choice> {
        Vec::new()
    }

    /// Whose word it is, where that is the work.
    fn asks(&self) -> Option<Question> {
        None
    }

    /// How long resolvers may keep what it replaces, where that is known without reading.
    fn ttl(&self) -> Option<Span> {
        None
    }

    /// What a person does instead, with the AWS CLI alone: for the day that drdeck is not there. Nothing is read for it.
    fn by_hand(&self) -> ByHand;

    /// Its preconditions.
    fn check(&self, world: &World<'_>) -> Vec<Check>;

    /// What is to be done. A drill is done differently, or not at all: [`World::run`] says which mode it is. (In a tabletop nothing is
    /// sent whatever this says.)
    fn work(&self, world: &World<'_>) -> Work;

    /// How far it has come.
    fn verify(&self, world: &World<'_>) -> Progress;

    /// Whether a request of it whose answer was lost was carried out: the rule of its operation.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found;
}

/// What reading a step's keys needs to know of its runbook.
#[derive(Clone, Debug)]
pub struct Around {
    /// The role assumed for its changes and its readings.
    pub role: Option<Arc<str>>,
}

impl Around {
    /// The Place that a key which must be there names; its absence or misspelling was noted.
    pub fn place(&self, section: &Section<'_>, key: &str) -> Option<Place> {
        section.region(key).map(|found| Place { region: found.value, role: self.role.clone() })
    }
}

/// One kind of step, as runbooks write it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The word in `kind`.
    pub word: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Makes one from its keys. What is wrong with them is noted in the section, all of it at once; then this is `None`.
    pub read: fn(&Section<'_>, &Around) -> Option<Kind>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident($type:ty),)*) => {
        /// What a step is.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Kind {
            $($(#[$doc])* $variant($type),)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Entry] = &[$(<$type>::ENTRY,)*];

            /// The word in `kind`.
            pub fn word(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => <$type>::ENTRY.word,)*
                }
            }

            /// The step itself.
            pub fn step(&self) -> &dyn StepKind {
                match self {
                    $(Self::$variant(kind) => kind,)*
                }
            }
        }

        $(
            impl From<$type> for Kind {
                fn from(kind: $type) -> Self {
                    Self::$variant(kind)
                }
            }
        )*
    };
}

kinds! {
    /// Something a person does.
    Manual(Manual),
    /// Somebody else's consent.
    Approval(Approval),
    /// The declaration of the outage.
    Decision(Decision),
    /// The proof that the old primary takes no writes.
    Fence(Fence),
    /// Waiting for a reading.
    WaitUntil(WaitUntil),
    /// The size of an Auto Scaling group.
    AsgScale(AsgScale),
    /// The cluster of another Region takes an Aurora global database's writes at once.
    AuroraFailover(AuroraFailover),
    /// The same, once it has everything.
    AuroraSwitchover(AuroraSwitchover),
    /// A cluster leaves its global database.
    AuroraDetach(AuroraDetach),
    /// A new cluster in a global database.
    AuroraAddSecondary(AuroraAddSecondary),
    /// A new instance in a cluster.
    AuroraAddInstance(AuroraAddInstance),
    /// A read replica becomes an instance of its own.
    RdsPromote(RdsPromote),
    /// Settings of an instance.
    RdsModify(RdsModify),
    /// An instance gives its name away.
    RdsRename(RdsRename),
    /// Automated backups are kept in another Region too.
    RdsReplicateBackups(RdsReplicateBackups),
    /// A new read replica.
    RdsCreateReplica(RdsCreateReplica),
    /// An instance is stopped.
    RdsStop(RdsStop),
    /// Another instance of an Aurora cluster writes.
    RdsFailoverCluster(RdsFailoverCluster),
    /// The standby of an instance takes over.
    RdsReboot(RdsReboot),
    /// A new instance from automated backups.
    RdsRestore(RdsRestore),
    /// A new table from point-in-time recovery.
    DynamodbRestore(DynamodbRestore),
    /// The cache of another Region takes a global datastore's writes.
    ElasticacheFailover(ElasticacheFailover),
    /// Launches source servers.
    DrsStartRecovery(DrsStartRecovery),
    /// Recovered machines replicate back.
    DrsReverse(DrsReverse),
    /// Machines on premises take over again.
    DrsFailback(DrsFailback),
    /// Source servers replicate no more.
    DrsStop(DrsStop),
    /// Machines that runs launched are terminated.
    DrsTerminate(DrsTerminate),
    /// A recovery plan of DRS is executed.
    DrsPlan(DrsPlan),
    /// A backup outside of any plan.
    BackupStart(BackupStart),
    /// A recovery point into another vault.
    BackupCopy(BackupCopy),
    /// Something new from a recovery point.
    BackupRestore(BackupRestore),
    /// Record sets change.
    Route53ChangeRecords(Route53ChangeRecords),
    /// A health check counts as unhealthy, or as what it sees again.
    Route53ForceUnhealthy(Route53ForceUnhealthy),
    /// An ARC Region switch plan is executed.
    ArcRegionSwitch(ArcRegionSwitch),
    /// Routing controls of an ARC cluster are switched.
    ArcRoutingControl(ArcRoutingControl),
    /// A message to people.
    SnsPublish(SnsPublish),
    /// A page is served.
    HttpCheck(HttpCheck),
    /// DNS answers what it should.
    DnsCheck(DnsCheck),
    /// A program of one's own.
    Command(CommandStep),
    /// Another runbook.
    Nested(Nested),
}
