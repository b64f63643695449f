//! Sites follow what runs: a failover makes one serve, and the checks that watch it see that.

use drdeck::demo;
use drdeck::sim::Running;

use crate::sim_kit::{at, query, send, series, simulator};

const WEST: &str = "us-west-2";
const EAST: &str = "us-east-1";

fn shop(acts: &str) -> Running {
    simulator(demo::ESTATE, acts)
}

fn site(server: &Running, region: &str, system: &str) -> (u16, String) {
    let reply = send(server, "GET", &format!("/_site/{region}/{system}/health"), &[], b"").unwrap();
    (reply.status, reply.text().trim_end().to_owned())
}

fn call(server: &Running, service: &str, region: &str, form: &str) {
    let reply = query(server, service, region, &format!("Action={form}")).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[test]
fn orders_serves_in_the_west_once_its_database_and_its_app_are_there() {
    let server = shop("[[act]]\nat = \"1m\"\nuntil = \"2h\"\nfault.outage = { site = \"us-east-1\" }\n");
    assert_eq!(site(&server, EAST, "orders"), (200, "ok".to_owned()));
    assert_eq!(site(&server, WEST, "orders"), (503, "orders-app has 0 instances in service of 2".to_owned()));
    at(&server, "5m");
    call(
        &server,
        "autoscaling",
        WEST,
        "UpdateAutoScalingGroup&AutoScalingGroupName=orders-app&MinSize=3&DesiredCapacity=4",
    );
    at(&server, "10m");
    assert_eq!(site(&server, WEST, "orders"), (503, "no database orders-db* takes writes in us-west-2".to_owned()));
    call(&server, "rds", WEST, "PromoteReadReplica&DBInstanceIdentifier=orders-db-west");
    assert_eq!(site(&server, WEST, "orders").0, 503, "not while it is promoted");
    at(&server, "16m");
    assert_eq!(site(&server, WEST, "orders"), (200, "ok".to_owned()));
    assert!(send(&server, "GET", "/_site/us-east-1/orders/health", &[], b"").is_err(), "the connection is reset");
    at(&server, "2h");
    let both = [site(&server, EAST, "orders").0, site(&server, WEST, "orders").0];
    assert_eq!(both, [200, 200], "the old database is alive, with what it had: two writers");
    server.stop();
}

#[test]
fn a_check_follows_its_site_as_soon_as_it_believes_it() {
    let server = shop("");
    let check = ("AWS/Route53", "HealthCheckStatus", "HealthCheckId", "b8d1f7a2-0e6c-43d9-a5f4-92c80e7d3301");
    at(&server, "10m");
    call(
        &server,
        "autoscaling",
        EAST,
        "UpdateAutoScalingGroup&AutoScalingGroupName=orders-app&MinSize=0&DesiredCapacity=0",
    );
    assert_eq!(site(&server, EAST, "orders").0, 503);
    at(&server, "16m");
    let values: Vec<f64> = series(&server, EAST, check, 16).into_iter().map(|(_, value)| value).collect();
    assert_eq!((values.first(), values.last()), (Some(&0.0), Some(&1.0)), "{values:?}");
    let healthy = values.iter().filter(|value| **value == 1.0).count();
    assert!((10..=12).contains(&healthy), "90 seconds until it is believed: {values:?}");
    call(&server, "autoscaling", EAST, "UpdateAutoScalingGroup&AutoScalingGroupName=orders-app&DesiredCapacity=4");
    at(&server, "25m");
    assert_eq!(series(&server, EAST, check, 2)[0].1, 1.0);
    server.stop();
}

#[test]
fn a_stopped_or_rebooted_database_takes_no_writes() {
    let server = shop("");
    call(&server, "rds", EAST, "RebootDBInstance&DBInstanceIdentifier=orders-db&ForceFailover=true");
    assert_eq!(site(&server, EAST, "orders").0, 503);
    at(&server, "2m");
    assert_eq!(site(&server, EAST, "orders").0, 200);
    call(&server, "rds", WEST, "PromoteReadReplica&DBInstanceIdentifier=orders-db-west");
    at(&server, "10m");
    call(&server, "rds", EAST, "StopDBInstance&DBInstanceIdentifier=orders-db");
    assert_eq!(site(&server, EAST, "orders").0, 503);
    at(&server, "20m");
    call(&server, "rds", EAST, "StartDBInstance&DBInstanceIdentifier=orders-db");
    at(&server, "26m");
    assert_eq!(site(&server, EAST, "orders").0, 200);
    server.stop();
}

#[test]
fn servers_serve_where_they_were_recovered() {
    let server = shop("");
    assert_eq!(site(&server, "on-premises", "erp").0, 200);
    assert_eq!(site(&server, WEST, "erp"), (503, "server s-8c5d2e91f0b7a4361 does not run in us-west-2".to_owned()));
    assert_eq!(site(&server, WEST, "legacy-web").0, 503);
    let body = r#"{"sourceServers":[{"sourceServerID":"s-8c5d2e91f0b7a4361"},{"sourceServerID":"s-8c5d2e91f0b7a4362"},
                   {"sourceServerID":"s-8c5d2e91f0b7a4363"}]}"#;
    let headers = [("authorization", &*crate::sim_kit::signed("drs", WEST)), ("content-type", "application/json")];
    let reply = send(&server, "POST", "/StartRecovery", &headers, body.as_bytes()).unwrap();
    assert_eq!(reply.status, 202, "{}", reply.text());
    at(&server, "2h");
    assert_eq!(site(&server, WEST, "erp"), (200, "ok".to_owned()));
    server.stop();
}

#[test]
fn an_estate_with_a_site_that_needs_what_does_not_exist_is_refused() {
    let wrong = |from: &str, to: &str| {
        drdeck::sim::parse_estate("mine.toml", &demo::ESTATE.replacen(from, to, 1)).unwrap_err().to_string()
    };
    let group = wrong("needs = [{ group = { name = \"orders-app\"", "needs = [{ group = { name = \"orders-ap\"");
    assert!(
        group.ends_with("site of \"orders\" in us-east-1: there is no Auto Scaling group \"orders-ap\""),
        "{group}"
    );
    let server = wrong("needs = [{ servers = [\"s-3a1f60c27b94d8e05\"", "needs = [{ servers = [\"s-0\"");
    assert!(server.ends_with("there is no DRS server \"s-0\""), "{server}");
}
