//! The vaults that the config names.

use std::sync::Arc;

use super::super::listing::{Detail, Item, Owners, Rows, Severity, Source, Sources};
use super::ago;
use crate::console::command_line;
use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::facts::backup::{PointStatus, Vault};
use crate::model::facts::{Answer, Known};
use crate::model::{Moment, Query, Text};

#[derive(Debug)]
struct Row {
    name: String,
    id: String,
    source: Arc<Source>,
    owners: Owners,
    newest: Option<Moment>,
    oldest: Option<Moment>,
}

pub(super) fn rows(world: &World, _now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let sources = Sources::of(snapshot, |query| matches!(query, Query::Vault(..)));
    let items = sources.iter().filter_map(|source| {
        let Query::Vault(place, name) = &source.query else { return None };
        if source.reading.value.is_none() && !source.is_absent() {
            return None;
        }
        let points = snapshot.recovery_points(&Query::RecoveryPoints(place.clone(), name.clone())).value;
        let usable = || {
            let points = points.into_iter().flatten();
            let usable = points
                .filter(|point| matches!(point.status, Known::Is(PointStatus::Completed | PointStatus::Available)));
            usable.filter_map(|point| point.created)
        };
        Some(Box::new(Row {
            id: format!("{name} in {}", place.region),
            owners: world.owns.vault(&place.region, name),
            newest: usable().max(),
            oldest: usable().min(),
            name: name.clone(),
            source: Arc::clone(source),
        }) as Box<dyn Item>)
    });
    Rows { items: items.collect(), sources: sources.clone() }
}

impl Row {
    fn vault(&self) -> Option<&Vault> {
        if let Some(Answer::Vault(vault)) = self.source.reading.value.as_deref() { Some(vault) } else { None }
    }

    /// `no`, `removable`, `from 2026-11-22 14:00Z` on for good, `for good`.
    fn lock(&self, now: Moment) -> String {
        match self.vault() {
            Some(vault) if vault.locked => match vault.lock_date {
                Some(date) if date > now => format!("from {}", format::moment(date, now)),
                Some(_) => "for good".to_owned(),
                None => "removable".to_owned(),
            },
            Some(_) => "no".to_owned(),
            None => "?".to_owned(),
        }
    }
}

impl Item for Row {
    fn id(&self) -> &str {
        self.vault().map_or(&self.id, |vault| vault.arn.as_str())
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn severity(&self) -> Severity {
        match self.vault() {
            Some(vault) if vault.points == 0 => Severity::Watch,
            Some(_) => Severity::Fine,
            None => Severity::Bad,
        }
    }

    fn figure(&self, _which: usize) -> i64 {
        self.vault().map_or(i64::MAX, |vault| i64::try_from(vault.points).unwrap_or(i64::MAX))
    }

    fn trust(&self, now: Moment) -> Trust {
        if self.source.is_absent() { Trust::Fresh } else { self.source.trust(now) }
    }

    fn owners(&self) -> &Owners {
        &self.owners
    }

    fn cells(&self, now: Moment) -> Vec<Line> {
        let vault = self.vault();
        let state = match (vault, self.severity()) {
            (None, _) => "MISSING",
            (Some(_), Severity::Watch) => "EMPTY",
            (Some(_), _) => "OK",
        };
        let key = vault.and_then(|vault| vault.key_type.as_ref().or(vault.key.as_ref()));
        vec![
            self.owners.cell(),
            Line::new(self.severity().role(), state),
            Line::new(Role::Text, vault.map_or_else(|| "?".to_owned(), |vault| vault.points.to_string())),
            ago(self.newest, now),
            Line::new(Role::Text, self.lock(now)),
            Line::new(Role::Text, self.source.region()),
            Line::new(Role::TextMuted, key.map_or("-", Text::as_str)),
        ]
    }

    fn words(&self) -> String {
        let lock = match self.vault() {
            Some(vault) if vault.locked => "locked",
            Some(_) => "unlocked",
            None => "missing",
        };
        format!("{lock} {} {}", self.source.place().region, self.source.region())
    }

    fn why(&self, now: Moment) -> String {
        let Some(vault) = self.vault() else {
            return format!("There is no such vault in {}, though the config names it.", self.source.place().region);
        };
        let newest = self.newest.map(|at| format!(", the newest from {}", format::when(at, now))).unwrap_or_default();
        let points = format::count(usize::try_from(vault.points).unwrap_or(usize::MAX), "recovery point");
        let lock = match (vault.locked, vault.lock_date) {
            (false, _) => "It is not locked: whoever may, can delete them.".to_owned(),
            (true, Some(date)) if date > now => {
                format!("Its lock can be taken off until {}.", format::when(date, now))
            }
            (true, Some(_)) => "It is locked for good.".to_owned(),
            (true, None) => "It is locked; who may, can take the lock off.".to_owned(),
        };
        format!("{points}{newest}. {lock}")
    }

    fn detail(&self, world: &World, now: Moment) -> Detail {
        let place = self.source.place();
        let mut detail = Detail::new(&self.name, &format!("backup vault in {}", place.region));
        detail.marked("in words", Line::new(self.severity().role(), self.why(now)));
        detail.value("systems", self.owners.words());
        if let Some(vault) = self.vault() {
            detail.value("recovery points", vault.points.to_string());
            detail.moment("newest", self.newest, now);
            detail.moment("oldest", self.oldest, now);
            detail.value("lock", self.lock(now));
            let days = |days: u32| format::count(usize::try_from(days).unwrap_or(usize::MAX), "day");
            detail.maybe("kept at least", vault.min_retention_days.map(days));
            detail.maybe("kept at most", vault.max_retention_days.map(days));
            detail.maybe("key", vault.key.as_ref().map(ToString::to_string));
            detail.maybe("kind of key", vault.key_type.as_ref().map(ToString::to_string));
            detail.value("arn", vault.arn.as_str());
        }
        detail.rests_on(&self.source, now);
        let points = Query::RecoveryPoints(place.clone(), self.name.clone());
        detail.command(command_line::of(&self.source.query, now, &world.shell));
        detail.command(command_line::of(&points, now, &world.shell));
        if let Some(snapshot) = world.snapshot() {
            for source in Sources::of(snapshot, |query| *query == points).iter() {
                detail.rests_on(source, now);
            }
        }
        detail
    }
}
