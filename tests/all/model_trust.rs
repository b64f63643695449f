//! Nothing is good that was not read in time, whatever the kind.

use drdeck::model::kinds::{ComponentKind, Kind};
use drdeck::model::{Estate, Freshness, Loss, Query, Verdict};

use crate::model_estates::*;
use crate::model_readings::*;

/// What the kind reads, in the world as it is.
fn needed(kind: &Kind, world: &World) -> Vec<Query> {
    let estate =
        Estate { systems: vec![system(vec![component("it", kind.clone())], None, None)], ..Default::default() };
    let mut needed = kind.needs();
    needed.extend(estate.follow_ups(&world.snapshot(), now()));
    needed
}

/// What tells more, but carries no figure: slowly rotated settings and logs, plans that the config can stand in for, tests of restores,
/// and lists beside a metric that says the same.
fn is_told_besides(kind: &Kind, query: &Query) -> bool {
    match query {
        // EFS itself and CloudWatch tell the same.
        Query::Series(..) => matches!(kind, Kind::EfsReplication(_)),
        Query::BackupPlans(_)
        | Query::BackupPlan(..)
        | Query::BackupSelections(..)
        | Query::BackupSelection(..)
        | Query::RestoreTestingPlans(_)
        | Query::RestoreTestingSelections(..)
        | Query::DbEvents(_)
        | Query::JobLog(..)
        | Query::LaunchConfiguration(..)
        | Query::ReplicationConfiguration(..)
        | Query::RecoveryPlans(_)
        | Query::RecoveryPlanExecutions(..)
        | Query::FileSystemReplications(_)
        | Query::GlobalDatastores(_) => true,
        // The restores at home count; where the copies are, they are a bonus.
        Query::RestoreJobs(place) => place.region.as_str() == WEST,
        _ => false,
    }
}

#[test]
fn what_is_told_besides_makes_nothing_unknown() {
    for (kind, world) in all_good() {
        for query in needed(&kind, &world).into_iter().filter(|query| is_told_besides(&kind, query)) {
            let (mut stale, mut missing, mut unasked) = (world.clone(), world.clone(), world.clone());
            stale.make_stale(&query);
            missing.make_missing(&query);
            unasked.readings.remove(&query);
            for (how, world) in [("stale", stale), ("missing", missing), ("unasked", unasked)] {
                let judged = judge_kind(kind.clone(), &world);
                let what = format!("{} with {} {how}: {:?}", kind.as_str(), query.source(), judged.reasons);
                assert_eq!(it(&judged).verdict, Verdict::Met, "{what}");
                assert!(!it(&judged).stale, "{what}");
            }
        }
    }
}

#[test]
fn in_good_order_every_kind_is_met() {
    for (kind, world) in all_good() {
        let judged = judge_kind(kind.clone(), &world);
        assert_eq!(it(&judged).verdict, Verdict::Met, "{}: {:?}", kind.as_str(), judged.reasons);
        assert!(!it(&judged).stale, "{}", kind.as_str());
        assert!(!it(&judged).reason.as_str().is_empty(), "{}", kind.as_str());
        assert!(judged.reasons.is_empty(), "{}: {:?}", kind.as_str(), judged.reasons);
        assert_eq!(it(&judged).read_at, Some(now()), "{}", kind.as_str());
        assert!(judged.blockers.is_empty() && !judged.blockers_unknown, "{}: {:?}", kind.as_str(), judged.blockers);
    }
}

#[test]
fn every_reading_that_the_tests_make_is_asked_for() {
    for (kind, world) in all_good() {
        let mut asked = needed(&kind, &world);
        asked.sort();
        let made: Vec<Query> = world.readings.keys().cloned().collect();
        assert_eq!(asked, made, "{}", kind.as_str());
    }
}

#[test]
fn no_kind_is_met_with_a_stale_or_missing_reading() {
    for (kind, world) in all_good() {
        for query in needed(&kind, &world).into_iter().filter(|query| !is_told_besides(&kind, query)) {
            let mut stale = world.clone();
            stale.make_stale(&query);
            let mut missing = world.clone();
            missing.make_missing(&query);
            let mut unasked = world.clone();
            unasked.readings.remove(&query);
            for (how, world) in [("stale", stale), ("missing", missing), ("unasked", unasked)] {
                let judged = judge_kind(kind.clone(), &world);
                let what = format!("{} with {} {how}: {:?}", kind.as_str(), query.source(), judged.reasons);
                assert!(judged.verdict >= Verdict::Unknown, "{what}");
                assert!(it(&judged).verdict >= Verdict::Unknown, "{what}");
                assert!(it(&judged).stale, "{what}");
                assert!(!judged.reasons.is_empty(), "{what}");
            }
        }
    }
}

#[test]
fn a_stale_figure_is_unknown_and_a_missing_one_is_none() {
    for (kind, world) in all_good() {
        for query in needed(&kind, &world) {
            let (mut stale, mut missing) = (world.clone(), world.clone());
            stale.make_stale(&query);
            missing.make_missing(&query);
            for world in [stale, missing] {
                let judged = judge_kind(kind.clone(), &world);
                for (rpo, loss) in
                    [(&judged.rpo.region, it(&judged).loss.region), (&judged.rpo.data, it(&judged).loss.data)]
                {
                    if loss == Loss::Unknown && rpo.worst.is_some() {
                        assert_eq!(
                            (rpo.now, rpo.verdict),
                            (None, Verdict::Unknown),
                            "{} {}",
                            kind.as_str(),
                            query.source()
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn with_nothing_read_nothing_is_good() {
    for (kind, _) in all_good() {
        let judged = judge_kind(kind.clone(), &World::default());
        assert!(judged.verdict >= Verdict::Unknown, "{}", kind.as_str());
        assert!(it(&judged).stale && judged.active.is_empty(), "{}", kind.as_str());
        let estate =
            Estate { systems: vec![system(vec![component("it", kind.clone())], None, None)], ..Default::default() };
        let asked = estate.queries();
        assert!(kind.needs().iter().all(|query| asked.contains(query)), "{}", kind.as_str());
        assert!(asked.contains(&Query::Identity(west())), "{}", kind.as_str());
    }
}

#[test]
fn a_figure_of_a_dead_primary_region_is_never_good() {
    for (kind, mut world) in all_good() {
        if kind.needs().iter().all(|query| query.region().as_str() != EAST) {
            continue;
        }
        world.kill(EAST);
        assert!(world.readings.iter().all(|(query, reading)| {
            (query.region().as_str() == EAST) == (reading.freshness(now()) == Freshness::Stale)
        }));
        let verdict = it(&judge_kind(kind.clone(), &world)).verdict;
        match kind {
            // What of it arrived is told by the Region where it arrives.
            Kind::EfsReplication(_) => assert_eq!(verdict, Verdict::Met),
            _ => assert!(verdict >= Verdict::Unknown, "{}", kind.as_str()),
        }
    }
}

#[test]
fn the_rpo_of_a_replica_survives_its_dead_primary() {
    for (kind, mut world) in [rds_replica(), aurora_global(), rds_instance(), backup()] {
        world.kill(EAST);
        let judged = judge_kind(kind.clone(), &world);
        assert_eq!(judged.rpo.region.verdict, Verdict::Met, "{}: {:?}", kind.as_str(), judged.reasons);
        assert!(judged.rpo.region.now.is_some(), "{}", kind.as_str());
        assert_eq!(judged.rpo.data.verdict, Verdict::Unknown, "{}", kind.as_str());
        assert!(judged.rpo.data.now.is_some(), "{}: an old value is shown", kind.as_str());
        assert!(!judged.blockers_unknown || matches!(kind, Kind::RdsInstance(_)), "{}", kind.as_str());
    }
}

#[test]
fn why_a_source_cannot_be_read_is_said_once() {
    let (kind, mut world) = rds_replica();
    world.kill(EAST);
    let judged = judge_kind(kind, &world);
    let said: Vec<&str> = judged.reasons.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(said, ["rds:DescribeDBInstances us-east-1 could not be read since 13:51:00Z: connection reset"]);
}
