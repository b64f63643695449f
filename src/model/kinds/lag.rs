//! Replication lag as CloudWatch series tell it.

use std::sync::Arc;

use super::{Evidence, LagUnit, Protection, Trust};
use crate::model::facts::cloudwatch::{Series, SeriesStatus};
use crate::model::index::{Index, Sight, doubt};
use crate::model::kinds::Means;
use crate::model::query::{Metric, Window};
use crate::model::words::{clock, length};
use crate::model::{LagHistory, Moment, Place, Query, Snapshot, Span, Text};

/// A lag, asked for as its worst value of each minute.
pub(crate) fn lag_query(place: &Place, namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Query {
    series_query(place, namespace, name, dimensions, "Maximum", Window::Recent)
}

/// A series of `statistic`; the dimensions are put in the order of their names.
pub(crate) fn series_query(
    place: &Place,
    namespace: &str,
    name: &str,
    dimensions: &[(&str, &str)],
    statistic: &str,
    window: Window,
) -> Query {
    let mut dimensions: Vec<(String, String)> =
        dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    dimensions.sort();
    Query::Series(
        place.clone(),
        Arc::new(Metric {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions,
            statistic: statistic.to_owned(),
            window,
        }),
    )
}

/// The series `query` asks for. One that CloudWatch could not give is a missing reading, not an empty one.
pub(crate) fn series<'a>(index: &Index<'a>, query: &Query) -> Sight<'a, Series> {
    let sight = index.one(query, Snapshot::series);
    let failed = |what: &str| {
        Trust::Missing(doubt(query, format!("{}: CloudWatch answered {what}", query.source()), sight.read_at, None))
    };
    let Some(series) = sight.value else { return sight };
    let trust = match &series.status {
        SeriesStatus::Complete => return sight,
        // The newest points come first, so what is missing is old.
        SeriesStatus::Partial if !series.points.is_empty() => return sight,
        SeriesStatus::Partial => failed("PartialData"),
        SeriesStatus::InternalError => failed("InternalError"),
        SeriesStatus::Forbidden => failed("Forbidden"),
        SeriesStatus::Other(status) => failed(status.as_str()),
    };
    Sight { value: None, trust, read_at: sight.read_at }
}

/// What the newest point of a lag says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Lag {
    /// So much, as of that moment.
    Of {
        /// The lag.
        lag: Span,
        /// The newest moment that is safe on the other side: the point's own moment minus the lag.
        safe: Moment,
        /// The point's moment.
        at: Moment,
    },
    /// The value is no lag: -1 says that nothing replicates.
    Invalid(f64),
    /// There are no points; that is not a lag of zero.
    NoPoints,
    /// The series could not be read.
    Unread,
}

impl LagUnit {
    /// How many of it make a second.
    const fn per_second(self) -> f64 {
        match self {
            Self::Seconds => 1.0,
            Self::Milliseconds => 1_000.0,
        }
    }
}

/// The newest lag of a series.
pub(crate) fn newest_lag(series: &Sight<'_, Series>, unit: LagUnit) -> Lag {
    let Some(values) = series.value else { return Lag::Unread };
    let Some((at, value)) = values.newest() else { return Lag::NoPoints };
    if value.is_nan() || value < 0.0 {
        return Lag::Invalid(value);
    }
    let lag = Span::try_from_secs_f64(value / unit.per_second()).ok();
    match lag.and_then(|lag| at.checked_sub(lag).ok().map(|safe| (lag, safe))) {
        Some((lag, safe)) => Lag::Of { lag, safe, at },
        None => Lag::Invalid(value),
    }
}

/// The newest moment that some point proves to be safe on the other side, when newer points say that nothing replicates any more.
pub(crate) fn last_safe(series: &Sight<'_, Series>, unit: LagUnit) -> Option<Moment> {
    let points = series.value?.points.iter().filter(|(_, value)| *value >= 0.0);
    points.filter_map(|(at, value)| at.checked_sub(Span::try_from_secs_f64(value / unit.per_second()).ok()?).ok()).max()
}

/// The lags of a series in seconds, oldest first, for the sparkline.
pub(crate) fn lag_history(series: &Sight<'_, Series>, unit: LagUnit) -> LagHistory {
    let points = series.value.map_or(&[][..], |series| series.points.as_slice());
    points.iter().rev().filter(|(_, value)| *value >= 0.0).map(|(at, value)| (*at, value / unit.per_second())).collect()
}

/// The protection that a lag alone stands for. `what` begins the sentence if it says nothing: "The replication of images".
pub(crate) fn protection(lag: Lag, series: &Sight<'_, Series>, what: &str) -> Protection {
    match lag {
        Lag::Of { safe, .. } => Protection::since(Means::Continuous, safe, None, series.trust.clone(), series.read_at),
        Lag::Invalid(value) => {
            Protection::unknown(format!("{what} reports a lag of {value}: it does not replicate"), series.trust.clone())
        }
        Lag::NoPoints => Protection::unknown(format!("{what} has reported no lag for 20 min"), series.trust.clone()),
        Lag::Unread => Protection::unread(series.trust.clone()),
    }
}

/// The lag and its moment for the detail view.
pub(crate) fn shown(lag: Lag, now: Moment) -> String {
    match lag {
        Lag::Of { lag, at, .. } => format!("{} at {}", length(lag), clock(at, now)),
        Lag::Invalid(value) => format!("{value}: not replicating"),
        Lag::NoPoints => "no data points".to_owned(),
        Lag::Unread => "unreadable".to_owned(),
    }
}

/// All there is to say of a Component that one lag series tells everything of.
pub(crate) fn judge_series(index: &Index<'_>, query: &Query, unit: LagUnit, what: &str) -> Evidence {
    let now = index.now();
    let seen = series(index, query);
    let lag = newest_lag(&seen, unit);
    let mut evidence = Evidence::from(query);
    evidence.decided_by(query, &seen);
    evidence.rests_on(&seen);
    evidence.protection.region = protection(lag, &seen, what);
    evidence.lag_history = lag_history(&seen, unit);
    evidence.note("lag", shown(lag, now));
    if let Lag::Of { lag, at, .. } = lag {
        evidence.seen = Text::new(format!("{what} had a lag of {} at {}", length(lag), clock(at, now)));
    }
    evidence
}
