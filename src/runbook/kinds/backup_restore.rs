//! `backup-start-restore`: something new from a recovery point. COMPLETED says that it was made, not that it is any good.

use std::collections::BTreeMap;

use super::backup_job::{self, Job, POINT, Pinned, ROLE, Taken};
use super::rds_instance::Instance;
use super::seen::{Seen, fresh};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::Known;
use crate::model::facts::backup::{JobState, RestoreJob};
use crate::model::words::{clock, length};
use crate::model::{Place, Query, Snapshot, Span, Text};
use crate::runbook::by_hand::{self, ByHand, Deed, known, look};
use crate::runbook::call::{ApiCall, Plane, StartRestore};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, World};

/// Restores a recovery point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupRestore {
    /// Where the point is, and where it is restored.
    pub place: Place,
    /// What the point is of.
    pub resource: String,
    /// The vault it is in.
    pub vault: String,
    /// Which one.
    pub point: Taken,
    /// The role that AWS Backup takes on.
    pub backup_role: String,
    /// `RDS`, `DynamoDB`…
    pub resource_type: Option<String>,
    /// What is told otherwise than the point was made of.
    pub metadata: Vec<(String, String)>,
    /// How much may be lost before it is warned of.
    pub rpo: Option<Span>,
}

/// What the choices that change the metadata begin with: `restore.DBInstanceClass`.
const CHOICES: &str = "restore.";

/// What an RDS instance is called in the metadata.
const INSTANCE: &str = "DBInstanceIdentifier";

/// What to do where a job did not end well.
const WAY_ON: &str = "read what the job says: a name that is taken, a subnet group or a key that is not there, a role that may not; correct the metadata, then retry: that starts another restore";

/// One line of what AWS Backup is told, and who says so.
struct Told {
    value: String,
    by: &'static str,
}

impl BackupRestore {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "backup-start-restore",
        doc: "Restores a recovery point beside what lives. The point is pinned and shown; what AWS Backup is told of the new thing comes from the point, the runbook and the operator's choices (choose restore.NAME VALUE), in that order. Done when the job is completed and no validation says otherwise.",
        keys: &[
            required(
                "resource",
                Shape::Arn,
                r#""arn:aws:rds:us-east-1:111122223333:db:analytics-db""#,
                "What the point is of.",
            ),
            required("region", Shape::Region, r#""us-west-2""#, "Where the point is, and where it is restored."),
            required("vault", Shape::Text, r#""shop-dr""#, "The vault it is in."),
            POINT,
            ROLE,
            optional("resource_type", Shape::Text, "the point's", r#""RDS""#, "As AWS Backup calls it."),
            optional(
                "metadata",
                Shape::Pairs,
                "as the point was made of",
                r#"{ DBInstanceIdentifier = "analytics-db-west", DBSubnetGroupName = "analytics" }"#,
                "What is told otherwise: the new name, and the subnets, groups and keys of this Region.",
            ),
            optional("rpo", Shape::Duration, "none", r#""24h""#, "How old the point may be before that is warned of."),
        ],
        read,
    };

    fn jobs_query(&self) -> Query {
        Query::RestoreJobs(self.place.clone())
    }

    fn metadata_query(&self, point: &str) -> Query {
        Query::RestoreMetadata(self.place.clone(), self.vault.clone(), point.to_owned())
    }

    fn pinned<'a>(&self, world: &World<'a>) -> Result<Pinned<'a>, String> {
        self.point.pin(world, &backup_job::points(&self.place, &self.vault), &self.resource)
    }

    /// What AWS Backup is told.
    fn told(&self, world: &World<'_>, point: &str) -> Result<BTreeMap<String, Told>, String> {
        let own = fresh(world, &self.metadata_query(point), Snapshot::restore_metadata)?;
        let mut all: BTreeMap<String, Told> =
            own.iter().map(|(name, value)| (name.to_string(), Told { value: value.to_string(), by: "" })).collect();
        for (name, value) in &self.metadata {
            all.insert(name.clone(), Told { value: value.clone(), by: " (runbook)" });
        }
        for (choice, value) in &world.run.choices {
            if let Some(name) = choice.strip_prefix(CHOICES) {
                all.insert(name.to_owned(), Told { value: value.clone(), by: " (chosen)" });
            }
        }
        Ok(all)
    }

    /// The new instance, if it is one.
    fn instance(&self, told: &BTreeMap<String, Told>) -> Option<Instance> {
        let id = told.get(INSTANCE)?.value.clone();
        Some(Instance { place: self.place.clone(), id })
    }

    fn jobs<'a>(&self, world: &World<'a>, point: &str) -> Result<Vec<&'a RestoreJob>, String> {
        let all = fresh(world, &self.jobs_query(), Snapshot::restore_jobs)?;
        let own = |job: &&RestoreJob| job.recovery_point.as_str() == point && job.testing_plan.is_none();
        Ok(all.iter().filter(own).collect())
    }

    fn started<'a>(&self, world: &World<'a>, attempt: &Attempt) -> Result<Option<&'a RestoreJob>, String> {
        let Some(ApiCall::StartRestoreJob(call)) = &attempt.call else { return Err("no call of this step".to_owned()) };
        let own = self.jobs(world, &call.point)?;
        backup_job::started(own.into_iter(), |job| view(job), attempt, "RestoreJobId")
    }

    fn sent<'a>(&self, world: &World<'a>) -> Option<Result<Option<&'a RestoreJob>, String>> {
        world.sent().map(|attempt| self.started(world, attempt))
    }

    /// How old the data are, when the disruption began or now.
    fn loss(&self, world: &World<'_>) -> Option<Span> {
        let (_, created) = self.pinned(world).ok()?;
        let until = world.run.began.filter(|began| *began < world.now).unwrap_or(world.now);
        Some(until.duration_since(created).max(Span::ZERO))
    }
}

fn view<'a>(job: &&'a RestoreJob) -> Job<'a> {
    Job { id: &job.id, state: &job.state, created: job.created, message: job.message.as_ref() }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (resource, place) = (section.arn("resource"), around.place(section, "region"));
    let (vault, role) = (section.text("vault"), section.arn("backup_role"));
    let point = Taken::read(section);
    let resource_type = section.text("resource_type").map(|found| found.value.to_owned());
    let metadata = section.pairs("metadata").unwrap_or_default();
    let rpo = section.duration("rpo").map(|found| found.value);
    Some(Kind::BackupRestore(BackupRestore {
        place: place?,
        resource: resource?.value.to_owned(),
        vault: vault?.value.to_owned(),
        point: point?,
        backup_role: role?.value.to_owned(),
        resource_type,
        metadata,
        rpo,
    }))
}

impl StepKind for BackupRestore {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the restore job is COMPLETED and no validation says otherwise; where nobody validated it, that is told",
            lost: "by the restores of that point since then that no test started",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.place.region.clone()],
            permissions: vec!["backup:StartRestoreJob", "iam:PassRole"],
            undo: Text::new("delete what was restored; what lives is not touched"),
            on_failure: Text::new(WAY_ON),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = vec![self.jobs_query(), backup_job::points(&self.place, &self.vault)];
        if let Ok((point, _)) = self.pinned(world) {
            queries.push(self.metadata_query(point.arn.as_str()));
            let told = self.told(world, point.arn.as_str());
            queries.extend(told.ok().and_then(|told| self.instance(&told)).map(|instance| instance.query()));
        }
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let (vault, region) = (&self.vault, &self.place.region);
        let (point, arn) = match self.pinned(world) {
            Ok(pinned) => (backup_job::said(pinned, world.now), pinned.0.arn.to_string()),
            Err(_) => (format!("a recovery point of {}", self.resource), String::new()),
        };
        let told = match self.told(world, &arn) {
            Ok(told) => {
                let lines = told.iter().map(|(name, told)| format!("{name} = {}{}", told.value, told.by));
                format!("; told: {}", lines.collect::<Vec<_>>().join(", "))
            }
            Err(_) => String::new(),
        };
        Text::new(format!("{point}, in vault {vault} in {region} -> something new there{told}"))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        let lost = self.loss(world).filter(|lost| *lost > Span::ZERO)?;
        let (_, created) = self.pinned(world).ok()?;
        let rest = match world.run.began.filter(|began| *began < world.now) {
            Some(began) => format!("the disruption at {}", clock(began, world.now)),
            None => "now".to_owned(),
        };
        Some(Text::new(format!(
            "what was written after {}, {} until {rest}: it is not in what is restored",
            clock(created, world.now),
            length(lost)
        )))
    }

    fn by_hand(&self) -> ByHand {
        const FILE: &str = "metadata.json";
        let metadata = by_hand::read(
            &self.place,
            "backup get-recovery-point-restore-metadata",
            &["--backup-vault-name", &self.vault, "--recovery-point-arn", backup_job::POINT_ARN],
            "RestoreMetadata",
        );
        let told: Vec<String> = self
            .metadata
            .iter()
            .map(|(name, value)| format!("\"{name}\": {}", serde_json::Value::from(value.as_str())))
            .collect();
        let file = format!("file://{FILE}");
        let mut arguments = vec!["--recovery-point-arn", backup_job::POINT_ARN, "--metadata", &file];
        arguments.extend(["--iam-role-arn", &self.backup_role, "--idempotency-token", by_hand::TOKEN]);
        arguments.extend(self.resource_type.iter().flat_map(|kind| ["--resource-type", kind.as_str()]));
        let start = by_hand::read(&self.place, "backup start-restore-job", &arguments, "");
        let rpo = self.rpo.map(|rpo| format!("a point older than {} loses more than was promised", length(rpo)));
        let mut first = vec![self.point.by_hand(&self.place, &self.vault, &self.resource)];
        first.extend(rpo.map(known));
        first.push(look(metadata.into_file(FILE), format!("{FILE} holds what AWS Backup is told of what it makes")));
        let then = match told.as_slice() {
            [] => Vec::new(),
            told => vec![Deed::Words(Text::new(format!("in {FILE}, write or put in: {}", told.join(", "))))],
        };
        ByHand {
            first,
            then: then.into_iter().chain([Deed::Line(start)]).collect(),
            last: vec![backup_job::by_hand(
                &self.place,
                "backup describe-restore-job",
                "--restore-job-id",
                "{Status:Status,Says:StatusMessage,Valid:ValidationStatus,Made:CreatedResourceArn}",
            )],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let there =
            format!("there is a whole recovery point of {} in vault {}", backup_job::name(&self.resource), self.vault);
        let point = match self.pinned(world) {
            Ok((point, _)) => point,
            Err(why) => return vec![Check::blocks(there, why)],
        };
        let known = "what AWS Backup is to be told is known";
        let told = match self.told(world, point.arn.as_str()) {
            Ok(told) => told,
            Err(why) => return vec![Check::blocks(known, why), Check::holds(there)],
        };
        let mut checks = vec![Check::holds(there), Check::holds(known)];
        if let Some(instance) = self.instance(&told) {
            let free = format!("the name {} is free in {}", instance.id, self.place.region);
            checks.push(match instance.seen(world) {
                Seen::Absent => Check::holds(free),
                Seen::Is(_) => Check::blocks(
                    free,
                    format!("there is one already; say another with metadata = {{ {INSTANCE} = \"…\" }} or choose {CHOICES}{INSTANCE}"),
                ),
                Seen::Unread(why) => Check::blocks(free, why),
            });
        }
        if let Some((rpo, lost)) = self.rpo.zip(self.loss(world)) {
            let what = format!("no more than {} are lost", length(rpo));
            checks.push(if lost > rpo {
                Check::warns(what, format!("{} are: look for a newer point", length(lost)))
            } else {
                Check::holds(what)
            });
        }
        let going = self.jobs(world, point.arn.as_str()).ok().and_then(|jobs| {
            jobs.into_iter()
                .find(|job| matches!(job.state, Known::Is(JobState::Pending | JobState::Running | JobState::Created)))
        });
        let ours = self.sent(world).is_some();
        if let Some(job) = going.filter(|_| !ours) {
            checks.push(Check::warns(
                "nobody else restores this point",
                format!("job {} is {}; ask who started it", job.id, job.state.word()),
            ));
        }
        checks.sort_by_key(|check| match check.standing {
            crate::runbook::Standing::Blocks(_) => 0,
            crate::runbook::Standing::Warns(_) => 1,
            crate::runbook::Standing::Holds => 2,
        });
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if let Some(Ok(Some(job))) = self.sent(world)
            && matches!(
                job.state,
                Known::Is(JobState::Completed | JobState::Created | JobState::Pending | JobState::Running)
            )
        {
            return Work::Already(Text::new(format!("this run started job {}, which is {}", job.id, job.state.word())));
        }
        let Ok((point, _)) = self.pinned(world) else { return Work::Watch };
        let Ok(told) = self.told(world, point.arn.as_str()) else { return Work::Watch };
        Work::Calls(vec![ApiCall::StartRestoreJob(StartRestore {
            place: self.place.clone(),
            point: point.arn.to_string(),
            backup_role: self.backup_role.clone(),
            resource_type: self.resource_type.clone(),
            metadata: told.into_iter().map(|(name, told)| (name, told.value)).collect(),
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let job = match self.sent(world) {
            None => return Progress::NotBegun(Text::new("no restore was asked for")),
            Some(Err(why)) => return Progress::Unknown(Text::new(why)),
            Some(Ok(None)) => return Progress::Running { state: Text::new("its job is not listed yet"), share: None },
            Some(Ok(Some(job))) => job,
        };
        if let Err(progress) = backup_job::progress(view(&job), WAY_ON) {
            return progress;
        }
        let made = job.made.as_ref().map_or("something", Text::as_str);
        let state = format!("job {} is COMPLETED and made {made}", job.id);
        match job.validation.as_ref().map(Text::as_str) {
            None => Progress::Done(Text::new(format!("{state}; NOT VALIDATED: look at it before users are led to it"))),
            Some("SUCCESSFUL") => Progress::Done(Text::new(format!("{state}; its validation is SUCCESSFUL"))),
            Some("VALIDATING") => {
                Progress::Running { state: Text::new(format!("{state}; it is being validated")), share: None }
            }
            Some(other) => Progress::Failed {
                why: Text::new(format!("{state}, but its validation is {other}")),
                way_on: Text::new("do not lead users to it: look at what was restored, or restore an older point"),
            },
        }
    }

    /// By the restores of that point which no test started: the token itself is not told.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let found = self.started(world, attempt);
        backup_job::reconciled(found, |job| (job.id.to_string(), job.state.word().to_owned()), "restore of that point")
    }
}
