//! What steps of AWS Backup have in common: the keys that each has, the point that is taken, the job that one of their requests started.

use super::seen::fresh;
use crate::document::{Found, Key, Section, Shape, optional, required};
use crate::model::facts::Known;
use crate::model::facts::backup::{JobState, PointStatus, RecoveryPoint};
use crate::model::words::{clock, length};
use crate::model::{Moment, Place, Query, Snapshot, Span, Text};
use crate::runbook::by_hand::{self, Look};
use crate::runbook::work::{Found as Outcome, Progress};
use crate::runbook::world::{Attempt, World};

/// The role that AWS Backup takes on.
pub(super) const ROLE: Key = required(
    "backup_role",
    Shape::Arn,
    r#""arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole""#,
    "The role that AWS Backup takes on for it; it must be allowed to use the keys of both vaults.",
);

/// Which point is taken.
pub(super) const POINT: Key = optional(
    "point",
    Shape::Text,
    "newest",
    r#""chosen""#,
    "The newest whole recovery point; the newest of no later than a time (\"2026-11-20T09:30:00Z\"); or the same of a time that the operator chooses on the card (\"chosen\").",
);

/// Which recovery point is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The newest whole one.
    Newest,
    /// The newest whole one whose data are not of later than this.
    At(Moment),
    /// The same, of a moment that the operator chooses in the run.
    Chosen,
}

/// The name under which the operator chooses a moment.
pub(super) const CHOICE: &str = "point";

/// A recovery point, and the moment that its data are of.
pub(super) type Pinned<'a> = (&'a RecoveryPoint, Moment);

impl Taken {
    /// As runbooks write it.
    pub(super) fn read(section: &Section<'_>) -> Option<Self> {
        let Some(Found { value, .. }) = section.text("point") else {
            return (!section.has("point")).then_some(Self::Newest);
        };
        match (value, value.parse()) {
            ("newest", _) => Some(Self::Newest),
            ("chosen", _) => Some(Self::Chosen),
            (_, Ok(moment)) => Some(Self::At(moment)),
            (other, Err(_)) => {
                let like = "write \"newest\", \"chosen\", or a time like \"2026-11-20T09:30:00Z\"";
                section.wrong("point", format!("is \"{other}\"; {like}"));
                None
            }
        }
    }

    /// The point of a resource in a vault, as a person finds it.
    pub(super) fn by_hand(&self, place: &Place, vault: &str, resource: &str) -> Look {
        let which = match self {
            Self::Newest => "the newest one".to_owned(),
            Self::At(moment) => format!("the newest one that was not made later than {moment:.0}"),
            Self::Chosen => "the newest one from before the damage".to_owned(),
        };
        let line = by_hand::read(
            place,
            "backup list-recovery-points-by-backup-vault",
            &["--backup-vault-name", vault, "--by-resource-arn", resource],
            "reverse(sort_by(RecoveryPoints,&CreationDate))[:10].{Arn:RecoveryPointArn, At:CreationDate, Status:Status}",
        );
        let see = format!(
            "{POINT_ARN} is the Arn of {which} whose Status is COMPLETED or AVAILABLE: At is the moment of its data"
        );
        by_hand::look(line, see)
    }

    fn until(&self, world: &World<'_>) -> Result<Moment, String> {
        match self {
            Self::Newest => Ok(Moment::MAX),
            Self::At(moment) => Ok(*moment),
            Self::Chosen => {
                let like = "choose one like 2026-11-20T09:30:00Z";
                let chosen =
                    world.run.choices.get(CHOICE).ok_or_else(|| format!("no point in time was chosen; {like}"))?;
                chosen.parse().map_err(|_| format!("the point that was chosen, \"{chosen}\", is no time; {like}"))
            }
        }
    }

    /// The point of a resource in a vault; why there is none.
    pub(super) fn pin<'a>(&self, world: &World<'a>, vault: &Query, resource: &str) -> Result<Pinned<'a>, String> {
        let until = self.until(world)?;
        let all = fresh(world, vault, Snapshot::recovery_points)?;
        let own = || all.iter().filter(|point| point.resource.as_str() == resource);
        let usable = own().filter(|point| is_whole(point)).filter_map(|point| Some((point, point.created?)));
        let newest = usable.filter(|(_, created)| *created <= until).max_by_key(|(_, created)| *created);
        newest.ok_or_else(|| match (own().next(), until == Moment::MAX) {
            (None, _) => format!("the vault holds no recovery point of {resource}"),
            (Some(_), true) => format!("none of the recovery points of {resource} is whole"),
            (Some(_), false) => {
                format!(
                    "the vault holds no whole recovery point of {resource} of {} or before",
                    clock(until, world.now)
                )
            }
        })
    }
}

/// Where the ARN of a recovery point stands.
pub(super) const POINT_ARN: &str = "<POINT-ARN>";

/// How a person sees a job end.
pub(super) fn by_hand(place: &Place, command: &str, option: &str, query: &str) -> Look {
    let line = by_hand::read(place, command, &[option, "<JOB>"], query);
    by_hand::look(
        line,
        "COMPLETED; <JOB> is the id that the start printed. PARTIAL, ABORTED and EXPIRED are no success",
    )
}

fn is_whole(point: &RecoveryPoint) -> bool {
    matches!(point.status, Known::Is(PointStatus::Completed | PointStatus::Available))
}

/// The points of a vault.
pub(super) fn points(place: &Place, vault: &str) -> Query {
    Query::RecoveryPoints(place.clone(), vault.to_owned())
}

/// What a resource is called: the end of its ARN.
pub(super) fn name(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or(arn)
}

/// A point in words, with its age.
pub(super) fn said((point, created): Pinned<'_>, now: Moment) -> String {
    let age = length(now.duration_since(created).max(Span::ZERO));
    let copied = if point.source_vault.is_some() { ", a copy" } else { "" };
    format!("{} of {}, {age} old{copied}", point.arn, clock(created, now))
}

/// A job, as far as its kinds have it in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job<'a> {
    /// Its id.
    pub(super) id: &'a Text,
    /// How it stands.
    pub(super) state: &'a Known<JobState>,
    /// When it was started.
    pub(super) created: Option<Moment>,
    /// What it says.
    pub(super) message: Option<&'a Text>,
}

/// AWS's clock and ours differ a little.
const SKEW: Span = Span::from_secs(60);

/// The job that a request started: by its id where the answer tells it, else the only one that was started since.
pub(super) fn started<'a, J: Clone>(
    jobs: impl Iterator<Item = J>,
    view: impl Fn(&J) -> Job<'a>,
    attempt: &Attempt,
    member: &str,
) -> Result<Option<J>, String> {
    let id = match &attempt.outcome {
        Some(crate::runbook::Outcome::Applied { answer }) => answer.get(member).and_then(serde_json::Value::as_str),
        Some(_) | None => None,
    };
    let all: Vec<J> = jobs.collect();
    if let Some(id) = id {
        return Ok(all.iter().find(|job| view(job).id.as_str() == id).cloned());
    }
    let since = attempt.at.checked_sub(SKEW).unwrap_or(attempt.at);
    let new: Vec<J> = all.into_iter().filter(|job| view(job).created.is_some_and(|at| at >= since)).collect();
    match new.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        several => {
            let ids: Vec<&str> = several.iter().map(|job| view(job).id.as_str()).collect();
            Err(format!("{} jobs were started since: {}", several.len(), ids.join(", ")))
        }
    }
}

/// Whether a request was carried out, by its job.
pub(super) fn reconciled<J>(
    found: Result<Option<J>, String>,
    view: impl Fn(&J) -> (String, String),
    what: &str,
) -> Outcome {
    match found {
        Ok(Some(job)) => {
            let (id, state) = view(&job);
            Outcome::Applied(Text::new(format!("job {id} is {state}")))
        }
        Ok(None) => Outcome::NotApplied(Text::new(format!("no {what} was started since"))),
        Err(why) => Outcome::CannotTell(Text::new(why)),
    }
}

/// How far a job has come; `Ok` for one that is completed.
pub(super) fn progress(job: Job<'_>, way_on: &str) -> Result<(), Progress> {
    let state = job.state.word();
    let said = job.message.map(|message| format!(": {message}")).unwrap_or_default();
    let failed = || {
        let why = Text::new(format!("job {} is {state}{said}", job.id));
        Err(Progress::Failed { why, way_on: Text::new(way_on) })
    };
    match job.state {
        Known::Is(JobState::Completed) => Ok(()),
        Known::Is(JobState::Created | JobState::Pending | JobState::Running) => {
            let state = Text::new(format!("job {} is {state}{said}", job.id));
            Err(Progress::Running { state, share: None })
        }
        Known::Is(
            JobState::Aborting | JobState::Aborted | JobState::Failed | JobState::Expired | JobState::Partial,
        ) => failed(),
        Known::Other(_) => {
            let state = Text::new(format!("job {} is {state}, which drdeck does not know{said}", job.id));
            Err(Progress::Unknown(state))
        }
    }
}
