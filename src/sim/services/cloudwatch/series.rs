//! One series: a metric with its dimensions in one Region, and its value at each minute.

use crate::sim::World;
use crate::sim::estate::dynamodb::Table;
use crate::sim::estate::link::Link;
use crate::sim::estate::rds::{Address, GlobalCluster};
use crate::sim::estate::route53::HealthCheck;
use crate::sim::fault::{Fault, is};
use crate::sim::flow::Condition;
use crate::sim::health::Health;
use crate::sim::services::backup::{self, Ended};
use crate::sim::services::rds::topology;
use crate::sim::time::{Moment, Span};

/// A metric's dimensions, in the order AWS lists them.
pub(super) type Dimensions<'a> = Vec<(&'a str, &'a str)>;

/// A series.
#[derive(Debug)]
pub(super) struct Series<'a> {
    pub(super) namespace: &'a str,
    pub(super) metric: &'a str,
    pub(super) dimensions: Dimensions<'a>,
    pub(super) region: &'a str,
    pub(super) source: Source<'a>,
}

/// Where a series has its values from.
#[derive(Debug)]
pub(super) enum Source<'a> {
    /// The lag in whole seconds of the link that is there, and -1 while it is broken off: MySQL's Seconds_Behind_Source.
    ReplicaLag(Vec<Link>),
    /// The lag in milliseconds of a cluster while it follows in a global database.
    Follower(&'a GlobalCluster, &'a Address),
    /// A link's lag in seconds.
    Seconds(Link),
    /// The lag in seconds of whichever of these links is there.
    Turns(Vec<Link>),
    /// A link's lag in milliseconds.
    Milliseconds(Link),
    /// What waits to be replicated, at so many per second of lag.
    Waiting(Link, f64),
    /// The same value at each minute.
    Steady(f64),
    /// Around that value at each minute, drawn from the seed.
    Around(f64, &'a str),
    /// Seconds since that moment.
    Since(Moment),
    /// Writes of a table in its Region.
    Writes(&'a Table),
    /// 1 while healthy, 0 while not.
    Health(&'a HealthCheck),
    /// The share of checkers, in percent, that see success.
    Checkers(&'a HealthCheck),
    /// How many of the checks that a calculated one watches are healthy.
    Children(&'a HealthCheck),
    /// Jobs of a vault of AWS Backup that ended in that way.
    Jobs(&'a str, Ended),
}

/// How many minutes of a time are looked at: of a longer one, that many spread over it.
const MAX_SAMPLES: i64 = 60;

impl Series<'_> {
    /// The points of the minutes from `from` to, not including, `until`.
    pub(super) fn values(&self, world: &World, from: Moment, until: Moment) -> Vec<f64> {
        let mut minute = from.ceil(Span::MINUTE);
        if let Source::Jobs(vault, ended) = &self.source {
            // They are counted in minutes in which there are any: looked for one by one, they would be missed.
            let until = until.min(world.now.floor(Span::MINUTE));
            let mut ends = backup::ends(world, self.region, vault, *ended, minute, until);
            ends.retain(|end| !self.is_silent(world, end.floor(Span::MINUTE)));
            return ends.into_iter().map(|_| 1.0).collect();
        }
        let minutes = ((until - from).millis() / Span::MINUTE.millis()).max(1);
        let step = Span::MINUTE.times((minutes / MAX_SAMPLES).max(1));
        let mut values = Vec::new();
        while minute < until {
            values.extend(self.value(world, minute));
            minute = minute + step;
        }
        values
    }

    /// The value of the minute that begins then; `None` when there is no point.
    fn value(&self, world: &World, minute: Moment) -> Option<f64> {
        if minute + Span::MINUTE > world.now || self.is_silent(world, minute) {
            return None;
        }
        match &self.source {
            Source::ReplicaLag(links) => {
                let link = links.iter().find(|link| link.is_there(minute))?;
                let flow = world.flow(link, minute);
                match flow.condition {
                    Condition::Stopped => Some(-1.0),
                    Condition::Flowing | Condition::Behind | Condition::Stalled => {
                        Some(flow.lag(minute).seconds().ceil())
                    }
                }
            }
            Source::Follower(global, address) => {
                let then = topology::of(&world.at(minute), global);
                let link = then.follower(address)?.link(global);
                lag(world, &link, minute).filter(|_| link.is_there(minute)).map(|lag| lag.millis() as f64)
            }
            Source::Seconds(link) => there(world, link, minute).map(Span::seconds),
            Source::Turns(links) => links.iter().find_map(|link| there(world, link, minute)).map(Span::seconds),
            Source::Milliseconds(link) => lag(world, link, minute).map(|lag| lag.millis() as f64),
            Source::Waiting(link, rate) => there(world, link, minute).map(|lag| (lag.seconds() * rate).round()),
            Source::Steady(value) => Some(*value),
            Source::Around(value, name) => {
                let swing = 0.8 + 0.4 * world.unit(&["around", name, &minute.millis().to_string()]);
                Some((value * swing).round())
            }
            Source::Since(moment) => Some((minute - *moment).seconds()).filter(|since| *since >= 0.0),
            Source::Writes(table) => {
                let busy = 0.6 + 0.4 * world.unit(&["writes", &table.name, &minute.millis().to_string()]);
                Some((f64::from(table.items) / 500.0 * busy).ceil().max(1.0))
            }
            Source::Health(check) => Some(match health_of_minute(world, check, minute) {
                Health::Healthy => 1.0,
                Health::Unhealthy => 0.0,
            }),
            Source::Jobs(..) => None,
            Source::Children(check) => Some(world.healthy_children(check, minute) as f64),
            Source::Checkers(check) => Some(((1.0 - world.failing_share(check, minute)) * 100.0).round()),
        }
    }

    /// Whether nothing is published in that minute: its Region is gone, or a fault keeps the points away. Route 53 publishes
    /// from all over the world, whatever becomes of us-east-1's own data plane.
    fn is_silent(&self, world: &World, minute: Moment) -> bool {
        let gone = self.namespace != "AWS/Route53" && world.is_out(self.region, minute);
        gone || world.faults(minute).any(|fault| {
            let Fault::Metrics(stopped) = fault else { return false };
            is(&stopped.region, self.region)
                && is(&stopped.namespace, self.namespace)
                && is(&stopped.metric, self.metric)
                && stopped.resource.as_ref().is_none_or(|id| self.dimensions.iter().any(|(_, value)| value == id))
        })
    }
}

/// The lag of a link while it is there.
fn there(world: &World, link: &Link, minute: Moment) -> Option<Span> {
    lag(world, link, minute).filter(|_| link.is_there(minute))
}

fn lag(world: &World, link: &Link, minute: Moment) -> Option<Span> {
    let flow = world.flow(link, minute);
    match flow.condition {
        Condition::Stopped => None,
        Condition::Flowing | Condition::Behind | Condition::Stalled => Some(flow.lag(minute)),
    }
}

/// The worst of a minute, looked at every ten seconds: `HealthCheckStatus` is read as a minimum.
fn health_of_minute(world: &World, check: &HealthCheck, minute: Moment) -> Health {
    let unhealthy = (0..6).any(|step| world.health(check, minute + Span::from_seconds(step * 10)) == Health::Unhealthy);
    if unhealthy { Health::Unhealthy } else { Health::Healthy }
}
