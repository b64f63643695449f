//! `backup`: any resource that AWS Backup protects.

mod jobs;
mod plan;
mod restores;
mod vault;

pub use plan::overdue_after;
use plan::{Made, Reach, Rules, Usual};

use super::{ComponentKind, Copies, Evidence, Protection, Serving, Trust};
use crate::model::index::Index;
use crate::model::words::clock;
use crate::model::{Loss, Place, Query, Site, Snapshot, Span, Text, Verdict};

/// How often a resource is taken to be backed up where neither the config nor a plan says.
const USUAL_INTERVAL: Span = Span::from_hours(24);

/// A resource that AWS Backup protects.
#[derive(Clone, Debug, PartialEq)]
pub struct Backup {
    /// Its ARN.
    pub resource: String,
    /// The vault, by name.
    pub vault: String,
    /// Where the resource and the vault are.
    pub place: Place,
    /// Where the recovery points are copied to, if they are.
    pub copy: Option<CopyVault>,
    /// How often it is to be backed up, whatever its plans say; `None`: as they say, and each day while they cannot be read.
    pub every: Option<Span>,
}

/// A vault in another Region that recovery points are copied to.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyVault {
    /// The vault, by name.
    pub vault: String,
    /// Where it is.
    pub place: Place,
}

impl CopyVault {
    fn vault_query(&self) -> Query {
        Query::Vault(self.place.clone(), self.vault.clone())
    }

    fn points_query(&self) -> Query {
        Query::RecoveryPoints(self.place.clone(), self.vault.clone())
    }
}

impl Backup {
    fn vault_query(&self) -> Query {
        Query::Vault(self.place.clone(), self.vault.clone())
    }

    fn points_query(&self) -> Query {
        Query::RecoveryPoints(self.place.clone(), self.vault.clone())
    }

    /// The end of the resource's ARN, as people call it.
    fn name(&self) -> &str {
        self.resource.rsplit([':', '/']).next().unwrap_or(&self.resource)
    }
}

impl ComponentKind for Backup {
    fn needs(&self) -> Vec<Query> {
        let mut queries = vec![
            Query::BackupJobs(self.place.clone()),
            Query::RestoreJobs(self.place.clone()),
            Query::ProtectedResources(self.place.clone()),
            Query::BackupPlans(self.place.clone()),
            Query::RestoreTestingPlans(self.place.clone()),
            self.points_query(),
            self.vault_query(),
        ];
        if let Some(copy) = &self.copy {
            queries.push(Query::CopyJobs(self.place.clone()));
            queries.push(Query::RestoreJobs(copy.place.clone()));
            queries.push(Query::RestoreTestingPlans(copy.place.clone()));
            queries.push(copy.points_query());
            queries.push(copy.vault_query());
        }
        queries
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (now, name, region) = (index.now(), self.name(), &self.place.region);
        let query = self.points_query();
        let mut evidence = Evidence::from(&query);
        let jobs = index.backup_jobs_of(&Query::BackupJobs(self.place.clone()), &self.resource);
        let copy_jobs = index.copy_jobs_of(&Query::CopyJobs(self.place.clone()), &self.resource);
        let points = index.points_of(&query, &self.resource);
        let vault = index.one(&self.vault_query(), Snapshot::vault);
        let known = jobs.value.unwrap_or_default();
        let rules = Rules::of(index, self, known);
        let usual = Usual {
            backup: self.usual_backup(known),
            copy: self.copy.as_ref().and_then(|copy| copy.usual_copy(copy_jobs.value.unwrap_or_default())),
        };
        let at_worst = |reach| rules.at_worst(self.every, usual, reach, now);

        let due = rules.due(self.every, usual, Reach::Home);
        let data = self.judge_vault(&mut evidence, now, (&self.vault, &self.place), (&vault, &points), &due);
        evidence.decided_by(&query, &points);
        evidence.copies = Some(Copies::From(Site::Region(region.clone())));
        evidence.protection.data = Protection { at_worst: at_worst(Reach::Home), ..data };
        let mut copy_vault = None;
        evidence.protection.region = match &self.copy {
            None => Protection::none(
                format!("The recovery points of {name} are in {region} only"),
                points.trust.clone(),
                points.read_at,
            ),
            Some(copy) => {
                let points = index.points_of(&copy.points_query(), &self.resource);
                let vault = index.one(&copy.vault_query(), Snapshot::vault);
                copy_vault = vault.value;
                evidence.rests_on(&copy_jobs);
                copy.judge_jobs(&mut evidence, name, copy_jobs.value.unwrap_or_default(), now);
                let due = rules.due(self.every, usual, Reach::Copied);
                let protection =
                    self.judge_vault(&mut evidence, now, (&copy.vault, &copy.place), (&vault, &points), &due);
                if evidence.trust != Trust::Fresh && protection.trust == Trust::Fresh {
                    evidence.decided_by(&copy.points_query(), &points);
                }
                Protection { at_worst: at_worst(Reach::Copied), ..protection }
            }
        };
        evidence.rests_on(&jobs);
        self.judge_jobs(&mut evidence, known, now);
        let made = Made { jobs: &jobs, points: points.value.unwrap_or_default(), vault: vault.value, copy_vault };
        self.judge_rules(&mut evidence, &rules, &made, now);
        self.judge_restores(&mut evidence, index);

        let protected = index.protected_resource(&Query::ProtectedResources(self.place.clone()), &self.resource);
        evidence.rests_on(&protected);
        match protected.value {
            Some(resource) => {
                let last = resource.last_backup.map_or_else(|| "never".to_owned(), |at| clock(at, now));
                evidence.note("last backup", last);
                self.judge_tests(&mut evidence, index, resource.resource_type.as_str());
            }
            None if protected.is_fresh() => {
                evidence
                    .finding(Verdict::AtRisk, format!("AWS Backup in {region} has never backed up {}", self.resource));
            }
            None => {}
        }
        if let Loss::Since { newest, .. } = evidence.protection.data.loss {
            evidence.note("newest", clock(newest, now));
            evidence.serving = Serving::Located(Site::Region(region.clone()));
            let copied = match (&self.copy, evidence.protection.region.loss) {
                (Some(copy), Loss::Since { newest, .. }) => {
                    evidence.note("newest copy", clock(newest, now));
                    format!(", that of its copies in {} from {}", copy.place.region, clock(newest, now))
                }
                _ => String::new(),
            };
            evidence.seen = Text::new(format!("The newest backup of {name} is from {}{copied}", clock(newest, now)));
        }
        evidence
    }
}
