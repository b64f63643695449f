//! Judgements that are kept for Systems of which nothing new was read: judging a thousand Systems takes a while, and answers come one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::silence::{self, Silence};
use super::upcoming::{self, Changes};
use super::{judge_system, whole};
use crate::model::estate::smallest;
use crate::model::index::Index;
use crate::model::{
    Assessment, Estate, Measured, Moment, PerDisruption, Query, RunStart, Snapshot, Span, StepSum, System,
    SystemAssessment, plans,
};

/// What was judged last, and what that rests on. Judges anew only what has changed.
#[derive(Debug, Default)]
pub struct Judgements {
    kept: Vec<Kept>,
    /// The Systems that each Query is read for, by its hash: to take two Queries for one only means to judge too much.
    owners: HashMap<u64, Vec<usize>>,
    silence: Option<Silence>,
    of_plans: BTreeSet<Arc<Query>>,
    at: Option<Moment>,
}

#[derive(Debug)]
struct Kept {
    judged: Arc<SystemAssessment>,
    at: Moment,
    next_change: Option<Moment>,
    down_since: Option<(Moment, RunStart)>,
    proven: Option<PerDisruption<Option<Measured>>>,
    estimated: Option<PerDisruption<Option<StepSum>>>,
    follow_ups: FollowUps,
}

impl Judgements {
    /// Judges what `snapshot` means at `now` for those Systems for which it may mean something else than before: the readings of `changed` are
    /// others now. Sentences that tell an age may be as old as `patience`; all else is as [`assess`](super::assess) says. Whether
    /// [`Self::follow_ups`] says something else than before.
    pub fn update(
        &mut self,
        estate: &Estate,
        snapshot: &Snapshot,
        now: Moment,
        changed: &BTreeSet<Arc<Query>>,
        patience: Span,
    ) -> bool {
        let silence = silence::observe(snapshot);
        let due = self.due(estate, snapshot, now, changed, patience, &silence);
        let moved = !due.is_empty() && self.judge(estate, &Index::new(snapshot, now), &silence, due);
        (self.at, self.silence) = (Some(now), Some(silence));
        moved
    }

    /// What was judged, as a whole, at the moment of the last [`Self::update`].
    pub fn assessment(&self, snapshot: &Snapshot, now: Moment) -> Assessment {
        let mut changes = upcoming::staleness(snapshot, now);
        changes.next_of(self.kept.iter().filter_map(|kept| kept.next_change));
        let systems = self.kept.iter().map(|kept| Arc::clone(&kept.judged)).collect();
        let silent = self.silence.as_ref().map(|silence| silence.services.clone()).unwrap_or_default();
        whole(snapshot, now, systems, silent, changes)
    }

    /// Takes back what [`Self::assessment`] gave out, with what others have told of it from before, so that it is not told again and again.
    pub fn keep(&mut self, assessment: &Assessment) {
        for (kept, told) in self.kept.iter_mut().zip(&assessment.systems) {
            kept.judged = Arc::clone(told);
        }
    }

    /// What has to be read besides what always is, as of the last judgement; each with the smallest RPO for damaged data that was promised of
    /// what it tells.
    pub fn follow_ups(&self) -> BTreeMap<Arc<Query>, Option<Span>> {
        let of_systems = self.kept.iter().flat_map(|kept| kept.follow_ups.iter().cloned());
        smallest(of_systems.chain(self.of_plans.iter().cloned().map(|query| (query, None))))
    }

    /// The Systems to judge anew.
    fn due(
        &self,
        estate: &Estate,
        snapshot: &Snapshot,
        now: Moment,
        changed: &BTreeSet<Arc<Query>>,
        patience: Span,
        silence: &Silence,
    ) -> BTreeSet<usize> {
        let all = || (0..estate.systems.len()).collect();
        let Some(before) = self.at.filter(|before| *before <= now) else { return all() };
        if self.kept.len() != estate.systems.len() || self.silence.as_ref() != Some(silence) {
            return all();
        }
        let grew_old = snapshot
            .readings
            .iter()
            .filter(|(_, reading)| reading.fresh_until.is_some_and(|until| before <= until && until < now));
        let mut due = BTreeSet::new();
        for query in changed.iter().chain(grew_old.map(|(query, _)| query)) {
            match self.owners.get(&hash(query)) {
                Some(owners) => due.extend(owners),
                // It is read for no System in particular, so any may look at it.
                None => return all(),
            }
        }
        for (n, (kept, system)) in self.kept.iter().zip(&estate.systems).enumerate() {
            let down_since = snapshot.down_since.get(&system.name).copied();
            if kept.next_change.is_some_and(|next| next <= now)
                || now.duration_since(kept.at) >= patience
                || kept.down_since != down_since
                || kept.proven.as_ref() != snapshot.proven.get(&system.name)
                || kept.estimated.as_ref() != snapshot.estimated.get(&system.name)
            {
                due.insert(n);
            }
        }
        due
    }

    fn judge(&mut self, estate: &Estate, index: &Index<'_>, silence: &Silence, due: BTreeSet<usize>) -> bool {
        let (now, snapshot) = (index.now(), index.snapshot());
        let mut moved = self.kept.len() != estate.systems.len();
        let mut before: Vec<Option<Kept>> = std::mem::take(&mut self.kept).into_iter().map(Some).collect();
        before.resize_with(estate.systems.len(), || None);
        for (n, (system, before)) in estate.systems.iter().zip(before).enumerate() {
            let kept = match before {
                Some(kept) if !due.contains(&n) => kept,
                before => {
                    let mut changes = Changes::none(now);
                    let judged = Arc::new(judge_system(system, index, silence, &mut changes));
                    let (follow_ups, others) = follow_ups(system, index, before);
                    moved |= others;
                    let down_since = snapshot.down_since.get(&system.name).copied();
                    let proven = snapshot.proven.get(&system.name).copied();
                    let estimated = snapshot.estimated.get(&system.name).cloned();
                    Kept { judged, at: now, next_change: changes.next(), down_since, proven, estimated, follow_ups }
                }
            };
            self.kept.push(kept);
        }
        if moved {
            self.owners = HashMap::new();
            for (n, (system, kept)) in estate.systems.iter().zip(&self.kept).enumerate() {
                let besides = kept.follow_ups.iter().map(|(query, _)| query.as_ref());
                for query in system.queries().iter().chain(besides) {
                    self.owners.entry(hash(query)).or_default().push(n);
                }
            }
        }
        let of_plans = plans::follow_ups(snapshot);
        if !of_plans.iter().eq(self.of_plans.iter().map(Arc::as_ref)) {
            self.of_plans = of_plans.into_iter().map(Arc::new).collect();
            moved = true;
        }
        moved
    }
}

/// What has to be read besides, each with the RPO that it serves.
type FollowUps = Vec<(Arc<Query>, Option<Span>)>;

/// What has to be read besides for a System, and whether that is something else than `before`. What is the same stays the very same: there are
/// tens of thousands of them.
fn follow_ups(system: &System, index: &Index<'_>, before: Option<Kept>) -> (FollowUps, bool) {
    let now = system.follow_ups(index);
    match before {
        Some(Kept { follow_ups, .. }) if follow_ups.iter().map(|(query, rpo)| (query.as_ref(), rpo)).eq(&now) => {
            (follow_ups, false)
        }
        Some(_) | None => (now.into_iter().map(|(query, rpo)| (Arc::new(query), rpo)).collect(), true),
    }
}

fn hash(query: &Query) -> u64 {
    let mut hasher = DefaultHasher::new();
    query.hash(&mut hasher);
    hasher.finish()
}
