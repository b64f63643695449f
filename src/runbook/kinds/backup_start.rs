//! `backup-start-backup`: one backup of a resource, outside of any plan.

use super::backup_job::{self, Job, ROLE};
use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::Known;
use crate::model::facts::backup::{BackupJob, JobState};
use crate::model::{Place, Query, Snapshot, Text};
use crate::runbook::by_hand::{self, ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, StartBackup};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Backs a resource up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupStart {
    /// Where the resource and the vault are.
    pub place: Place,
    /// The resource's ARN.
    pub resource: String,
    /// The vault.
    pub vault: String,
    /// The role that AWS Backup takes on.
    pub backup_role: String,
    /// How long it is kept; `None` for ever.
    pub keep_days: Option<u32>,
}

/// What to do where a job did not end well.
const WAY_ON: &str =
    "read what the job says; mend the role, the key or the resource, then retry: that starts another backup";

impl BackupStart {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "backup-start-backup",
        doc: "Backs a resource up into a vault of its Region, outside of any plan, and waits until the backup is whole.",
        keys: &[
            required(
                "resource",
                Shape::Arn,
                r#""arn:aws:rds:us-west-2:111122223333:db:analytics-db-west""#,
                "What is backed up.",
            ),
            required("region", Shape::Region, r#""us-west-2""#, "Where it and the vault are."),
            required("vault", Shape::Text, r#""shop-dr""#, "The vault."),
            ROLE,
            optional(
                "keep_days",
                Shape::Count,
                "for ever",
                "35",
                "How long it is kept; a locked vault has limits of its own.",
            ),
        ],
        read,
    };

    fn jobs_query(&self) -> Query {
        Query::BackupJobs(self.place.clone())
    }

    fn vault_query(&self) -> Query {
        Query::Vault(self.place.clone(), self.vault.clone())
    }

    /// Its jobs that no plan started, as just read.
    fn jobs<'a>(&self, world: &World<'a>) -> Result<Vec<&'a BackupJob>, String> {
        let all = fresh(world, &self.jobs_query(), Snapshot::backup_jobs)?;
        Ok(all.iter().filter(|job| job.resource.as_str() == self.resource).collect())
    }

    fn started<'a>(&self, world: &World<'a>, attempt: &Attempt) -> Result<Option<&'a BackupJob>, String> {
        let own = self.jobs(world)?.into_iter().filter(|job| job.plan.is_none() && job.vault.as_str() == self.vault);
        backup_job::started(own, |job| view(job), attempt, "BackupJobId")
    }

    fn sent<'a>(&self, world: &World<'a>) -> Option<Result<Option<&'a BackupJob>, String>> {
        world.sent().map(|attempt| self.started(world, attempt))
    }
}

fn view<'a>(job: &&'a BackupJob) -> Job<'a> {
    Job { id: &job.id, state: &job.state, created: job.created, message: job.message.as_ref() }
}

const fn is_over(job: &BackupJob) -> bool {
    !matches!(job.state, Known::Is(JobState::Created | JobState::Pending | JobState::Running | JobState::Aborting))
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (resource, place) = (section.arn("resource"), around.place(section, "region"));
    let (vault, role) = (section.text("vault"), section.arn("backup_role"));
    let keep_days = section.count("keep_days");
    Some(Kind::BackupStart(BackupStart {
        place: place?,
        resource: resource?.value.to_owned(),
        vault: vault?.value.to_owned(),
        backup_role: role?.value.to_owned(),
        keep_days,
    }))
}

impl StepKind for BackupStart {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the backup job is COMPLETED; its recovery point is told, and a message on it as WITH ISSUES",
            lost: "by the backup jobs of the resource since then that no plan started",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.place.region.clone()],
            permissions: vec!["backup:StartBackupJob", "iam:PassRole"],
            undo: Text::new("delete the new recovery point, where no Vault Lock holds it"),
            on_failure: Text::new(WAY_ON),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.jobs_query(), self.vault_query()]
    }

    fn describe(&self, _: &World<'_>) -> Text {
        let kept = self.keep_days.map_or("for ever".to_owned(), |days| format!("for {days} days"));
        let Self { resource, vault, place, backup_role, .. } = self;
        Text::new(format!(
            "{resource} -> a new recovery point in vault {vault} in {}, kept {kept}, with the role {backup_role}",
            place.region
        ))
    }

    fn by_hand(&self) -> ByHand {
        let call = StartBackup {
            place: self.place.clone(),
            resource: self.resource.clone(),
            vault: self.vault.clone(),
            backup_role: self.backup_role.clone(),
            keep_days: self.keep_days,
        };
        let jobs = by_hand::read(
            &self.place,
            "backup list-backup-jobs",
            &["--by-resource-arn", &self.resource, "--max-results", "5"],
            "BackupJobs[].{Job:BackupJobId,State:State,Since:CreationDate}",
        );
        let vault = by_hand::read(
            &self.place,
            "backup describe-backup-vault",
            &["--backup-vault-name", &self.vault],
            "{Locked:Locked,Least:MinRetentionDays,Most:MaxRetentionDays}",
        );
        let keeps = self.keep_days.map_or("for ever".to_owned(), |days| format!("{days} days"));
        ByHand {
            first: vec![
                look(
                    vault,
                    format!("the vault takes a point that is kept {keeps}: not less than Least, not more than Most"),
                ),
                look(jobs, "none is CREATED, PENDING or RUNNING"),
            ],
            then: vec![change(&ApiCall::StartBackupJob(call), &[])],
            last: vec![backup_job::by_hand(
                &self.place,
                "backup describe-backup-job",
                "--backup-job-id",
                "{State:State,Says:StatusMessage,Point:RecoveryPointArn}",
            )],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let mut checks = vec![vault_takes(world, &self.vault_query(), &self.vault, self.keep_days)];
        let what = format!("no other backup of {} is under way", backup_job::name(&self.resource));
        checks.push(match self.jobs(world) {
            Err(why) => Check::blocks(what, why),
            Ok(jobs) => match jobs.iter().find(|job| !is_over(job)) {
                Some(job) => {
                    Check::blocks(what, format!("job {} is {}; wait for it, then retry", job.id, job.state.word()))
                }
                None => Check::holds(what),
            },
        });
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if let Some(Ok(Some(job))) = self.sent(world)
            && (job.state == Known::Is(JobState::Completed) || !is_over(job))
        {
            return Work::Already(Text::new(format!("this run started job {}, which is {}", job.id, job.state.word())));
        }
        Work::Calls(vec![ApiCall::StartBackupJob(StartBackup {
            place: self.place.clone(),
            resource: self.resource.clone(),
            vault: self.vault.clone(),
            backup_role: self.backup_role.clone(),
            keep_days: self.keep_days,
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let job = match self.sent(world) {
            None => return Progress::NotBegun(Text::new("no backup was asked for")),
            Some(Err(why)) => return Progress::Unknown(Text::new(why)),
            Some(Ok(None)) => return Progress::Running { state: Text::new("its job is not listed yet"), share: None },
            Some(Ok(Some(job))) => job,
        };
        if let Err(progress) = backup_job::progress(view(&job), WAY_ON) {
            return progress;
        }
        // A message on a completed job is what the AWS console calls "completed with issues".
        let issues = job.message.as_ref().map(|message| format!(", WITH ISSUES: {message}")).unwrap_or_default();
        let point = job.recovery_point.as_ref().map_or("no point", Text::as_str);
        Progress::Done(Text::new(format!("job {} is COMPLETED{issues}: {point}", job.id)))
    }

    /// By the jobs of the resource that no plan started: the token itself is not told.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let found = self.started(world, attempt);
        let what = format!("backup of {} outside of a plan", backup_job::name(&self.resource));
        backup_job::reconciled(found, |job| (job.id.to_string(), job.state.word().to_owned()), &what)
    }
}

/// That a vault is there, and would keep something for so long.
pub(super) fn vault_takes(world: &World<'_>, query: &Query, name: &str, keep_days: Option<u32>) -> Check {
    let what = format!("vault {name} takes it");
    let vault = match fresh(world, query, Snapshot::vault) {
        Ok(vault) => vault,
        Err(why) => return Check::blocks(what, why),
    };
    let short = vault.min_retention_days.zip(keep_days).filter(|(least, days)| days < least);
    let long = vault.max_retention_days.filter(|most| keep_days.is_none_or(|days| days > *most));
    match (vault.locked, short, long) {
        (true, Some((least, days)), _) => Check::blocks(
            what,
            format!("its Vault Lock refuses what is kept for {days} days, less than {least}; correct keep_days"),
        ),
        (true, None, Some(most)) => {
            Check::blocks(what, format!("its Vault Lock refuses what is kept for more than {most} days; say keep_days"))
        }
        (_, _, _) => Check::holds(what),
    }
}
