//! The Readings of a Snapshot. There are tens of thousands, and with every message a Snapshot is cloned: the clones share each of them.

use std::collections::{BTreeMap, btree_map};
use std::iter::Map;
use std::sync::Arc;

use super::facts::Answer;
use super::{Query, Reading};

/// What was asked, and what came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings(BTreeMap<Arc<Query>, Arc<One>>);

/// What came of one Query.
type One = Reading<Arc<Answer>>;

/// How a place of the map is shown.
type Shown<'a> = fn((&'a Arc<Query>, &'a Arc<One>)) -> (&'a Arc<Query>, &'a One);

/// How it is shown to be changed.
type Changed<'a> = fn((&'a Arc<Query>, &'a mut Arc<One>)) -> (&'a Arc<Query>, &'a mut One);

impl Readings {
    /// The Reading of that Query.
    pub fn get(&self, query: &Query) -> Option<&One> {
        self.0.get(query).map(Arc::as_ref)
    }

    /// The same, to be changed here and in no clone.
    pub fn get_mut(&mut self, query: &Query) -> Option<&mut One> {
        self.0.get_mut(query).map(Arc::make_mut)
    }

    /// Whether there is one.
    pub fn contains_key(&self, query: &Query) -> bool {
        self.0.contains_key(query)
    }

    /// The last one before that Query, in the order of Queries.
    pub fn before(&self, query: &Query) -> Option<&One> {
        self.0.range::<Query, _>(..query).next_back().map(|(_, reading)| reading.as_ref())
    }

    /// Puts it in place of the one before, if there was one.
    pub fn insert(&mut self, query: Arc<Query>, reading: One) -> Option<One> {
        self.0.insert(query, Arc::new(reading)).map(Arc::unwrap_or_clone)
    }

    /// Takes it out.
    pub fn remove(&mut self, query: &Query) -> Option<One> {
        self.0.remove(query).map(Arc::unwrap_or_clone)
    }

    /// Takes out all others.
    pub fn retain(&mut self, mut stays: impl FnMut(&Arc<Query>, &One) -> bool) {
        self.0.retain(|query, reading| stays(query, reading));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in the order of Queries.
    pub fn iter(&self) -> Map<btree_map::Iter<'_, Arc<Query>, Arc<One>>, Shown<'_>> {
        self.into_iter()
    }

    /// The Queries.
    pub fn keys(&self) -> btree_map::Keys<'_, Arc<Query>, Arc<One>> {
        self.0.keys()
    }

    /// The Readings without their Queries.
    pub fn values(&self) -> impl Iterator<Item = &One> {
        self.0.values().map(Arc::as_ref)
    }

    /// The same, to be changed here and in no clone.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut One> {
        self.0.values_mut().map(Arc::make_mut)
    }
}

impl<'a> IntoIterator for &'a Readings {
    type Item = (&'a Arc<Query>, &'a One);
    type IntoIter = Map<btree_map::Iter<'a, Arc<Query>, Arc<One>>, Shown<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        let shown: Shown<'a> = |(query, reading)| (query, reading.as_ref());
        self.0.iter().map(shown)
    }
}

impl<'a> IntoIterator for &'a mut Readings {
    type Item = (&'a Arc<Query>, &'a mut One);
    type IntoIter = Map<btree_map::IterMut<'a, Arc<Query>, Arc<One>>, Changed<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        let changed: Changed<'a> = |(query, reading)| (query, Arc::make_mut(reading));
        self.0.iter_mut().map(changed)
    }
}

impl FromIterator<(Arc<Query>, One)> for Readings {
    fn from_iter<T: IntoIterator<Item = (Arc<Query>, One)>>(readings: T) -> Self {
        Self(readings.into_iter().map(|(query, reading)| (query, Arc::new(reading))).collect())
    }
}
