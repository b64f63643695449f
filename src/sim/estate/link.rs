//! A replication link: what flows from one site to another, and how far behind it usually is.

use serde::Deserialize;

use super::Estate;
use crate::sim::time::{Moment, Span};

/// How far behind a link is while all is well: `base` plus up to `jitter`, drawn anew each minute from the seed; with `every`, the
/// time since the last multiple of it on top (EFS and other links that replicate in rounds).
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lag {
    /// The least.
    pub base: Span,
    /// On top of it, at most.
    #[serde(default)]
    pub jitter: Span,
    /// The interval of the rounds.
    pub every: Option<Span>,
}

/// One replication link of the estate.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// What faults name it by: the replica's, secondary cluster's, table's, server's… identifier.
    pub id: String,
    /// A Region or `on-premises`.
    pub from: String,
    /// The Region that receives.
    pub to: String,
    /// The zone that it comes from, where it comes from one server.
    pub zone: Option<String>,
    /// How far behind it usually is.
    pub lag: Lag,
    /// When it began to flow since the simulator's start, and how far behind it was then.
    pub began: Option<(Moment, Span)>,
    /// When it ended for good.
    pub ended: Option<Moment>,
    /// When its source is down on purpose.
    pub pauses: Vec<(Moment, Moment)>,
}

impl Link {
    /// A link from its parts.
    pub fn new(id: &str, from: &str, to: &str, lag: Lag) -> Self {
        Self {
            id: id.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            zone: None,
            lag,
            began: None,
            ended: None,
            pauses: Vec::new(),
        }
    }

    /// Whether anything flows or could at that moment: it has begun and not ended.
    pub fn is_there(&self, at: Moment) -> bool {
        self.began.is_none_or(|(began, _)| began <= at) && self.ended.is_none_or(|ended| at < ended)
    }
}

impl Estate {
    /// Every replication link.
    pub fn links(&self) -> Vec<Link> {
        let mut links = self.rds.links();
        links.extend(self.dynamodb.tables.iter().flat_map(super::dynamodb::Table::links));
        links.extend(self.s3.replications.iter().map(super::storage::S3Replication::link));
        links.extend(self.efs.replications.iter().map(super::storage::EfsReplication::link));
        links.extend(self.elasticache.global_datastores.iter().map(super::storage::GlobalDatastore::link));
        links.extend(self.drs.servers.iter().map(super::drs::Server::link));
        links.extend(self.cloudwatch.lags.iter().map(super::cloudwatch::CustomLag::link));
        links
    }
}
