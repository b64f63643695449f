//! Which Systems the things that AWS lists belong to, as the config declares it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::model::facts::drs::SourceServer;
use crate::model::kinds::{Kind, Servers};
use crate::model::{Estate, Place, Region};

/// The names of Systems, in the order of the alphabet; mostly one, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners(Option<Arc<[String]>>);

impl Owners {
    fn new(names: BTreeSet<String>) -> Self {
        Self((!names.is_empty()).then(|| names.into_iter().collect()))
    }

    /// One System.
    pub fn one(name: &str) -> Self {
        Self(Some(Arc::from([name.to_owned()])))
    }

    /// All of those.
    pub fn together(all: impl IntoIterator<Item = Self>) -> Self {
        Self::new(all.into_iter().flat_map(|owners| owners.names().to_vec()).collect())
    }

    /// The names.
    pub fn names(&self) -> &[String] {
        self.0.as_deref().unwrap_or_default()
    }

    /// In words.
    pub fn words(&self) -> String {
        match self.names() {
            [] => "none of the config".to_owned(),
            names => names.join(", "),
        }
    }

    /// As a cell shows them: the first, and how many more.
    pub fn cell(&self) -> Line {
        match self.names() {
            [] => Line::new(Role::TextMuted, "-"),
            [name] => Line::new(Role::Text, name.as_str()),
            [name, more @ ..] => Line::new(Role::Text, format!("{name} +{}", more.len())),
        }
    }
}

/// What the config names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Named {
    Server(String),
    Db(Region, String),
    GlobalCluster(String),
    Table(Region, String),
    Bucket(String),
    FileSystem(String),
    Resource(String),
    Vault(Region, String),
    Group(Region, String),
    HealthCheck(String),
    DnsName(String),
    Alarm(Region, String),
    Url(String),
}

/// A tag and its value.
type Tag = (String, String);

/// Which Systems the things that AWS lists belong to.
#[derive(Clone, Debug, Default)]
pub struct Owns {
    named: HashMap<Named, Owners>,
    /// By the first of the tags.
    tagged: HashMap<Tag, Vec<Tagged>>,
}

/// Servers that carry all of these tags belong to that System.
#[derive(Clone, Debug)]
struct Tagged {
    tags: Vec<Tag>,
    system: String,
}

impl Owns {
    /// As `estate` declares it.
    pub fn of(estate: &Estate) -> Self {
        let mut named: HashMap<Named, BTreeSet<String>> = HashMap::new();
        let mut owns = Self::default();
        for system in &estate.systems {
            let mut add = |thing: Named| {
                named.entry(thing).or_default().insert(system.name.clone());
            };
            system.probes.iter().map(|probe| Named::Url(probe.url.clone())).for_each(&mut add);
            let db = |place: &Place, name: &str| Named::Db(place.region.clone(), name.to_owned());
            for component in &system.components {
                match &component.kind {
                    Kind::Drs(drs) => match &drs.servers {
                        Servers::Ids(ids) => ids.iter().cloned().map(Named::Server).for_each(&mut add),
                        Servers::Tags(tags) => {
                            if let Some(first) = tags.first() {
                                let known = owns.tagged.entry(first.clone()).or_default();
                                known.push(Tagged { tags: tags.clone(), system: system.name.clone() });
                            }
                        }
                    },
                    Kind::RdsInstance(rds) => add(db(&rds.place, &rds.instance)),
                    Kind::RdsReplica(rds) => {
                        add(db(&rds.source_place, &rds.source));
                        add(db(&rds.replica_place, &rds.replica));
                    }
                    Kind::AuroraGlobal(aurora) => add(Named::GlobalCluster(aurora.global_cluster.clone())),
                    Kind::DynamodbTable(table) => add(Named::Table(table.place.region.clone(), table.table.clone())),
                    Kind::DynamodbGlobalTable(table) => {
                        let tables = table.places.iter().map(|place| (place.region.clone(), table.table.clone()));
                        tables.map(|(region, name)| Named::Table(region, name)).for_each(&mut add);
                    }
                    Kind::S3Replication(rule) => {
                        add(Named::Bucket(rule.source_bucket.clone()));
                        add(Named::Bucket(rule.destination_bucket.clone()));
                    }
                    Kind::EfsReplication(efs) => {
                        add(Named::FileSystem(efs.file_system.clone()));
                        add(Named::FileSystem(efs.destination_file_system.clone()));
                    }
                    Kind::Backup(backup) => {
                        add(Named::Resource(backup.resource.clone()));
                        add(Named::Vault(backup.place.region.clone(), backup.vault.clone()));
                        if let Some(copy) = &backup.copy {
                            add(Named::Vault(copy.place.region.clone(), copy.vault.clone()));
                        }
                    }
                    Kind::Asg(asg) => add(Named::Group(asg.place.region.clone(), asg.group.clone())),
                    Kind::HealthCheck(check) => add(Named::HealthCheck(check.id.clone())),
                    Kind::DnsRecord(record) => add(Named::DnsName(record.record.clone())),
                    Kind::Alarm(alarm) => add(Named::Alarm(alarm.place.region.clone(), alarm.alarm.clone())),
                    Kind::ElasticacheGlobal(_) | Kind::Metric(_) => {}
                }
            }
        }
        owns.named = named.into_iter().map(|(thing, names)| (thing, Owners::new(names))).collect();
        owns
    }

    fn get(&self, thing: &Named) -> Owners {
        self.named.get(thing).cloned().unwrap_or_default()
    }

    /// Of a DRS source server, by its id or its tags.
    pub fn server(&self, server: &SourceServer) -> Owners {
        let named = self.get(&Named::Server(server.id.to_string()));
        if self.tagged.is_empty() {
            return named;
        }
        let has = |(key, value): &Tag| {
            server.tags.iter().any(|(k, v)| k.as_str() == key.as_str() && v.as_str() == value.as_str())
        };
        let candidates = server.tags.iter().filter_map(|(k, v)| self.tagged.get(&(k.to_string(), v.to_string())));
        let tagged = candidates.flatten().filter(|each| each.tags.iter().all(has)).map(|each| each.system.clone());
        Owners::new(tagged.chain(named.names().iter().cloned()).collect())
    }

    /// Of a DRS source server of that id.
    pub fn server_id(&self, id: &str) -> Owners {
        self.get(&Named::Server(id.to_owned()))
    }

    /// Of an RDS instance or an Aurora cluster.
    pub fn db(&self, region: &Region, id: &str) -> Owners {
        self.get(&Named::Db(region.clone(), id.to_owned()))
    }

    /// Of an Aurora global database.
    pub fn global_cluster(&self, id: &str) -> Owners {
        self.get(&Named::GlobalCluster(id.to_owned()))
    }

    /// Of a table.
    pub fn table(&self, region: &Region, name: &str) -> Owners {
        self.get(&Named::Table(region.clone(), name.to_owned()))
    }

    /// Of a vault.
    pub fn vault(&self, region: &Region, name: &str) -> Owners {
        self.get(&Named::Vault(region.clone(), name.to_owned()))
    }

    /// Of a health check.
    pub fn health_check(&self, id: &str) -> Owners {
        self.get(&Named::HealthCheck(id.to_owned()))
    }

    /// Of a name that users ask for.
    pub fn dns_name(&self, name: &str) -> Owners {
        self.get(&Named::DnsName(name.to_owned()))
    }

    /// Of an alarm.
    pub fn alarm(&self, region: &Region, name: &str) -> Owners {
        self.get(&Named::Alarm(region.clone(), name.to_owned()))
    }

    /// Of a page that drdeck looks at.
    pub fn url(&self, url: &str) -> Owners {
        self.get(&Named::Url(url.to_owned()))
    }

    /// Of whatever that ARN names.
    pub fn arn(&self, arn: &str) -> Owners {
        let owners = self.get(&Named::Resource(arn.to_owned()));
        if !owners.names().is_empty() {
            return owners;
        }
        let mut parts = arn.splitn(6, ':').skip(2);
        let (Some(service), Some(region), _, Some(resource)) =
            (parts.next(), parts.next().map(Region::new), parts.next(), parts.next())
        else {
            return Owners::default();
        };
        let last = resource.rsplit(['/', ':']).next().unwrap_or(resource);
        match service {
            "rds" => self.db(&region, last),
            "dynamodb" => self.table(&region, last),
            "s3" => self.get(&Named::Bucket(last.to_owned())),
            "elasticfilesystem" => self.get(&Named::FileSystem(last.to_owned())),
            "autoscaling" => self.get(&Named::Group(region, last.to_owned())),
            _ => Owners::default(),
        }
    }
}
