//! What backup and copy jobs came to.

use super::{Backup, CopyVault};
use crate::model::facts::Known;
use crate::model::facts::backup::{BackupJob, CopyJob, JobState};
use crate::model::facts::backup_plans::usual;
use crate::model::kinds::Evidence;
use crate::model::words::{arn_name, arn_region, clock};
use crate::model::{Moment, Span, Verdict};

impl Backup {
    /// The newest job into the vault that has ended: one that runs does not make good what failed before it.
    pub(super) fn judge_jobs(&self, evidence: &mut Evidence, jobs: &[&BackupJob], now: Moment) {
        let ours = jobs.iter().filter(|job| job.vault.as_str() == self.vault && has_ended(&job.state));
        let Some(job) = ours.max_by_key(|job| job.created) else { return };
        let name = self.name();
        let when = job.created.map(|created| format!(" of {}", clock(created, now))).unwrap_or_default();
        let message = job.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        evidence.note("last job", format!("{}{when}{message}", job.state.word()));
        match &job.state {
            Known::Is(JobState::Created | JobState::Pending | JobState::Running) => {}
            Known::Is(JobState::Completed) if job.message.is_none() => {}
            Known::Is(JobState::Completed) => {
                evidence.finding(Verdict::AtRisk, format!("The backup of {name}{when} completed with issues{message}"));
            }
            Known::Is(
                JobState::Aborting | JobState::Aborted | JobState::Failed | JobState::Expired | JobState::Partial,
            ) => {
                let word = job.state.word();
                evidence.finding(Verdict::AtRisk, format!("The last backup of {name}{when} is {word}{message}"));
            }
            Known::Other(word) => {
                evidence.finding(Verdict::Unknown, format!("The last backup of {name}{when} is {word}{message}"));
            }
        }
    }

    /// How long a backup of it into the vault usually takes.
    pub(super) fn usual_backup(&self, jobs: &[&BackupJob]) -> Option<Span> {
        let ours = jobs
            .iter()
            .filter(|job| job.vault.as_str() == self.vault && matches!(job.state, Known::Is(JobState::Completed)));
        usual(ours.filter_map(|job| Some(job.completed?.duration_since(job.created?))).collect())
    }
}

impl CopyVault {
    /// Whether that is the ARN of this vault.
    pub(super) fn is(&self, arn: &crate::model::Text) -> bool {
        arn_region(arn) == Some(self.place.region.as_str()) && arn_name(arn) == self.vault
    }

    /// The newest copy job of `name` to this vault that has ended.
    pub(super) fn judge_jobs(&self, evidence: &mut Evidence, name: &str, jobs: &[&CopyJob], now: Moment) {
        let ours = jobs.iter().filter(|job| has_ended(&job.state) && self.is(&job.destination_vault));
        let Some(job) = ours.max_by_key(|job| job.created) else { return };
        let region = &self.place.region;
        let when = job.created.map(|created| format!(" of {}", clock(created, now))).unwrap_or_default();
        let message = job.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        evidence.note("last copy", format!("{}{when}{message}", job.state.word()));
        let sentence =
            format!("The copy of {name}{when} to {} in {region} is {}{message}", self.vault, job.state.word());
        match &job.state {
            Known::Is(JobState::Created | JobState::Pending | JobState::Running | JobState::Completed) => {}
            Known::Is(
                JobState::Aborting | JobState::Aborted | JobState::Failed | JobState::Expired | JobState::Partial,
            ) => evidence.finding(Verdict::AtRisk, sentence),
            Known::Other(_) => evidence.finding(Verdict::Unknown, sentence),
        }
    }

    /// How long a copy to this vault usually takes.
    pub(super) fn usual_copy(&self, jobs: &[&CopyJob]) -> Option<Span> {
        let ours = jobs
            .iter()
            .filter(|job| self.is(&job.destination_vault) && matches!(job.state, Known::Is(JobState::Completed)));
        usual(ours.filter_map(|job| Some(job.completed?.duration_since(job.created?))).collect())
    }
}

fn has_ended(state: &Known<JobState>) -> bool {
    !matches!(state, Known::Is(JobState::Created | JobState::Pending | JobState::Running))
}
