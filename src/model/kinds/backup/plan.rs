//! What should happen: the rules of backup plans that apply, and what they have not brought.

use super::{Backup, CopyVault, USUAL_INTERVAL, vault};
use crate::model::facts::backup::{BackupJob, RecoveryPoint, Vault};
use crate::model::facts::backup_plans::{PlanSummary, Rule, is_since};
use crate::model::index::{Index, Sight};
use crate::model::kinds::Evidence;
use crate::model::schedule::Schedule;
use crate::model::selection::Takes;
use crate::model::words::{clock, length, listed};
use crate::model::{Moment, Place, Span, Text, Verdict};

/// Jobs are listed a week and a day back: of what was due before, a list without a job proves nothing.
const JOBS_ARE_TOLD: Span = Span::from_hours(7 * 24);

/// A rule of a plan that applies to the resource and writes to its vault.
struct Applied<'a> {
    summary: &'a PlanSummary,
    rule: &'a Rule,
    schedule: Result<Schedule, Text>,
    /// How far its recovery points get.
    reach: Reach,
}

/// What the plans say of a resource.
pub(super) struct Rules<'a> {
    applied: Vec<Applied<'a>>,
    /// Plans that take the resource in if it has the right tags.
    perhaps: Vec<&'a str>,
    /// Plans that take it in but write to other vaults.
    elsewhere: Vec<(&'a str, &'a str)>,
    /// Every plan was read.
    complete: bool,
}

/// How long backups and copies usually take, where jobs tell.
#[derive(Clone, Copy, Default)]
pub(super) struct Usual {
    pub(super) backup: Option<Span>,
    pub(super) copy: Option<Span>,
}

/// When recovery points should be there.
pub(super) enum Due<'r> {
    /// Each so often.
    Each(Span),
    /// As the rules say, so much later than the start of their windows.
    Scheduled(&'r Rules<'r>, Usual, Reach),
}

/// Whether a recovery point has to be copied before it counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It counts where it was made.
    Home,
    /// It counts when the copy is complete.
    Copied,
}

impl Applied<'_> {
    /// The times of a rule whose backups come and go with them; those of a continuous one are always there.
    fn times(&self) -> Option<&Schedule> {
        self.schedule.as_ref().ok().filter(|schedule| !self.rule.continuous && matches!(schedule, Schedule::Cron(_)))
    }

    /// How long after its time a recovery point is waited for.
    fn patience(&self, usual: Usual, reach: Reach) -> Span {
        let copies = match reach {
            Reach::Home => Span::ZERO,
            Reach::Copied => self.rule.takes(usual.copy),
        };
        self.rule.starts_within().saturating_add(self.rule.takes(usual.backup)).saturating_add(copies)
    }

    /// The newest of its times that is `patience` ago, and when that becomes another one.
    fn due(&self, now: Moment, patience: Span) -> Option<(Moment, Option<Moment>)> {
        let schedule = self.times()?;
        let waited = now.checked_sub(patience).ok()?;
        let next = schedule.next_after(waited).and_then(|next| next.checked_add(patience).ok());
        schedule.last_at(waited).map(|due| (due, next))
    }

    fn is_older_than(&self, moment: Moment) -> bool {
        self.summary.created.is_none_or(|created| created < moment)
    }
}

impl Due<'_> {
    /// Whether a vault lacks a recovery point, the newest being of `newest`.
    pub(super) fn judge(
        &self,
        evidence: &mut Evidence,
        now: Moment,
        (name, vault, place): (&str, &str, &Place),
        newest: Moment,
    ) {
        let region = &place.region;
        match self {
            Self::Each(every) => {
                let due = newest.saturating_add(overdue_after(*every)).unwrap_or(Moment::MAX);
                evidence.changes.push(due);
                if now > due {
                    evidence.finding(
                        Verdict::AtRisk,
                        format!(
                            "The next recovery point of {name} in {vault} ({region}) is overdue: the newest is from {}, one is made \
                             every {}",
                            clock(newest, now),
                            length(*every)
                        ),
                    );
                }
            }
            Self::Scheduled(rules, usual, reach) => {
                for applied in rules.reaching(*reach) {
                    let Some((due, next)) = applied.due(now, applied.patience(*usual, *reach)) else { continue };
                    evidence.changes.extend(next);
                    if is_since(newest, due) || !applied.is_older_than(due) {
                        continue;
                    }
                    evidence.finding(
                        Verdict::AtRisk,
                        format!(
                            "The recovery point of {name} in {vault} ({region}) that was due at {} is overdue: the newest is from {} \
                             (plan {})",
                            clock(due, now),
                            clock(newest, now),
                            applied.summary.name
                        ),
                    );
                }
            }
        }
    }
}

/// How long after a backup the next one is missed, where one is made so often: an hour later, or a tenth of the interval where that is more.
pub fn overdue_after(every: Span) -> Span {
    let grace = Span::from_secs(every.as_secs() / 10).max(Span::from_hours(1));
    every.saturating_add(grace)
}

impl<'a> Rules<'a> {
    /// What the plans that were read say of `backup`; its `jobs` tell which plan made them.
    pub(super) fn of(index: &Index<'a>, backup: &Backup, jobs: &[&BackupJob]) -> Self {
        let plans = index.backup_plans();
        let mut rules = Self {
            applied: Vec::new(),
            perhaps: Vec::new(),
            elsewhere: Vec::new(),
            complete: plans.are_complete(&backup.place),
        };
        for taken in plans.of(&backup.place, &backup.resource) {
            let made = || jobs.iter().any(|job| job.plan.as_ref() == Some(&taken.summary.id));
            if taken.takes == Takes::Perhaps && !made() {
                rules.perhaps.push(taken.summary.name.as_str());
                continue;
            }
            for rule in taken.plan.map_or(&[][..], |plan| plan.rules.as_slice()) {
                if rule.vault.as_str() != backup.vault {
                    rules.elsewhere.push((taken.summary.name.as_str(), rule.vault.as_str()));
                    continue;
                }
                let schedule = rule.times();
                let copied = |copy: &CopyVault| rule.copies.iter().any(|action| copy.is(&action.vault));
                let reach = if backup.copy.as_ref().is_some_and(copied) { Reach::Copied } else { Reach::Home };
                rules.applied.push(Applied { summary: taken.summary, rule, schedule, reach });
            }
        }
        rules
    }

    /// The rules whose recovery points get so far. Where none copies, somebody else does, and may do so as often as backups are made.
    fn reaching(&self, reach: Reach) -> impl Iterator<Item = &Applied<'a>> {
        let copied = self.applied.iter().any(|applied| applied.reach == Reach::Copied);
        self.applied.iter().filter(move |applied| reach == Reach::Home || !copied || applied.reach == reach)
    }

    /// The shortest of the longest rests of its rules: other rules can only make it better.
    fn interval(&self, reach: Reach, now: Moment) -> Option<Span> {
        let scheduled = self.reaching(reach).filter(|applied| !applied.rule.continuous);
        scheduled.filter_map(|applied| applied.schedule.as_ref().ok()?.longest_gap(now)).min()
    }

    /// When recovery points should be there. What the config says wins.
    pub(super) fn due(&'a self, every: Option<Span>, usual: Usual, reach: Reach) -> Due<'a> {
        if let Some(every) = every {
            return Due::Each(every);
        }
        if self.reaching(reach).any(|applied| applied.times().is_some()) {
            return Due::Scheduled(self, usual, reach);
        }
        let rates = self.reaching(reach).filter_map(|applied| match &applied.schedule {
            Ok(Schedule::Rate(every)) => Some(*every),
            Ok(Schedule::Cron(_)) | Err(_) => None,
        });
        Due::Each(rates.min().unwrap_or(USUAL_INTERVAL))
    }

    /// What is lost at worst although all goes to plan: a failure just before the next recovery point can be used.
    pub(super) fn at_worst(&self, every: Option<Span>, usual: Usual, reach: Reach, now: Moment) -> Option<Span> {
        if self.reaching(reach).any(|applied| applied.rule.continuous) {
            return None;
        }
        let interval = every.or_else(|| self.interval(reach, now))?;
        let copies = match reach {
            Reach::Home => Span::ZERO,
            Reach::Copied => usual.copy.unwrap_or_default(),
        };
        Some(interval.saturating_add(usual.backup.unwrap_or_default()).saturating_add(copies))
    }

    fn note(&self, evidence: &mut Evidence, now: Moment) {
        for Applied { summary, rule, schedule, .. } in &self.applied {
            let kept = rule.kept.map_or_else(|| "kept for ever".to_owned(), |kept| format!("kept {}", length(kept)));
            let (expression, zone) = (rule.expression(), rule.time_zone.as_ref().map_or("Etc/UTC", Text::as_str));
            let next = match schedule {
                Ok(schedule) => schedule.next_after(now).map(|next| format!(", next at {}", clock(next, now))),
                Err(why) => Some(format!(": {why}")),
            };
            evidence.note("plan", format!("{}: {expression} {zone}{}, {kept}", summary.name, next.unwrap_or_default()));
        }
        for plan in &self.perhaps {
            evidence.note("plan", format!("{plan} may apply: it selects by tags"));
        }
        for (plan, vault) in &self.elsewhere {
            evidence.note("plan", format!("{plan} writes to {vault}"));
        }
        if !self.complete {
            evidence.note("plans", "not all could be read");
        }
    }
}

/// The resource's jobs and points, to be held against the rules.
pub(super) struct Made<'s, 'a> {
    pub(super) jobs: &'s Sight<'s, [&'a BackupJob]>,
    pub(super) points: &'s [&'a RecoveryPoint],
    pub(super) vault: Option<&'a Vault>,
    pub(super) copy_vault: Option<&'a Vault>,
}

impl Backup {
    /// What the rules promise and do not hold, or do not promise at all.
    pub(super) fn judge_rules(&self, evidence: &mut Evidence, rules: &Rules<'_>, made: &Made<'_, '_>, now: Moment) {
        let (name, region) = (self.name(), &self.place.region);
        rules.note(evidence, now);
        if rules.complete && rules.applied.is_empty() && rules.perhaps.is_empty() {
            let plans = rules.elsewhere.iter().map(|(plan, vault)| format!("{plan} writes to {vault}"));
            match (vault::usable(made.points).max(), rules.elsewhere.is_empty()) {
                (_, false) => {
                    let sentence =
                        format!("No backup plan backs up {name} to {} in {region}: {}", self.vault, listed(plans));
                    evidence.finding(Verdict::AtRisk, sentence);
                }
                (Some(newest), true) => evidence.finding(
                    Verdict::AtRisk,
                    format!("No backup plan in {region} takes in {name}; the newest is from {}", clock(newest, now)),
                ),
                // What was never backed up is said elsewhere.
                (None, true) => {}
            }
        }
        for applied in &rules.applied {
            self.judge_rule(evidence, applied, made, now);
        }
        if let Some(copy) = &self.copy
            && !rules.applied.is_empty()
        {
            self.judge_copy_actions(evidence, rules, copy, made.copy_vault);
        }
    }

    fn judge_rule(&self, evidence: &mut Evidence, applied: &Applied<'_>, made: &Made<'_, '_>, now: Moment) {
        let (name, plan) = (self.name(), &applied.summary.name);
        let what = format!("The backups of {name} by the plan {plan}");
        vault::judge_lock(evidence, made.vault, applied.rule.kept, &what);
        match &applied.schedule {
            Err(why) if self.every.is_none() => evidence.finding(
                Verdict::AtRisk,
                format!("When {name} is to be backed up cannot be told; say it with `every` in the config. Plan {plan}: {why}"),
            ),
            Ok(schedule) => {
                let gap = schedule.longest_gap(now);
                if let (Some(gap), Some(kept)) = (gap, applied.rule.kept.filter(|kept| gap.is_some_and(|gap| *kept < gap))) {
                    evidence.finding(
                        Verdict::AtRisk,
                        format!(
                            "{what} are kept for {} but made only every {}: in between there is none",
                            length(kept),
                            length(gap)
                        ),
                    );
                }
            }
            Err(_) => {}
        }
        // A backup that never started emits no failure: only the time tells that it should have.
        let Some((due, next)) = applied.due(now, applied.rule.starts_within()) else { return };
        evidence.changes.extend(next);
        let Some(jobs) = made.jobs.value.filter(|_| made.jobs.is_fresh()) else { return };
        let told = now.duration_since(due) < JOBS_ARE_TOLD && applied.is_older_than(due);
        let started = jobs
            .iter()
            .filter(|job| job.vault.as_str() == self.vault)
            .filter_map(|job| job.created)
            .chain(made.points.iter().filter_map(|point| point.created))
            .any(|moment| is_since(moment, due));
        if told && !started {
            evidence.finding(
                Verdict::AtRisk,
                format!("The backup of {name} that was due at {} never started (plan {plan})", clock(due, now)),
            );
        }
    }

    /// Whether some rule makes the copies that the config counts on, and whether their vault takes them.
    fn judge_copy_actions(&self, evidence: &mut Evidence, rules: &Rules<'_>, copy: &CopyVault, vault: Option<&Vault>) {
        let (name, region) = (self.name(), &copy.place.region);
        let mut copies = 0_usize;
        for applied in &rules.applied {
            for action in applied.rule.copies.iter().filter(|action| copy.is(&action.vault)) {
                copies += 1;
                let what = format!("The copies of {name} by the plan {} to {region}", applied.summary.name);
                vault::judge_lock(evidence, vault, action.kept, &what);
            }
        }
        if copies == 0 {
            let plans = rules.applied.iter().map(|applied| applied.summary.name.as_str());
            let sentence = format!("No rule of {} copies {name} to {} in {region}", listed(plans), copy.vault);
            evidence.finding(Verdict::AtRisk, sentence);
        }
    }
}
