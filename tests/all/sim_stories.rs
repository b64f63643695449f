//! Each built-in scenario against its story, sentence by sentence, as users, resolvers and API clients meet it.

use std::io::ErrorKind;

use drdeck::demo;
use drdeck::sim::Running;
use serde_json::{Value as Json, json};

use crate::sim_kit::{at, get, send, signed, simulator, target};
use crate::sim_names::a;
use crate::sim_scenarios::{acts_of, shop};
use crate::sim_sites::visit;

fn play(scenario: &str) -> Running {
    simulator(demo::ESTATE, acts_of(scenario))
}

/// A site in one word.
fn site(server: &Running, site: &str, system: &str) -> String {
    match visit(server, site, system) {
        Ok(status) => status.to_string(),
        Err(error) if error.kind() == ErrorKind::ConnectionReset => "reset".to_owned(),
        Err(error) => panic!("{error}"),
    }
}

/// Whether a name leads to us-west-2: to the addresses of the name that stands for it there.
fn is_west(server: &Running, name: &str) -> bool {
    let found = a(server, &format!("{name}.shop.example."));
    let (east, west) =
        (a(server, &format!("use1.{name}.shop.example.")), a(server, &format!("usw2.{name}.shop.example.")));
    assert!(found == east || found == west, "{name}: {found:?} is neither {east:?} nor {west:?}");
    found == west
}

const FAILOVER: [&str; 3] = ["www", "pay", "orders"];

fn post(server: &Running, service: &str, region: &str, path: &str, body: &Json) -> Json {
    let headers = [("authorization", &*signed(service, region)), ("content-type", "application/json")];
    send(server, "POST", path, &headers, body.to_string().as_bytes()).unwrap().json()
}

/// The newest point in time of a DRS server, and its state.
fn newest(server: &Running, id: &str) -> (String, String) {
    let asked = json!({ "sourceServerID": id, "order": "DESC" });
    let all = post(server, "drs", "us-west-2", "/DescribeRecoverySnapshots", &asked);
    let taken = all["items"].as_array().unwrap().iter().find_map(|item| item["timestamp"].as_str()).unwrap().to_owned();
    let asked = json!({ "filters": { "sourceServerIDs": [id] } });
    let found = post(server, "drs", "us-west-2", "/DescribeSourceServers", &asked);
    let state = found["items"][0]["dataReplicationInfo"]["dataReplicationState"].as_str().unwrap().to_owned();
    (state, taken.get(11..16).unwrap().to_owned())
}

const LEGACY: &str = "s-3a1f60c27b94d8e05";

#[test]
fn region_outage() {
    let server = play("region-outage");
    assert!(FAILOVER.iter().all(|name| !is_west(&server, name)));
    at(&server, "2m");
    assert_eq!(site(&server, "us-east-1", "storefront"), "reset");
    assert_eq!(site(&server, "us-west-2", "storefront"), "200");
    assert!(is_west(&server, "orders"), "a load balancer that is gone is known to be at once");
    assert!((0..20).any(|_| a(&server, "sessions.shop.example.") == ["198.51.100.31"]), "a check takes its time");
    at(&server, "4m");
    assert!(FAILOVER.iter().all(|name| is_west(&server, name)), "within two minutes");
    for minute in 4..24 {
        at(&server, &format!("{minute}m"));
        assert_eq!(a(&server, "sessions.shop.example."), ["198.51.100.131"]);
    }
    assert_eq!(a(&server, "legacy.shop.example."), ["198.51.100.11", "198.51.100.12"], "nowhere to go");
    at(&server, "3h59m");
    assert_eq!(newest(&server, LEGACY), ("STALLED".to_owned(), "12:00".to_owned()));
    // It is back; its sites take half an hour longer.
    at(&server, "4h");
    assert_eq!(site(&server, "us-east-1", "storefront"), "503");
    assert_eq!(get(&server, "backup", "us-east-1", "/backup-vaults").unwrap().status, 200);
    at(&server, "4h29m");
    assert!(FAILOVER.iter().all(|name| is_west(&server, name)));
    at(&server, "4h32m");
    assert_eq!(site(&server, "us-east-1", "storefront"), "200");
    assert!(FAILOVER.iter().all(|name| !is_west(&server, name)), "DNS sends users back by itself");
    assert_eq!(newest(&server, LEGACY), ("BACKLOG".to_owned(), "12:00".to_owned()), "the newest point is of before");
    at(&server, "5h2m");
    assert_eq!(newest(&server, LEGACY), ("CONTINUOUS".to_owned(), "17:00".to_owned()));
    server.stop();
}

#[test]
fn datacenter_outage() {
    let server = play("datacenter-outage");
    let erp = "s-8c5d2e91f0b7a4361";
    assert_eq!(site(&server, "on-premises", "erp"), "200");
    at(&server, "10m");
    assert_eq!(a(&server, "erp.shop.example."), ["203.0.113.40"], "its address stays in DNS");
    assert_eq!(newest(&server, erp), ("DISCONNECTED".to_owned(), "12:00".to_owned()));
    for (region, system) in [("us-east-1", "storefront"), ("us-west-2", "payments"), ("us-east-1", "legacy-web")] {
        assert_eq!(site(&server, region, system), "200");
    }
    at(&server, "3h2m");
    assert_eq!(site(&server, "on-premises", "erp"), "200", "the power is back");
    assert_eq!(newest(&server, erp).0, "DISCONNECTED", "its agents are not");
    at(&server, "3h8m");
    assert_eq!(newest(&server, erp).0, "RESCAN");
    at(&server, "4h2m");
    assert_eq!(newest(&server, erp), ("CONTINUOUS".to_owned(), "16:00".to_owned()), "protected again after an hour");
    server.stop();
}

#[test]
fn az_outage() {
    let server = play("az-outage");
    at(&server, "3m");
    assert_eq!(site(&server, "us-east-1", "orders"), "503");
    assert_eq!(site(&server, "us-east-1", "legacy-web"), "503");
    let seen: Vec<String> = (0..40).map(|_| site(&server, "us-east-1", "storefront")).collect();
    let failed = seen.iter().filter(|status| *status == "503").count();
    assert!((4..=20).contains(&failed), "{failed} of 40: some requests still reach the zone");
    let wests: Vec<bool> = (0..12)
        .map(|half| {
            at(&server, &format!("{}s", 120 + half * 30));
            is_west(&server, "orders")
        })
        .collect();
    let west = wests.iter().filter(|west| **west).count();
    assert!((4..=6).contains(&west), "two minutes at a Region where nothing runs: {wests:?}");
    at(&server, "10m");
    assert_eq!((site(&server, "us-east-1", "orders").as_str(), is_west(&server, "orders")), ("200", false));
    assert!(!is_west(&server, "www"), "too few of the storefront's requests fail");
    at(&server, "2h31m");
    assert_eq!(newest(&server, LEGACY).0, "CONTINUOUS", "caught up half an hour after the zone is back");
    assert_eq!(site(&server, "us-east-1", "legacy-web"), "200");
    server.stop();
}

#[test]
fn control_plane_outage() {
    let server = play("control-plane-outage");
    for after in ["10m", "1h", "2h59m"] {
        at(&server, after);
        assert_eq!(get(&server, "route53", "us-east-1", "/2013-04-01/hostedzone").unwrap().status, 503);
        assert!(FAILOVER.iter().all(|name| !is_west(&server, name)), "DNS answers as ever");
        for system in ["storefront", "payments", "orders", "sessions", "content"] {
            assert_eq!(site(&server, "us-east-1", system), "200", "{system}");
        }
        assert_eq!(newest(&server, LEGACY).0, "CONTINUOUS");
    }
    at(&server, "3h");
    assert_eq!(get(&server, "route53", "us-east-1", "/2013-04-01/hostedzone").unwrap().status, 200);
    server.stop();
}

/// The state of an alarm.
fn alarm(server: &Running, region: &str, name: &str) -> String {
    let asked = json!({ "AlarmNames": [name] });
    let reply = target(server, "monitoring", region, "GraniteServiceVersion20100801.DescribeAlarms", &asked).unwrap();
    reply.json()["MetricAlarms"][0]["StateValue"].as_str().unwrap().to_owned()
}

#[test]
fn dropped_table() {
    let server = play("dropped-table");
    let states: Vec<String> = (8..25)
        .map(|minute| {
            at(&server, &format!("{minute}m"));
            assert_eq!(site(&server, "us-east-1", "sessions"), "200");
            assert_eq!(site(&server, "us-west-2", "sessions"), "200");
            alarm(&server, "us-east-1", "sessions replication latency")
        })
        .collect();
    let minutes = states.iter().filter(|state| *state == "ALARM").count();
    assert!((1..=8).contains(&minutes), "{states:?}");
    assert_eq!(
        (states.first().unwrap().as_str(), states.last().unwrap().as_str()),
        ("OK", "OK"),
        "over before anybody looked"
    );
    server.stop();
}

#[test]
fn slow_api_harms_nobody() {
    let server = play("slow-api");
    for after in ["0s", "5m", "15m", "1h"] {
        at(&server, after);
        for (region, system) in [("us-east-1", "storefront"), ("us-west-2", "payments"), ("on-premises", "erp")] {
            assert_eq!(site(&server, region, system), "200");
        }
        assert!(FAILOVER.iter().all(|name| !is_west(&server, name)));
    }
    server.stop();
}

#[test]
fn a_night_of_flapping() {
    let play = shop("flapping");
    let mut times = [0; 4];
    let mut before = [false; 4];
    for minute in 0..720 {
        let world = play.after(&format!("{minute}m")).world;
        let check =
            |name: &str| world.estate.route53.health_checks.iter().find(|check| check.system() == name).unwrap();
        let (content, images) = (check("content"), check("product-images"));
        let failing = |check| world.failing_share(check, world.now);
        let users = world.failing_users(content, world.now) > 0.0;
        let now = [failing(content) > 0.0 && !users, users, failing(images) > 0.0, failing(images) > 0.82];
        for (time, (now, before)) in times.iter_mut().zip(now.into_iter().zip(before)) {
            *time += i32::from(now && !before);
        }
        before = now;
    }
    assert_eq!(times[..2], [3, 2], "content: three times only its checkers, twice its users");
    assert_eq!(times[2..], [4, 1], "the images: for a part of the world, once for most of it");
    assert_eq!(before, [false; 4], "in the morning all is well");
}
