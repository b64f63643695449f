//! `backup-start-copy`: a recovery point into another vault: before a way home, or where a scheduled copy failed.

use super::backup_job::{self, Job, POINT, Pinned, ROLE, Taken};
use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::Known;
use crate::model::facts::backup::{CopyJob, JobState};
use crate::model::{Place, Query, Snapshot, Text};
use crate::runbook::by_hand::{self, ByHand, change, look};
use crate::runbook::call::{ApiCall, Plane, StartCopy};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Copies a recovery point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupCopy {
    /// Where the point is.
    pub place: Place,
    /// What it is of.
    pub resource: String,
    /// The vault it is in.
    pub vault: String,
    /// Which one.
    pub point: Taken,
    /// The vault it is copied to, by ARN.
    pub destination: String,
    /// The role that AWS Backup takes on.
    pub backup_role: String,
    /// How long the copy is kept; `None` for ever.
    pub keep_days: Option<u32>,
}

/// What to do where a job did not end well.
const WAY_ON: &str = "read what the job says: usually the role may not use the key of the other vault, or its lock refuses the retention; then retry: that starts another copy";

impl BackupCopy {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "backup-start-copy",
        doc: "Copies a recovery point into another vault, of another Region or account, and waits until the copy is whole. The point is pinned and shown.",
        keys: &[
            required(
                "resource",
                Shape::Arn,
                r#""arn:aws:rds:us-west-2:111122223333:db:analytics-db-west""#,
                "What the point is of.",
            ),
            required("region", Shape::Region, r#""us-west-2""#, "Where the point is."),
            required("vault", Shape::Text, r#""shop-dr""#, "The vault it is in."),
            POINT,
            required(
                "destination",
                Shape::Arn,
                r#""arn:aws:backup:us-east-1:111122223333:backup-vault:shop""#,
                "The vault it is copied to.",
            ),
            ROLE,
            optional(
                "keep_days",
                Shape::Count,
                "for ever",
                "35",
                "How long the copy is kept; a locked vault has limits of its own.",
            ),
        ],
        read,
    };

    fn jobs_query(&self) -> Query {
        Query::CopyJobs(self.place.clone())
    }

    fn pinned<'a>(&self, world: &World<'a>) -> Result<Pinned<'a>, String> {
        self.point.pin(world, &backup_job::points(&self.place, &self.vault), &self.resource)
    }

    /// The copies into that vault, as just read.
    fn jobs<'a>(&self, world: &World<'a>, point: &str) -> Result<Vec<&'a CopyJob>, String> {
        let all = fresh(world, &self.jobs_query(), Snapshot::copy_jobs)?;
        let own =
            |job: &&CopyJob| job.source_point.as_str() == point && job.destination_vault.as_str() == self.destination;
        Ok(all.iter().filter(own).collect())
    }

    fn started<'a>(&self, world: &World<'a>, attempt: &Attempt) -> Result<Option<&'a CopyJob>, String> {
        let Some(ApiCall::StartCopyJob(call)) = &attempt.call else { return Err("no call of this step".to_owned()) };
        let own = self.jobs(world, &call.point)?;
        backup_job::started(own.into_iter(), |job| view(job), attempt, "CopyJobId")
    }

    fn sent<'a>(&self, world: &World<'a>) -> Option<Result<Option<&'a CopyJob>, String>> {
        world.sent().map(|attempt| self.started(world, attempt))
    }
}

fn view<'a>(job: &&'a CopyJob) -> Job<'a> {
    Job { id: &job.id, state: &job.state, created: job.created, message: job.message.as_ref() }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (resource, place) = (section.arn("resource"), around.place(section, "region"));
    let (vault, role) = (section.text("vault"), section.arn("backup_role"));
    let (destination, point) = (section.arn("destination"), Taken::read(section));
    let keep_days = section.count("keep_days");
    let destination = destination?;
    if !destination.value.contains(":backup-vault:") {
        section.wrong("destination", "is no ARN of a backup vault");
        return None;
    }
    Some(Kind::BackupCopy(BackupCopy {
        place: place?,
        resource: resource?.value.to_owned(),
        vault: vault?.value.to_owned(),
        point: point?,
        destination: destination.value.to_owned(),
        backup_role: role?.value.to_owned(),
        keep_days,
    }))
}

impl StepKind for BackupCopy {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the copy job is COMPLETED; the new recovery point is told",
            lost: "by the copies of that point into that vault since then",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.place.region.clone()],
            permissions: vec!["backup:StartCopyJob", "iam:PassRole"],
            undo: Text::new("delete the copy, where no Vault Lock holds it"),
            on_failure: Text::new(WAY_ON),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        vec![self.jobs_query(), backup_job::points(&self.place, &self.vault)]
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let point = match self.pinned(world) {
            Ok(pinned) => backup_job::said(pinned, world.now),
            Err(_) => format!("a recovery point of {}", self.resource),
        };
        let kept = self.keep_days.map_or("for ever".to_owned(), |days| format!("for {days} days"));
        Text::new(format!(
            "{point}, in vault {} in {} -> {}, kept {kept}",
            self.vault, self.place.region, self.destination
        ))
    }

    fn by_hand(&self) -> ByHand {
        let call = StartCopy {
            place: self.place.clone(),
            point: backup_job::POINT_ARN.to_owned(),
            vault: self.vault.clone(),
            destination: self.destination.clone(),
            backup_role: self.backup_role.clone(),
            keep_days: self.keep_days,
        };
        let jobs = by_hand::read(
            &self.place,
            "backup list-copy-jobs",
            &["--by-resource-arn", &self.resource, "--max-results", "5"],
            "CopyJobs[].{Job:CopyJobId,State:State,Point:SourceRecoveryPointArn,To:DestinationBackupVaultArn}",
        );
        ByHand {
            first: vec![
                self.point.by_hand(&self.place, &self.vault, &self.resource),
                look(jobs, "none of that point into that vault is CREATED, RUNNING or COMPLETED"),
            ],
            then: vec![change(&ApiCall::StartCopyJob(call), &[])],
            last: vec![backup_job::by_hand(
                &self.place,
                "backup describe-copy-job",
                "--copy-job-id",
                "CopyJob.{State:State,Says:StatusMessage,Point:DestinationRecoveryPointArn}",
            )],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let there =
            format!("there is a whole recovery point of {} in vault {}", backup_job::name(&self.resource), self.vault);
        let pinned = match self.pinned(world) {
            Ok(pinned) => pinned,
            Err(why) => return vec![Check::blocks(there, why)],
        };
        let alone = "it is not being copied there already";
        let alone = match self.jobs(world, pinned.0.arn.as_str()) {
            Err(why) => Check::blocks(alone, why),
            Ok(jobs) => {
                match jobs.iter().find(|job| matches!(job.state, Known::Is(JobState::Created | JobState::Running))) {
                    Some(job) => Check::blocks(alone, format!("job {} is {}; wait for it", job.id, job.state.word())),
                    None => Check::holds(alone),
                }
            }
        };
        let mut checks = vec![Check::holds(there), alone];
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        let done = |job: &CopyJob| Work::Already(Text::new(format!("job {} is {}", job.id, job.state.word())));
        if let Some(Ok(Some(job))) = self.sent(world)
            && matches!(job.state, Known::Is(JobState::Completed | JobState::Created | JobState::Running))
        {
            return done(job);
        }
        let Ok((point, _)) = self.pinned(world) else { return Work::Watch };
        let whole = |job: &&&CopyJob| job.state == Known::Is(JobState::Completed);
        if let Ok(jobs) = self.jobs(world, point.arn.as_str())
            && let Some(job) = jobs.iter().find(whole)
        {
            return done(job);
        }
        Work::Calls(vec![ApiCall::StartCopyJob(StartCopy {
            place: self.place.clone(),
            point: point.arn.to_string(),
            vault: self.vault.clone(),
            destination: self.destination.clone(),
            backup_role: self.backup_role.clone(),
            keep_days: self.keep_days,
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let job = match self.sent(world) {
            Some(Err(why)) => return Progress::Unknown(Text::new(why)),
            Some(Ok(None)) => return Progress::Running { state: Text::new("its job is not listed yet"), share: None },
            Some(Ok(Some(job))) => job,
            None => match self.work(world) {
                Work::Already(said) => return Progress::Done(said),
                Work::Calls(_)
                | Work::OneOf(_)
                | Work::Command(_)
                | Work::Ask(_)
                | Work::Watch
                | Work::NotInThisMode(_) => return Progress::NotBegun(Text::new("no copy was asked for")),
            },
        };
        if let Err(progress) = backup_job::progress(view(&job), WAY_ON) {
            return progress;
        }
        let point = job.destination_point.as_ref().map_or("no point", Text::as_str);
        Progress::Done(Text::new(format!("job {} is COMPLETED: {point}", job.id)))
    }

    /// By the copies of that point into that vault: the token itself is not told.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let found = self.started(world, attempt);
        backup_job::reconciled(
            found,
            |job| (job.id.to_string(), job.state.word().to_owned()),
            "copy of that point into that vault",
        )
    }
}
