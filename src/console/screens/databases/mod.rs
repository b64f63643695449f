//! Databases: RDS instances, Aurora clusters and global databases, DynamoDB tables.

mod cluster;
mod events;
mod global;
mod instance;
mod lags;
mod status;
mod table;

use super::listing::{BY_NAME, By, Head, Listing, Order, Rows, Sources, WORST_FIRST};
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::{Moment, Query, Span};
use lags::Lags;

/// Its lists.
pub const LISTINGS: &[&Listing] = &[&DATABASES];

const DATABASES: Listing = Listing {
    title: "databases",
    noun: "database",
    heads: &[
        Head::names("DATABASE", 14, 0),
        Head::names("SYSTEM", 10, 5).up_to(24),
        Head::new("ROLE", 7, 2).up_to(10),
        Head::new("STATE", 13, 1).aged().up_to(22),
        Head::new("LAG", 5, 3).right(),
        Head::new("RESTORABLE", 10, 4).right(),
        Head::new("ZONES", 6, 6).up_to(9),
        Head::names("REGION", 6, 7),
        Head::new("KEPT", 5, 8).right(),
        Head::names("KIND", 16, 9).up_to(20),
        Head::new("VERSION", 10, 10).up_to(20),
    ],
    orders: &[
        WORST_FIRST,
        BY_NAME,
        Order { words: "by lag", by: By::Figure(0) },
        Order { words: "oldest restore point first", by: By::Figure(1) },
    ],
    rows,
    unasked: "No component of the config is a database.",
    none: "There is none of the databases that the config names.",
};

fn rows(world: &World, now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let lags = Lags::of(world);
    let mut sources = Sources::default();
    let mut items = Vec::new();
    let of = |wanted: fn(&Query) -> bool| Sources::of(snapshot, wanted);
    for found in [
        global::rows(of(|query| matches!(query, Query::GlobalClusters(_))), world, &lags),
        cluster::rows(of(|query| matches!(query, Query::DbClusters(_))), world, now),
        instance::rows(of(|query| matches!(query, Query::DbInstances(_))), world, &lags, now),
        table::rows(of(|query| matches!(query, Query::Table(..) | Query::ContinuousBackups(..))), world, &lags, now),
    ] {
        sources.extend(&found.sources);
        items.extend(found.items);
    }
    Rows { items, sources }
}

/// A newest restorable moment further back than that is worth a look: AWS moves it every five minutes.
const LATE: Span = Span::from_mins(30);

/// How far back the newest moment is that it could be restored to.
fn restorable(latest: Option<Moment>, now: Moment) -> Line {
    match latest.map(|at| now.duration_since(at).max(Span::ZERO)) {
        Some(back) if back > LATE => Line::new(Role::SeverityWarning, format!("{} ago", format::age(back))),
        Some(back) => Line::new(Role::Text, format!("{} ago", format::age(back))),
        None => Line::new(Role::TextMuted, "-"),
    }
}

/// As [`restorable`] sorts: the further back the larger, what cannot be restored at all first.
fn restorable_rank(latest: Option<Moment>) -> i64 {
    latest.map_or(i64::MAX, |at| -at.as_second())
}

fn lag_cell(lag: Option<f64>) -> Line {
    lag.map_or_else(|| Line::new(Role::TextMuted, "-"), |lag| Line::new(Role::Text, format::short_lag(lag)))
}

/// Whole seconds, to sort by.
#[allow(clippy::cast_possible_truncation, reason = "saturates")]
fn lag_rank(lag: Option<f64>) -> i64 {
    lag.map_or(-1, |lag| lag as i64)
}

/// Days that backups are kept; 0 is off.
fn kept(days: u32) -> Line {
    match days {
        0 => Line::new(Role::SeverityWarning, "off"),
        days => Line::new(Role::Text, format!("{days}d")),
    }
}

/// `us-east-1a` as `1a`.
fn zone(zone: &str) -> &str {
    zone.rsplit('-').next().unwrap_or(zone)
}
