//! The sites as their users see them: healthy, failing for some, failing for all, gone.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use drdeck::demo;
use drdeck::sim::Running;
use serde_json::json;

use crate::sim_kit::{ask, at, control, send, simulator};

fn shop(acts: &str) -> Running {
    simulator(demo::ESTATE, acts)
}

pub(crate) fn visit(server: &Running, site: &str, system: &str) -> std::io::Result<u16> {
    send(server, "GET", &format!("/_site/{site}/{system}/health"), &[], b"").map(|reply| reply.status)
}

#[test]
fn every_site_that_a_health_check_watches_is_served_and_no_other() {
    let server = shop("");
    let estate = drdeck::sim::parse_estate("estate.toml", demo::ESTATE).unwrap();
    for check in estate.route53.health_checks.iter().filter(|check| check.kind.has_checkers()) {
        assert_eq!(visit(&server, &check.watches, check.system()).unwrap(), 200, "{}", check.name);
    }
    assert_eq!(visit(&server, "us-west-2", "orders").unwrap(), 503, "nothing runs there");
    assert_eq!(visit(&server, "us-west-2", "content").unwrap(), 503, "its cache there takes no writes");
    assert_eq!(visit(&server, "us-east-2", "content").unwrap(), 404);
    assert_eq!(visit(&server, "us-east-1", "nothing").unwrap(), 404);
    assert_eq!(send(&server, "POST", "/_site/us-east-1/orders/health", &[], b"").unwrap().status, 405);
    let reply = send(&server, "GET", "/_site/us-east-1/orders/health", &[], b"").unwrap();
    assert_eq!((reply.text().as_str(), reply.header("cache-control")), ("ok\n", Some("no-store")));
    assert_eq!(ask(&server, "/_drdeck/calls"), json!([]), "users make no calls to AWS");
    server.stop();
}

#[test]
fn a_failing_site_answers_503_at_once_while_its_check_takes_its_time() {
    let server = shop("[[act]]\nat = \"1m\"\nuntil = \"2m\"\nfault.unhealthy = { site = \"us-east-1\" }\n");
    assert_eq!(visit(&server, "us-east-1", "storefront").unwrap(), 200);
    at(&server, "1m");
    assert_eq!(visit(&server, "us-east-1", "storefront").unwrap(), 503);
    assert_eq!(visit(&server, "us-west-2", "storefront").unwrap(), 200);
    at(&server, "2m");
    assert_eq!(visit(&server, "us-east-1", "storefront").unwrap(), 200);
    server.stop();
}

#[test]
fn a_share_of_the_requests_fails_and_the_same_ones_each_time() {
    let play = || {
        let server = shop("[[act]]\nfault.unhealthy = { site = \"us-east-1\", share = 0.3 }\n");
        let seen: Vec<u16> = (0..100).map(|_| visit(&server, "us-east-1", "orders").unwrap()).collect();
        server.stop();
        seen
    };
    let first = play();
    let failed = first.iter().filter(|status| **status == 503).count();
    assert!((15..=45).contains(&failed), "{failed} of 100");
    assert_eq!(first, play());
}

#[test]
fn what_only_the_checkers_see_users_do_not() {
    let server = shop("[[act]]\nfault.unhealthy = { site = \"us-east-1\", seen_by = \"checkers\" }\n");
    at(&server, "5m");
    assert_eq!(visit(&server, "us-east-1", "storefront").unwrap(), 200);
    let reply = crate::sim_kit::get(
        &server,
        "route53",
        "us-east-1",
        "/2013-04-01/healthcheck/3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101/status",
    );
    assert!(reply.unwrap().text().contains("Failure:"));
    server.stop();
}

#[test]
fn a_lost_site_resets_hangs_or_says_so_as_the_story_has_it() {
    for (how, status) in [("error", 500), ("unavailable", 503)] {
        let server = shop(&format!("[[act]]\nfault.outage = {{ site = \"us-east-1\", how = \"{how}\" }}\n"));
        assert_eq!(visit(&server, "us-east-1", "storefront").unwrap(), status);
        assert_eq!(visit(&server, "us-west-2", "storefront").unwrap(), 200);
        server.stop();
    }
    let server = shop("[[act]]\nuntil = \"1h\"\nfault.outage = { site = \"us-east-1\" }\n");
    let error = visit(&server, "us-east-1", "storefront").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    at(&server, "1h");
    assert_eq!(visit(&server, "us-east-1", "storefront").unwrap(), 200);
    control(&server, "/_drdeck/faults", &json!([{ "fault": { "outage": { "site": "on-premises", "how": "hang" } } }]));
    let mut stream = TcpStream::connect(server.addr).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
    stream.write_all(b"GET /_site/on-premises/erp/health HTTP/1.1\r\nhost: erp\r\n\r\n").unwrap();
    let silence = stream.read(&mut [0; 1]).unwrap_err();
    assert!(matches!(silence.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silence}");
    server.stop();
}
