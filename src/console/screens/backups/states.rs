//! What the states of AWS Backup's jobs mean.

use super::super::listing::Severity;
use crate::model::facts::Known;
use crate::model::facts::backup::JobState;

/// How bad it is.
pub(super) const fn severity(state: &Known<JobState>) -> Severity {
    match state {
        Known::Is(JobState::Created | JobState::Pending | JobState::Running) => Severity::Busy,
        Known::Is(JobState::Completed) => Severity::Fine,
        Known::Is(
            JobState::Aborting | JobState::Aborted | JobState::Failed | JobState::Expired | JobState::Partial,
        ) => Severity::Bad,
        Known::Other(_) => Severity::Unknown,
    }
}
