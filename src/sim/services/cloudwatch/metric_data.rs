//! GetMetricData: up to 500 series, each over a time with a period and a statistic. Unknown series are complete and empty.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value as Json;

use super::series::Series;
use super::{bad_token, sources, validation};
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::time::{Moment, Span};
use crate::sim::wire::{AwsError, Value};

/// How many queries one request may have.
const MAX_QUERIES: usize = 500;

/// A page holds as many points, over all series.
static PAGES: PageRule = PageRule {
    size: "MaxDatapoints",
    token: "NextToken",
    default: 100_800,
    min: 1,
    max: 100_800,
    bad_size: validation,
    bad_token,
};

/// One query that was understood.
struct Query {
    id: String,
    label: String,
    namespace: String,
    metric: String,
    dimensions: BTreeMap<String, String>,
    period: Span,
    statistic: Statistic,
}

#[derive(Clone, Copy)]
pub(super) enum Statistic {
    Minimum,
    Maximum,
    Average,
    Sum,
    SampleCount,
    /// `p90`: from 0 to 100.
    Percentile(f64),
}

/// The order of the points.
#[derive(Clone, Copy)]
enum Scan {
    NewestFirst,
    OldestFirst,
}

pub(super) fn get(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let (start, end) = times(call)?;
    let scan = match call.text("ScanBy") {
        None | Some("TimestampDescending") => Scan::NewestFirst,
        Some("TimestampAscending") => Scan::OldestFirst,
        Some(other) => return Err(validation(format!("ScanBy is not one of its values: {other}"))),
    };
    let queries = queries(call)?;
    let series = sources::of_region(world, &call.region);
    let by_name: HashMap<Name<'_>, &Series<'_>> = series.iter().map(|series| (Name::of(series), series)).collect();

    // One entry per point, and one without a point for an empty series, so that it is on some page too.
    let mut entries: Vec<(usize, Option<(Moment, f64)>)> = Vec::new();
    for (index, query) in queries.iter().enumerate() {
        if entries.len() > page.reach() {
            break;
        }
        let found = by_name.get(&query.name()).copied();
        let mut points = found.map_or(Vec::new(), |series| points(world, series, query, start, end));
        if let Scan::NewestFirst = scan {
            points.reverse();
        }
        if points.is_empty() {
            entries.push((index, None));
        }
        entries.extend(points.into_iter().map(|point| (index, Some(point))));
    }
    let last_of = |index: usize| entries.iter().rposition(|(of, _)| *of == index);
    let lasts: Vec<Option<usize>> = (0..queries.len()).map(last_of).collect();
    let cut = page.cut(call, entries);
    let page_end = page.offset() + cut.items.len();
    let results = queries.iter().enumerate().filter_map(|(index, query)| {
        let mine: Vec<_> = cut.items.iter().filter(|(of, _)| *of == index).collect();
        let last = lasts.get(index).copied().flatten()?;
        let status = if last < page_end { "Complete" } else { "PartialData" };
        let points: Vec<(Moment, f64)> = mine.iter().filter_map(|(_, point)| *point).collect();
        (!mine.is_empty()).then(|| {
            Value::map([
                ("Id", (&query.id).into()),
                ("Label", (&query.label).into()),
                ("Timestamps", Value::list("member", points.iter().map(|(at, _)| (*at).into()))),
                ("Values", Value::list("member", points.iter().map(|(_, value)| (*value).into()))),
                ("StatusCode", status.into()),
            ])
        })
    });
    Ok(Value::map([
        ("MetricDataResults", Value::list("member", results)),
        ("NextToken", cut.next.into()),
        ("Messages", Value::list("member", [])),
    ]))
}

fn times(call: &Call) -> Result<(Moment, Moment), AwsError> {
    let needed = |name: &str| call.moment(name).ok_or_else(|| validation(format!("The parameter {name} is required.")));
    let (start, end) = (needed("StartTime")?, needed("EndTime")?);
    if start < end {
        Ok((start, end))
    } else {
        Err(validation("The parameter StartTime must be less than the parameter EndTime.".to_owned()))
    }
}

/// The queries whose data are asked for.
fn queries(call: &Call) -> Result<Vec<Query>, AwsError> {
    let asked = call.items("MetricDataQueries");
    if asked.is_empty() {
        return Err(validation("The parameter MetricDataQueries is required.".to_owned()));
    }
    if asked.len() > MAX_QUERIES {
        return Err(validation(format!(
            "The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}."
        )));
    }
    let mut ids = HashSet::new();
    let mut queries = Vec::new();
    for query in asked {
        let id = text(query, "Id");
        if !ids.insert(id.clone()) {
            return Err(validation(format!("The values for parameter id in MetricDataQueries are not unique: {id}.")));
        }
        let returned = query.get("ReturnData").and_then(Json::as_bool).unwrap_or(true);
        let parsed = Query::parse(id, query)?;
        if returned {
            queries.push(parsed);
        }
    }
    Ok(queries)
}

fn text(value: &Json, name: &str) -> String {
    value.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

impl Query {
    fn parse(id: String, query: &Json) -> Result<Self, AwsError> {
        let well_formed = id.starts_with(|first: char| first.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !well_formed {
            return Err(validation(format!(
                "The value {id} for parameter MetricDataQueries.member.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
            )));
        }
        let Some(stat) = query.get("MetricStat") else {
            return Err(validation(format!("Query {id} has no MetricStat; the simulator knows no metric math.")));
        };
        let metric = stat.get("Metric").unwrap_or(&Json::Null);
        let dimensions = metric.get("Dimensions").and_then(Json::as_array).into_iter().flatten();
        let name = text(metric, "MetricName");
        let label = query.get("Label").and_then(Json::as_str).map_or_else(|| name.clone(), str::to_owned);
        Ok(Self {
            period: period(stat)?,
            statistic: Statistic::parse(&text(stat, "Stat"))?,
            namespace: text(metric, "Namespace"),
            dimensions: dimensions.map(|d| (text(d, "Name"), text(d, "Value"))).collect(),
            metric: name,
            id,
            label,
        })
    }

    fn name(&self) -> Name<'_> {
        let dimensions = self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Name { namespace: &self.namespace, metric: &self.metric, dimensions }
    }
}

/// What a series is found by: its dimensions in the order of their names.
#[derive(PartialEq, Eq, Hash)]
struct Name<'a> {
    namespace: &'a str,
    metric: &'a str,
    dimensions: Vec<(&'a str, &'a str)>,
}

impl<'a> Name<'a> {
    fn of(series: &Series<'a>) -> Self {
        let mut dimensions = series.dimensions.clone();
        dimensions.sort_unstable();
        Self { namespace: series.namespace, metric: series.metric, dimensions }
    }
}

fn period(stat: &Json) -> Result<Span, AwsError> {
    let seconds = match stat.get("Period") {
        Some(Json::String(text)) => text.parse().unwrap_or(0),
        Some(number) => number.as_i64().unwrap_or(0),
        None => 0,
    };
    let fits = matches!(seconds, 1 | 5 | 10 | 20 | 30) || (seconds > 0 && seconds <= 86_400 * 30 && seconds % 60 == 0);
    if fits {
        Ok(Span::from_seconds(seconds))
    } else {
        Err(validation(format!(
            "The value {seconds} for parameter Period is not 1, 5, 10, 20, 30 or a multiple of 60."
        )))
    }
}

impl Statistic {
    fn parse(name: &str) -> Result<Self, AwsError> {
        let percentile =
            name.strip_prefix('p').and_then(|p| p.parse::<f64>().ok()).filter(|p| (0.0..=100.0).contains(p));
        match (name, percentile) {
            ("Minimum", _) => Ok(Self::Minimum),
            ("Maximum", _) => Ok(Self::Maximum),
            ("Average", _) => Ok(Self::Average),
            ("Sum", _) => Ok(Self::Sum),
            ("SampleCount", _) => Ok(Self::SampleCount),
            (_, Some(percentile)) => Ok(Self::Percentile(percentile)),
            (_, None) => Err(validation(format!("The value {name} for parameter Stat is not supported."))),
        }
    }

    /// Of the values of one period; `None` when there are none.
    pub(super) fn of(self, mut values: Vec<f64>) -> Option<f64> {
        values.sort_by(f64::total_cmp);
        let count = values.len() as f64;
        let sum: f64 = values.iter().sum();
        let (first, last) = (*values.first()?, *values.last()?);
        Some(match self {
            Self::Minimum => first,
            Self::Maximum => last,
            Self::Average => sum / count,
            Self::Sum => sum,
            Self::SampleCount => count,
            Self::Percentile(percentile) => {
                let rank = (percentile / 100.0 * count).ceil() as usize;
                values.get(rank.saturating_sub(1)).copied().unwrap_or(last)
            }
        })
    }
}

/// The points of a series from `start` (its whole minute included) to `end` (not included), oldest first.
fn points(world: &World, series: &Series<'_>, query: &Query, start: Moment, end: Moment) -> Vec<(Moment, f64)> {
    let period = query.period;
    let oldest = world.now - sources::kept(period);
    let mut at = start.floor(Span::MINUTE).max(oldest).ceil(period);
    let end = end.min(world.now);
    let mut points = Vec::new();
    while at < end {
        points.extend(query.statistic.of(series.values(world, at, at + period)).map(|value| (at, value)));
        at = at + period;
    }
    points
}
