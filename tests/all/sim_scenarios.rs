//! What each built-in scenario does to the shop, asked of the services as a client would.

use drdeck::demo;
use serde_json::{Value as Json, json};

use crate::sim_asks::{Asked, world_of};
use crate::sim_kit::{at, control, get, simulator, target};

/// The shop in a scenario.
pub(crate) fn shop(scenario: &str) -> Asked {
    let (_, text) = demo::SCENARIOS.iter().find(|(name, _)| *name == scenario).unwrap();
    world_of(demo::ESTATE, text)
}

fn server(asked: &Asked, id: &str) -> Json {
    let answer =
        asked.json("drs", "us-west-2", "DescribeSourceServers", json!({ "filters": { "sourceServerIDs": [id] } }));
    answer["items"][0]["dataReplicationInfo"].clone()
}

fn state(asked: &Asked, id: &str) -> String {
    server(asked, id)["dataReplicationState"].as_str().unwrap().to_owned()
}

/// The newest value of a check's `HealthCheckStatus`.
fn health(asked: &Asked, check: &str) -> f64 {
    let now = asked.world.now.millis() / 1000;
    let body = json!({
        "MetricDataQueries": [{ "Id": "q", "MetricStat": { "Period": 60, "Stat": "Minimum", "Metric": {
            "Namespace": "AWS/Route53", "MetricName": "HealthCheckStatus", "Dimensions": [{ "Name": "HealthCheckId", "Value": check }] } } }],
        "StartTime": now - 300, "EndTime": now,
    });
    let found = drdeck::sim::services::find("monitoring").unwrap();
    let operation = found.operations.iter().find(|known| known.name == "GetMetricData").unwrap();
    let value = operation.ask(&asked.world, &asked.call("monitoring", "us-east-1", "GetMetricData", body)).unwrap();
    let answer: Json = serde_json::from_slice(&found.protocols[1].encode(operation, &value, "request").body).unwrap();
    answer["MetricDataResults"][0]["Values"][0].as_f64().unwrap()
}

const ERP: &str = "s-8c5d2e91f0b7a4361";
const ERP_CHECK: &str = "c6b80a3d-92f4-4d5e-a7e3-31c0f94b7701";

#[test]
fn a_lost_data_center_leaves_its_servers_disconnected_without_a_lag_and_then_rescanning() {
    let play = shop("datacenter-outage");
    assert_eq!(state(&play.after("1m"), ERP), "CONTINUOUS");
    assert_eq!(health(&play.after("6m"), ERP_CHECK), 0.0);
    let stalled = server(&play.after("4m"), ERP);
    assert_eq!(stalled["dataReplicationState"], "STALLED");
    assert_eq!(stalled["dataReplicationError"]["error"], "AGENT_NOT_SEEN");
    let lost = server(&play.after("2h"), ERP);
    assert_eq!(lost["dataReplicationState"], "DISCONNECTED");
    assert!(lost.get("lagDuration").is_none(), "{lost}");
    assert_eq!(state(&play.after("3h8m"), ERP), "RESCAN");
    assert_eq!(health(&play.after("3h8m"), ERP_CHECK), 1.0);
    assert_eq!(state(&play.after("3h45m"), ERP), "BACKLOG");
    assert_eq!(state(&play.after("5h"), ERP), "CONTINUOUS");
    // Whoever is in AWS does not notice.
    assert_eq!(state(&play.after("2h"), "s-3a1f60c27b94d8e05"), "CONTINUOUS");
}

#[test]
fn a_lost_zone_stalls_its_servers_only() {
    let play = shop("az-outage");
    let lost = play.after("10m");
    assert_eq!(state(&lost, "s-3a1f60c27b94d8e05"), "STALLED");
    assert_eq!(server(&lost, "s-3a1f60c27b94d8e05")["dataReplicationError"]["error"], "AGENT_NOT_SEEN");
    assert_eq!(state(&lost, "s-3a1f60c27b94d8e06"), "CONTINUOUS");
    assert_eq!(state(&play.after("3h"), "s-3a1f60c27b94d8e05"), "CONTINUOUS");
}

#[test]
fn a_multi_az_database_fails_over_and_stays_where_it_is() {
    let play = shop("az-outage");
    let zones = |after: &str| {
        let asked = json!({ "DBInstanceIdentifier": "orders-db" });
        let xml = play.after(after).text("rds", "us-east-1", "DescribeDBInstances", asked).unwrap();
        ["AvailabilityZone", "SecondaryAvailabilityZone"].map(|name| {
            let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        })
    };
    assert_eq!(zones("0s"), ["us-east-1a", "us-east-1b"]);
    assert_eq!(zones("3m"), ["us-east-1a", "us-east-1b"], "a failover takes its time");
    assert_eq!(zones("4m"), ["us-east-1b", "us-east-1a"]);
    assert_eq!(zones("5h"), ["us-east-1b", "us-east-1a"], "RDS does not fail back");
    assert_eq!(health(&play.after("5m"), "b8d1f7a2-0e6c-43d9-a5f4-92c80e7d3301"), 0.0);
    assert_eq!(health(&play.after("10m"), "b8d1f7a2-0e6c-43d9-a5f4-92c80e7d3301"), 1.0);
}

#[test]
fn a_group_loses_the_instances_of_the_zone_and_replaces_what_it_has_capacity_for() {
    let play = shop("az-outage");
    let instances = |after: &str| {
        let asked = json!({ "AutoScalingGroupNames": ["storefront-web"] });
        let xml = play.after(after).text("autoscaling", "us-east-1", "DescribeAutoScalingGroups", asked).unwrap();
        let in_zone = |zone: &str| xml.matches(&format!("</InstanceType><AvailabilityZone>{zone}<")).count();
        (in_zone("us-east-1a"), in_zone("us-east-1b") + in_zone("us-east-1c"), xml.matches("Unhealthy").count())
    };
    assert_eq!(instances("0s"), (2, 4, 0));
    assert_eq!(instances("3m"), (2, 4, 2));
    assert_eq!(instances("10m"), (0, 5, 0));
    assert_eq!(instances("1h30m"), (0, 6, 0));
    assert_eq!(instances("3h"), (2, 4, 0));
}

#[test]
fn an_emptied_table_looks_well_and_keeps_its_points_in_time() {
    let running = simulator(demo::ESTATE, acts_of("dropped-table"));
    for region in ["us-east-1", "us-west-2"] {
        let ask = |operation: &str| {
            let body = json!({ "TableName": "sessions" });
            target(&running, "dynamodb", region, &format!("DynamoDB_20120810.{operation}"), &body).unwrap().json()
        };
        at(&running, "0s");
        assert_eq!(ask("DescribeTable")["Table"]["ItemCount"], 912_407);
        at(&running, "5h");
        assert_eq!(ask("DescribeTable")["Table"]["ItemCount"], 912_407, "DynamoDB counts every six hours");
        at(&running, "6h");
        let table = ask("DescribeTable")["Table"].clone();
        assert_eq!(
            (&table["ItemCount"], &table["TableSizeBytes"]),
            (&json!(0), &json!(0)),
            "numbers, as clients read them"
        );
        assert_eq!(table["TableStatus"], "ACTIVE");
        let pitr = &ask("DescribeContinuousBackups")["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"];
        assert_eq!(pitr["PointInTimeRecoveryStatus"], "ENABLED");
        let days = (pitr["LatestRestorableDateTime"].as_f64().unwrap()
            - pitr["EarliestRestorableDateTime"].as_f64().unwrap())
            / 86_400.0;
        assert!((34.0..=36.0).contains(&days), "{days}");
    }
    running.stop();
}

#[test]
fn without_control_planes_the_data_planes_work_on() {
    let running = simulator(demo::ESTATE, acts_of("control-plane-outage"));
    let servers = |region: &str| get(&running, "backup", region, "/backup-vaults").map(|reply| reply.status).ok();
    let checks = || get(&running, "route53", "us-east-1", "/2013-04-01/healthcheck").map(|reply| reply.status).ok();
    assert_eq!((servers("us-east-1"), checks()), (Some(200), Some(200)));
    at(&running, "10m");
    assert_eq!((servers("us-east-1"), servers("us-west-2"), checks()), (Some(500), Some(200), Some(503)));
    at(&running, "4h");
    assert_eq!((servers("us-east-1"), checks()), (Some(200), Some(200)));
    running.stop();
    let play = shop("control-plane-outage").after("1h");
    for check in &play.world.estate.route53.health_checks {
        assert_eq!(health(&play, &check.id), 1.0, "{}", check.name);
    }
    assert!(play.world.estate.links().iter().all(|link| play.world.flow(link, play.world.now).since.is_none()));
}

#[test]
fn a_night_of_flapping_comes_back_each_time() {
    let play = shop("flapping");
    let link = play.world.estate.links().into_iter().find(|link| link.id == "orders-db-west").unwrap();
    let lags = |at: i64| {
        play.world
            .flow(&link, play.world.start + drdeck::sim::time::Span::from_minutes(at))
            .lag(play.world.start + drdeck::sim::time::Span::from_minutes(at))
            .seconds()
    };
    let behind: Vec<bool> = (0..720).map(|minute| lags(minute) > 300.0).collect();
    let times = behind.windows(2).filter(|pair| !pair[0] && pair[1]).count();
    assert!(times >= 8, "{times}");
    assert!(lags(719) < 10.0);
    let checks: Vec<f64> = (5..720)
        .step_by(5)
        .map(|minute| health(&play.after(&format!("{minute}m")), "2a7d6e95-b1c3-4f82-96d4-e8f50b3c8801"))
        .collect();
    assert!(checks.contains(&0.0) && checks.contains(&1.0) && checks.last() == Some(&1.0));
    let agent = "s-8c5d2e91f0b7a4362";
    assert_eq!(state(&play.after("32m"), agent), "DISCONNECTED");
    assert_eq!(state(&play.after("50m"), agent), "CONTINUOUS");
}

/// The acts of a built-in scenario.
pub(crate) fn acts_of(scenario: &str) -> &'static str {
    let (_, text) = demo::SCENARIOS.iter().find(|(name, _)| *name == scenario).unwrap();
    &text[text.find("[[act]]").unwrap()..]
}

#[test]
fn a_zone_that_does_not_exist_is_refused() {
    let running = simulator(demo::ESTATE, "");
    let reply = control(&running, "/_drdeck/faults", &json!([{ "fault": { "zone": { "zone": "us-east-1z" } } }]));
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("there is no Availability Zone \\\"us-east-1z\\\""), "{}", reply.text());
    running.stop();
}
