//! Route 53's zones and records, and what its name servers answer.

use drdeck::demo;
use drdeck::sim::parse_estate;
use serde_json::{Value as Json, json};

use crate::sim_asks::{Asked, world_of};

const ZONE: &str = "Z0273916SHOP4EXMPL7";

fn shop(acts: &str) -> Asked {
    world_of(demo::ESTATE, &format!("name = \"test\"\nstory = \"\"\n{acts}"))
}

fn ask(asked: &Asked, operation: &str, parameters: Json) -> String {
    asked.text("route53", "aws-global", operation, parameters).unwrap()
}

/// What stands between the tags of each element of that name.
fn all<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open).skip(1).map(|rest| rest.split_once(&close).unwrap().0).collect()
}

/// What a name resolves to.
fn answer(asked: &Asked, name: &str, kind: &str) -> Vec<String> {
    let xml = ask(asked, "TestDNSAnswer", json!({ "hostedzoneid": ZONE, "recordname": name, "recordtype": kind }));
    assert_eq!(all(&xml, "RecordName"), [format!("{name}.")]);
    assert_eq!(all(&xml, "ResponseCode"), ["NOERROR"], "{name}");
    all(&xml, "RecordDataEntry").into_iter().map(str::to_owned).collect()
}

const BOTH_DOWN: &str =
    "[[act]]\nfault.unhealthy = { site = \"us-east-1\" }\n[[act]]\nfault.unhealthy = { site = \"us-west-2\" }\n";

#[test]
fn zones_are_listed_by_id_and_by_name() {
    let asked = shop("");
    let xml = ask(&asked, "ListHostedZones", json!({}));
    assert_eq!(all(&xml, "Id"), [format!("/hostedzone/{ZONE}"), "/hostedzone/Z0931880CORP2EXMPL5".to_owned()]);
    assert_eq!(all(&xml, "PrivateZone"), ["false", "true"]);
    let xml = ask(&asked, "ListHostedZones", json!({ "maxitems": "1" }));
    assert_eq!((all(&xml, "IsTruncated"), all(&xml, "NextMarker")), (vec!["true"], vec!["Z0931880CORP2EXMPL5"]));
    let xml = ask(&asked, "ListHostedZones", json!({ "maxitems": "1", "marker": "Z0931880CORP2EXMPL5" }));
    assert_eq!((all(&xml, "IsTruncated"), all(&xml, "Name")), (vec!["false"], vec!["corp.shop.example."]));
    let xml = ask(&asked, "ListHostedZonesByName", json!({ "maxitems": "1" }));
    assert_eq!((all(&xml, "Name"), all(&xml, "NextDNSName")), (vec!["shop.example."], vec!["corp.shop.example."]));
    let xml = ask(&asked, "ListHostedZonesByName", json!({ "dnsname": "corp.shop.example" }));
    assert_eq!((all(&xml, "Name"), all(&xml, "DNSName")), (vec!["corp.shop.example."], vec!["corp.shop.example."]));
    let private = ask(&asked, "ListHostedZones", json!({ "hostedzonetype": "PrivateHostedZone" }));
    assert_eq!(all(&private, "Name"), ["corp.shop.example."]);
    for wrong in [json!({ "maxitems": "0" }), json!({ "marker": "Z1" }), json!({ "hostedzonetype": "Public" })] {
        assert_eq!(asked.refusal("route53", "aws-global", "ListHostedZones", wrong), (400, "InvalidInput"));
    }
}

#[test]
fn records_come_in_the_order_of_route_53_however_short_the_pages_are() {
    let asked = shop("");
    let whole = ask(&asked, "ListResourceRecordSets", json!({ "Id": ZONE }));
    let sets = all(&whole, "ResourceRecordSet");
    let zones = ask(&asked, "ListHostedZones", json!({}));
    assert_eq!(all(&zones, "ResourceRecordSetCount")[0], sets.len().to_string());
    let types: Vec<&str> = sets.iter().take(5).map(|set| all(set, "Type")[0]).collect();
    assert_eq!(types, ["A", "MX", "NS", "SOA", "TXT"], "the zone's own name comes first");
    let mut paged = Vec::new();
    let mut next = json!({ "Id": ZONE, "maxitems": "7" });
    loop {
        let page = ask(&asked, "ListResourceRecordSets", next.clone());
        paged.extend(all(&page, "ResourceRecordSet").into_iter().map(str::to_owned));
        if all(&page, "IsTruncated") == ["false"] {
            break;
        }
        next = json!({ "Id": ZONE, "maxitems": "7", "name": all(&page, "NextRecordName")[0], "type": all(&page, "NextRecordType")[0] });
        if let Some(id) = all(&page, "NextRecordIdentifier").first() {
            next["identifier"] = json!(id);
        }
    }
    assert_eq!(paged, sets);
    let www: Vec<&&str> = sets.iter().filter(|set| set.contains("<Name>www.shop.example.</Name>")).collect();
    assert_eq!(www.iter().map(|set| all(set, "Failover")[0]).collect::<Vec<_>>(), ["PRIMARY", "SECONDARY"]);
    assert_eq!(all(www[0], "HealthCheckId"), ["3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101"]);
    assert_eq!(all(www[0], "EvaluateTargetHealth"), ["true"]);
    assert!(all(www[0], "TTL").is_empty(), "an alias has none");
    assert_eq!(all(&whole, "Weight"), ["50", "50"]);
    assert_eq!(all(&whole, "MultiValueAnswer"), ["true", "true"]);
    assert_eq!(all(&whole, "Region"), ["us-east-1", "us-west-2"]);
    let unknown = json!({ "Id": "Z1" });
    assert_eq!(asked.refusal("route53", "aws-global", "ListResourceRecordSets", unknown), (404, "NoSuchHostedZone"));
    let without = json!({ "Id": ZONE, "type": "A" });
    assert_eq!(asked.refusal("route53", "aws-global", "ListResourceRecordSets", without), (400, "InvalidInput"));
}

#[test]
fn failover_answers_the_secondary_only_while_the_primary_fails_and_the_primary_when_both_do() {
    let calm = shop("");
    let (east, west) = (answer(&calm, "use1.www.shop.example", "A"), answer(&calm, "usw2.www.shop.example", "A"));
    assert_ne!(east, west);
    assert_eq!(answer(&calm, "www.shop.example", "A"), east);
    assert_eq!(answer(&calm, "shop.example", "A"), east, "an alias of an alias");
    let east_down = shop("[[act]]\nfault.unhealthy = { site = \"us-east-1\" }").after("5m");
    assert_eq!(answer(&east_down, "www.shop.example", "A"), west);
    assert_eq!(answer(&shop(BOTH_DOWN).after("5m"), "www.shop.example", "A"), east, "fail-open");
    // A secondary without a check is taken for healthy, whatever runs there.
    let orders = answer(&east_down, "orders.shop.example", "A");
    assert_eq!(orders, answer(&calm, "usw2.orders.shop.example", "A"));
}

#[test]
fn a_target_in_a_lost_region_is_not_answered() {
    let lost = shop("[[act]]\nfault.outage = { site = \"us-west-2\" }").after("10m");
    // The primary's check fails too: what is left of both is the primary.
    let both =
        shop("[[act]]\nfault.unhealthy = { site = \"us-east-1\" }\n[[act]]\nfault.outage = { site = \"us-west-2\" }");
    let east = answer(&lost, "use1.www.shop.example", "A");
    assert_eq!(answer(&lost, "www.shop.example", "A"), east);
    assert_eq!(answer(&both.after("10m"), "www.shop.example", "A"), east);
}

#[test]
fn weights_latency_and_many_values_are_answered_from_what_is_healthy() {
    let calm = shop("");
    let minutes = (0..60).map(|minute| answer(&calm.after(&format!("{minute}m")), "sessions.shop.example", "A"));
    let east = minutes.filter(|answer| answer == &["198.51.100.31"]).count();
    assert!((15..=45).contains(&east), "{east} of 60");
    let east_down = shop("[[act]]\nfault.unhealthy = { site = \"us-east-1\" }").after("5m");
    for minute in 5..25 {
        let now = east_down.after(&format!("{minute}m"));
        assert_eq!(answer(&now, "sessions.shop.example", "A"), ["198.51.100.131"]);
    }
    assert_eq!(answer(&calm, "pay.shop.example", "A"), answer(&calm, "use1.pay.shop.example", "A"));
    assert_eq!(answer(&east_down, "pay.shop.example", "A"), answer(&calm, "usw2.pay.shop.example", "A"));
    assert_eq!(answer(&calm, "legacy.shop.example", "A"), ["198.51.100.11", "198.51.100.12"]);
    assert_eq!(answer(&east_down, "legacy.shop.example", "A").len(), 2, "none is healthy: all are answered");
    assert_eq!(answer(&calm, "bi.shop.example", "A"), ["use1.bi.shop.example."], "the other name it is asked under");
    assert!(answer(&calm, "erp.shop.example", "AAAA").is_empty(), "the name is there, not the type");
    let unknown = json!({ "hostedzoneid": ZONE, "recordname": "nobody.shop.example", "recordtype": "A" });
    assert_eq!(all(&ask(&calm, "TestDNSAnswer", unknown), "ResponseCode"), ["NXDOMAIN"]);
}

#[test]
fn a_change_is_in_sync_once_it_reached_every_server() {
    let asked = shop("");
    let change = ask(&asked, "GetChange", json!({ "Id": "C03916482RELEASE7K41" }));
    assert_eq!((all(&change, "Status"), all(&change, "SubmittedAt")), (vec!["INSYNC"], vec!["2026-11-11T12:00:00Z"]));
    let earlier = asked.after("-9d");
    assert_eq!(all(&ask(&earlier, "GetChange", json!({ "Id": "C03916482RELEASE7K41" })), "Status"), ["PENDING"]);
    assert_eq!(asked.refusal("route53", "aws-global", "GetChange", json!({ "Id": "C1" })), (404, "NoSuchChange"));
}

#[test]
fn a_zone_that_route_53_would_refuse_is_refused() {
    let head = "name = \"n\"\naccount = \"111122223333\"\nregions = [\"us-east-1\"]\n[[route53.zone]]\nid = \"Z1\"\nname = \"a.example\"\n[[route53.zone.record]]\nname = \"www.a.example\"\ntype = \"A\"\n";
    let cases = [
        ("ttl = 60\n", "needs either `alias`, or `values` and `ttl`"),
        ("ttl = 60\nvalues = [\"192.0.2.1\"]\nrouting = \"multivalue\"\n", "`id` goes with `routing`"),
        ("ttl = 60\nvalues = [\"192.0.2.1\"]\nhealth_check = \"none\"\n", "there is no health check \"none\""),
        (
            "ttl = 60\nvalues = [\"192.0.2.1\"]\n[[route53.zone.record]]\nname = \"WWW.a.example\"\ntype = \"A\"\nttl = 60\nvalues = [\"192.0.2.1\"]\n",
            "there are two A records",
        ),
        (
            "ttl = 60\nvalues = [\"192.0.2.1\"]\n[[route53.zone.record]]\nname = \"www.b.example\"\ntype = \"A\"\nttl = 60\nvalues = [\"192.0.2.1\"]\n",
            "it is not in the zone \"a.example\"",
        ),
    ];
    for (tail, expected) in cases {
        let error = parse_estate("estate.toml", &format!("{head}{tail}")).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
