//! `wait-until`: a reading is as it should be.

use super::aurora_global::{Global, out_of_line};
use super::dynamodb_table::NamedTable;
use super::loss::lag_of;
use super::rds_instance::Instance;
use super::seen::{Seen, fresh};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::drs::RecoverySnapshot;
use crate::model::index::Index;
use crate::model::kinds::lag::{self, Lag};
use crate::model::kinds::{Health, LagUnit, check_queries, check_view};
use crate::model::words::{clock, length};
use crate::model::{Moment, Place, Query, Region, Snapshot, Span, Text};
use crate::runbook::by_hand::{self, ByHand, look};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Waits until a reading is as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitUntil {
    /// What is read.
    pub reading: Reading,
    /// Where.
    pub place: Place,
    /// Of what.
    pub name: String,
    /// What it should be.
    pub wanted: Wanted,
    /// The step after which it has to be measured.
    pub since: Option<String>,
}

/// What can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The status of an RDS instance.
    InstanceStatus,
    /// The status of an Aurora cluster.
    ClusterStatus,
    /// Whether the automated backups of an RDS instance reach to any moment.
    InstanceRestorable,
    /// How far a read replica of RDS is behind.
    ReplicaLag,
    /// How far an Aurora cluster of a global database is behind.
    AuroraLag,
    /// How the cluster of a global database follows in a Region.
    AuroraSynchronization,
    /// How many instances of an Auto Scaling group are in service.
    InService,
    /// What a health check reports.
    HealthCheck,
    /// How a DRS source server replicates.
    DrsReplication,
    /// How old the newest point in time of a DRS source server is.
    DrsPointAge,
    /// The status of a DynamoDB table, in a Region of its.
    TableStatus,
    /// Whether a DynamoDB table has point-in-time recovery.
    TableRestorable,
    /// How far the replication of an EFS file system is behind.
    FileSystemLag,
}

/// What a reading should be.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// This word.
    Is(String),
    /// Less than this.
    Below(Span),
    /// At least so many.
    AtLeast(u32),
    /// Any value at all.
    There,
}

impl Reading {
    const ALL: [Self; 13] = [
        Self::InstanceStatus,
        Self::ClusterStatus,
        Self::InstanceRestorable,
        Self::ReplicaLag,
        Self::AuroraLag,
        Self::AuroraSynchronization,
        Self::InService,
        Self::HealthCheck,
        Self::DrsReplication,
        Self::DrsPointAge,
        Self::TableStatus,
        Self::TableRestorable,
        Self::FileSystemLag,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::InstanceStatus => "db-instance-status",
            Self::ClusterStatus => "db-cluster-status",
            Self::InstanceRestorable => "db-instance-restorable",
            Self::ReplicaLag => "replica-lag",
            Self::AuroraLag => "aurora-lag",
            Self::AuroraSynchronization => "aurora-synchronization",
            Self::InService => "asg-in-service",
            Self::HealthCheck => "health-check",
            Self::DrsReplication => "drs-replication",
            Self::DrsPointAge => "drs-point-age",
            Self::TableStatus => "table-status",
            Self::TableRestorable => "table-restorable",
            Self::FileSystemLag => "efs-lag",
        }
    }

    /// The key that says what it should be, and the word that is meant where it may be left out.
    const fn wants(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::InstanceStatus | Self::ClusterStatus => ("is", Some("available")),
            Self::AuroraSynchronization => ("is", Some("connected")),
            Self::HealthCheck => ("is", Some("healthy")),
            Self::DrsReplication => ("is", Some("CONTINUOUS")),
            Self::TableStatus => ("is", Some("ACTIVE")),
            Self::ReplicaLag | Self::AuroraLag | Self::DrsPointAge | Self::FileSystemLag => ("below", None),
            Self::InService => ("at_least", None),
            Self::InstanceRestorable | Self::TableRestorable => ("", None),
        }
    }
}

const READINGS: &[&str] = &[
    Reading::InstanceStatus.word(),
    Reading::ClusterStatus.word(),
    Reading::InstanceRestorable.word(),
    Reading::ReplicaLag.word(),
    Reading::AuroraLag.word(),
    Reading::AuroraSynchronization.word(),
    Reading::InService.word(),
    Reading::HealthCheck.word(),
    Reading::DrsReplication.word(),
    Reading::DrsPointAge.word(),
    Reading::TableStatus.word(),
    Reading::TableRestorable.word(),
    Reading::FileSystemLag.word(),
];

impl WaitUntil {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "wait-until",
        doc: "Waits until a reading is as it should be: a status, a lag, a health check, replication, instances in service. Nothing is sent.",
        keys: &[
            required("reading", Shape::Word(READINGS), r#""replica-lag""#, "What is read."),
            required(
                "name",
                Shape::Text,
                r#""orders-db-east""#,
                "Of what: the instance, cluster, global database, group, table, health check, source server or file system that is replicated (its id).",
            ),
            required("region", Shape::Region, r#""us-east-1""#, "Where; for a health check us-east-1."),
            optional(
                "is",
                Shape::Text,
                "available, connected, healthy, CONTINUOUS or ACTIVE",
                r#""available""#,
                "The word it should be.",
            ),
            optional(
                "below",
                Shape::Duration,
                "needed for a lag and an age",
                r#""30s""#,
                "What a lag or an age should be below.",
            ),
            optional(
                "since",
                Shape::Text,
                "any time",
                r#""stop-app""#,
                "A step after whose end a lag or a point in time has to be measured; one of before proves nothing.",
            ),
            optional("at_least", Shape::Number, "needed for asg-in-service", "4", "How many should be in service."),
        ],
        read,
    };

    fn instance(&self) -> Instance {
        Instance { place: self.place.clone(), id: self.name.clone() }
    }

    fn global(&self) -> Global {
        Global { place: self.place.clone(), id: self.name.clone() }
    }

    fn table(&self) -> NamedTable {
        NamedTable { place: self.place.clone(), name: self.name.clone() }
    }

    /// How long ago everything that was written had arrived at the file system's destination.
    fn file_system_lag(&self, world: &World<'_>) -> Progress {
        let query = Query::FileSystemReplications(self.place.clone());
        let all = world.snapshot.file_system_replications(&query);
        let replication = Seen::among(world, &query, &all, |one| one.source.as_str() == self.name);
        let found = match replication {
            Seen::Is(found) => found,
            Seen::Unread(why) => return Progress::Unknown(Text::new(why)),
            Seen::Absent => {
                return Progress::NotBegun(Text::new(format!("{} is not replicated to anywhere", self.name)));
            }
        };
        let Some(destination) = found.destinations.first() else {
            return Progress::NotBegun(Text::new(format!("{} has no destination", self.name)));
        };
        let lag = match destination.last_replicated {
            Some(at) if destination.status.as_str() == "ENABLED" => {
                Lag::Of { lag: world.now.duration_since(at).max(Span::ZERO), safe: at, at: world.now }
            }
            Some(_) | None => {
                let state = format!("{} to {} is {}", self.what(), destination.file_system, destination.status);
                return Progress::Running { state: Text::new(state), share: None };
            }
        };
        self.lag(world, lag)
    }

    fn replica_lag(&self) -> Query {
        lag::lag_query(&self.place, "AWS/RDS", "ReplicaLag", &[("DBInstanceIdentifier", &self.name)])
    }

    fn what(&self) -> String {
        let (name, region) = (&self.name, &self.place.region);
        match self.reading {
            Reading::InstanceStatus => format!("RDS instance {name} in {region}"),
            Reading::ClusterStatus => format!("Aurora cluster {name} in {region}"),
            Reading::InstanceRestorable => format!("the backups of {name} in {region}"),
            Reading::ReplicaLag | Reading::AuroraLag => format!("the lag of {name} in {region}"),
            Reading::AuroraSynchronization => format!("the cluster of {name} in {region}"),
            Reading::InService => format!("Auto Scaling group {name} in {region}"),
            Reading::HealthCheck => format!("health check {name}"),
            Reading::DrsReplication => format!("DRS source server {name} in {region}"),
            Reading::DrsPointAge => format!("the newest point in time of {name} in {region}"),
            Reading::TableStatus => self.table().words(),
            Reading::TableRestorable => format!("the point-in-time recovery of {name} in {region}"),
            Reading::FileSystemLag => format!("the replication of EFS file system {name}"),
        }
    }

    fn wanted(&self) -> String {
        match &self.wanted {
            Wanted::Is(word) => format!("is {word}"),
            Wanted::Below(span) if self.reading == Reading::DrsPointAge => {
                format!("is less than {} old", length(*span))
            }
            Wanted::Below(span) => format!("is below {}", length(*span)),
            Wanted::AtLeast(number) => format!("has at least {number} in service"),
            Wanted::There if self.reading == Reading::TableRestorable => "is on".to_owned(),
            Wanted::There => "reach to a moment".to_owned(),
        }
    }

    /// The same for a person who reads what AWS says.
    fn by_hand_wanted(&self) -> String {
        match (self.reading, &self.wanted) {
            (Reading::HealthCheck, Wanted::Is(word)) => format!(
                "is {word}: of most checkers, Says begins with {}",
                if word == "healthy" { "Success" } else { "Failure" }
            ),
            (Reading::AuroraLag, Wanted::Below(_)) => format!("{} (milliseconds)", self.wanted()),
            (Reading::ReplicaLag, Wanted::Below(_)) => {
                format!("{} (seconds; -1 says that it does not replicate)", self.wanted())
            }
            (_, Wanted::Is(_) | Wanted::Below(_) | Wanted::AtLeast(_) | Wanted::There) => self.wanted(),
        }
    }

    /// The word of a thing in a list.
    fn word<T>(&self, seen: &Seen<'_, T>, word: impl Fn(&T) -> String) -> Progress {
        match seen {
            Seen::Unread(why) => Progress::Unknown(Text::new(why)),
            Seen::Absent => Progress::NotBegun(Text::new(format!("there is no {}", self.what()))),
            Seen::Is(value) => self.compare(&word(value)),
        }
    }

    fn compare(&self, word: &str) -> Progress {
        let state = Text::new(format!("{} is {word}", self.what()));
        let fits = matches!(&self.wanted, Wanted::Is(wanted) if wanted.eq_ignore_ascii_case(word));
        if fits { Progress::Done(state) } else { Progress::Running { state, share: None } }
    }

    fn lag(&self, world: &World<'_>, lag: Lag) -> Progress {
        let what = self.what();
        let (lag, at) = match lag {
            Lag::Of { lag, at, .. } => (lag, at),
            Lag::Invalid(value) => {
                let state = Text::new(format!("{what} is {value}: it does not replicate"));
                return Progress::Running { state, share: None };
            }
            Lag::NoPoints => {
                return Progress::Running { state: Text::new(format!("{what} has no points yet")), share: None };
            }
            Lag::Unread => return Progress::Unknown(Text::new(format!("{what} cannot be read"))),
        };
        let state = format!("{what} is {} at {}", length(lag), clock(at, world.now));
        if let Some(early) = self.too_early(world, at) {
            return Progress::Running { state: Text::new(format!("{state}, {early}")), share: None };
        }
        let state = Text::new(state);
        match self.wanted {
            Wanted::Below(most) if lag < most => Progress::Done(state),
            Wanted::Below(_) | Wanted::Is(_) | Wanted::AtLeast(_) | Wanted::There => {
                Progress::Running { state, share: None }
            }
        }
    }

    /// Why what was measured then says nothing of what it is waited for. A step that was left out asks for nothing.
    fn too_early(&self, world: &World<'_>, at: Moment) -> Option<String> {
        let since = self.since.as_ref()?;
        let (id, done, _) = world.run.done.iter().rev().find(|(id, ..)| id == since)?;
        (at < *done).then(|| format!("measured before {id} was done at {}", clock(*done, world.now)))
    }

    fn point_age(&self, world: &World<'_>) -> Progress {
        let query = Query::RecoverySnapshots(self.place.clone(), self.name.clone());
        let all = match fresh(world, &query, Snapshot::recovery_snapshots) {
            Ok(all) => all,
            Err(why) => return Progress::Unknown(Text::new(why)),
        };
        let Some(newest) = all.iter().filter_map(RecoverySnapshot::taken).max() else {
            return Progress::NotBegun(Text::new(format!("{} has no point in time", self.name)));
        };
        let age = world.now.duration_since(newest).max(Span::ZERO);
        let state = format!("{} is of {}, {} old", self.what(), clock(newest, world.now), length(age));
        if let Some(early) = self.too_early(world, newest) {
            return Progress::Running { state: Text::new(format!("{state}, {early}")), share: None };
        }
        let state = Text::new(state);
        match self.wanted {
            Wanted::Below(most) if age < most => Progress::Done(state),
            Wanted::Below(_) | Wanted::Is(_) | Wanted::AtLeast(_) | Wanted::There => {
                Progress::Running { state, share: None }
            }
        }
    }

    fn health(&self, world: &World<'_>) -> Progress {
        let index = Index::new(world.snapshot, world.now);
        match check_view(&index, &self.place, &self.name).reports {
            Some(Health::Passing) => self.compare("healthy"),
            Some(Health::Failing { .. }) => self.compare("unhealthy"),
            Some(Health::Unknown) | None => Progress::Unknown(Text::new(format!("{} cannot be read", self.what()))),
        }
    }

    fn in_service(&self, world: &World<'_>) -> Progress {
        let query = Query::Groups(self.place.clone());
        let seen = Seen::among(world, &query, &world.snapshot.groups(&query), |group| group.name.as_str() == self.name);
        let Wanted::AtLeast(least) = self.wanted else { return self.word(&seen, |group| group.in_service.to_string()) };
        let group = match seen.verified(&self.what()) {
            Ok(group) => group,
            Err(progress) => return progress,
        };
        let state = Text::new(format!("{} has {} of {least} in service", self.name, group.in_service));
        if group.in_service >= least {
            return Progress::Done(state);
        }
        Progress::Running { state, share: Some(f64::from(group.in_service) / f64::from(least)) }
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let reading = section.word("reading", &Reading::ALL, Reading::word);
    let (name, place) = (section.text("name"), around.place(section, "region"));
    let (is, below, at_least) = (section.text("is"), section.duration("below"), section.number("at_least"));
    let since = section.text("since").map(|found| found.value.to_owned());
    let (reading, name) = (reading?, name?.value.to_owned());
    if since.is_some() && reading.wants().0 != "below" {
        section.wrong("since", format!("is nothing that {} can be measured after; leave it out", reading.word()));
        return None;
    }
    let (key, usual) = reading.wants();
    for other in ["is", "below", "at_least"].into_iter().filter(|other| *other != key && section.has(other)) {
        section.wrong(other, format!("is nothing that {} can be compared with", reading.word()));
    }
    let wanted = match (key, is, below, at_least) {
        ("is", is, _, _) => Wanted::Is(is.map(|found| found.value).or(usual)?.to_owned()),
        ("below", _, Some(below), _) => Wanted::Below(below.value),
        ("at_least", _, _, Some(least)) => Wanted::AtLeast(least),
        ("", ..) => Wanted::There,
        (key, ..) => {
            if !section.has(key) {
                section.needs(key, &format!("for the reading {}", reading.word()));
            }
            return None;
        }
    };
    let place = place?;
    if reading == Reading::HealthCheck && place.region != Region::new("us-east-1") {
        section.wrong("region", format!("is {}, but health checks are told of in us-east-1 only", place.region));
        return None;
    }
    Some(Kind::WaitUntil(WaitUntil { reading, place, name, wanted, since }))
}

impl StepKind for WaitUntil {
    fn evidence(&self) -> Evidence {
        Evidence { done: "the reading is as it should be", lost: "nothing is sent" }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Harmless,
            plane: None,
            regions: vec![self.place.region.clone()],
            permissions: Vec::new(),
            undo: Text::new("nothing is changed"),
            on_failure: Text::new("look at why it does not come; skip this step with the reason if it is not needed"),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let place = self.place.clone();
        match self.reading {
            Reading::InstanceStatus | Reading::InstanceRestorable => vec![Query::DbInstances(place)],
            Reading::ClusterStatus => vec![Query::DbClusters(place)],
            Reading::ReplicaLag => vec![self.replica_lag()],
            Reading::AuroraLag => self.global().lag_queries(&self.name).into(),
            Reading::AuroraSynchronization => vec![Query::GlobalClusters(place)],
            Reading::InService => vec![Query::Groups(place)],
            Reading::DrsReplication => vec![Query::SourceServers(place)],
            Reading::DrsPointAge => vec![Query::RecoverySnapshots(place, self.name.clone())],
            Reading::TableStatus => vec![self.table().query()],
            Reading::TableRestorable => vec![self.table().backups_query()],
            Reading::FileSystemLag => vec![Query::FileSystemReplications(place)],
            Reading::HealthCheck => {
                let (series, checkers) = check_queries(&Index::new(world.snapshot, world.now), &place, &self.name);
                [Some(Query::HealthChecks(place)), Some(series), checkers].into_iter().flatten().collect()
            }
        }
    }

    fn describe(&self, _: &World<'_>) -> Text {
        Text::new(format!("waits until {} {}", self.what(), self.wanted()))
    }

    fn by_hand(&self) -> ByHand {
        let (place, name) = (&self.place, self.name.as_str());
        let instance = self.instance();
        let line = match self.reading {
            Reading::InstanceStatus => instance.shown("Status:DBInstanceStatus"),
            Reading::InstanceRestorable => instance.shown("Restorable:LatestRestorableTime"),
            Reading::ClusterStatus => self.global().cluster_shown(name),
            Reading::ReplicaLag => instance.lag_shown(),
            Reading::AuroraLag => self.global().lag_shown(name),
            Reading::AuroraSynchronization => self.global().shown(),
            Reading::InService => super::asg_scale::shown(place, name),
            Reading::HealthCheck => by_hand::read(
                place,
                "route53 get-health-check-status",
                &["--health-check-id", name],
                "HealthCheckObservations[].{From:Region,Says:StatusReport.Status}",
            ),
            Reading::DrsReplication => super::drs_servers::shown(place, &[name.to_owned()]),
            Reading::DrsPointAge => super::drs_point::shown(place, name),
            Reading::TableStatus => self.table().shown(),
            Reading::TableRestorable => self.table().backups_shown(),
            Reading::FileSystemLag => by_hand::read(
                place,
                "efs describe-replication-configurations",
                &["--file-system-id", name],
                "Replications[].Destinations[].{To:FileSystemId,Status:Status,UpTo:LastReplicatedTimestamp}",
            ),
        };
        let since = match &self.since {
            Some(step) => format!("; only what was measured after the end of {step} counts"),
            None => String::new(),
        };
        ByHand::watch(vec![look(line, format!("{} {}{since}", self.what(), self.by_hand_wanted()))])
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = format!("{} {}", self.what(), self.wanted());
        vec![match self.verify(world) {
            Progress::Done(state) => Check::holds(format!("{what}: {state}")),
            Progress::Running { state, .. } | Progress::NotBegun(state) | Progress::Unknown(state) => {
                Check::warns(what, state.as_str())
            }
            Progress::Failed { why, .. } => Check::warns(what, why.as_str()),
        }]
    }

    fn work(&self, _: &World<'_>) -> Work {
        Work::Watch
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        match self.reading {
            Reading::InstanceStatus => self.word(&self.instance().seen(world), |found| found.status.to_string()),
            Reading::ClusterStatus => {
                self.word(&self.global().cluster(world, &self.name), |found| found.status.to_string())
            }
            Reading::ReplicaLag => self.lag(world, lag_of(world, &self.replica_lag(), None, LagUnit::Seconds)),
            Reading::AuroraLag => self.lag(world, self.global().lag(world, &self.name)),
            Reading::InService => self.in_service(world),
            Reading::TableStatus => self.word(&self.table().seen(world), |found| found.status.to_string()),
            Reading::TableRestorable => match self.table().backups(world) {
                Err(why) => Progress::Unknown(Text::new(why)),
                Ok(backups) if backups.enabled => Progress::Done(Text::new(format!("{} is on", self.what()))),
                Ok(_) => Progress::Running { state: Text::new(format!("{} is off", self.what())), share: None },
            },
            Reading::FileSystemLag => self.file_system_lag(world),
            Reading::HealthCheck => self.health(world),
            Reading::DrsReplication => {
                let query = Query::SourceServers(self.place.clone());
                let servers = world.snapshot.source_servers(&query);
                let seen = Seen::among(world, &query, &servers, |server| server.id.as_str() == self.name);
                self.word(&seen, |server| server.state.word().to_owned())
            }
            Reading::DrsPointAge => self.point_age(world),
            Reading::AuroraSynchronization => {
                let global = self.global();
                let member = global.seen(world).value().and_then(|found| global.member(found));
                match member {
                    // Older engines do not say, and the writer has nobody to follow.
                    Some(member) => {
                        self.compare(if out_of_line(member).is_none() { "connected" } else { "pending-resync" })
                    }
                    None => match global.seen(world) {
                        Seen::Unread(why) => Progress::Unknown(Text::new(why)),
                        Seen::Is(_) | Seen::Absent => {
                            Progress::NotBegun(Text::new(format!("there is no {}", self.what())))
                        }
                    },
                }
            }
            Reading::InstanceRestorable => match self.instance().seen(world) {
                Seen::Unread(why) => Progress::Unknown(Text::new(why)),
                Seen::Absent => Progress::NotBegun(Text::new(format!("there is no {}", self.instance().words()))),
                Seen::Is(found) => match found.latest_restorable {
                    Some(at) => {
                        Progress::Done(Text::new(format!("{} can be restored to {}", found.id, clock(at, world.now))))
                    }
                    None => {
                        Progress::Running { state: Text::new(format!("{} has no backup yet", found.id)), share: None }
                    }
                },
            },
        }
    }

    fn reconcile(&self, _: &World<'_>, _: &Attempt) -> Found {
        Found::CannotTell(Text::new("nothing was sent"))
    }
}
