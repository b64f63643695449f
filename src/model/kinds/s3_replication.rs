//! `s3-replication`: a replication rule from one bucket to another, with replication metrics on.

use super::lag::{self, Lag};
use super::{ComponentKind, Copies, Evidence, LagUnit, Means, Protection, Serving};
use crate::model::facts::cloudwatch::Series;
use crate::model::index::Index;
use crate::model::words::{clock, length};
use crate::model::{Place, Query, Site, Span, Text, Verdict};

/// How old the newest count of waiting objects may be; one comes each minute.
const COUNT_GOOD_FOR: Span = Span::from_mins(10);

/// An S3 replication rule.
#[derive(Clone, Debug, PartialEq)]
pub struct S3Replication {
    /// The bucket replicated from.
    pub source_bucket: String,
    /// The bucket replicated to.
    pub destination_bucket: String,
    /// The id of the rule.
    pub rule_id: String,
    /// Where the source is.
    pub source_place: Place,
    /// Where the destination is; the metrics are published there.
    pub destination_place: Place,
}

impl S3Replication {
    fn query(&self, metric: &str) -> Query {
        let dimensions = [
            ("SourceBucket", self.source_bucket.as_str()),
            ("DestinationBucket", self.destination_bucket.as_str()),
            ("RuleId", self.rule_id.as_str()),
        ];
        lag::lag_query(&self.destination_place, "AWS/S3", metric, &dimensions)
    }

    fn latency(&self) -> Query {
        self.query("ReplicationLatency")
    }

    fn pending(&self) -> Query {
        self.query("OperationsPendingReplication")
    }

    fn failed(&self) -> Query {
        self.query("OperationsFailedReplication")
    }
}

impl ComponentKind for S3Replication {
    fn needs(&self) -> Vec<Query> {
        vec![self.latency(), self.pending(), self.failed()]
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let now = index.now();
        let query = self.latency();
        let what = format!("The replication of {} to {}", self.source_bucket, self.destination_bucket);
        let latency = lag::series(index, &query);
        let pending = lag::series(index, &self.pending());
        let failed = lag::series(index, &self.failed());
        let lag = lag::newest_lag(&latency, LagUnit::Seconds);

        let mut evidence = Evidence::from(&query);
        evidence.decided_by(&query, &latency);
        evidence.rests_on(&latency);
        evidence.rests_on(&pending);
        evidence.rests_on(&failed);
        evidence.lag_history = lag::lag_history(&latency, LagUnit::Seconds);
        evidence.note("lag", lag::shown(lag, now));
        let waiting = pending.value.and_then(Series::newest);
        if let Some((at, waiting)) = waiting {
            evidence.note("objects waiting", format!("{waiting} at {}", clock(at, now)));
            evidence.changes.extend(at.checked_add(COUNT_GOOD_FOR).ok());
        }
        evidence.protection.region = match (lag, waiting) {
            // No objects were written for a while, and none wait: nothing would be lost.
            (Lag::NoPoints, Some((at, waiting)))
                if waiting <= 0.0 && pending.is_fresh() && now.duration_since(at) <= COUNT_GOOD_FOR =>
            {
                evidence.seen = Text::new(format!("{what} is idle: nothing waits to be copied"));
                Protection::nothing_lost(Means::Continuous, latency.trust.clone(), latency.read_at)
            }
            (Lag::NoPoints, None) if pending.is_fresh() => Protection::unknown(
                format!("{what} reports no metrics: they are off, or the rule {} does not exist", self.rule_id),
                latency.trust.clone(),
            ),
            (lag, _) => lag::protection(lag, &latency, &what),
        };
        if let Lag::Of { lag, at, .. } = lag {
            evidence.seen = Text::new(format!("{what} took {} at {}", length(lag), clock(at, now)));
        }
        let source = Site::Region(self.source_place.region.clone());
        if !evidence.lag_history.is_empty() || waiting.is_some() {
            evidence.serving = Serving::Located(source.clone());
        }
        evidence.copies = Some(Copies::From(source));
        let lost: f64 = failed.value.map_or(0.0, |series| series.points.iter().map(|(_, count)| count.max(0.0)).sum());
        if lost > 0.0 {
            evidence.note("objects failed", format!("{lost} in 20 min"));
            evidence.finding(
                Verdict::AtRisk,
                format!("{what} failed for {lost} objects in the last 20 min; they stay behind"),
            );
        }
        evidence
    }
}
