//! `rds-instance`: an RDS instance, recovered from its automated backups.

use super::rds::{Standing, backups, events, judge_zones, note_events, standing};
use super::{ComponentKind, Copies, Evidence, Means, Protection, Serving};
use crate::model::facts::rds::AutomatedBackup;
use crate::model::index::{Index, Sight};
use crate::model::words::{clock, listed};
use crate::model::{Loss, Place, Query, Site, Text, Verdict};

/// An RDS instance with its automated backups.
#[derive(Clone, Debug, PartialEq)]
pub struct RdsInstance {
    /// Its identifier.
    pub instance: String,
    /// Where it runs.
    pub place: Place,
    /// Where its automated backups are replicated to, if they are.
    pub backup_place: Option<Place>,
}

impl RdsInstance {
    fn query(&self) -> Query {
        Query::DbInstances(self.place.clone())
    }

    /// The protection by automated backups that are replicated to another Region.
    fn replicated(&self, place: &Place, found: &Sight<'_, [&AutomatedBackup]>) -> Protection {
        let (name, region, trust) = (&self.instance, &place.region, found.trust.clone());
        let Some(all) = found.value else { return Protection::unread(trust) };
        let ours = |backup: &&&AutomatedBackup| backup.source_region.as_str() == self.place.region.as_str();
        match all.iter().filter(ours).max_by_key(|backup| backup.latest) {
            None => Protection::none(format!("No automated backups of {name} are in {region}"), trust, found.read_at),
            Some(AutomatedBackup { latest: Some(latest), earliest, .. }) => {
                Protection::since(Means::Continuous, *latest, *earliest, trust, found.read_at)
            }
            Some(backup) => Protection::unknown(
                format!(
                    "The automated backups of {name} in {region} are {}, with nothing to restore yet",
                    backup.status
                ),
                trust,
            ),
        }
    }
}

impl ComponentKind for RdsInstance {
    fn needs(&self) -> Vec<Query> {
        let mut queries = vec![self.query(), Query::DbEvents(self.place.clone())];
        queries.extend(self.backup_place.clone().map(Query::DbAutomatedBackups));
        queries
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (query, now) = (self.query(), index.now());
        let (name, region) = (&self.instance, &self.place.region);
        let instance = index.db_instance(&query, name);
        let mut evidence = Evidence::from(&query);
        evidence.decided_by(&query, &instance);
        evidence.rests_on(&instance);
        evidence.protection.data = backups(name, region, &instance);
        match instance.value {
            Some(found) => {
                evidence.note("status", found.status.as_str());
                evidence.note("engine", format!("{} {}", found.engine, found.engine_version));
                match standing(&found.status) {
                    Standing::Available | Standing::Busy => {}
                    Standing::Other => {
                        evidence.finding(Verdict::Unknown, format!("{name} in {region} is {}", found.status));
                    }
                }
                let events = events(index, &self.place, name);
                judge_zones(&mut evidence, found, region, &events, now);
                note_events(&mut evidence, &events, now);
                evidence.serving = Serving::Located(Site::Region(region.clone()));
            }
            None if instance.is_fresh() => {
                evidence.finding(Verdict::Unknown, format!("There is no RDS instance {name} in {region}"));
            }
            None => {}
        }
        evidence.protection.region = match &self.backup_place {
            None => {
                let trust = instance.trust.clone();
                Protection::none(format!("{name} and its backups are in {region} only"), trust, instance.read_at)
            }
            Some(place) => {
                let found = index.automated_backups_of(&Query::DbAutomatedBackups(place.clone()), name);
                evidence.rests_on(&found);
                self.replicated(place, &found)
            }
        };
        evidence.copies = Some(Copies::From(Site::Region(region.clone())));
        let mut seen = Vec::new();
        if let Loss::Since { newest, .. } = evidence.protection.data.loss {
            evidence.note("restorable to", clock(newest, now));
            seen.push(format!("to {} in {region}", clock(newest, now)));
        }
        if let (Some(place), Loss::Since { newest, .. }) = (&self.backup_place, evidence.protection.region.loss) {
            evidence.note("in the other Region to", clock(newest, now));
            seen.push(format!("to {} in {}", clock(newest, now), place.region));
        }
        evidence.seen = Text::new(format!("{name} can be restored {}", listed(&seen)));
        evidence
    }
}
