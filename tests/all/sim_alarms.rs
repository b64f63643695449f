//! CloudWatch alarms of the shop, as scenarios move them.

use drdeck::demo;
use drdeck::sim::services;
use serde_json::{Value as Json, json};

use crate::sim_asks::{Asked, world_of};

fn play(acts: &str) -> Asked {
    world_of(demo::ESTATE, &format!("name = \"test\"\nstory = \"\"\n{acts}"))
}

fn scenario(name: &str) -> Asked {
    world_of(demo::ESTATE, demo::SCENARIOS.iter().find(|(known, _)| *known == name).unwrap().1)
}

/// The answer in JSON, as boto3 gets it.
fn describe(asked: &Asked, region: &str, parameters: Json) -> Json {
    let service = services::find("monitoring").unwrap();
    let operation = service.operations.iter().find(|known| known.name == "DescribeAlarms").unwrap();
    let value = operation.ask(&asked.world, &asked.call("monitoring", region, "DescribeAlarms", parameters)).unwrap();
    serde_json::from_slice(&service.protocols[1].encode(operation, &value, "request").body).unwrap()
}

fn alarm(asked: &Asked, region: &str, name: &str) -> Json {
    let answer = describe(asked, region, json!({ "AlarmNames": [name] }));
    assert_eq!(answer["MetricAlarms"].as_array().unwrap().len(), 1, "{name}");
    answer["MetricAlarms"][0].clone()
}

/// An alarm's state, and how many seconds after the start it began; an untouched one began when it was made.
fn state(asked: &Asked, region: &str, name: &str) -> (String, i64) {
    let alarm = alarm(asked, region, name);
    let since = alarm["StateUpdatedTimestamp"].as_f64().unwrap() - asked.world.start.seconds();
    (alarm["StateValue"].as_str().unwrap().to_owned(), since as i64)
}

const A_YEAR: i64 = -365 * 86_400;

#[test]
fn on_a_calm_day_every_alarm_is_ok_since_it_was_made() {
    let calm = play("").after("3h");
    for region in ["us-east-1", "us-west-2"] {
        let alarms = describe(&calm, region, json!({}));
        let alarms = alarms["MetricAlarms"].as_array().unwrap();
        assert_eq!(alarms.len(), 4);
        for one in alarms {
            let name = one["AlarmName"].as_str().unwrap();
            assert_eq!(state(&calm, region, name), ("OK".to_owned(), A_YEAR), "{name}");
        }
    }
    assert_eq!(describe(&calm, "us-east-2", json!({}))["MetricAlarms"], json!([]));
}

#[test]
fn a_lag_above_its_threshold_for_all_periods_is_an_alarm_until_it_is_caught_up() {
    let stall = scenario("replication-stall");
    let lag = |after: &str| state(&stall.after(after), "us-west-2", "orders-db-west lag");
    assert_eq!(lag("6m"), ("OK".to_owned(), A_YEAR));
    let (found, since) = lag("30m");
    assert_eq!(found, "ALARM");
    // Two minutes behind seven minutes in, seen for three whole minutes.
    assert!((9 * 60..=12 * 60).contains(&since), "{since}");
    assert_eq!(lag("1h59m"), ("ALARM".to_owned(), since), "the same alarm");
    let (found, recovered) = lag("4h");
    assert_eq!(found, "OK");
    assert!(recovered > 2 * 3600 + 1500, "{recovered}");
    let reason = alarm(&stall.after("30m"), "us-west-2", "orders-db-west lag")["StateReason"].clone();
    assert!(reason.as_str().unwrap().starts_with("Threshold Crossed: 3 datapoints ["), "{reason}");
    assert!(reason.as_str().unwrap().ends_with("were greater than the threshold (120.0)."), "{reason}");
}

#[test]
fn a_metric_that_stops_leaves_insufficient_data_or_what_the_alarm_makes_of_it() {
    let stopped = play("[[act]]\nat = \"10m\"\nfault.metrics = {}\n").after("30m");
    let (found, since) = state(&stopped, "us-west-2", "orders-db-west lag");
    assert_eq!(found, "INSUFFICIENT_DATA");
    assert!((10 * 60..=14 * 60).contains(&since), "{since}");
    assert_eq!(
        alarm(&stopped, "us-west-2", "orders-db-west lag")["StateReason"],
        "Insufficient Data: 3 datapoints were unknown."
    );
    assert_eq!(state(&stopped, "us-west-2", "product images waiting").0, "OK", "it ignores what is missing");
    assert_eq!(state(&stopped, "us-east-1", "storefront unhealthy").0, "ALARM", "missing is breaching");
    assert_eq!(state(&stopped, "us-east-1", "backups failed").0, "OK", "missing is not breaching");
    // DRS says nothing of the lag of a server that is disconnected.
    let disconnected = scenario("datacenter-outage").after("1h");
    assert_eq!(state(&disconnected, "us-west-2", "erp-db replication lag").0, "INSUFFICIENT_DATA");
}

#[test]
fn failed_jobs_are_counted_by_their_vault() {
    let failing = scenario("copy-failure");
    assert_eq!(state(&failing, "us-east-1", "copies failed").0, "ALARM");
    assert_eq!(state(&failing, "us-east-1", "backups failed").0, "OK", "the backups themselves are completed");
    assert_eq!(state(&play(""), "us-east-1", "copies failed").0, "OK");
}

#[test]
fn alarms_are_asked_for_by_name_state_and_page() {
    let stall = scenario("replication-stall").after("30m");
    let names = |parameters: Json| -> Vec<String> {
        let answer = describe(&stall, "us-west-2", parameters);
        answer["MetricAlarms"].as_array().unwrap().iter().map(|a| a["AlarmName"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(json!({})).len(), 4);
    assert_eq!(names(json!({ "AlarmNamePrefix": "erp" })), ["erp-db replication lag"]);
    assert_eq!(names(json!({ "AlarmTypes": ["CompositeAlarm"] })), Vec::<String>::new());
    let alarms = names(json!({ "StateValue": "ALARM" }));
    assert!(alarms.contains(&"orders-db-west lag".to_owned()) && !alarms.is_empty(), "{alarms:?}");
    let first = describe(&stall, "us-west-2", json!({ "MaxRecords": 3 }));
    let rest = names(json!({ "MaxRecords": 3, "NextToken": first["NextToken"] }));
    assert_eq!((first["MetricAlarms"].as_array().unwrap().len(), rest.len()), (3, 1));
    let refused = |parameters: Json| stall.refusal("monitoring", "us-west-2", "DescribeAlarms", parameters);
    assert_eq!(refused(json!({ "NextToken": "x" })), (400, "InvalidNextToken"));
    assert_eq!(refused(json!({ "StateValue": "FINE" })).0, 400);
    assert_eq!(refused(json!({ "MaxRecords": 101 })).0, 400);
}
