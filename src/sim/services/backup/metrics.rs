//! The ends of jobs, as CloudWatch counts them for each vault.

use super::course::Outcome;
use super::run;
use crate::sim::World;
use crate::sim::time::{Moment, Span};

/// How a job of a vault ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim::services) enum Ended {
    /// A backup into the vault, whole.
    BackupCompleted,
    /// A backup that failed.
    BackupFailed,
    /// A copy out of the vault, whole.
    CopyCompleted,
    /// A copy that failed.
    CopyFailed,
}

/// How long before its end a job was started at most: an outage may hold it up.
const LONGEST: Span = Span::from_days(2);

/// When jobs of a vault ended in that way, from `from` to, not including, `until`.
pub(in crate::sim::services) fn ends(
    world: &World,
    region: &str,
    vault: &str,
    ended: Ended,
    from: Moment,
    until: Moment,
) -> Vec<Moment> {
    let is_wanted = |outcome: Outcome| match ended {
        Ended::BackupCompleted | Ended::CopyCompleted => matches!(outcome, Outcome::Completed | Outcome::Issues),
        Ended::BackupFailed | Ended::CopyFailed => outcome == Outcome::Failed,
    };
    let plans = world.estate.backup.plans.iter().filter(|plan| plan.region == region && plan.vault == vault);
    let mut ends = Vec::new();
    for backup in plans.flat_map(|plan| run::backups(world, plan, None, from - LONGEST)) {
        match ended {
            Ended::BackupCompleted | Ended::BackupFailed => ends.push((backup.course.outcome, backup.course.ended)),
            Ended::CopyCompleted | Ended::CopyFailed => {
                ends.extend(backup.copies(world).map(|copying| (copying.course.outcome, copying.course.ended)));
            }
        }
    }
    ends.into_iter()
        .filter(|(outcome, at)| is_wanted(*outcome) && from <= *at && *at < until)
        .map(|(_, at)| at)
        .collect()
}
