//! `elasticache-global`: an ElastiCache global datastore.

use std::collections::BTreeSet;

use super::{ComponentKind, Copies, Evidence, LagUnit, Protection, Serving, lag};
use crate::model::facts::elasticache::GlobalDatastore;
use crate::model::index::{Index, Sight};
use crate::model::words::listed;
use crate::model::{Place, Query, Site, Verdict};

/// An ElastiCache global datastore.
#[derive(Clone, Debug, PartialEq)]
pub struct ElasticacheGlobal {
    /// Its id.
    pub global_datastore: String,
    /// The dimensions of the secondary's `GlobalDatastoreReplicationLag`, in the order of their names.
    pub dimensions: Vec<(String, String)>,
    /// Where the secondary is; the metric is published there.
    pub place: Place,
}

impl ElasticacheGlobal {
    fn query(&self) -> Query {
        let dimensions: Vec<(&str, &str)> =
            self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        lag::lag_query(&self.place, "AWS/ElastiCache", "GlobalDatastoreReplicationLag", &dimensions)
    }

    fn list_query(&self) -> Query {
        Query::GlobalDatastores(self.place.clone())
    }

    /// The datastore, whose id AWS begins with a few characters of its own that people leave out.
    fn find<'a>(&self, index: &Index<'a>) -> Sight<'a, GlobalDatastore> {
        let found = index.global_datastore(&self.list_query(), &self.global_datastore);
        if found.value.is_some() {
            return found;
        }
        let end = format!("-{}", self.global_datastore);
        let all = index.snapshot().global_datastores(&self.list_query()).value;
        let value = all.and_then(|all| all.iter().find(|datastore| datastore.id.as_str().ends_with(&end)));
        Sight { value, ..found }
    }

    /// Who writes, and whether the secondary follows.
    fn judge_members(&self, evidence: &mut Evidence, datastore: &Sight<'_, GlobalDatastore>, found: &GlobalDatastore) {
        let (id, region) = (&self.global_datastore, &self.place.region);
        let members = found.members.iter().map(|member| format!("{} {} {}", member.role, member.region, member.status));
        evidence.note("datastore", format!("{}: {}", found.status, listed(members)));
        let with = |role: &'static str| found.members.iter().filter(move |member| member.role.as_str() == role);
        let writers: BTreeSet<Site> = with("PRIMARY").map(|member| Site::Region(member.region.clone())).collect();
        if !writers.is_empty() {
            evidence.serving = Serving::Writer(writers);
        }
        match found.status.as_str() {
            "available" | "modifying" => {}
            "primary-only" => {
                let why = format!("{id} has no secondary: it is primary-only");
                evidence.protection.region = Protection::none(&why, datastore.trust.clone(), datastore.read_at);
                evidence.blocker(Verdict::AtRisk, why);
                return;
            }
            other => evidence.blocker(Verdict::Unknown, format!("{id} is {other}")),
        }
        let Some(here) = found.members.iter().find(|member| member.region == *region) else {
            let why = format!("{id} has no cluster in {region}");
            evidence.protection.region = Protection::none(&why, datastore.trust.clone(), datastore.read_at);
            evidence.blocker(Verdict::AtRisk, why);
            return;
        };
        if here.status.as_str() != "associated" {
            evidence.blocker(
                Verdict::AtRisk,
                format!("{} in {region} does not follow {id} as it should: it is {}", here.group, here.status),
            );
        }
        if here.automatic_failover.as_str() != "enabled" {
            evidence.note("automatic failover", format!("{} in {region}: {}", here.group, here.automatic_failover));
        }
    }
}

impl ComponentKind for ElasticacheGlobal {
    fn needs(&self) -> Vec<Query> {
        vec![self.query(), self.list_query()]
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (id, region) = (&self.global_datastore, &self.place.region);
        let mut evidence =
            lag::judge_series(index, &self.query(), LagUnit::Seconds, &format!("The global datastore {id}"));
        evidence.copies = Some(Copies::To(Site::Region(region.clone())));
        let datastore = self.find(index);
        match datastore.value {
            Some(found) => self.judge_members(&mut evidence, &datastore, found),
            None if datastore.is_fresh() => {
                evidence.blocker(Verdict::Unknown, format!("There is no global datastore {id} in {region}"));
            }
            // What replicates shows in its lag; the list only tells more.
            None => {}
        }
        evidence
    }
}
