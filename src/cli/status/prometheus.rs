//! `status --output prometheus`: the text exposition format, version 0.0.4, for a textfile collector. Figures are those of the JSON. What is
//! not known has no sample: a number in its place would be believed.

use std::fmt::{Display, Write as _};

use super::{cost, seconds, state};
use crate::model::{Assessment, Disruption, Loss, Moment, Site, SourceStatus, SystemAssessment, Up, Verdict};

const STATES: [SourceStatus; 3] = [SourceStatus::Ok, SourceStatus::Stale, SourceStatus::Error];

const VERDICTS: [Verdict; 5] = [Verdict::Met, Verdict::AtRisk, Verdict::Unknown, Verdict::Breached, Verdict::Split];

/// The exposition for `systems` of `assessment`: always the same metrics in the same order, Systems in the order of the config.
pub fn render(assessment: &Assessment, systems: &[&SystemAssessment]) -> String {
    let mut page = Page(String::new());
    look(&mut page, assessment);
    sources(&mut page, assessment);
    standing(&mut page, systems);
    promises(&mut page, systems);
    page.0
}

/// The text so far.
struct Page(String);

impl Page {
    /// Begins a metric. All are gauges.
    fn metric(&mut self, name: &'static str, help: &str) -> Metric<'_> {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} gauge"));
        Metric { page: self, name }
    }

    fn line(&mut self, line: impl Display) {
        // A String takes everything.
        let _ = writeln!(self.0, "{line}");
    }
}

/// A metric that takes its samples.
struct Metric<'a> {
    page: &'a mut Page,
    name: &'static str,
}

impl Metric<'_> {
    fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(name, text)| format!("{name}=\"{}\"", escaped(text))).collect();
        let braces = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let name = self.name;
        self.page.line(format_args!("{name}{braces} {value}"));
    }
}

/// A label's value as the format wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

fn look(page: &mut Page, assessment: &Assessment) {
    page.metric("drdeck_taken_at_seconds", "When this was true, in seconds since 1970.")
        .sample(&[], assessment.now.as_second());
    page.metric("drdeck_calls", "AWS calls that one look at everything takes.").sample(&[], assessment.calls);
    page.metric("drdeck_cost_per_hour_usd", "What an open console costs, US dollars per hour, estimated.")
        .sample(&[], cost(assessment.cost_per_hour_usd));
}

fn sources(page: &mut Page, assessment: &Assessment) {
    let help =
        "1 for the state of a service in a Region: ok, stale (a value is too old), error (a value was never read).";
    let mut metric = page.metric("drdeck_source_state", help);
    for source in &assessment.sources {
        for each in STATES {
            let labels =
                [("service", source.service.as_str()), ("region", source.region.as_str()), ("state", state(each))];
            metric.sample(&labels, u8::from(source.status == each));
        }
    }
    let help = "Age of the oldest value that a service in a Region gave. Absent if it never gave one.";
    let mut metric = page.metric("drdeck_source_age_seconds", help);
    for source in &assessment.sources {
        if let Some(at) = source.read_at {
            let labels = [("service", source.service.as_str()), ("region", source.region.as_str())];
            metric.sample(&labels, seconds(assessment.now.duration_since(at)));
        }
    }
}

fn standing(page: &mut Page, systems: &[&SystemAssessment]) {
    let mut metric = page.metric("drdeck_system_info", "1 for each system, with what the config says of it.");
    for system in systems {
        let labels = [
            ("system", system.name.as_str()),
            ("criticality", system.criticality.as_str()),
            ("strategy", system.strategy.as_str()),
            ("primary", system.primary.as_str()),
            ("recovery", system.recovery.as_str()),
        ];
        metric.sample(&labels, 1);
    }
    let help = "1 for the verdict on a system: met, at_risk, unknown, breached (its objectives would not be met now), split (two Regions look active).";
    let mut metric = page.metric("drdeck_verdict", help);
    for system in systems {
        for verdict in VERDICTS {
            let labels = [("system", system.name.as_str()), ("verdict", verdict.as_str())];
            metric.sample(&labels, u8::from(system.verdict == verdict));
        }
    }
    let mut metric = page.metric("drdeck_up", "1 if users are served, 0 if not. Absent while it cannot be told.");
    for system in systems {
        let labels = [("system", system.name.as_str())];
        match system.up {
            Up::Up => metric.sample(&labels, 1),
            Up::Down { .. } => metric.sample(&labels, 0),
            Up::Unknown => {}
        }
    }
    let mut metric =
        page.metric("drdeck_active", "1 for each Region, or on-premises, where a system is seen to serve.");
    for system in systems {
        for site in &system.active {
            metric.sample(&[("system", system.name.as_str()), ("site", Site::as_str(site))], 1);
        }
    }
}

/// A figure for each System and Disruption, where there is one.
fn promises(page: &mut Page, systems: &[&SystemAssessment]) {
    let mut each = |name, help, figure: &dyn Fn(&SystemAssessment, Disruption) -> Option<String>| {
        let mut metric = page.metric(name, help);
        for system in systems {
            for disruption in Disruption::ALL {
                if let Some(figure) = figure(system, disruption) {
                    metric.sample(&[("system", &system.name), ("disruption", disruption.as_str())], figure);
                }
            }
        }
    };
    let whole = |span| seconds(span).to_string();
    each(
        "drdeck_rpo_seconds",
        "What would be lost if the system failed over now. +Inf if everything would be; absent while it cannot be told.",
        &|system, disruption| match system.rpo.get(disruption).now {
            Some(now) => Some(whole(now)),
            None => loses_everything(system, disruption).then(|| "+Inf".to_owned()),
        },
    );
    each("drdeck_rpo_objective_seconds", "What may be lost, as promised.", &|system, disruption| {
        system.rpo.get(disruption).objective.map(whole)
    });
    each("drdeck_rto_objective_seconds", "How long recovery may take, as promised.", &|system, disruption| {
        system.rto.get(disruption).objective.map(whole)
    });
    each(
        "drdeck_rto_proven_seconds",
        "How long recovery took when it was last proven. Absent if it never was.",
        &|system, disruption| system.rto.get(disruption).proven.map(whole),
    );
    each(
        "drdeck_rto_estimated_seconds",
        "How long recovery would take, as the steps of its own runbook add up, the longest way through them: no promise is kept by that.",
        &|system, disruption| system.rto.get(disruption).estimated.as_ref().map(|sum| whole(sum.takes)),
    );
    each(
        "drdeck_rto_proven_at_seconds",
        "When recovery was last proven, in seconds since 1970.",
        &|system, disruption| {
            system.rto.get(disruption).proven_at.map(Moment::as_second).map(|second| second.to_string())
        },
    );
}

/// Whether the component that decides has no recovery point at all, and that is known.
fn loses_everything(system: &SystemAssessment, disruption: Disruption) -> bool {
    let worst = system.rpo.get(disruption).worst.as_ref();
    system
        .components
        .iter()
        .any(|component| Some(&component.name) == worst && *component.loss.get(disruption) == Loss::Everything)
}
