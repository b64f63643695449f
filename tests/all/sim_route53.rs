//! Route 53 of the simulator: health checks, and observations that agree with the health CloudWatch publishes.

use drdeck::sim::health::Health;
use serde_json::json;

use super::sim_asks::{Asked, world};

fn estate() -> String {
    let check = |number: u32, site: &str, more: &str| {
        format!(
            "[[route53.health_check]]\nid = \"00000000-0000-4000-8000-00000000000{number}\"\nname = \"check {number}\"\nwatches = \"{site}\"\ndomain = \"c{number}.example\"\nport = 443\n{more}\n"
        )
    };
    // Out of order: a list is by id.
    [
        check(3, "us-east-1", "kind = \"HTTPS\"\npath = \"/a&b\"\nmode = \"disabled\""),
        check(1, "us-east-1", "kind = \"HTTPS\"\npath = \"/health\"\ninterval = 10"),
        check(2, "us-east-1", "kind = \"TCP\"\nmode = \"inverted\""),
        check(4, "on-premises", "kind = \"HTTP\"\nmode = \"forced\""),
    ]
    .concat()
}

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-00000000000{number}")
}

fn ask(asked: &Asked, operation: &str, parameters: serde_json::Value) -> String {
    asked.text("route53", "us-west-2", operation, parameters).unwrap()
}

/// What stands between the first `<tag>` and its end.
fn inner<'a>(xml: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
    Some(rest.split_once(&format!("</{tag}>"))?.0)
}

fn all<'a>(xml: &'a str, tag: &str) -> Vec<&'a str> {
    xml.split(&format!("<{tag}>")).skip(1).map(|rest| rest.split_once(&format!("</{tag}>")).unwrap().0).collect()
}

fn failures(asked: &Asked, number: u32) -> (usize, usize) {
    let xml = ask(asked, "GetHealthCheckStatus", json!({ "HealthCheckId": id(number) }));
    let observed = all(&xml, "HealthCheckObservation");
    (observed.iter().filter(|one| inner(one, "Status").unwrap().starts_with("Failure: ")).count(), observed.len())
}

fn health(asked: &Asked, number: u32) -> Health {
    let checks = &asked.world.estate.route53.health_checks;
    asked.world.health(checks.iter().find(|check| check.id == id(number)).unwrap(), asked.world.now)
}

#[test]
fn pages_go_by_marker_and_hold_each_check_once() {
    let asked = world(&estate(), "");
    let mut marker = String::new();
    let mut ids: Vec<String> = Vec::new();
    loop {
        let xml = ask(&asked, "ListHealthChecks", json!({ "maxitems": "3", "marker": marker }));
        assert!(
            xml.contains("<ListHealthChecksResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">"),
            "{xml}"
        );
        assert_eq!((inner(&xml, "Marker"), inner(&xml, "MaxItems")), (Some(marker.as_str()), Some("3")));
        ids.extend(all(&xml, "Id").iter().map(|id| (*id).to_owned()));
        match inner(&xml, "NextMarker") {
            Some(next) => {
                assert_eq!(inner(&xml, "IsTruncated"), Some("true"));
                marker = next.to_owned();
            }
            None => {
                assert_eq!(inner(&xml, "IsTruncated"), Some("false"));
                break;
            }
        }
    }
    assert_eq!(ids, [id(1), id(2), id(3), id(4)]);
    assert_eq!(inner(&ask(&asked, "GetHealthCheckCount", json!({})), "HealthCheckCount"), Some("4"));
    assert_eq!(inner(&ask(&asked, "ListHealthChecks", json!({ "maxitems": "5000" })), "MaxItems"), Some("1000"));
    for wrong in [json!({ "maxitems": "0" }), json!({ "maxitems": "many" }), json!({ "marker": "nobody" })] {
        assert_eq!(
            asked.refusal("route53", "us-east-1", "ListHealthChecks", wrong.clone()),
            (400, "InvalidInput"),
            "{wrong}"
        );
    }
}

#[test]
fn a_check_says_what_it_asks_and_how_it_is_switched() {
    let asked = world(&estate(), "");
    let get = |number| ask(&asked, "GetHealthCheck", json!({ "HealthCheckId": id(number) }));
    let first = get(1);
    assert_eq!((inner(&first, "Type"), inner(&first, "ResourcePath")), (Some("HTTPS"), Some("/health")));
    assert_eq!((inner(&first, "RequestInterval"), inner(&first, "HealthCheckVersion")), (Some("10"), Some("1")));
    let switches = |number| {
        let xml = get(number);
        (inner(&xml, "Disabled") == Some("true"), inner(&xml, "Inverted") == Some("true"))
    };
    assert_eq!([1, 2, 3, 4].map(switches), [(false, false), (false, true), (true, false), (true, true)]);
    assert_eq!(inner(&get(3), "ResourcePath"), Some("/a&amp;b"));
    assert_eq!(inner(&get(2), "ResourcePath"), None, "TCP has no path");
    for operation in ["GetHealthCheck", "GetHealthCheckStatus"] {
        let unknown = json!({ "HealthCheckId": "nobody" });
        assert_eq!(asked.refusal("route53", "us-east-1", operation, unknown), (404, "NoSuchHealthCheck"));
    }
}

#[test]
fn observations_are_free_text_of_every_checker_region_and_fresh() {
    let asked = world(&estate(), "");
    let xml = ask(&asked, "GetHealthCheckStatus", json!({ "HealthCheckId": id(1) }));
    let observed = all(&xml, "HealthCheckObservation");
    let mut regions: Vec<&str> = observed.iter().map(|one| inner(one, "Region").unwrap()).collect();
    regions.sort_unstable();
    regions.dedup();
    assert_eq!((observed.len(), regions.len()), (16, 8));
    for one in observed {
        assert_eq!(inner(one, "Status"), Some("Success: HTTP Status Code 200, OK"));
        let checked = drdeck::sim::Moment::parse(inner(one, "CheckedTime").unwrap()).unwrap();
        let age = (asked.world.now - checked).seconds();
        assert!((0.0..10.0).contains(&age), "asked every 10 s: {age}");
    }
}

#[test]
fn observations_agree_with_the_published_health() {
    let acts = "[[act]]\nat = \"10m\"\nuntil = \"20m\"\nfault.outage = { site = \"us-east-1\" }\n[[act]]\nat = \"1h\"\nuntil = \"2h\"\nfault.unhealthy = { site = \"us-east-1\", share = 0.5 }";
    let calm = world(&estate(), acts);
    // The time, how many checkers fail, and the health of a usual, an inverted, a disabled and a forced check.
    let (up, down) = (Health::Healthy, Health::Unhealthy);
    for (after, failing, usual, inverted) in
        [("5m", 0, up, down), ("15m", 16, down, up), ("25m", 0, up, down), ("1h30m", 8, up, down)]
    {
        let asked = calm.after(after);
        assert_eq!(failures(&asked, 1), (failing, 16), "{after}");
        assert_eq!(failures(&asked, 2), (failing, 16), "{after}: what checkers saw, before it is turned round");
        assert_eq!([1, 2, 3, 4].map(|number| health(&asked, number)), [usual, inverted, up, down], "{after}");
        assert_eq!(failures(&asked, 3), (0, 0), "{after}: a disabled check is not carried out");
        assert_eq!(failures(&asked, 4), (0, 0), "{after}");
    }
    let settling = calm.after("10m12s");
    assert_eq!(failures(&settling, 1), (16, 16), "every checker has failed once");
    assert_eq!(health(&settling, 1), up, "but not three times");
}
