//! What RDS says has happened to a database.

use super::super::listing::{Detail, Sources};
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::rds::Event;
use crate::model::{Moment, Place, Query};

/// Adds the events of the last 24 hours of that instance or cluster, and of `members`, newest first. They are read while somebody looks.
pub(super) fn add(detail: &mut Detail, world: &World, place: &Place, names: &[&str], now: Moment) {
    let Some(snapshot) = world.snapshot() else { return };
    let query = Query::DbEvents(place.clone());
    detail.look(query.clone());
    detail.heading("what happened in the last 24 hours");
    match (snapshot.db_events(&query).value, snapshot.readings.get(&query)) {
        (Some(events), _) => {
            let mut mine: Vec<&Event> = events.iter().filter(|event| names.contains(&event.source.as_str())).collect();
            mine.sort_by_key(|event| std::cmp::Reverse(event.at));
            if mine.is_empty() {
                detail.remark("Nothing that RDS told of.");
            }
            for event in mine {
                let at = event.at.map(|at| format::moment(at, now)).unwrap_or_default();
                let bad = event
                    .categories
                    .iter()
                    .any(|category| matches!(category.as_str(), "failure" | "failover" | "low storage"));
                let role = if bad { Role::SeverityWarning } else { Role::Text };
                let source = if names.len() > 1 { format!("{}: ", event.source) } else { String::new() };
                detail.line(Line::new(Role::TextMuted, format!("{at}  {source}")).with(role, event.message.as_str()));
            }
        }
        (None, Some(reading)) if reading.failing.is_some() => detail.remark("It could not be read."),
        (None, _) => detail.remark("Being read…"),
    }
    for source in Sources::of(snapshot, |other| *other == query).iter() {
        detail.rests_on(source, now);
    }
}
