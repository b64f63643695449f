//! A Snapshot whose lists are looked up by name, so that judging a thousand Systems does not walk a list of thousands for each.

use std::collections::HashMap;

use super::facts::arc::RoutingControl;
use super::facts::autoscaling::Group;
use super::facts::backup::{BackupJob, CopyJob, ProtectedResource, RecoveryPoint, RestoreJob};
use super::facts::cloudwatch::Alarm;
use super::facts::drs::{Job, RecoveryInstance, SourceServer};
use super::facts::elasticache::GlobalDatastore;
use super::facts::rds::{AutomatedBackup, ClusterAutomatedBackup, DbCluster, DbInstance, Event, GlobalCluster};
use super::facts::route53::{HealthCheck, Record};
use super::facts::{Answer, efs};
use super::kinds::{Doubt, Trust};
use super::selection::Plans;
use super::words::clock;
use super::{FailureKind, Freshness, Moment, Query, Reading, Snapshot, Text};

/// A value as seen at the moment of the judgement. Without a value but fresh: it was looked for, and it is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight<'a, T: ?Sized> {
    /// The value, fresh or not.
    pub value: Option<&'a T>,
    /// How far it can be trusted.
    pub trust: Trust,
    /// When it was read.
    pub read_at: Option<Moment>,
}

impl<T: ?Sized> Sight<'_, T> {
    /// Whether it was read in time.
    pub fn is_fresh(&self) -> bool {
        self.trust == Trust::Fresh
    }

    /// Whether it was looked for in time and is not there.
    pub fn is_absent(&self) -> bool {
        self.is_fresh() && self.value.is_none()
    }
}

type ByName<'a, T> = HashMap<&'a Query, HashMap<&'a str, T>>;

/// A Snapshot at a moment, with its lists looked up by name.
#[derive(Debug)]
pub struct Index<'a> {
    snapshot: &'a Snapshot,
    now: Moment,
    db_instances: ByName<'a, &'a DbInstance>,
    db_clusters: ByName<'a, &'a DbCluster>,
    global_clusters: ByName<'a, &'a GlobalCluster>,
    automated_backups: ByName<'a, Vec<&'a AutomatedBackup>>,
    servers: ByName<'a, &'a SourceServer>,
    servers_by_tag: HashMap<&'a Query, HashMap<(&'a str, &'a str), Vec<&'a SourceServer>>>,
    recovery_instances: ByName<'a, Vec<&'a RecoveryInstance>>,
    drs_jobs: ByName<'a, Vec<(&'a Job, &'a str)>>,
    backup_jobs: ByName<'a, Vec<&'a BackupJob>>,
    copy_jobs: ByName<'a, Vec<&'a CopyJob>>,
    restore_jobs: ByName<'a, Vec<&'a RestoreJob>>,
    restore_tests: ByName<'a, Vec<&'a RestoreJob>>,
    protected: ByName<'a, &'a ProtectedResource>,
    points: ByName<'a, Vec<&'a RecoveryPoint>>,
    groups: ByName<'a, &'a Group>,
    health_checks: ByName<'a, &'a HealthCheck>,
    alarms: ByName<'a, &'a Alarm>,
    records: ByName<'a, Vec<&'a Record>>,
    cluster_backups: ByName<'a, Vec<&'a ClusterAutomatedBackup>>,
    routing_controls: ByName<'a, &'a RoutingControl>,
    file_systems: ByName<'a, &'a efs::Replication>,
    global_datastores: ByName<'a, &'a GlobalDatastore>,
    db_events: ByName<'a, Vec<&'a Event>>,
    plans: Plans<'a>,
}

fn by_name<'a, T>(items: &'a [T], name: impl Fn(&'a T) -> &'a str) -> HashMap<&'a str, &'a T> {
    items.iter().map(|item| (name(item), item)).collect()
}

fn all_by_name<'a, T>(items: &'a [T], name: impl Fn(&'a T) -> &'a str) -> HashMap<&'a str, Vec<&'a T>> {
    let mut found: HashMap<&str, Vec<&T>> = HashMap::new();
    for item in items {
        found.entry(name(item)).or_default().push(item);
    }
    found
}

impl<'a> Index<'a> {
    /// The lists of `snapshot`, looked up once.
    pub fn new(snapshot: &'a Snapshot, now: Moment) -> Self {
        let mut index = Self {
            snapshot,
            now,
            db_instances: HashMap::new(),
            db_clusters: HashMap::new(),
            global_clusters: HashMap::new(),
            automated_backups: HashMap::new(),
            servers: HashMap::new(),
            servers_by_tag: HashMap::new(),
            recovery_instances: HashMap::new(),
            drs_jobs: HashMap::new(),
            backup_jobs: HashMap::new(),
            copy_jobs: HashMap::new(),
            restore_jobs: HashMap::new(),
            restore_tests: HashMap::new(),
            protected: HashMap::new(),
            points: HashMap::new(),
            groups: HashMap::new(),
            health_checks: HashMap::new(),
            alarms: HashMap::new(),
            records: HashMap::new(),
            cluster_backups: HashMap::new(),
            routing_controls: HashMap::new(),
            file_systems: HashMap::new(),
            global_datastores: HashMap::new(),
            db_events: HashMap::new(),
            plans: Plans::default(),
        };
        for (query, reading) in &snapshot.readings {
            if let Some(answer) = &reading.value {
                index.add(query, answer);
            }
        }
        index.plans.settle();
        index
    }

    fn add(&mut self, query: &'a Query, answer: &'a Answer) {
        match answer {
            Answer::DbInstances(list) => {
                self.db_instances.insert(query, by_name(list, |i| i.id.as_str()));
            }
            Answer::DbClusters(list) => {
                self.db_clusters.insert(query, by_name(list, |c| c.id.as_str()));
            }
            Answer::GlobalClusters(list) => {
                self.global_clusters.insert(query, by_name(list, |c| c.id.as_str()));
            }
            Answer::DbAutomatedBackups(list) => {
                self.automated_backups.insert(query, all_by_name(list, |b| b.instance.as_str()));
            }
            Answer::SourceServers(list) => {
                let mut tagged: HashMap<(&str, &str), Vec<&SourceServer>> = HashMap::new();
                for server in list {
                    for (key, value) in &server.tags {
                        tagged.entry((key.as_str(), value.as_str())).or_default().push(server);
                    }
                }
                self.servers.insert(query, by_name(list, |s| s.id.as_str()));
                self.servers_by_tag.insert(query, tagged);
            }
            Answer::RecoveryInstances(list) => {
                self.recovery_instances.insert(query, all_by_name(list, |i| i.source_server.as_str()));
            }
            Answer::DrsJobs(list) => {
                let mut jobs: HashMap<&str, Vec<(&Job, &str)>> = HashMap::new();
                for job in list {
                    for (server, launch) in &job.servers {
                        jobs.entry(server.as_str()).or_default().push((job, launch.as_str()));
                    }
                }
                self.drs_jobs.insert(query, jobs);
            }
            Answer::BackupJobs(list) => {
                self.backup_jobs.insert(query, all_by_name(list, |j| j.resource.as_str()));
            }
            Answer::CopyJobs(list) => {
                self.copy_jobs.insert(query, all_by_name(list, |j| j.resource.as_str()));
            }
            Answer::RestoreJobs(list) => {
                let (jobs, tests) = (self.restore_jobs.entry(query), self.restore_tests.entry(query));
                let (jobs, tests) = (jobs.or_default(), tests.or_default());
                for job in list {
                    if let Some(resource) = &job.resource {
                        jobs.entry(resource.as_str()).or_default().push(job);
                    }
                    if let Some(plan) = &job.testing_plan {
                        tests.entry(plan.as_str()).or_default().push(job);
                    }
                }
            }
            Answer::ProtectedResources(list) => {
                self.protected.insert(query, by_name(list, |r| r.arn.as_str()));
            }
            Answer::RecoveryPoints(list) => {
                self.points.insert(query, all_by_name(list, |p| p.resource.as_str()));
            }
            Answer::Groups(list) => {
                self.groups.insert(query, by_name(list, |g| g.name.as_str()));
            }
            Answer::HealthChecks(list) => {
                self.health_checks.insert(query, by_name(list, |c| c.id.as_str()));
            }
            Answer::Alarms(list) => {
                self.alarms.insert(query, by_name(list, |a| a.name.as_str()));
            }
            Answer::Records(list) => {
                self.records.insert(query, all_by_name(list, |r| r.name.as_str()));
            }
            Answer::DbClusterAutomatedBackups(list) => {
                self.cluster_backups.insert(query, all_by_name(list, |b| b.cluster.as_str()));
            }
            Answer::RoutingControls(list) => {
                self.routing_controls.insert(query, by_name(list, |c| c.arn.as_str()));
            }
            Answer::FileSystemReplications(list) => {
                self.file_systems.insert(query, by_name(list, |r| r.source.as_str()));
            }
            Answer::GlobalDatastores(list) => {
                self.global_datastores.insert(query, by_name(list, |d| d.id.as_str()));
            }
            Answer::DbEvents(list) => {
                self.db_events.insert(query, all_by_name(list, |e| e.source.as_str()));
            }
            Answer::BackupPlans(_)
            | Answer::BackupPlan(_)
            | Answer::BackupSelections(_)
            | Answer::BackupSelection(_) => self.plans.add(query, answer),
            Answer::Identity(_)
            | Answer::RecoverySnapshots(_)
            | Answer::Vault(_)
            | Answer::HealthCheckStatus(_)
            | Answer::Table(_)
            | Answer::ContinuousBackups(_)
            | Answer::ScalingActivities(_)
            | Answer::Series(_)
            | Answer::HostedZones(_)
            | Answer::DnsAnswer(_)
            | Answer::Probe(_)
            | Answer::Probes(_)
            | Answer::RecordChange(_)
            | Answer::RestoreMetadata(_)
            | Answer::SwitchSteps(_)
            | Answer::RecoveryPlanSteps(_)
            | Answer::RestoreTestingPlans(_)
            | Answer::RestoreTestingSelections(_)
            | Answer::JobLog(_)
            | Answer::LaunchConfiguration(_)
            | Answer::ReplicationConfiguration(_)
            | Answer::RecoveryPlans(_)
            | Answer::RecoveryPlanExecutions(_)
            | Answer::SwitchPlans(_)
            | Answer::SwitchExecutions(_) => {}
        }
    }

    /// The Snapshot itself.
    pub const fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    /// The moment of the judgement.
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// How far the answer to `query` can be trusted, and when it was read. `None` in place of trust: AWS says it is not there.
    fn trust(&self, query: &Query) -> (Option<Trust>, Option<Moment>) {
        let Some(reading) = self.snapshot.readings.get(query) else {
            let why = format!("{} was not read yet", query.source());
            return (Some(Trust::Missing(doubt(query, why, None, None))), None);
        };
        if reading.failing.as_ref().is_some_and(|failure| failure.kind == FailureKind::NotFound) {
            return (None, reading.failing.as_ref().map(|failure| failure.at));
        }
        let trust = match reading.freshness(self.now) {
            Freshness::Fresh => Trust::Fresh,
            Freshness::Stale => Trust::Stale(doubt_of(query, reading, self.now)),
            Freshness::Missing => Trust::Missing(doubt_of(query, reading, self.now)),
        };
        (Some(trust), reading.read_at)
    }

    /// One value that a Query asks for by its name.
    pub fn one<T>(&self, query: &Query, read: impl FnOnce(&'a Snapshot, &Query) -> Reading<&'a T>) -> Sight<'a, T> {
        let (trust, read_at) = self.trust(query);
        match trust {
            None => Sight { value: None, trust: Trust::Fresh, read_at },
            Some(trust) => {
                let value = read(self.snapshot, query).value;
                // An answer of another shape than was asked for is as good as none.
                let trust = match (&value, trust) {
                    (None, Trust::Fresh) => {
                        Trust::Missing(doubt(query, format!("{} gave no usable answer", query.source()), read_at, None))
                    }
                    (_, trust) => trust,
                };
                Sight { value, trust, read_at }
            }
        }
    }

    fn listed<T: Copy>(&self, lists: &ByName<'a, T>, query: &Query, name: &str) -> (Option<T>, Trust, Option<Moment>) {
        let (trust, read_at) = self.trust(query);
        let value = lists.get(query).and_then(|list| list.get(name)).copied();
        match trust {
            // The place itself that is listed (a vault) does not exist.
            None => (None, Trust::Fresh, read_at),
            Some(trust) => (value, trust, read_at),
        }
    }

    fn sight<T>(&self, lists: &ByName<'a, &'a T>, query: &Query, name: &str) -> Sight<'a, T> {
        let (value, trust, read_at) = self.listed(lists, query, name);
        Sight { value, trust, read_at }
    }

    fn sights<'s, T>(&'s self, lists: &'s ByName<'a, Vec<T>>, query: &Query, name: &str) -> Sight<'s, [T]> {
        let (trust, read_at) = self.trust(query);
        let trust = trust.unwrap_or_default();
        let found = lists.get(query).and_then(|list| list.get(name)).map_or(&[][..], Vec::as_slice);
        Sight { value: (!matches!(trust, Trust::Missing(_))).then_some(found), trust, read_at }
    }
}

macro_rules! lookups {
    ($($(#[$doc:meta])* $name:ident: $field:ident -> $type:ty;)*) => {
        impl<'a> Index<'a> {
            $(
                $(#[$doc])*
                pub fn $name(&self, query: &Query, name: &str) -> Sight<'a, $type> {
                    self.sight(&self.$field, query, name)
                }
            )*
        }
    };
}

macro_rules! groups {
    ($($(#[$doc:meta])* $name:ident: $field:ident -> $type:ty;)*) => {
        impl<'a> Index<'a> {
            $(
                $(#[$doc])*
                pub fn $name(&self, query: &Query, name: &str) -> Sight<'_, [$type]> {
                    self.sights(&self.$field, query, name)
                }
            )*
        }
    };
}

lookups! {
    /// The RDS instance of that identifier.
    db_instance: db_instances -> DbInstance;
    /// The Aurora cluster of that identifier.
    db_cluster: db_clusters -> DbCluster;
    /// The Aurora global database of that identifier.
    global_cluster: global_clusters -> GlobalCluster;
    /// The DRS source server of that id.
    server: servers -> SourceServer;
    /// That resource, if AWS Backup ever backed it up.
    protected_resource: protected -> ProtectedResource;
    /// The Auto Scaling group of that name.
    group: groups -> Group;
    /// The health check of that id.
    health_check: health_checks -> HealthCheck;
    /// The alarm of that name.
    alarm: alarms -> Alarm;
    /// The routing control of that ARN.
    routing_control: routing_controls -> RoutingControl;
    /// The replication of that file system.
    file_system_replication: file_systems -> efs::Replication;
    /// The global datastore of that id.
    global_datastore: global_datastores -> GlobalDatastore;
}

groups! {
    /// The automated backups of that RDS instance.
    automated_backups_of: automated_backups -> &'a AutomatedBackup;
    /// The machines that DRS launched of that source server.
    recovery_instances_of: recovery_instances -> &'a RecoveryInstance;
    /// The DRS jobs that name that source server, each with the server's launch status.
    drs_jobs_of: drs_jobs -> (&'a Job, &'a str);
    /// The backup jobs of that resource.
    backup_jobs_of: backup_jobs -> &'a BackupJob;
    /// The copy jobs of that resource.
    copy_jobs_of: copy_jobs -> &'a CopyJob;
    /// The restore jobs of that resource.
    restore_jobs_of: restore_jobs -> &'a RestoreJob;
    /// The restore jobs that the restore testing plan of that ARN started.
    restore_tests_of: restore_tests -> &'a RestoreJob;
    /// What RDS did to the instance or cluster of that name.
    db_events_of: db_events -> &'a Event;
    /// The recovery points of that resource in the vault asked.
    points_of: points -> &'a RecoveryPoint;
    /// The record sets of that name in the zone asked.
    records_of: records -> &'a Record;
    /// The automated backups of that Aurora cluster.
    cluster_backups_of: cluster_backups -> &'a ClusterAutomatedBackup;
}

impl<'a> Index<'a> {
    /// The backup plans that were read.
    pub const fn backup_plans(&self) -> &Plans<'a> {
        &self.plans
    }

    fn servers_with<'s>(&'s self, query: &Query, key: &'s str, value: &'s str) -> &'s [&'a SourceServer] {
        self.servers_by_tag.get(query).and_then(|tagged| tagged.get(&(key, value))).map_or(&[], Vec::as_slice)
    }

    /// The DRS source servers that carry all of `tags`, in the order of their ids.
    pub fn servers_tagged(
        &self,
        query: &Query,
        tags: &[(String, String)],
    ) -> (Vec<&'a SourceServer>, Trust, Option<Moment>) {
        let (trust, read_at) = self.trust(query);
        let mut servers: Vec<&SourceServer> = match tags.split_first() {
            Some(((key, value), rest)) => self
                .servers_with(query, key, value)
                .iter()
                .copied()
                .filter(|server| {
                    rest.iter().all(|(key, value)| {
                        server.tags.iter().any(|(k, v)| k.as_str() == key.as_str() && v.as_str() == value.as_str())
                    })
                })
                .collect(),
            None => Vec::new(),
        };
        servers.sort_by(|a, b| a.id.cmp(&b.id));
        (servers, trust.unwrap_or_default(), read_at)
    }
}

/// Why the reading `query` asks for cannot be trusted.
pub(crate) fn doubt(query: &Query, why: String, read_at: Option<Moment>, silent_since: Option<Moment>) -> Doubt {
    Doubt {
        why: Text::new(why),
        service: query.operation().0,
        region: query.region().clone(),
        source: query.source(),
        read_at,
        silent_since,
    }
}

fn doubt_of<T>(query: &Query, reading: &Reading<T>, now: Moment) -> Doubt {
    let silent = reading.failing.as_ref().filter(|failure| failure.kind.is_silence());
    doubt(query, why_not(query, reading, now), reading.read_at, silent.map(|failure| failure.since))
}

/// Why `query` has no value that can be trusted, in a sentence.
fn why_not<T>(query: &Query, reading: &Reading<T>, now: Moment) -> String {
    let source = query.source();
    match (&reading.failing, reading.read_at) {
        (Some(failure), _) if failure.kind == FailureKind::Denied => {
            format!("This identity may not call {source}: {}", failure.error)
        }
        (Some(failure), _) => {
            format!("{source} could not be read since {}: {}", clock(failure.since, now), failure.error)
        }
        (None, Some(at)) => format!("{source} was last read at {}, too long ago", clock(at, now)),
        (None, None) => format!("{source} was not read yet"),
    }
}
