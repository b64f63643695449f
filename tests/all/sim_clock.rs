//! The simulator's clock, and that everything follows from it.

use std::time::{Duration, Instant};

use drdeck::sim::Moment;
use serde_json::json;

use crate::sim_kit::{ESTATE, START, ask, at, control, query, series, simulator, simulator_at};

const LAG: (&str, &str, &str, &str) = ("AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", "db-west");

#[test]
fn it_starts_where_it_is_told_and_stands_still_at_speed_zero() {
    let server = simulator(ESTATE, "");
    let first = ask(&server, "/_drdeck/clock");
    assert_eq!(first, json!({ "now": START, "speed": 0.0 }));
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(ask(&server, "/_drdeck/clock"), first);
}

#[test]
fn it_runs_at_its_speed_from_where_it_was_set() {
    let server = simulator(ESTATE, "");
    let set = control(&server, "/_drdeck/clock", &json!({ "now": "2027-01-01T00:00:00Z", "speed": 3600.0 }));
    assert_eq!(set.status, 200);
    let began = Instant::now();
    std::thread::sleep(Duration::from_millis(100));
    let shown = Moment::parse(ask(&server, "/_drdeck/clock")["now"].as_str().unwrap()).unwrap();
    let passed = (shown - Moment::parse("2027-01-01T00:00:00Z").unwrap()).seconds();
    assert!(passed >= 360.0 && passed <= (began.elapsed().as_secs_f64() + 1.0) * 3600.0, "{passed}");
    // What is left out stays.
    let frozen = control(&server, "/_drdeck/clock", &json!({ "speed": 0 })).json();
    assert_eq!(frozen["speed"], 0.0);
    assert!(Moment::parse(frozen["now"].as_str().unwrap()).unwrap() >= shown);
}

#[test]
fn nonsense_is_refused_in_words_and_changes_nothing() {
    let server = simulator(ESTATE, "");
    for body in [
        json!({ "speed": -1 }),
        json!({ "speed": 1e12 }),
        json!({ "speed": "fast" }),
        json!({ "now": "noon" }),
        json!({ "time": START }),
        json!([]),
    ] {
        let reply = control(&server, "/_drdeck/clock", &body);
        assert_eq!(reply.status, 400, "{body}");
        assert!(reply.json()["error"].is_string());
    }
    assert_eq!(ask(&server, "/_drdeck/clock"), json!({ "now": START, "speed": 0.0 }));
}

#[test]
fn the_same_moment_gives_the_same_bytes_however_it_was_reached() {
    let acts = "[[act]]\nat = \"5m\"\nuntil = \"20m\"\nfault.stall = { link = \"db-west\" }\n";
    let (one, other) = (simulator(ESTATE, acts), simulator(ESTATE, acts));
    at(&one, "17m");
    at(&other, "3h");
    assert_eq!(ask(&other, "/_drdeck/clock")["now"], "2026-11-20T15:00:00Z");
    at(&other, "17m");
    for action in
        ["DescribeDBInstances", "DescribeDBClusters", "DescribeGlobalClusters", "DescribeDBInstanceAutomatedBackups"]
    {
        let body = |server| {
            let reply = query(server, "rds", "us-west-2", &format!("Action={action}")).unwrap();
            let text = reply.text();
            text.replace(reply.header("x-amzn-requestid").unwrap(), "")
        };
        assert_eq!(body(&one), body(&other), "{action}");
    }
    assert_eq!(series(&one, "us-west-2", LAG, 60), series(&other, "us-west-2", LAG, 60));
}

#[test]
fn time_may_be_set_back() {
    let server = simulator(ESTATE, "");
    at(&server, "2h");
    let late = series(&server, "us-west-2", LAG, 10);
    at(&server, "0s");
    let early = series(&server, "us-west-2", LAG, 10);
    assert!(early[0].0 < late[0].0);
    at(&server, "2h");
    assert_eq!(series(&server, "us-west-2", LAG, 10), late);
}

#[test]
fn pages_of_one_list_are_of_one_moment() {
    let mut estate = String::from(ESTATE);
    for index in 0..120 {
        estate.push_str(&format!(
            "[[rds.instance]]\nid = \"many-{index:03}\"\nregion = \"us-east-1\"\nengine = \"mysql\"\nversion = \"8.0.42\"\n\
             class = \"db.t3.medium\"\nstorage_gib = 20\nbackup_days = 1\n"
        ));
    }
    let server = simulator_at(&estate, "", 86_400.0);
    let first = query(&server, "rds", "us-east-1", "Action=DescribeDBInstances").unwrap();
    std::thread::sleep(Duration::from_millis(50));
    let marker = first.element("Marker").unwrap();
    let second = query(&server, "rds", "us-east-1", &format!("Action=DescribeDBInstances&Marker={marker}")).unwrap();
    assert_eq!(first.element("LatestRestorableTime"), second.element("LatestRestorableTime"));
}
