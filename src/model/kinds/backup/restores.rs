//! Whether what was backed up was ever restored, and whether that was good.

use super::Backup;
use crate::model::facts::Known;
use crate::model::facts::backup::{JobState, RestoreJob};
use crate::model::facts::backup_plans::RestoreTestingPlan;
use crate::model::index::Index;
use crate::model::kinds::Evidence;
use crate::model::schedule::Schedule;
use crate::model::words::clock;
use crate::model::{Moment, Place, Query, Text, Verdict};

impl Backup {
    /// Where it may be restored: at home, and where its copies are.
    pub(super) fn restore_places(&self) -> impl Iterator<Item = &Place> {
        std::iter::once(&self.place).chain(self.copy.as_ref().map(|copy| &copy.place))
    }

    /// The newest restore of it, and the newest that was a test.
    pub(super) fn judge_restores(&self, evidence: &mut Evidence, index: &Index<'_>) {
        let lists: Vec<_> = self
            .restore_places()
            .map(|place| index.restore_jobs_of(&Query::RestoreJobs(place.clone()), &self.resource))
            .collect();
        if let Some(home) = lists.first() {
            evidence.rests_on(home);
        }
        let jobs = || lists.iter().filter_map(|list| list.value).flatten().copied();
        let newest = jobs().max_by_key(|job| job.created);
        let test = jobs().filter(|job| job.testing_plan.is_some()).max_by_key(|job| job.created);
        if let Some(job) = newest {
            self.judge_restore(evidence, job, index.now());
        }
        if let Some(test) = test.filter(|test| newest.is_none_or(|newest| newest.id != test.id)) {
            self.judge_restore(evidence, test, index.now());
        }
    }

    fn judge_restore(&self, evidence: &mut Evidence, job: &RestoreJob, now: Moment) {
        let name = self.name();
        let (label, what) = match job.testing_plan {
            Some(_) => ("last restore test", "restore test"),
            None => ("last restore", "restore"),
        };
        let when = job.created.map(|created| format!(" of {}", clock(created, now))).unwrap_or_default();
        let message = job.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        let validation = job.validation.as_ref().map(Text::as_str);
        let deletion = job.deletion.as_ref().map(|state| format!(", deletion {state}")).unwrap_or_default();
        evidence
            .note(label, format!("{}{when}, validation {}{deletion}", job.state.word(), validation.unwrap_or("none")));
        match &job.state {
            Known::Is(
                JobState::Failed | JobState::Aborted | JobState::Aborting | JobState::Expired | JobState::Partial,
            )
            | Known::Other(_) => evidence
                .finding(Verdict::AtRisk, format!("The last {what} of {name}{when} is {}{message}", job.state.word())),
            Known::Is(JobState::Created | JobState::Pending | JobState::Running | JobState::Completed) => {
                match validation {
                    None | Some("SUCCESSFUL" | "VALIDATING") => {}
                    // A restore that is complete may still be good for nothing.
                    Some(bad) => evidence
                        .finding(Verdict::AtRisk, format!("The last {what} of {name}{when} was not valid: {bad}")),
                }
            }
        }
        if job.deletion.as_ref().is_some_and(|state| state.as_str() == "FAILED") {
            evidence.finding(
                Verdict::AtRisk,
                format!("What the {what} of {name}{when} made was not deleted, and costs money until it is"),
            );
        }
    }

    /// Whether the restore testing plans for resources of its type do their work.
    pub(super) fn judge_tests(&self, evidence: &mut Evidence, index: &Index<'_>, resource_type: &str) {
        let (snapshot, mut tested) = (index.snapshot(), false);
        for place in self.restore_places() {
            let plans = snapshot.restore_testing_plans(&Query::RestoreTestingPlans(place.clone())).value;
            for plan in plans.into_iter().flatten() {
                let query = Query::RestoreTestingSelections(place.clone(), plan.name.as_str().to_owned());
                let selections = snapshot.restore_testing_selections(&query).value;
                let covers = selections
                    .is_some_and(|all| all.iter().any(|selection| selection.resource_type.as_str() == resource_type));
                if covers {
                    tested = true;
                    self.judge_test(evidence, index, (plan, place), resource_type);
                }
            }
        }
        let known = self
            .restore_places()
            .all(|place| snapshot.restore_testing_plans(&Query::RestoreTestingPlans(place.clone())).value.is_some());
        if known && !tested {
            evidence.note("restore tests", format!("no restore testing plan covers {resource_type}"));
        }
    }

    fn judge_test(
        &self,
        evidence: &mut Evidence,
        index: &Index<'_>,
        (plan, place): (&RestoreTestingPlan, &Place),
        resource_type: &str,
    ) {
        let (now, name, region) = (index.now(), &plan.name, &place.region);
        let jobs = index.restore_tests_of(&Query::RestoreJobs(place.clone()), plan.arn.as_str());
        let of_type = jobs
            .value
            .unwrap_or_default()
            .iter()
            .filter(|job| job.resource_type.as_ref().is_none_or(|found| found.as_str() == resource_type));
        let newest = of_type.filter_map(|job| job.created).max();
        let schedule = Schedule::parse(plan.schedule.as_str(), plan.time_zone.as_ref().map(Text::as_str));
        let next = schedule.as_ref().ok().and_then(|schedule| schedule.next_after(now));
        let next = next.map(|next| format!(", next at {}", clock(next, now))).unwrap_or_default();
        let last = newest.map_or_else(|| "never".to_owned(), |at| clock(at, now));
        evidence.note("restore test", format!("{name} in {region}: {resource_type} last restored {last}{next}"));
        let (Ok(schedule), true) = (&schedule, jobs.is_fresh()) else { return };
        let Ok(waited) = now.checked_sub(plan.start_window) else { return };
        if let Some(next) = schedule.next_after(waited) {
            evidence.changes.extend(next.checked_add(plan.start_window).ok());
        }
        let Some(due) = schedule.last_at(waited) else { return };
        // A plan that is younger than its last time has not missed it.
        let is_older = plan.last_execution.is_some();
        match newest {
            Some(newest) if newest >= due => {}
            _ if !is_older => {}
            Some(newest) => evidence.finding(
                Verdict::AtRisk,
                format!(
                    "The restore test {name} of {resource_type} in {region} is overdue: it was due at {}, the last was at {}",
                    clock(due, now),
                    clock(newest, now)
                ),
            ),
            None => evidence.finding(
                Verdict::AtRisk,
                format!(
                    "The restore test {name} of {resource_type} in {region} restored nothing, though it was due at {}",
                    clock(due, now)
                ),
            ),
        }
    }
}
