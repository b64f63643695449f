//! `backup`: any resource that AWS Backup protects.

use super::{ComponentKind, Copies, Evidence, Means, Protection, Serving, Trust};
use crate::model::facts::Known;
use crate::model::facts::backup::{BackupJob, CopyJob, JobState, PointStatus, RecoveryPoint, RestoreJob, Vault};
use crate::model::index::{Index, Sight};
use crate::model::words::{arn_name, arn_region, clock, length};
use crate::model::{Loss, Moment, Place, Query, Site, Snapshot, Span, Text, Verdict};

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
    /// How often it is to be backed up.
    pub every: Span,
}

/// A vault in another Region that recovery points are copied to.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyVault {
    /// The vault, by name.
    pub vault: String,
    /// Where it is.
    pub place: Place,
}

/// The recovery points that can be restored: their window, and the moment the newest was complete.
#[derive(Clone, Copy)]
struct Points {
    newest: Moment,
    oldest: Moment,
}

/// The usable ones of all recovery points. PARTIAL, EXPIRED and the like are none, and neither is one without a start.
fn usable(points: &[&RecoveryPoint]) -> Option<Points> {
    let usable = points.iter().filter(|point| match &point.status {
        Known::Is(PointStatus::Completed | PointStatus::Available) => true,
        Known::Is(
            PointStatus::Partial
            | PointStatus::Deleting
            | PointStatus::Expired
            | PointStatus::Stopped
            | PointStatus::Creating,
        )
        | Known::Other(_) => false,
    });
    let mut moments = usable.filter_map(|point| point.created);
    let first = moments.next()?;
    Some(moments.fold(Points { newest: first, oldest: first }, |points, created| Points {
        newest: points.newest.max(created),
        oldest: points.oldest.min(created),
    }))
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

    /// How late a backup may be: an hour, or a tenth of the interval where that is more.
    fn overdue_after(&self) -> Span {
        let grace = Span::from_secs(self.every.as_secs() / 10).max(Span::from_hours(1));
        self.every.saturating_add(grace)
    }

    /// The end of the resource's ARN, as people call it.
    fn name(&self) -> &str {
        self.resource.rsplit([':', '/']).next().unwrap_or(&self.resource)
    }

    /// The protection by what is in a vault.
    fn judge_vault(
        &self,
        evidence: &mut Evidence,
        now: Moment,
        (vault, place): (&str, &Place),
        holder: &Sight<'_, Vault>,
        points: &Sight<'_, [&RecoveryPoint]>,
    ) -> Protection {
        let (name, region) = (self.name(), &place.region);
        evidence.rests_on(holder);
        evidence.rests_on(points);
        if holder.is_absent() {
            return Protection::none(
                format!("There is no backup vault {vault} in {region}"),
                Trust::Fresh,
                holder.read_at,
            );
        }
        if let Some(found) = holder.value {
            let lock = if found.locked { "locked" } else { "not locked" };
            evidence.note("vault", format!("{vault} in {region}: {} points, {lock}", found.points));
        }
        let trust = points.trust.clone();
        let Some(all) = points.value else { return Protection::unread(trust) };
        let Some(window) = usable(all) else {
            let seen = match all.len() {
                0 => "holds no recovery point".to_owned(),
                count => format!("holds {count} recovery points, none of them usable,"),
            };
            return Protection::none(format!("{vault} in {region} {seen} of {name}"), trust, points.read_at);
        };
        let due = window.newest.saturating_add(self.overdue_after()).unwrap_or(Moment::MAX);
        evidence.changes.push(due);
        if now > due {
            evidence.finding(
                Verdict::AtRisk,
                format!(
                    "The next recovery point of {name} in {vault} ({region}) is overdue: the newest is from {}, one is made every {}",
                    clock(window.newest, now),
                    length(self.every)
                ),
            );
        }
        Protection::since(Means::Scheduled, window.newest, Some(window.oldest), trust, points.read_at)
    }

    /// The newest job into the vault that has ended: one that runs does not make good what failed before it.
    fn judge_jobs(&self, evidence: &mut Evidence, jobs: &[&BackupJob], now: Moment) {
        let ours = jobs.iter().filter(|job| job.vault.as_str() == self.vault && has_ended(&job.state));
        let Some(job) = ours.max_by_key(|job| job.created) else { return };
        let name = self.name();
        let when = job.created.map(|created| format!(" of {}", clock(created, now))).unwrap_or_default();
        let message = job.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        evidence.note("last job", format!("{}{when}{message}", state_word(&job.state)));
        match &job.state {
            Known::Is(JobState::Created | JobState::Pending | JobState::Running) => {}
            Known::Is(JobState::Completed) if job.message.is_none() => {}
            Known::Is(JobState::Completed) => {
                evidence.finding(Verdict::AtRisk, format!("The backup of {name}{when} completed with issues{message}"));
            }
            Known::Is(
                JobState::Aborting | JobState::Aborted | JobState::Failed | JobState::Expired | JobState::Partial,
            ) => {
                let word = state_word(&job.state);
                evidence.finding(Verdict::AtRisk, format!("The last backup of {name}{when} is {word}{message}"));
            }
            Known::Other(word) => {
                evidence.finding(Verdict::Unknown, format!("The last backup of {name}{when} is {word}{message}"));
            }
        }
    }

    /// The newest copy job to the configured vault that has ended.
    fn judge_copies(&self, evidence: &mut Evidence, copy: &CopyVault, jobs: &[&CopyJob], now: Moment) {
        let ours = jobs.iter().filter(|job| has_ended(&job.state)).filter(|job| {
            arn_region(&job.destination_vault) == Some(copy.place.region.as_str())
                && arn_name(&job.destination_vault) == copy.vault
        });
        let Some(job) = ours.max_by_key(|job| job.created) else { return };
        let (name, region) = (self.name(), &copy.place.region);
        let when = job.created.map(|created| format!(" of {}", clock(created, now))).unwrap_or_default();
        let message = job.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        evidence.note("last copy", format!("{}{when}{message}", state_word(&job.state)));
        let sentence =
            format!("The copy of {name}{when} to {} in {region} is {}{message}", copy.vault, state_word(&job.state));
        match &job.state {
            Known::Is(JobState::Created | JobState::Pending | JobState::Running | JobState::Completed) => {}
            Known::Is(
                JobState::Aborting | JobState::Aborted | JobState::Failed | JobState::Expired | JobState::Partial,
            ) => evidence.finding(Verdict::AtRisk, sentence),
            Known::Other(_) => evidence.finding(Verdict::Unknown, sentence),
        }
    }

    fn judge_restore(&self, evidence: &mut Evidence, job: &RestoreJob, now: Moment) {
        let name = self.name();
        let when = job.created.map(|created| format!(" of {}", clock(created, now))).unwrap_or_default();
        let validation = job.validation.as_ref().map(Text::as_str);
        evidence.note(
            "last restore",
            format!("{}{when}, validation {}", state_word(&job.state), validation.unwrap_or("none")),
        );
        let failed = match &job.state {
            Known::Is(
                JobState::Failed | JobState::Aborted | JobState::Aborting | JobState::Expired | JobState::Partial,
            )
            | Known::Other(_) => true,
            Known::Is(JobState::Created | JobState::Pending | JobState::Running | JobState::Completed) => false,
        };
        if failed {
            evidence
                .finding(Verdict::AtRisk, format!("The last restore of {name}{when} is {}", state_word(&job.state)));
        } else if let Some(validation @ ("FAILED" | "TIMED_OUT")) = validation {
            evidence.finding(Verdict::AtRisk, format!("The last restore of {name}{when} was not valid: {validation}"));
        }
    }
}

fn has_ended(state: &Known<JobState>) -> bool {
    !matches!(state, Known::Is(JobState::Created | JobState::Pending | JobState::Running))
}

/// AWS's word for that state.
fn state_word(state: &Known<JobState>) -> &str {
    match state {
        Known::Is(JobState::Created) => "CREATED",
        Known::Is(JobState::Pending) => "PENDING",
        Known::Is(JobState::Running) => "RUNNING",
        Known::Is(JobState::Aborting) => "ABORTING",
        Known::Is(JobState::Aborted) => "ABORTED",
        Known::Is(JobState::Completed) => "COMPLETED",
        Known::Is(JobState::Failed) => "FAILED",
        Known::Is(JobState::Expired) => "EXPIRED",
        Known::Is(JobState::Partial) => "PARTIAL",
        Known::Other(word) => word.as_str(),
    }
}

impl ComponentKind for Backup {
    fn needs(&self) -> Vec<Query> {
        let mut queries = vec![
            Query::BackupJobs(self.place.clone()),
            Query::RestoreJobs(self.place.clone()),
            Query::ProtectedResources(self.place.clone()),
            self.points_query(),
            self.vault_query(),
        ];
        if let Some(copy) = &self.copy {
            queries.push(Query::CopyJobs(self.place.clone()));
            queries.push(copy.points_query());
            queries.push(copy.vault_query());
        }
        queries
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (now, name, region) = (index.now(), self.name(), &self.place.region);
        let query = self.points_query();
        let mut evidence = Evidence::from(&query);
        let points = index.points_of(&query, &self.resource);
        let vault = index.one(&self.vault_query(), Snapshot::vault);
        let data = self.judge_vault(&mut evidence, now, (&self.vault, &self.place), &vault, &points);
        evidence.decided_by(&query, &points);
        evidence.copies = Some(Copies::From(Site::Region(region.clone())));
        evidence.protection.data = data;
        evidence.protection.region = match &self.copy {
            None => Protection::none(
                format!("The recovery points of {name} are in {region} only"),
                points.trust.clone(),
                points.read_at,
            ),
            Some(copy) => {
                let points = index.points_of(&copy.points_query(), &self.resource);
                let vault = index.one(&copy.vault_query(), Snapshot::vault);
                let jobs = index.copy_jobs_of(&Query::CopyJobs(self.place.clone()), &self.resource);
                evidence.rests_on(&jobs);
                self.judge_copies(&mut evidence, copy, jobs.value.unwrap_or_default(), now);
                let protection = self.judge_vault(&mut evidence, now, (&copy.vault, &copy.place), &vault, &points);
                if evidence.trust != Trust::Fresh && protection.trust == Trust::Fresh {
                    evidence.decided_by(&copy.points_query(), &points);
                }
                protection
            }
        };
        let jobs = index.backup_jobs_of(&Query::BackupJobs(self.place.clone()), &self.resource);
        evidence.rests_on(&jobs);
        self.judge_jobs(&mut evidence, jobs.value.unwrap_or_default(), now);
        let restore = index.restore_job(&Query::RestoreJobs(self.place.clone()), &self.resource);
        evidence.rests_on(&restore);
        if let Some(restore) = restore.value {
            self.judge_restore(&mut evidence, restore, now);
        }
        let protected = index.protected_resource(&Query::ProtectedResources(self.place.clone()), &self.resource);
        evidence.rests_on(&protected);
        match protected.value {
            Some(resource) => {
                let last = resource.last_backup.map_or_else(|| "never".to_owned(), |at| clock(at, now));
                evidence.note("last backup", last);
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
