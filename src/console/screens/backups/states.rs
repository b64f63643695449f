//! What the states of AWS Backup's jobs mean.

use super::super::listing::Severity;
use crate::model::facts::Known;
use crate::model::facts::backup::JobState;

/// AWS's word.
pub(super) fn word(state: &Known<JobState>) -> &str {
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
