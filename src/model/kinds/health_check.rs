//! `health-check`: a Route 53 health check that watches one site.

use super::check::{self, Check, Counts};
use super::{ComponentKind, Evidence, Health, Trust};
use crate::model::facts::cloudwatch::Series;
use crate::model::facts::route53;
use crate::model::index::Index;
use crate::model::words::{clock, length, listed};
use crate::model::{Place, Query, RunStart, Site, Text, Verdict};

/// A Route 53 health check.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthCheck {
    /// Its id.
    pub id: String,
    /// The site whose users' path it checks.
    pub watches: Site,
    /// Always `us-east-1`, where Route 53's control plane and metrics are; with the role to ask with.
    pub place: Place,
}

/// The checks that a calculated one is made of.
struct Children<'a> {
    all: Vec<Check<'a>>,
    needed: usize,
}

impl<'a> Children<'a> {
    fn observe(index: &Index<'a>, place: &'a Place, parent: &'a route53::HealthCheck) -> Option<Self> {
        let needed = usize::try_from(parent.threshold?).ok()?;
        let all = parent.children.iter().map(|child| Check::observe(index, place, child.as_str()));
        (!parent.children.is_empty()).then(|| Self { all: all.collect(), needed })
    }

    fn counting(&self, counts: Counts) -> impl Iterator<Item = &Check<'a>> {
        self.all.iter().filter(move |child| child.counts() == counts)
    }

    /// What they add up to, where Route 53 itself cannot be asked.
    fn add_up(&self) -> Option<Health> {
        let healthy = self.counting(Counts::Healthy).count();
        if healthy >= self.needed {
            return Some(Health::Passing);
        }
        if healthy + self.counting(Counts::Untold).count() >= self.needed {
            return None;
        }
        // It fails since so many fail that the rest is too few.
        let mut starts: Vec<_> = self.counting(Counts::Unhealthy).filter_map(|child| child.reports().0).collect();
        starts.retain(|health| matches!(health, Health::Failing { .. }));
        starts.sort_by_key(|health| match health {
            Health::Failing { since, .. } => Some(*since),
            Health::Passing | Health::Unknown => None,
        });
        let spare = self.all.len().saturating_sub(self.needed);
        starts.get(spare).or(starts.last()).cloned()
    }

    /// `2 of 3 pass, 2 are needed`.
    fn words(&self) -> String {
        let healthy = self.counting(Counts::Healthy).count();
        let are = if self.needed == 1 { "is" } else { "are" };
        format!("{healthy} of its {} checks pass, {} {are} needed", self.all.len(), self.needed)
    }
}

impl HealthCheck {
    /// The switch that a check of the type RECOVERY_CONTROL follows, if an ARC cluster is asked.
    fn judge_switch(&self, evidence: &mut Evidence, index: &Index<'_>, check: &Check<'_>, arn: &Text) {
        let Some(sight) = &check.switch else {
            evidence.note("routing control", format!("{arn}: no [[arc.endpoint]] is configured to ask for its state"));
            return;
        };
        evidence.rests_on(sight);
        let site = self.watches.as_str();
        let Some(control) = sight.value else {
            if sight.is_fresh() {
                let why = format!("There is no routing control {arn} in the ARC cluster that is configured");
                evidence.finding(Verdict::Unknown, why);
            }
            return;
        };
        let (name, state) = (&control.name, control.state.as_str());
        let at = sight.read_at.filter(|_| !sight.is_fresh());
        let as_of = at.map(|at| format!(", as of {}", clock(at, index.now()))).unwrap_or_default();
        evidence.note("routing control", format!("{name} is {state}{as_of}"));
        evidence.seen = Text::new(format!(
            "The routing control {name} is {state}: Route 53 may send users to {site}; whether they are served there it does not tell"
        ));
        match state {
            "On" => {}
            "Off" => {
                evidence.finding(
                    Verdict::AtRisk,
                    format!("The routing control {name} is Off: Route 53 sends nobody to {site}"),
                );
            }
            other => evidence.finding(Verdict::Unknown, format!("The routing control {name} is {other}")),
        }
    }

    fn note_settings(evidence: &mut Evidence, check: &Check<'_>, found: &route53::HealthCheck) {
        evidence.note("type", found.kind.as_str());
        if let Some(target) = &found.target {
            evidence.note("target", target.as_str());
        }
        if let (Some(interval), Some(threshold)) = (found.interval_seconds, found.failure_threshold) {
            let within = check.notices_within().map(|span| format!(": notices within {}", length(span)));
            evidence.note("looks", format!("every {interval} s, {threshold} in a row{}", within.unwrap_or_default()));
        }
        if let Some(missing) = &found.insufficient_data {
            evidence.note("while data are missing", missing.as_str());
        }
    }

    /// What is wrong with its children, and what they add up to where nothing else tells.
    fn judge_children(
        &self,
        evidence: &mut Evidence,
        children: &Children<'_>,
        health: Option<Health>,
    ) -> Option<Health> {
        for child in &children.all {
            evidence.rests_on(&child.series);
            evidence.changes.extend(child.grows_old());
        }
        let health = match health {
            Some(Health::Passing | Health::Failing { .. }) => health,
            Some(Health::Unknown) | None => children.add_up(),
        };
        evidence.note("children", children.words());
        let failing: Vec<String> = children.counting(Counts::Unhealthy).map(Check::name).collect();
        if health == Some(Health::Passing) && !failing.is_empty() {
            let (verb, words) = (if failing.len() == 1 { "fails" } else { "fail" }, children.words());
            evidence
                .finding(Verdict::AtRisk, format!("{} {verb} for {}: {words}", listed(failing), self.watches.as_str()));
        }
        health
    }
}

impl ComponentKind for HealthCheck {
    fn needs(&self) -> Vec<Query> {
        vec![check::config_query(&self.place), check::series_query(&self.place, &self.id)]
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        let config = index.health_check(&check::config_query(&self.place), &self.id).value;
        let children = config.iter().flat_map(|found| &found.children);
        let series = children.map(|child| check::series_query(&self.place, child.as_str()));
        check::follow_ups(index, &self.place, &self.id).into_iter().chain(series).collect()
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let now = index.now();
        let check = Check::observe(index, &self.place, &self.id);
        let series_query = check::series_query(&self.place, &self.id);
        let (mut health, source) = check.reports();
        let mut evidence = Evidence::from(&series_query);
        evidence.decided_by(&series_query, &check.series);
        evidence.rests_on(&check.config);
        if source == series_query {
            evidence.rests_on(&check.series);
        } else {
            evidence.rests_on(&check.checkers);
            evidence.decided_by(&source, &check.checkers);
            evidence.note("asked", "the checkers themselves, since CloudWatch does not tell");
        }
        let (name, site) = (check.name(), self.watches.as_str());
        let (mut honest, mut is_switch) = (check.is_honest(), false);
        match check.config.value {
            Some(found) => {
                Self::note_settings(&mut evidence, &check, found);
                if let Some(setting) = check.setting() {
                    evidence.note("setting", setting);
                    evidence.finding(Verdict::Unknown, format!("{name} {setting}"));
                }
                if let Some((verdict, warning)) = check.warning() {
                    evidence.finding(verdict, warning);
                }
                if let Some(children) = Children::observe(index, &self.place, found) {
                    health = self.judge_children(&mut evidence, &children, health);
                }
                is_switch = found.kind.as_str() == "RECOVERY_CONTROL";
                if let Some(arn) = found.routing_control.as_ref().filter(|_| is_switch) {
                    self.judge_switch(&mut evidence, index, &check, arn);
                }
            }
            None if check.config.is_fresh() => {
                evidence.finding(Verdict::Unknown, format!("There is no health check {} in Route 53", self.id));
                honest = false;
            }
            // Whether it is disabled cannot be told; then failing is believed and passing is not.
            None => honest = matches!(health, Some(Health::Failing { .. })),
        }
        let health = health.filter(|_| honest).unwrap_or(Health::Unknown);
        match &health {
            Health::Passing if is_switch => {}
            Health::Passing => evidence.seen = Text::new(format!("{name} passes for {site}")),
            Health::Failing { since, start } => {
                // A start that nobody saw moves with every look; since when users are not served is remembered and said elsewhere.
                let sentence = match start {
                    RunStart::Seen => format!("{name} has failed for {site} since {}", clock(*since, now)),
                    RunStart::Earlier => format!("{name} fails for {site}"),
                };
                evidence.finding(Verdict::AtRisk, sentence);
            }
            Health::Unknown if honest && evidence.trust == Trust::Fresh => {
                evidence.finding(Verdict::Unknown, format!("{name} reports nothing for {site}"));
            }
            Health::Unknown => {}
        }
        if let Some((at, _)) = check.series.value.and_then(Series::newest) {
            evidence.note("newest point", clock(at, now));
        }
        evidence.changes.extend(check.grows_old());
        // A switch says who may be sent there, not whether anybody is served.
        let health = if is_switch { Health::Unknown } else { health };
        evidence.health = Some((self.watches.clone(), health));
        evidence
    }
}
