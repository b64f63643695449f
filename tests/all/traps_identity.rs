//! The traps about identity that readings can show: each test is named after its number in the list.

use drdeck::model::{Failure, FailureKind, Query, Verdict, assess};

use crate::model_estates::*;
use crate::model_readings::*;

/// STS is asked in the Region that a System is recovered to, which has an endpoint of its own; the global endpoint is us-east-1's.
#[test]
fn trap_12_who_we_are_is_asked_in_the_region_of_recovery() {
    for (kind, _) in all_good() {
        let estate = drdeck::model::Estate {
            systems: vec![system(vec![component("it", kind.clone())], None, None)],
            ..Default::default()
        };
        let asked: Vec<Query> =
            estate.queries().into_iter().filter(|query| matches!(query, Query::Identity(_))).collect();
        assert_eq!(asked, [Query::Identity(west())], "{}", kind.as_str());
    }
}

/// A session that ended in the middle of the night: what was read stays, with its age, nothing of it is good, and the reason names the way out.
#[test]
fn trap_13_an_expired_session_leaves_nothing_good_and_says_so() {
    for (kind, mut world) in all_good() {
        let expired = Failure {
            kind: FailureKind::Expired,
            ..failure(FailureKind::Expired, "the credentials have expired: log in again")
        };
        let queries: Vec<Query> = world.readings.keys().cloned().collect();
        for query in queries {
            let reading = world.readings.remove(&query).unwrap().and_failed(expired.clone());
            world.readings.insert(query, reading);
        }
        let estate = drdeck::model::Estate {
            systems: vec![system(vec![component("it", kind.clone())], Some(minutes(15)), Some(hours(24)))],
            ..Default::default()
        };
        let judged = assess(&estate, &world.snapshot(), now());
        let [shown] = judged.systems.as_slice() else { panic!("one System") };
        assert!(shown.verdict >= Verdict::Unknown, "{}", kind.as_str());
        assert!(shown.components[0].stale, "{}", kind.as_str());
        let said = shown.reasons.iter().chain([&shown.components[0].reason]);
        assert!(said.clone().any(|text| text.as_str().contains("log in again")), "{}: {said:?}", kind.as_str());
    }
}
