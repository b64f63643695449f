//! Which Component AWS means by a name.

use std::collections::HashMap;

use super::Subject;
use crate::model::facts::drs::SourceServer;
use crate::model::kinds::{Kind, Servers};
use crate::model::{Estate, Place, Query, Snapshot};

/// The names that Components go by in AWS.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Names that mean something in their Place only.
    local: HashMap<Place, HashMap<String, Subject>>,
    /// Ids and ARNs, which mean one thing everywhere.
    everywhere: HashMap<String, Subject>,
    /// Source servers that are named by the first of their tags: the place, the tag, and all tags with the Component.
    tagged: HashMap<Place, HashMap<(String, String), Vec<Tagged>>>,
}

type Tagged = (Vec<(String, String)>, Subject);

impl Names {
    /// The names of all Components of `estate`. What several Components share belongs to the first of them.
    pub fn of(estate: &Estate) -> Self {
        let mut names = Self::default();
        for system in &estate.systems {
            for component in &system.components {
                let subject = Subject::Component { system: system.name.clone(), component: component.name.clone() };
                names.add(&component.kind, &subject);
            }
            for probe in &system.probes {
                names.unique(&probe.url, &Subject::System(system.name.clone()));
            }
        }
        names
    }

    fn add(&mut self, kind: &Kind, subject: &Subject) {
        match kind {
            Kind::Drs(drs) => match &drs.servers {
                Servers::Ids(ids) => ids.iter().for_each(|id| self.unique(id, subject)),
                Servers::Tags(tags) => {
                    if let Some(first) = tags.first() {
                        let place = self.tagged.entry(drs.place.clone()).or_default();
                        place.entry(first.clone()).or_default().push((tags.clone(), subject.clone()));
                    }
                }
            },
            Kind::RdsInstance(kind) => {
                self.within(&kind.place, &kind.instance, subject);
                if let Some(place) = &kind.backup_place {
                    self.within(place, &kind.instance, subject);
                }
            }
            Kind::RdsReplica(kind) => {
                self.within(&kind.source_place, &kind.source, subject);
                self.within(&kind.replica_place, &kind.replica, subject);
            }
            Kind::AuroraGlobal(kind) => {
                kind.places.iter().for_each(|place| self.within(place, &kind.global_cluster, subject));
            }
            Kind::DynamodbTable(kind) => self.within(&kind.place, &kind.table, subject),
            Kind::DynamodbGlobalTable(kind) => {
                kind.places.iter().for_each(|place| self.within(place, &kind.table, subject));
            }
            Kind::S3Replication(kind) => {
                self.unique(&kind.source_bucket, subject);
                self.unique(&kind.destination_bucket, subject);
            }
            Kind::EfsReplication(kind) => {
                self.unique(&kind.file_system, subject);
                self.unique(&kind.destination_file_system, subject);
            }
            Kind::ElasticacheGlobal(kind) => self.unique(&kind.global_datastore, subject),
            Kind::Backup(kind) => self.unique(&kind.resource, subject),
            Kind::Asg(kind) => self.within(&kind.place, &kind.group, subject),
            Kind::HealthCheck(kind) => self.unique(&kind.id, subject),
            Kind::DnsRecord(kind) => self.unique(&kind.record, subject),
            Kind::Alarm(kind) => self.within(&kind.place, &kind.alarm, subject),
            Kind::Metric(_) => {}
        }
    }

    fn unique(&mut self, name: &str, subject: &Subject) {
        self.everywhere.entry(name.to_owned()).or_insert_with(|| subject.clone());
    }

    fn within(&mut self, place: &Place, name: &str, subject: &Subject) {
        let names = self.local.entry(place.clone()).or_default();
        names.entry(name.to_owned()).or_insert_with(|| subject.clone());
    }

    fn known(&self, place: &Place, name: &str) -> Option<&Subject> {
        self.local.get(place).and_then(|names| names.get(name)).or_else(|| self.everywhere.get(name))
    }

    /// What `name`, found in the answer to `query`, belongs to: a Component, or else the service that told of it. An ARN that no Component
    /// names as such is looked for by its last part.
    pub fn subject(&self, query: &Query, name: &str) -> Subject {
        let last = || name.starts_with("arn:").then(|| name.rsplit([':', '/']).next()).flatten();
        let place = query.place();
        let known = self.known(place, name).or_else(|| last().and_then(|last| self.known(place, last)));
        known.cloned().unwrap_or_else(|| Subject::Service(query.operation().0, place.region.clone()))
    }

    /// What a DRS source server belongs to.
    pub fn server(&self, query: &Query, id: &str, snapshot: &Snapshot) -> Subject {
        let place = query.place();
        let named = || self.everywhere.get(id);
        let tagged = || {
            let servers = snapshot.source_servers(&Query::SourceServers(place.clone()));
            let server = servers.value?.iter().find(|server| server.id.as_str() == id)?;
            self.by_tags(place, server)
        };
        let known = named().or_else(tagged);
        known.cloned().unwrap_or_else(|| Subject::Service(query.operation().0, place.region.clone()))
    }

    fn by_tags(&self, place: &Place, server: &SourceServer) -> Option<&Subject> {
        let rules = self.tagged.get(place)?;
        let has = |(key, value): &(String, String)| {
            server.tags.iter().any(|(k, v)| k.as_str() == key.as_str() && v.as_str() == value.as_str())
        };
        let candidates = server.tags.iter().filter_map(|(k, v)| rules.get(&(k.to_string(), v.to_string())));
        candidates.flatten().find(|(tags, _)| tags.iter().all(has)).map(|(_, subject)| subject)
    }
}
