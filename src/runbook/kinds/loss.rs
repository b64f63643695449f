//! What is lost when a follower takes over, in words with figures.

use crate::model::index::Index;
use crate::model::kinds::LagUnit;
use crate::model::kinds::lag::{self, Lag};
use crate::model::words::{clock, length};
use crate::model::{Query, Span, Text};
use crate::runbook::world::World;

/// The lag that series tell: that of the first, or of the second where the first has no points.
pub(super) fn lag_of(world: &World<'_>, query: &Query, older: Option<&Query>, unit: LagUnit) -> Lag {
    let index = Index::new(world.snapshot, world.now);
    let newest = |query: &Query| {
        let series = lag::series(&index, query);
        if series.is_fresh() { lag::newest_lag(&series, unit) } else { Lag::Unread }
    };
    match (newest(query), older) {
        (Lag::NoPoints, Some(older)) => match newest(older) {
            lag @ Lag::Of { .. } => lag,
            Lag::Invalid(_) | Lag::NoPoints | Lag::Unread => Lag::NoPoints,
        },
        (lag, _) => lag,
    }
}

/// What is lost if `follower` takes over now.
pub(super) fn words(world: &World<'_>, lag: Lag, follower: &str) -> Text {
    let unknown = |why: &str| {
        Text::new(format!("not known how much: {why}; every write that had not reached {follower} is lost"))
    };
    let (lag, safe, at) = match lag {
        Lag::Of { lag, safe, at } => (lag, safe, at),
        Lag::Invalid(value) => return unknown(&format!("its lag is {value}, which says that it does not replicate")),
        Lag::NoPoints => return unknown("CloudWatch has had no lag of it for 20 min"),
        Lag::Unread => return unknown("its lag cannot be read"),
    };
    let until = world.run.began.filter(|began| *began < world.now);
    let lost = until.unwrap_or(world.now).duration_since(safe).max(Span::ZERO);
    let end = match until {
        Some(began) => format!("the disruption at {}", clock(began, world.now)),
        None => "now".to_owned(),
    };
    Text::new(format!(
        "writes after {} that had not reached {follower}: up to {} until {end} (lag {} at {})",
        clock(safe, world.now),
        length(lost),
        length(lag),
        clock(at, world.now)
    ))
}

/// How much is lost, where that is known.
pub(super) fn span(world: &World<'_>, lag: Lag) -> Option<Span> {
    let Lag::Of { safe, .. } = lag else { return None };
    let until = world.run.began.filter(|began| *began < world.now).unwrap_or(world.now);
    Some(until.duration_since(safe).max(Span::ZERO))
}
