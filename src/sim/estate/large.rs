//! The large estate: what a company with a thousand systems has, in four Regions and three accounts, drawn from the seed.
//!
//! Everything of a system bears its name (`s0042`): it begins identifiers, and DRS servers carry it as the tag `System`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::backup::{Backup, Copy, Plan, Resource, Vault};
use super::dns::{Record, RecordType, Role, Routing, Zone};
use super::drs::{Disk, Drs, Server, SnapshotRule};
use super::dynamodb::{Asked, Consistency, DynamoDb, Table, Writes};
use super::link::Lag;
use super::rds::{Address, Instance, Rds};
use super::route53::{CheckKind, HealthCheck, Mode, Route53};
use super::{Estate, demo_user};
use crate::sim::seed;
use crate::sim::time::Span;

/// How many systems there are.
const SYSTEMS: usize = 1_000;
/// How many servers each of them has.
const SERVERS: usize = 4;
/// How many different drills there were: servers of the same drill were launched by one job.
const DRILLS: usize = 60;
/// The accounts; whoever holds the keys is in the first one, and reads the others through a role of theirs.
const ACCOUNTS: [&str; 3] = ["111122223333", "222233334444", "333344445555"];
/// The hosted zone of each of them.
const ZONES: [&str; 3] = ["large.example", "large-2.example", "large-3.example"];
const REGIONS: [&str; 4] = ["us-east-1", "us-west-2", "us-east-2", "eu-west-1"];
const AGE: Span = Span::from_days(400);

/// One system on the drawing board.
struct Blueprint {
    number: usize,
    name: String,
    primary: &'static str,
    recovery: &'static str,
    seed: u64,
}

impl Estate {
    /// The large estate of that seed: 1,000 systems, 4,000 servers, 500 health checks, 600 databases, 300 tables, and the 20,000 jobs
    /// that their backups and copies make in the thirty days that AWS Backup lists.
    pub fn large(seed: u64) -> Self {
        let [first, others @ ..] = ACCOUNTS;
        let others = others.into_iter().map(|account| Arc::new(of_account(account, seed, Vec::new()))).collect();
        of_account(first, seed, others)
    }
}

/// Every third system: that of one account.
fn of_account(account: &str, seed: u64, others: Vec<Arc<Estate>>) -> Estate {
    let place = ACCOUNTS.iter().position(|known| *known == account).unwrap_or_default();
    let zone = ZONES.get(place).copied().unwrap_or_default();
    let systems: Vec<Blueprint> = (0..SYSTEMS)
        .filter(|number| number % ACCOUNTS.len() == place)
        .map(|number| Blueprint::of(number, seed))
        .collect();
    Estate {
        name: "large".to_owned(),
        account: account.to_owned(),
        user: demo_user(),
        iam: super::iam::Iam::default(),
        regions: REGIONS.map(str::to_owned).to_vec(),
        rds: Rds { instances: systems.iter().flat_map(Blueprint::databases).collect(), ..Rds::default() },
        dynamodb: DynamoDb { tables: systems.iter().filter_map(Blueprint::table).collect() },
        s3: super::storage::S3::default(),
        efs: super::storage::Efs::default(),
        elasticache: super::storage::ElastiCache::default(),
        autoscaling: super::autoscaling::AutoScaling::default(),
        drs: Drs { servers: systems.iter().flat_map(Blueprint::servers).collect(), ..Drs::default() },
        backup: backup(account, seed, &systems),
        route53: Route53 {
            health_checks: systems.iter().filter_map(|system| system.health_check(zone)).collect(),
            zones: vec![Zone {
                id: format!("Z{}", seed::hex(seed, &["large-zone", account], 16).to_ascii_uppercase()),
                name: zone.to_owned(),
                comment: "where users go".to_owned(),
                private: false,
                accelerated_recovery: false,
                records: systems.iter().flat_map(|system| system.records(zone)).collect(),
                superseded: Vec::new(),
            }],
            ..Route53::default()
        },
        arc: super::arc::RecoveryController::default(),
        sns: super::sns::Sns::default(),
        cloudwatch: super::cloudwatch::CloudWatch::default(),
        sites: Vec::new(),
        others,
    }
}

/// One of a list, `step` after that of the number.
fn region(number: usize, step: usize) -> &'static str {
    REGIONS.get((number + step) % REGIONS.len()).copied().unwrap_or("us-east-1")
}

impl Blueprint {
    fn of(number: usize, seed: u64) -> Self {
        // Each account has systems in each Region.
        let place = number / ACCOUNTS.len();
        Self { number, name: format!("s{number:04}"), primary: region(place, 0), recovery: region(place, 1), seed }
    }

    /// A number from 0 to below `below`, drawn for that word.
    fn draw(&self, word: &str, below: u32) -> u32 {
        (seed::unit(self.seed, &["large", &self.name, word]) * f64::from(below)) as u32
    }

    /// Three of ten systems have a database with a replica in the recovery Region: 600 of both.
    fn has_database(&self) -> bool {
        self.number % 10 < 3
    }

    /// Three others have a table: 300.
    fn has_table(&self) -> bool {
        (3..6).contains(&(self.number % 10))
    }

    fn servers(&self) -> Vec<Server> {
        const SIZES: [(u32, u32, &str); 4] =
            [(2, 8, "m7i.large"), (4, 16, "m7i.xlarge"), (8, 32, "m7i.2xlarge"), (8, 64, "r7i.2xlarge")];
        const TIERS: [&str; 4] = ["critical", "high", "medium", "low"];
        let tier = TIERS.get(self.draw("tier", 4) as usize).copied().unwrap_or("low");
        let (cores, memory_gib, instance_type) =
            SIZES.get(self.draw("size", 4) as usize).copied().unwrap_or((2, 8, "m7i.large"));
        let drilled = self.draw("drilled", 10) < 8;
        (0..SERVERS)
            .map(|index| {
                let name = format!("{}-{index}", self.name);
                let zone = ["a", "b", "c"].get(index % 3).copied().unwrap_or("a");
                Server {
                    id: format!("s-{}", seed::hex(self.seed, &["large-server", &name], 17)),
                    hostname: format!("{name}.internal"),
                    origin: self.primary.to_owned(),
                    origin_zone: Some(format!("{}{zone}", self.primary)),
                    region: self.recovery.to_owned(),
                    tags: BTreeMap::from([
                        ("System".to_owned(), self.name.clone()),
                        ("Tier".to_owned(), tier.to_owned()),
                    ]),
                    os: "Ubuntu 24.04".to_owned(),
                    disks: vec![Disk { device: "/dev/nvme0n1".to_owned(), gib: 40 + 20 * self.draw("disk", 20) }],
                    memory_gib,
                    cores,
                    instance_type: instance_type.to_owned(),
                    lag: Lag { base: Span::ZERO, jitter: Span::ZERO, every: None },
                    snapshots: vec![
                        SnapshotRule { every: Span::from_minutes(10), kept: Span::HOUR },
                        SnapshotRule { every: Span::HOUR, kept: Span::DAY },
                        SnapshotRule { every: Span::DAY, kept: Span::from_days(7) },
                    ],
                    age: AGE,
                    last_drill: drilled.then(|| Span::from_days(5 + (self.number % DRILLS) as i64)),
                    drilled: super::drs::Drilled::default(),
                    launch: super::drs::Launch::default(),
                    replication: super::drs::Staging::default(),
                    course: super::drs::Course::default(),
                    name,
                }
            })
            .collect()
    }

    fn databases(&self) -> Vec<Instance> {
        if !self.has_database() {
            return Vec::new();
        }
        let instance = |id: String, region: &str, replica_of| Instance {
            id,
            region: region.to_owned(),
            engine: "mysql".to_owned(),
            version: "8.0.42".to_owned(),
            class: "db.r7g.large".to_owned(),
            multi_az: self.draw("multi-az", 2) == 0,
            zone: None,
            storage_gib: 100 + 50 * self.draw("storage", 20),
            backup_days: 7,
            backup_region: None,
            replica_of,
            lag: Some(Lag { base: Span::ZERO, jitter: Span::from_seconds(3), every: None }),
            protected: false,
            details: super::rds::Details::default(),
            age: AGE,
            renamed: None,
            deeds: Vec::new(),
        };
        let source = format!("{}-db", self.name);
        let address = Address { region: self.primary.to_owned(), id: source.clone() };
        vec![
            instance(source, self.primary, None),
            instance(format!("{}-db-replica", self.name), self.recovery, Some(address)),
        ]
    }

    fn table(&self) -> Option<Table> {
        self.has_table().then(|| Table {
            asked: Asked::default(),
            name: format!("{}-table", self.name),
            regions: vec![self.primary.to_owned(), self.recovery.to_owned()],
            consistency: Some(Consistency::Eventual),
            witness: None,
            pitr: true,
            pitr_days: 35,
            key: "id".to_owned(),
            writes: Writes::Steady,
            lag: None,
            items: 10_000 + self.draw("items", 5_000_000),
            age: AGE,
        })
    }

    /// Every other system has one: 500.
    fn has_check(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    fn check_id(&self) -> String {
        seed::uuid(self.seed, &["large-check", &self.name])
    }

    fn health_check(&self, zone: &str) -> Option<HealthCheck> {
        self.has_check().then(|| HealthCheck {
            id: self.check_id(),
            name: format!("{} {}", self.name, self.primary),
            watches: self.primary.to_owned(),
            kind: CheckKind::Https,
            domain: format!("{}.{zone}", self.name),
            path: "/health".to_owned(),
            port: 443,
            interval: 30,
            threshold: 3,
            mode: Mode::Normal,
            routing_control: None,
            children: Vec::new(),
            health_threshold: 0,
            sni: None,
            regions: Vec::new(),
            earlier: Vec::new(),
        })
    }

    /// Where the users of a system with a health check are sent: to the primary Region while it is healthy, or to the other one.
    fn records(&self, zone: &str) -> Vec<Record> {
        if !self.has_check() {
            return Vec::new();
        }
        let record = |region: &str, role, net: u8, health_check| Record {
            name: format!("{}.{zone}", self.name),
            kind: RecordType::A,
            id: Some(region.to_owned()),
            routing: Routing::Failover(role),
            ttl: Some(60),
            values: vec![format!("203.0.{net}.{}", 1 + self.draw(region, 254))],
            alias: None,
            health_check,
        };
        vec![
            record(self.primary, Role::Primary, 113, Some(self.check_id())),
            record(self.recovery, Role::Secondary, 114, None),
        ]
    }

    /// What a plan backs up daily: every primary database, and of the tables every ninth. With the copies, in thirty days:
    /// 20,000 jobs.
    fn backed_up(&self, account: &str) -> Option<Resource> {
        let region = self.primary;
        let (arn, kind) = if self.has_database() {
            (format!("arn:aws:rds:{region}:{account}:db:{}-db", self.name), "RDS")
        } else if self.has_table() && (self.number / 10).is_multiple_of(3) && self.number % 10 == 3 {
            (format!("arn:aws:dynamodb:{region}:{account}:table/{}-table", self.name), "DynamoDB")
        } else {
            return None;
        };
        Some(Resource { arn, kind: kind.to_owned(), gib: 10 + self.draw("gib", 500) })
    }
}

/// A vault and a daily plan in each Region; the plan copies into the vault of the Region after it.
fn backup(account: &str, seed: u64, systems: &[Blueprint]) -> Backup {
    let vault = |region: &&str| Vault {
        name: "large".to_owned(),
        region: (*region).to_owned(),
        locked_min: None,
        locked_max: None,
        key: seed::uuid(seed, &["large-key", account, region]),
        age: AGE,
    };
    let plan = |(place, region_of_plan): (usize, &&str)| Plan {
        name: format!("daily-{region_of_plan}"),
        region: (*region_of_plan).to_owned(),
        vault: "large".to_owned(),
        resources: systems
            .iter()
            .filter(|system| system.primary == *region_of_plan)
            .filter_map(|system| system.backed_up(account))
            .collect(),
        every: Span::DAY,
        offset: Span::HOUR.times(1 + place as i64),
        duration: Span::from_minutes(35),
        kept: Span::from_days(35),
        copies: vec![Copy {
            vault: "large".to_owned(),
            region: region(place, 1).to_owned(),
            duration: Span::from_minutes(40),
            kept: Span::from_days(35),
        }],
        asked: None,
        age: AGE,
    };
    Backup {
        vaults: REGIONS.iter().map(vault).collect(),
        plans: REGIONS.iter().enumerate().map(plan).collect(),
        restores: Vec::new(),
        restore_tests: Vec::new(),
        copies: Vec::new(),
        asked: Vec::new(),
    }
}
