//! `alarm`: a CloudWatch alarm that somebody thought worth watching.

use super::{ComponentKind, Evidence};
use crate::model::facts::Known;
use crate::model::facts::cloudwatch::AlarmState;
use crate::model::index::Index;
use crate::model::words::clock;
use crate::model::{Place, Query, Text, Verdict};

/// A CloudWatch alarm.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// Its name.
    pub alarm: String,
    /// Where it is.
    pub place: Place,
}

impl Alarm {
    fn query(&self) -> Query {
        Query::Alarms(self.place.clone())
    }
}

impl ComponentKind for Alarm {
    fn needs(&self) -> Vec<Query> {
        vec![self.query()]
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (query, now) = (self.query(), index.now());
        let sight = index.alarm(&query, &self.alarm);
        let (name, region) = (&self.alarm, &self.place.region);
        let mut evidence = Evidence::from(&query);
        evidence.decided_by(&query, &sight);
        evidence.rests_on(&sight);
        let Some(alarm) = sight.value else {
            if sight.is_absent() {
                evidence.finding(Verdict::Unknown, format!("There is no alarm {name} in {region}"));
            }
            return evidence;
        };
        let since = alarm.since.map(|since| format!(" since {}", clock(since, now))).unwrap_or_default();
        let state = match &alarm.state {
            Known::Is(AlarmState::Ok) => "OK",
            Known::Is(AlarmState::Alarm) => "ALARM",
            Known::Is(AlarmState::InsufficientData) => "INSUFFICIENT_DATA",
            Known::Other(state) => state.as_str(),
        };
        evidence.note("state", format!("{state}{since}"));
        if let Some((namespace, metric)) = &alarm.metric {
            evidence.note("metric", format!("{namespace} {metric}"));
        }
        if let Some(missing) = &alarm.missing_data {
            evidence.note("missing data count as", missing.as_str());
        }
        // CloudWatch's words are of figures and three lines long: evidence, and no reason to read at night.
        if let Some(reason) = &alarm.reason {
            evidence.note("reason", reason.as_str());
        }
        match &alarm.state {
            Known::Is(AlarmState::Ok) => {}
            Known::Is(AlarmState::Alarm) => {
                evidence.finding(Verdict::AtRisk, format!("The alarm {name} in {region} has been raised{since}"));
            }
            // What it watches may be gone, and its metrics with it.
            Known::Is(AlarmState::InsufficientData) => evidence
                .finding(Verdict::Unknown, format!("The alarm {name} in {region} has had too few data to tell{since}")),
            Known::Other(state) => {
                evidence.finding(Verdict::Unknown, format!("The alarm {name} in {region} is {state}{since}"));
            }
        }
        if !alarm.actions_enabled {
            evidence.note("actions", "disabled");
            evidence.finding(
                Verdict::AtRisk,
                format!("The alarm {name} in {region} tells nobody: its actions are disabled"),
            );
        }
        evidence.seen = Text::new(format!("The alarm {name} in {region} is OK{since}"));
        evidence
    }
}
