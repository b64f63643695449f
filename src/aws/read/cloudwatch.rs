//! CloudWatch series: as many as possible in one GetMetricData.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{
    Dimension, Metric as RawMetric, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StatusCode,
};

use super::convert::{date_time, moment};
use super::{Ask, Unread};
use crate::model::facts::cloudwatch::{Series, SeriesStatus};
use crate::model::query::{Metric, Window};
use crate::model::{FailureKind, Moment, Span, Text};

/// The most that GetMetricData answers in one call.
pub const SERIES_PER_CALL: usize = 500;

/// Seconds that one point stands for. AWS's own services publish once a minute.
const PERIOD: i32 = 60;

const fn reach(window: Window) -> Span {
    match window {
        Window::Recent => Span::from_mins(20),
        Window::Long => Span::from_hours(3),
    }
}

fn start(now: Moment, window: Window) -> Moment {
    now.checked_sub(reach(window)).unwrap_or(Moment::UNIX_EPOCH)
}

/// One result per metric, in their order; a gap stays unanswered. A call that fails fails the series of that call only.
pub(super) async fn series(
    ask: &Ask<'_>,
    client: &Client,
    metrics: &[Option<&Metric>],
    now: Moment,
) -> Vec<Result<Series, Unread>> {
    let mut results: Vec<Result<Series, Unread>> = metrics.iter().map(|_| Err(left_out())).collect();
    let wanted: Vec<(usize, &Metric)> =
        metrics.iter().enumerate().filter_map(|(at, metric)| Some((at, (*metric)?))).collect();
    for chunk in wanted.chunks(SERIES_PER_CALL) {
        let mut read = call(ask, client, chunk, now).await;
        for (at, metric) in chunk {
            let mut result = match &mut read {
                Ok(found) => found.remove(at).unwrap_or_else(|| Err(left_out())),
                Err(failure) => Err(failure.clone()),
            };
            if let Ok(series) = &mut result {
                // The period that holds the start of the window counts, as it does for CloudWatch.
                let (start, period) = (start(now, metric.window), Span::from_secs(PERIOD.into()));
                series.points.retain(|(at, _)| start.duration_since(*at) < period);
            }
            if let Some(slot) = results.get_mut(*at) {
                *slot = result;
            }
        }
    }
    results
}

/// The failure of a series that was asked for and did not come.
pub(super) fn left_out() -> Unread {
    Unread::new(FailureKind::Unreadable, "CloudWatch left this series out of its answer")
}

/// One call and its further pages. A series that is cut by a page goes on in the next one under the same id.
async fn call(
    ask: &Ask<'_>,
    client: &Client,
    wanted: &[(usize, &Metric)],
    now: Moment,
) -> Result<BTreeMap<usize, Result<Series, Unread>>, Unread> {
    let queries: Vec<MetricDataQuery> = wanted.iter().map(|(at, metric)| query(*at, metric)).collect();
    // One call for short and long windows alike: calls are limited, points are free.
    let start = wanted.iter().map(|(_, metric)| start(now, metric.window)).min().map(date_time);
    let parts = ask
        .pages(
            |token| {
                client
                    .get_metric_data()
                    .set_metric_data_queries(Some(queries.clone()))
                    .set_start_time(start)
                    .end_time(date_time(now))
                    .scan_by(ScanBy::TimestampDescending)
                    .set_next_token(token)
                    .send()
            },
            |page| (page.metric_data_results.unwrap_or_default(), page.next_token),
        )
        .await?;
    let mut found: BTreeMap<usize, Result<Series, Unread>> = BTreeMap::new();
    for part in parts {
        let Some(at) = part.id.as_deref().and_then(|id| id.strip_prefix('m')).and_then(|id| id.parse().ok()) else {
            continue;
        };
        let part = points(part);
        match (found.get_mut(&at), part) {
            (Some(Ok(earlier)), Ok(part)) => {
                earlier.points.extend(part.points);
                // The last page says how the whole ended.
                earlier.status = part.status;
            }
            (_, part) => {
                found.insert(at, part);
            }
        }
    }
    for series in found.values_mut().flatten() {
        series.points.sort_by(|(a, _), (b, _)| b.cmp(a));
        series.points.dedup_by_key(|(at, _)| *at);
    }
    Ok(found)
}

fn query(at: usize, metric: &Metric) -> MetricDataQuery {
    let dimensions =
        metric.dimensions.iter().map(|(name, value)| Dimension::builder().name(name).value(value).build()).collect();
    let metric_stat = MetricStat::builder()
        .metric(
            RawMetric::builder()
                .namespace(&metric.namespace)
                .metric_name(&metric.name)
                .set_dimensions(Some(dimensions))
                .build(),
        )
        .period(PERIOD)
        .stat(&metric.statistic)
        .build();
    MetricDataQuery::builder().id(format!("m{at}")).metric_stat(metric_stat).return_data(true).build()
}

fn points(raw: MetricDataResult) -> Result<Series, Unread> {
    let times = raw.timestamps.unwrap_or_default();
    let values = raw.values.unwrap_or_default();
    if times.len() != values.len() {
        let text = format!("CloudWatch sent {} times for {} values", times.len(), values.len());
        return Err(Unread::new(FailureKind::Unreadable, text));
    }
    let points = times.into_iter().zip(values).filter_map(|(at, value)| Some((moment(Some(at))?, value))).collect();
    Ok(Series { status: status(raw.status_code.as_ref()), points })
}

fn status(raw: Option<&StatusCode>) -> SeriesStatus {
    // Old servers leave it out of a complete answer.
    match raw.map_or("Complete", StatusCode::as_str) {
        "Complete" => SeriesStatus::Complete,
        "PartialData" => SeriesStatus::Partial,
        "InternalError" => SeriesStatus::InternalError,
        "Forbidden" => SeriesStatus::Forbidden,
        other => SeriesStatus::Other(Text::new(other)),
    }
}
