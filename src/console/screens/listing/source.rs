//! The readings that rows rest on: shared, not copied, and asked how old they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::console::figures::Trust;
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::model::facts::Answer;
use crate::model::{Failure, FailureKind, Freshness, Moment, Place, Query, Reading, Region, Service, Snapshot, Span};

/// A question and what came of it.
#[derive(Debug)]
pub struct Source {
    /// What was asked.
    pub query: Query,
    /// What came of it.
    pub reading: Reading<Arc<Answer>>,
}

impl Source {
    /// Where it was asked.
    pub const fn place(&self) -> &Place {
        self.query.place()
    }

    /// The Region asked, in short.
    pub fn region(&self) -> String {
        self.place().region.short()
    }

    /// How far it can be trusted.
    pub fn trust(&self, now: Moment) -> Trust {
        match (self.reading.freshness(now), self.reading.age(now)) {
            (Freshness::Fresh, _) => Trust::Fresh,
            (Freshness::Stale, Some(age)) => Trust::Old(age),
            (Freshness::Stale | Freshness::Missing, _) => Trust::Never,
        }
    }

    /// Whether AWS says that what was asked for is not there: an answer, too.
    pub fn is_absent(&self) -> bool {
        self.reading.failing.as_ref().is_some_and(|failure| failure.kind == FailureKind::NotFound)
    }
}

/// A thing in an answer that is a list. It keeps the answer alive, and is as cheap to clone.
#[derive(Debug)]
pub struct Fact<T> {
    source: Arc<Source>,
    at: usize,
    pick: fn(&Answer) -> Option<&[T]>,
}

impl<T> Clone for Fact<T> {
    fn clone(&self) -> Self {
        Self { source: Arc::clone(&self.source), at: self.at, pick: self.pick }
    }
}

impl<T> Fact<T> {
    /// The thing at that place of the list, if it is that long.
    pub fn at(source: &Arc<Source>, pick: fn(&Answer) -> Option<&[T]>, at: usize) -> Option<Self> {
        let fact = Self { source: Arc::clone(source), at, pick };
        fact.get().is_some().then_some(fact)
    }

    /// All things of the list.
    pub fn all(source: &Arc<Source>, pick: fn(&Answer) -> Option<&[T]>) -> impl Iterator<Item = Self> + use<T> {
        let len = source.reading.value.as_deref().and_then(pick).map_or(0, <[T]>::len);
        let source = Arc::clone(source);
        (0..len).map(move |at| Self { source: Arc::clone(&source), at, pick })
    }

    /// The thing; it is there as long as the Fact is.
    pub fn get(&self) -> Option<&T> {
        self.source.reading.value.as_deref().and_then(self.pick).and_then(|list| list.get(self.at))
    }

    /// The reading it is in.
    pub const fn source(&self) -> &Arc<Source> {
        &self.source
    }
}

/// The readings a list rests on.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    all: Vec<Arc<Source>>,
}

impl Sources {
    /// The Readings of `snapshot` whose Query is `wanted`.
    pub fn of(snapshot: &Snapshot, wanted: impl Fn(&Query) -> bool) -> Self {
        let all = snapshot.readings.iter().filter(|(query, _)| wanted(query));
        let all = all.map(|(query, reading)| Arc::new(Source { query: Query::clone(query), reading: reading.clone() }));
        Self { all: all.collect() }
    }

    /// Adds other ones.
    pub fn extend(&mut self, other: &Self) {
        self.all.extend(other.all.iter().map(Arc::clone));
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.all.iter()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether no answer came yet, neither well nor badly.
    pub fn is_waiting(&self) -> bool {
        self.all.iter().all(|source| source.reading.value.is_none() && source.reading.failing.is_none())
    }

    /// Whether anything was answered.
    pub fn is_answered(&self) -> bool {
        self.all.iter().any(|source| source.reading.value.is_some() || source.is_absent())
    }

    /// A line for each service and Region of which something cannot be read, or was not read in time.
    pub fn doubts(&self, now: Moment) -> Vec<Line> {
        let mut doubts: BTreeMap<(Service, &Region), Doubt<'_>> = BTreeMap::new();
        for source in self.all.iter().filter(|source| !source.is_absent()) {
            let trust = source.trust(now);
            let failure = source.reading.failing.as_deref();
            if trust == Trust::Fresh || (failure.is_none() && source.reading.value.is_none()) {
                continue;
            }
            let (service, _) = source.query.operation();
            let doubt = doubts.entry((service, source.query.region())).or_default();
            doubt.failure = match (doubt.failure, failure) {
                (Some(a), Some(b)) => Some(if b.since < a.since { b } else { a }),
                (a, b) => a.or(b),
            };
            doubt.never |= source.reading.value.is_none();
            doubt.read_at = match (doubt.read_at, source.reading.read_at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        doubts.into_iter().map(|((service, region), doubt)| doubt.line(service, region, now)).collect()
    }
}

/// What is wrong with a service in a Region.
#[derive(Default)]
struct Doubt<'a> {
    failure: Option<&'a Failure>,
    read_at: Option<Moment>,
    never: bool,
}

impl Doubt<'_> {
    fn line(&self, service: Service, region: &Region, now: Moment) -> Line {
        let age = |at: Moment| format::age(now.duration_since(at).max(Span::ZERO));
        let shown = match (self.read_at, self.never) {
            (Some(at), false) => format!("as of {}, {} ago", format::moment(at, now), age(at)),
            (Some(at), true) => {
                format!("in part, as of {}, {} ago", format::moment(at, now), age(at))
            }
            (None, _) => "was never read".to_owned(),
        };
        let why = match self.failure {
            Some(failure) => {
                format!("could not be read since {}: {}", format::moment(failure.since, now), failure.error)
            }
            None => "not read in time".to_owned(),
        };
        // DNS and an ARC cluster are in no Region.
        let place = if region.as_str() == Place::EVERYWHERE { String::new() } else { format!(" {region}") };
        let text = format!("{service}{place} {shown}; {why}");
        Line::new(Role::SeverityWarning, " ▲ ").with(Role::FreshnessStale, text)
    }
}
