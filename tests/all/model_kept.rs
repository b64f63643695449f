//! Judgements that are kept are those that would be made anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use drdeck::model::facts::Answer;
use drdeck::model::{Estate, Judgements, Moment, Place, Query, Reading, Snapshot, Span, assess};
use drdeck::observe::once;

use crate::shop::Shop;

/// The Queries whose readings differ.
fn changed(before: &Snapshot, after: &Snapshot) -> BTreeSet<Arc<Query>> {
    let differs = |query: &&Arc<Query>| before.readings.get(query) != after.readings.get(query);
    before.readings.keys().chain(after.readings.keys()).filter(differs).cloned().collect()
}

#[test]
fn judging_only_what_changed_comes_to_the_same_as_judging_everything() {
    let mut shop = Shop::open(drdeck::demo::SCENARIOS.iter().find(|(name, _)| *name == "region-outage").unwrap().1);
    let estate: &Estate = &Arc::clone(&shop.estate);
    let (mut kept, mut before, mut skipped) = (Judgements::default(), Snapshot::default(), 0);
    for minutes in [0, 4, 10, 40] {
        shop.pass(Span::from_mins(minutes));
        let mut settings = shop.settings.clone();
        settings.access.timeout = Duration::from_secs(2);
        let seen = once(settings, Arc::clone(&shop.estate), Duration::from_secs(20)).unwrap();
        let now = seen.assessment.now;
        // One reading after the other, as they come in.
        let mut snapshot = before.clone();
        snapshot.readings.retain(|query, _| seen.snapshot.readings.contains_key(query));
        let gone = changed(&before, &snapshot);
        kept.update(estate, &snapshot, now, &gone, Span::from_hours(100));
        let all: Vec<Arc<Query>> = changed(&snapshot, &seen.snapshot).into_iter().collect();
        for some in all.chunks(7) {
            for query in some {
                snapshot.readings.insert(query.clone(), seen.snapshot.readings.get(query).unwrap().clone());
            }
            kept.update(estate, &snapshot, now, &some.iter().cloned().collect(), Span::from_hours(100));
            let (quick, whole) = (kept.assessment(&snapshot, now), assess(estate, &snapshot, now));
            for (quick, whole) in quick.systems.iter().zip(&whole.systems) {
                assert_eq!(quick, whole);
            }
            assert_eq!(quick, whole);
            assert_eq!(kept.follow_ups(), follow_ups(estate, &snapshot, now));
            skipped += 1;
        }
        before = snapshot;
    }
    assert!(skipped > 10, "{skipped} steps");
}

fn follow_ups(estate: &Estate, snapshot: &Snapshot, now: drdeck::model::Moment) -> BTreeMap<Arc<Query>, Option<Span>> {
    let all = estate.follow_ups_in(&drdeck::model::index::Index::new(snapshot, now));
    all.into_iter().map(|(query, rpo)| (Arc::new(query), rpo)).collect()
}

#[test]
fn time_alone_makes_a_kept_judgement_change_when_it_says_it_will() {
    let shop = Shop::open("name = \"calm\"\nstory = \"nothing\"\n");
    let seen = once(shop.settings.clone(), Arc::clone(&shop.estate), Duration::from_secs(20)).unwrap();
    let (snapshot, mut kept) = (&*seen.snapshot, Judgements::default());
    let mut now = seen.assessment.now;
    for _ in 0..12 {
        kept.update(&shop.estate, snapshot, now, &BTreeSet::new(), Span::from_hours(100));
        let (quick, whole) = (kept.assessment(snapshot, now), assess(&shop.estate, snapshot, now));
        let verdicts = |of: &drdeck::model::Assessment| {
            of.systems.iter().map(|system| (system.name.clone(), system.verdict)).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(&quick), verdicts(&whole), "at {now}");
        let Some(next) = whole.next_change else { break };
        assert_eq!(quick.next_change.map(|quick| quick <= next), Some(true), "at {now}");
        now = next;
    }
}

#[test]
fn a_clone_of_a_snapshot_keeps_what_it_has() {
    let (query, read_at) =
        (Query::DrsJobs(Place::home("us-east-1")), "2026-11-20T14:00:00Z".parse::<Moment>().unwrap());
    let mut snapshot = Snapshot::default();
    let answer = Arc::new(Answer::DrsJobs(Vec::new()));
    snapshot.readings.insert(Arc::new(query.clone()), Reading::fresh(answer, read_at, Span::from_mins(1)));
    let before = snapshot.clone();
    for reading in snapshot.readings.values_mut() {
        reading.fresh_until = None;
    }
    assert_eq!(before.readings.get(&query).unwrap().fresh_until, Some(read_at + Span::from_mins(1)));
    snapshot.readings.get_mut(&query).unwrap().value = None;
    snapshot.readings.remove(&query);
    assert!(before.readings.get(&query).unwrap().value.is_some() && snapshot.readings.is_empty());
    assert!(before.readings.before(&query).is_none(), "none comes before the first");
}
