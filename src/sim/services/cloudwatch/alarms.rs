//! `DescribeAlarms`: metric alarms, their state computed from the points that the metric had.

use super::metric_data::Statistic;
use super::series::Series;
use super::{bad_parameter, bad_token, sources};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::cloudwatch::{Alarm, AlarmStatistic, Comparison, Missing};
use crate::sim::fault::Fault;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

static PAGES: PageRule = PageRule {
    size: "MaxRecords",
    token: "NextToken",
    default: 50,
    min: 1,
    max: 100,
    bad_size: bad_parameter,
    bad_token,
};
/// How far back the last change of a state is looked for.
const LOOKED_BACK: Span = Span::DAY;
const STATES: [&str; 3] = ["OK", "ALARM", "INSUFFICIENT_DATA"];

/// The state of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ok,
    Alarm,
    Insufficient,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::Insufficient => "INSUFFICIENT_DATA",
        }
    }
}

/// What the last periods of an alarm say: their points, newest first, and what follows from them; `None` where nothing does.
struct Evaluation {
    points: Vec<(Moment, f64)>,
    state: Option<State>,
}

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let state = call.text("StateValue");
    if let Some(unknown) = state.filter(|state| !STATES.contains(state)) {
        return Err(bad_parameter(format!("StateValue must be one of {}, not {unknown}", STATES.join(", "))));
    }
    let series = sources::of_region(world, &call.region);
    let mut alarms: Vec<&Alarm> = world.estate.cloudwatch.alarms.iter().filter(|a| is_asked(world, call, a)).collect();
    alarms.sort_by(|a, b| a.name.cmp(&b.name));
    let watching = |alarm: &'_ Alarm| series.iter().find(|series| watches(alarm, series));
    if let Some(wanted) = state {
        alarms.retain(|alarm| now(world, alarm, watching(alarm)).0.name() == wanted);
    }
    let cut = page.cut(call, alarms);
    let values = cut.items.iter().map(|alarm| value(world, alarm, watching(alarm)));
    Ok(Value::map([
        ("MetricAlarms", Value::list("member", values)),
        ("CompositeAlarms", Value::list("member", [])),
        ("NextToken", cut.next.into()),
    ]))
}

fn is_asked(world: &World, call: &Call, alarm: &Alarm) -> bool {
    let (names, types) = (call.texts("AlarmNames"), call.texts("AlarmTypes"));
    // None of them belongs to a composite alarm or has actions.
    let others = ["ChildrenOfAlarmName", "ParentsOfAlarmName", "ActionPrefix"];
    alarm.region == call.region
        && world.start - alarm.age <= world.now
        && (names.is_empty() || names.contains(&alarm.name.as_str()))
        && (types.is_empty() || types.contains(&"MetricAlarm"))
        && call.text("AlarmNamePrefix").is_none_or(|prefix| alarm.name.starts_with(prefix))
        && others.iter().all(|other| call.text(other).is_none())
}

fn watches(alarm: &Alarm, series: &Series<'_>) -> bool {
    series.namespace == alarm.namespace
        && series.metric == alarm.metric
        && series.dimensions.len() == alarm.dimensions.len()
        && series.dimensions.iter().all(|(name, value)| alarm.dimensions.get(*name).is_some_and(|v| v == value))
}

/// What the periods before a moment say.
fn evaluate(world: &World, alarm: &Alarm, series: Option<&Series<'_>>, at: Moment) -> Evaluation {
    let statistic = match alarm.statistic {
        AlarmStatistic::Minimum => Statistic::Minimum,
        AlarmStatistic::Maximum => Statistic::Maximum,
        AlarmStatistic::Average => Statistic::Average,
        AlarmStatistic::Sum => Statistic::Sum,
    };
    // Long periods slide with the minute, as CloudWatch evaluates each minute.
    let end = at.floor(Span::MINUTE);
    let periods = i64::from(alarm.periods);
    let starts = (1..=periods).map(|back| end - alarm.period.times(back));
    let points: Vec<(Moment, f64)> = starts
        .filter_map(|start| Some((start, statistic.of(series?.values(world, start, start + alarm.period))?)))
        .collect();
    let breaching = points.iter().filter(|(_, value)| breaches(alarm, *value)).count();
    let missing = usize::try_from(periods).unwrap_or_default() - points.len();
    let state = match alarm.missing {
        Missing::Breaching if missing + breaching == points.len() + missing => Some(State::Alarm),
        Missing::Missing if points.is_empty() => Some(State::Insufficient),
        Missing::Ignore if points.is_empty() => None,
        Missing::NotBreaching if missing > 0 => Some(State::Ok),
        Missing::Missing | Missing::Ignore | Missing::Breaching | Missing::NotBreaching => {
            Some(if breaching == points.len() { State::Alarm } else { State::Ok })
        }
    };
    Evaluation { points, state }
}

fn breaches(alarm: &Alarm, value: f64) -> bool {
    match alarm.comparison {
        Comparison::Greater => value > alarm.threshold,
        Comparison::GreaterOrEqual => value >= alarm.threshold,
        Comparison::Less => value < alarm.threshold,
        Comparison::LessOrEqual => value <= alarm.threshold,
    }
}

/// The state now, and since when: the last change that the timeline, or what somebody asked for, can have caused.
fn now(world: &World, alarm: &Alarm, series: Option<&Series<'_>>) -> (State, Moment) {
    let created = world.start - alarm.age;
    let newest = world.now.floor(Span::MINUTE);
    let spells = world.timeline.spells().iter().filter(|spell| moves_metrics(&spell.fault));
    let asked = world.estate.first_asked();
    let first = spells.map(|spell| spell.from).chain(asked).min().unwrap_or(newest);
    let oldest = first.max(newest - LOOKED_BACK).max(created);
    let mut state = None;
    let mut since = created;
    let mut at = newest;
    loop {
        match (state, evaluate(world, alarm, series, at).state) {
            (None, Some(found)) => state = Some(found),
            (Some(known), Some(before)) if known != before => break,
            (_, None) | (Some(_), Some(_)) => {}
        }
        if at <= oldest {
            // Before the first fault nothing changed; of an older past than is looked at, nothing is known.
            let unchanged = if oldest <= first { created } else { at };
            return (state.unwrap_or(State::Insufficient), unchanged);
        }
        since = at;
        at = at - Span::MINUTE;
    }
    (state.unwrap_or(State::Insufficient), since)
}

/// Whether a fault can move a metric: those of the APIs cannot.
const fn moves_metrics(fault: &Fault) -> bool {
    match fault {
        Fault::Lag(_)
        | Fault::Stall(_)
        | Fault::Stop(_)
        | Fault::Outage(_)
        | Fault::Zone(_)
        | Fault::Unhealthy(_)
        | Fault::Backup(_)
        | Fault::Copy(_)
        | Fault::SkipBackup(_)
        | Fault::RoutingControl(_)
        | Fault::Metrics(_) => true,
        Fault::Endpoint(_)
        | Fault::Throttle(_)
        | Fault::Latency(_)
        | Fault::LostAnswer(_)
        | Fault::ExpiredCredentials(_)
        | Fault::Denied(_)
        | Fault::Capacity(_)
        | Fault::Launch(_)
        | Fault::BackingUp(_)
        | Fault::EmptiedTable(_)
        | Fault::RestoreTest(_)
        | Fault::Value(_) => false,
    }
}

fn value(world: &World, alarm: &Alarm, series: Option<&Series<'_>>) -> Value {
    let (state, since) = now(world, alarm, series);
    let dimensions =
        alarm.dimensions.iter().map(|(name, value)| Value::map([("Name", name.into()), ("Value", value.into())]));
    let statistic = match alarm.statistic {
        AlarmStatistic::Minimum => "Minimum",
        AlarmStatistic::Maximum => "Maximum",
        AlarmStatistic::Average => "Average",
        AlarmStatistic::Sum => "Sum",
    };
    let missing = match alarm.missing {
        Missing::Missing => "missing",
        Missing::Ignore => "ignore",
        Missing::Breaching => "breaching",
        Missing::NotBreaching => "notBreaching",
    };
    let comparison = match alarm.comparison {
        Comparison::Greater => "GreaterThanThreshold",
        Comparison::GreaterOrEqual => "GreaterThanOrEqualToThreshold",
        Comparison::Less => "LessThanThreshold",
        Comparison::LessOrEqual => "LessThanOrEqualToThreshold",
    };
    let none = || Value::list("member", []);
    Value::map([
        ("AlarmName", (&alarm.name).into()),
        ("AlarmArn", world.arn("cloudwatch", &alarm.region, &format!("alarm:{}", alarm.name)).into()),
        ("AlarmDescription", Some(&alarm.description).filter(|text| !text.is_empty()).into()),
        ("AlarmConfigurationUpdatedTimestamp", (world.start - alarm.age).into()),
        ("ActionsEnabled", true.into()),
        ("OKActions", none()),
        ("AlarmActions", none()),
        ("InsufficientDataActions", none()),
        ("StateValue", state.name().into()),
        ("StateReason", reason(alarm, state, &evaluate(world, alarm, series, world.now)).into()),
        ("StateUpdatedTimestamp", since.into()),
        ("StateTransitionedTimestamp", since.into()),
        ("MetricName", (&alarm.metric).into()),
        ("Namespace", (&alarm.namespace).into()),
        ("Statistic", statistic.into()),
        ("Dimensions", Value::list("member", dimensions)),
        ("Period", (alarm.period.millis() / 1_000).into()),
        ("EvaluationPeriods", alarm.periods.into()),
        ("DatapointsToAlarm", alarm.periods.into()),
        ("Threshold", alarm.threshold.into()),
        ("ComparisonOperator", comparison.into()),
        ("TreatMissingData", missing.into()),
    ])
}

/// What CloudWatch says of a state.
fn reason(alarm: &Alarm, state: State, evaluation: &Evaluation) -> String {
    let count = |number: usize| if number == 1 { "1 datapoint".to_owned() } else { format!("{number} datapoints") };
    let points = &evaluation.points;
    if points.is_empty() {
        let unknown = usize::try_from(alarm.periods).unwrap_or_default();
        let were = if unknown == 1 { "was" } else { "were" };
        return match state {
            State::Insufficient => format!("Insufficient Data: {} {were} unknown.", count(unknown)),
            State::Ok | State::Alarm => {
                format!(
                    "Threshold Crossed: no datapoints were received for {unknown} periods and missing data was treated so."
                )
            }
        };
    }
    let listed: Vec<String> = points.iter().map(|(at, value)| format!("{value:?} ({at})")).collect();
    let than = match alarm.comparison {
        Comparison::Greater => "greater than",
        Comparison::GreaterOrEqual => "greater than or equal to",
        Comparison::Less => "less than",
        Comparison::LessOrEqual => "less than or equal to",
    };
    let was = match (state, points.len()) {
        (State::Alarm, 1) => "was",
        (State::Alarm, _) => "were",
        (State::Ok | State::Insufficient, 1) => "was not",
        (State::Ok | State::Insufficient, _) => "were not all",
    };
    let listed = listed.join(", ");
    format!("Threshold Crossed: {} [{listed}] {was} {than} the threshold ({:?}).", count(points.len()), alarm.threshold)
}
