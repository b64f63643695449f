//! CloudWatch alarms of the Regions where a component is one.

use super::super::listing::{Detail, Fact, Item, Owners, Rows, Severity, Sources};
use super::lasting;
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::cloudwatch::{Alarm, AlarmState};
use crate::model::facts::{Answer, Known};
use crate::model::{Moment, Query};

#[derive(Debug)]
struct Row {
    alarm: Fact<Alarm>,
    owners: Owners,
}

pub(super) fn rows(world: &World, _now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let sources = Sources::of(snapshot, |query| matches!(query, Query::Alarms(_)));
    let facts = sources.iter().flat_map(|source| Fact::all(source, alarms));
    let items = facts.filter_map(|alarm| {
        let owners = world.owns.alarm(&alarm.source().place().region, alarm.get()?.name.as_str());
        Some(Box::new(Row { alarm, owners }) as Box<dyn Item>)
    });
    Rows { items: items.collect(), sources }
}

fn alarms(answer: &Answer) -> Option<&[Alarm]> {
    if let Answer::Alarms(alarms) = answer { Some(alarms) } else { None }
}

/// AWS's word.
fn state(alarm: &Alarm) -> &str {
    match &alarm.state {
        Known::Is(AlarmState::Ok) => "OK",
        Known::Is(AlarmState::Alarm) => "ALARM",
        Known::Is(AlarmState::InsufficientData) => "INSUFFICIENT_DATA",
        Known::Other(word) => word.as_str(),
    }
}

fn metric(alarm: &Alarm) -> String {
    alarm.metric.as_ref().map_or_else(|| "-".to_owned(), |(namespace, name)| format!("{namespace} {name}"))
}

impl Item for Row {
    fn id(&self) -> &str {
        self.alarm.get().map_or("", |alarm| alarm.arn.as_str())
    }

    fn name(&self) -> &str {
        self.alarm.get().map_or("", |alarm| alarm.name.as_str())
    }

    fn severity(&self) -> Severity {
        let Some(alarm) = self.alarm.get() else { return Severity::Unknown };
        match &alarm.state {
            Known::Is(AlarmState::Alarm) => Severity::Bad,
            Known::Is(AlarmState::InsufficientData) | Known::Other(_) => Severity::Unknown,
            Known::Is(AlarmState::Ok) if !alarm.actions_enabled => Severity::Watch,
            Known::Is(AlarmState::Ok) => Severity::Fine,
        }
    }

    /// Those that a System names come first.
    fn weight(&self) -> i64 {
        i64::from(!self.owners.names().is_empty())
    }

    fn figure(&self, _which: usize) -> i64 {
        self.alarm.get().and_then(|alarm| alarm.since).map_or(i64::MIN, |since| since.as_second())
    }

    fn trust(&self, now: Moment) -> Trust {
        self.alarm.source().trust(now)
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let Some(alarm) = self.alarm.get() else { return Vec::new() };
        let since = match alarm.since {
            Some(since) => lasting(Role::Text, now.duration_since(since), ""),
            None => Line::new(Role::TextMuted, "-"),
        };
        let tells = if alarm.actions_enabled {
            Line::new(Role::Text, "yes")
        } else {
            Line::new(Role::SeverityWarning, "nobody")
        };
        vec![
            self.owners.cell(),
            Line::new(self.severity().role(), state(alarm)),
            since,
            Line::new(Role::Text, self.alarm.source().region()),
            tells,
            Line::new(Role::Text, alarm.reason.as_ref().map_or("-", |reason| reason.as_str())),
            Line::new(Role::TextMuted, metric(alarm)),
        ]
    }

    fn words(&self) -> String {
        let Some(alarm) = self.alarm.get() else { return String::new() };
        let region = &self.alarm.source().place().region;
        format!("{} {} {region} {}", state(alarm), metric(alarm), region.short())
    }

    fn why(&self, now: Moment) -> String {
        let Some(alarm) = self.alarm.get() else { return String::new() };
        let since = alarm.since.map(|since| format!(" since {}", format::when(since, now))).unwrap_or_default();
        let reason = alarm.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let what = match &alarm.state {
            Known::Is(AlarmState::Alarm) => format!("It has been raised{since}{reason}"),
            Known::Is(AlarmState::InsufficientData) => format!("It has had too few data to tell{since}{reason}"),
            Known::Is(AlarmState::Ok) => format!("It is OK{since}"),
            Known::Other(word) => format!("It is in a state that drdeck does not know{since}: {word}"),
        };
        let tells = if alarm.actions_enabled { "" } else { ". It tells nobody: its actions are disabled" };
        format!("{what}{tells}")
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let Some(alarm) = self.alarm.get() else { return Detail::new("", "") };
        let source = self.alarm.source();
        let place = source.place();
        let mut detail = Detail::new(alarm.name.as_str(), &format!("CloudWatch alarm in {}", place.region));
        detail.marked("state", Line::new(self.severity().role(), state(alarm)));
        detail.value("in words", self.why(now));
        detail.value("system", self.owners.words());
        detail.moment("since", alarm.since, now);
        detail.maybe("reason", alarm.reason.as_ref().map(ToString::to_string));
        match &alarm.metric {
            Some((namespace, name)) => detail.value("metric", format!("{namespace} {name}")),
            None => detail.value("metric", "none of its own: an alarm of alarms, or of an expression"),
        }
        detail.maybe("missing data count as", alarm.missing_data.as_ref().map(ToString::to_string));
        detail.value("tells anybody", if alarm.actions_enabled { "yes" } else { "no: its actions are disabled" });
        detail.value("arn", alarm.arn.as_str());
        detail.rests_on(source, now);
        let arguments = ["--alarm-names", alarm.name.as_str()];
        detail.command(command_line::aws(&world.shell, place, "cloudwatch", "describe-alarms", &arguments));
        let arguments = ["--alarm-name", alarm.name.as_str(), "--history-item-type", "StateUpdate"];
        detail.command(command_line::aws(&world.shell, place, "cloudwatch", "describe-alarm-history", &arguments));
        detail
    }
}
