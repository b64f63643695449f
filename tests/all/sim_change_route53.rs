//! Changes of Route 53 and of routing controls: records that are changed all or none, health checks that are turned, switches that
//! keep their safety rules.

use std::time::Duration;

use drdeck::demo;
use drdeck::sim::Running;
use serde_json::{Value as Json, json};

use crate::sim_kit::{Reply, ask, at, control, get, send, series, signed, simulator, target};

const ZONE: &str = "Z0273916SHOP4EXMPL7";
const STOREFRONT: &str = "3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101";
const SWITCH: &str = "7c2e94d0-51bb-4f0a-8d36-1e64f3a2b211";
const TRAFFIC: &str = "7c2e94d0-51bb-4f0a-8d36-1e64f3a2b221";

fn shop() -> Running {
    simulator(demo::ESTATE, "")
}

fn post(server: &Running, path: &str, operation: &str, inner: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Request xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">{inner}</{operation}Request>"
    );
    let headers = [("authorization", &*signed("route53", "us-west-2")), ("content-type", "text/xml")];
    send(server, "POST", path, &headers, body.as_bytes()).unwrap()
}

/// A batch of changes: action and what stands in the record set.
fn batch(server: &Running, edits: &[(&str, &str)]) -> Reply {
    let changes: String = edits
        .iter()
        .map(|(action, set)| {
            format!("<Change><Action>{action}</Action><ResourceRecordSet>{set}</ResourceRecordSet></Change>")
        })
        .collect();
    let path = format!("/2013-04-01/hostedzone/{ZONE}/rrset/");
    let inner = format!("<ChangeBatch><Comment>a &amp; b</Comment><Changes>{changes}</Changes></ChangeBatch>");
    post(server, &path, "ChangeResourceRecordSets", &inner)
}

fn plain(name: &str, kind: &str, ttl: u32, values: &[&str]) -> String {
    let values: String =
        values.iter().map(|value| format!("<ResourceRecord><Value>{value}</Value></ResourceRecord>")).collect();
    format!("<Name>{name}</Name><Type>{kind}</Type><TTL>{ttl}</TTL><ResourceRecords>{values}</ResourceRecords>")
}

fn weighted(id: &str, weight: u32, address: &str, check: &str) -> String {
    format!(
        "<Name>sessions.shop.example.</Name><Type>A</Type><SetIdentifier>{id}</SetIdentifier><Weight>{weight}</Weight><TTL>60</TTL>\
         <ResourceRecords><ResourceRecord><Value>{address}</Value></ResourceRecord></ResourceRecords><HealthCheckId>{check}</HealthCheckId>"
    )
}

const EAST: &str = "e1a5c3f8-6b2d-4e70-b9c7-04f6d81a4401";
const WEST: &str = "e1a5c3f8-6b2d-4e70-b9c7-04f6d81a4402";

fn refused(reply: &Reply) -> (u16, String, String) {
    (reply.status, reply.element("Code").unwrap_or_default(), reply.element("Message").unwrap_or_default())
}

fn is_refused(reply: &Reply, code: &str, words: &str) {
    let (status, said, message) = refused(reply);
    assert_eq!((status, said.as_str()), (400, code), "{message}");
    assert!(message.contains(words), "{message} does not say {words}");
}

fn dns(server: &Running, name: &str, kind: &str) -> Vec<String> {
    let path = format!("/2013-04-01/testdnsanswer?hostedzoneid={ZONE}&recordname={name}&recordtype={kind}");
    let text = get(server, "route53", "us-east-1", &path).unwrap().text();
    text.split("<RecordDataEntry>").skip(1).map(|rest| rest.split_once('<').unwrap().0.to_owned()).collect()
}

fn listed(server: &Running) -> String {
    get(server, "route53", "us-east-1", &format!("/2013-04-01/hostedzone/{ZONE}/rrset")).unwrap().text()
}

fn status(server: &Running, id: &str) -> String {
    get(server, "route53", "us-east-1", &format!("/2013-04-01{id}")).unwrap().element("Status").unwrap()
}

#[test]
fn a_change_is_listed_at_once_and_answered_when_it_is_in_sync() {
    let server = shop();
    let reply = batch(&server, &[("UPSERT", &plain("ERP.shop.example", "A", 60, &["203.0.113.99"]))]);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let id = reply.element("Id").unwrap();
    assert!(id.starts_with("/change/C"), "{id}");
    assert_eq!(reply.element("Status").unwrap(), "PENDING");
    assert_eq!(reply.element("Comment").unwrap(), "a &amp; b");
    assert_eq!(reply.element("SubmittedAt").unwrap(), crate::sim_kit::START);
    assert!(listed(&server).contains("203.0.113.99"), "the API knows it at once");
    let mut took = None;
    for seconds in (0..=60).step_by(5) {
        at(&server, &format!("{seconds}s"));
        let answered = dns(&server, "erp.shop.example", "A");
        match status(&server, &id).as_str() {
            "PENDING" => assert_eq!(answered, ["203.0.113.40"], "{seconds}"),
            "INSYNC" => {
                assert_eq!(answered, ["203.0.113.99"], "{seconds}");
                took = took.or(Some(seconds));
            }
            other => panic!("{other}"),
        }
    }
    assert!((10..=60).contains(&took.unwrap()), "{took:?}");
    let calls = ask(&server, "/_drdeck/calls");
    let change = calls.as_array().unwrap().iter().find(|call| call["changed"] == true).unwrap();
    assert_eq!((&change["operation"], &change["target"]), (&json!("ChangeResourceRecordSets"), &json!(ZONE)));
    let nobody = get(&server, "route53", "us-east-1", "/2013-04-01/change/C0000").unwrap();
    assert_eq!((nobody.status, nobody.element("Code").unwrap().as_str()), (404, "NoSuchChange"));
}

#[test]
fn a_later_change_does_not_overtake_an_earlier_one() {
    let server = shop();
    let name = "erp.shop.example";
    let first = batch(&server, &[("UPSERT", &plain(name, "A", 60, &["203.0.113.1"]))]).element("Id").unwrap();
    at(&server, "2s");
    let second = batch(&server, &[("UPSERT", &plain(name, "A", 60, &["203.0.113.2"]))]).element("Id").unwrap();
    let mut seen = Vec::new();
    for seconds in (3..70).step_by(5) {
        at(&server, &format!("{seconds}s"));
        let answered = dns(&server, name, "A");
        let states = (status(&server, &first), status(&server, &second));
        let expected = match (states.0.as_str(), states.1.as_str()) {
            ("PENDING", "PENDING") => "203.0.113.40",
            ("INSYNC", "PENDING") => "203.0.113.1",
            ("INSYNC", "INSYNC") => "203.0.113.2",
            other => panic!("{other:?}"),
        };
        assert_eq!(answered, [expected], "{seconds}");
        seen.push(answered);
    }
    assert_eq!(seen.last().unwrap(), &["203.0.113.2"]);
}

#[test]
fn compare_and_swap_is_refused_when_anything_of_the_record_differs() {
    let server = shop();
    let new = weighted("us-east-1", 0, "198.51.100.31", EAST);
    let swap = |old: &str| batch(&server, &[("DELETE", old), ("CREATE", &new)]);
    let right = weighted("us-east-1", 50, "198.51.100.31", EAST);
    let wrong = [
        weighted("us-east-1", 49, "198.51.100.31", EAST),
        weighted("us-east-1", 50, "198.51.100.32", EAST),
        weighted("us-east-1", 50, "198.51.100.31", WEST),
        right.replace("<TTL>60<", "<TTL>61<"),
        right.split("<HealthCheckId>").next().unwrap().to_owned(),
    ];
    for old in &wrong {
        let set = "resource record set [name=&apos;sessions.shop.example.&apos;, type=&apos;A&apos;, set identifier=&apos;us-east-1&apos;]";
        let words = format!("[Tried to delete {set} but the values provided do not match the current values");
        is_refused(&swap(old), "InvalidChangeBatch", &words);
    }
    is_refused(&swap(&weighted("us-east-9", 50, "198.51.100.31", EAST)), "InvalidChangeBatch", "but it was not found");
    assert!(listed(&server).contains("<Weight>50</Weight>"), "nothing was changed");
    let applied = swap(&right);
    assert_eq!(applied.status, 200, "{}", applied.text());
    assert_eq!(swap(&right).status, 400, "a second time the old one is not there");
    assert_eq!(listed(&server).matches("<Weight>0</Weight>").count(), 1);
    at(&server, "61s");
    for _ in 0..5 {
        assert_eq!(dns(&server, "sessions.shop.example", "A"), ["198.51.100.131"]);
    }
}

#[test]
fn an_alias_is_swapped_with_all_that_it_says() {
    let server = shop();
    let alias = |weight: &str, evaluate: bool| {
        format!(
            "<Name>orders.shop.example</Name><Type>A</Type><SetIdentifier>us-west-2</SetIdentifier>{weight}<AliasTarget>\
             <HostedZoneId>{ZONE}</HostedZoneId><DNSName>usw2.orders.shop.example.</DNSName><EvaluateTargetHealth>{evaluate}</EvaluateTargetHealth></AliasTarget>"
        )
    };
    let secondary = "<Failover>SECONDARY</Failover>";
    is_refused(&batch(&server, &[("DELETE", &alias(secondary, false))]), "InvalidChangeBatch", "do not match");
    let new = alias(secondary, true)
        .replace("</AliasTarget>", &format!("</AliasTarget><HealthCheckId>{WEST}</HealthCheckId>"));
    let applied = batch(&server, &[("DELETE", &alias(secondary, true)), ("CREATE", &new)]);
    assert_eq!(applied.status, 200, "{}", applied.text());
    let primary = alias("<Failover>PRIMARY</Failover>", true).replace(">us-west-2<", ">third<");
    is_refused(&batch(&server, &[("CREATE", &primary)]), "InvalidChangeBatch", "the same failover role");
    let nowhere = alias(secondary, true).replace("usw2.orders", "nowhere");
    is_refused(&batch(&server, &[("UPSERT", &nowhere)]), "InvalidChangeBatch", "but that target was not found");
}

#[test]
fn a_batch_is_applied_whole_or_not_at_all_and_says_all_that_is_wrong() {
    let server = shop();
    let before = listed(&server);
    let reply = batch(
        &server,
        &[
            ("CREATE", &plain("new.shop.example", "A", 60, &["203.0.113.7"])),
            ("CREATE", &plain("erp.shop.example", "A", 60, &["203.0.113.8"])),
            ("DELETE", &plain("nobody.shop.example", "TXT", 60, &["\"x\""])),
        ],
    );
    is_refused(&reply, "InvalidChangeBatch", "but it already exists, Tried to delete");
    assert_eq!(listed(&server), before);
    let both = batch(
        &server,
        &[
            ("CREATE", &plain("new.shop.example", "A", 60, &["203.0.113.7", "203.0.113.8"])),
            ("DELETE", &plain("img.shop.example", "CNAME", 300, &["USE1.img.shop.example"])),
            ("CREATE", &plain("img.shop.example", "A", 60, &["203.0.113.9"])),
        ],
    );
    assert_eq!(both.status, 200, "{}", both.text());
    let gone = batch(&server, &[("DELETE", &plain("new.shop.example", "A", 60, &["203.0.113.8", "203.0.113.7"]))]);
    assert_eq!(gone.status, 200, "the order of values does not count: {}", gone.text());
}

#[test]
fn what_may_not_stand_beside_what_is_there_is_refused() {
    let server = shop();
    let one = |set: &str, words: &str| is_refused(&batch(&server, &[("CREATE", set)]), "InvalidChangeBatch", words);
    let a = ["203.0.113.9"];
    one(&plain("erp.shop.example", "CNAME", 60, &["x.example"]), "conflicts with other records");
    one(&plain("img.shop.example", "A", 60, &a), "a conflicting RRSet of type CNAME");
    one(&plain("shop.example", "CNAME", 60, &["x.example"]), "not permitted at apex");
    one(&plain("www.other.example", "A", 60, &a), "is not permitted in zone shop.example.");
    one(&plain("sessions.shop.example", "A", 60, &a), "cannot be created as a non-simple set exists");
    one(&plain("a..shop.example", "A", 60, &a), "DomainLabelEmpty");
    one(&plain("x.shop.example", "A", 60, &["300.1.1.1"]), "ARRDATAIllegalIPv4Address");
    one(&plain("x.shop.example", "TXT", 60, &["bare"]), "InvalidCharacterString");
    one(&plain("x.shop.example", "A", 60, &["203.0.113.9", "203.0.113.9"]), "Duplicate Resource Record");
    one(
        &weighted("third", 5, "203.0.113.9", EAST).replace("sessions", "erp"),
        "cannot be created as a non-weighted set",
    );
    let latency = weighted("third", 5, "203.0.113.9", EAST).replace("<Weight>5</Weight>", "<Region>us-east-1</Region>");
    one(&latency, "cannot be created as a non-latency set");
    let apex = get(
        &server,
        "route53",
        "us-east-1",
        &format!("/2013-04-01/hostedzone/{ZONE}/rrset?name=shop.example&type=NS&maxitems=1"),
    );
    let text = apex.unwrap().text();
    let servers: Vec<&str> = text.split("<Value>").skip(1).map(|rest| rest.split_once('<').unwrap().0).collect();
    let ns = plain("shop.example", "NS", 172_800, &servers);
    is_refused(&batch(&server, &[("DELETE", &ns)]), "InvalidChangeBatch", "at least one NS record");
    let shorter = batch(&server, &[("UPSERT", &ns.replace("172800", "3600"))]);
    assert_eq!(shorter.status, 200, "{}", shorter.text());
    let counted = listed(&server);
    assert_eq!(counted.matches("<Type>NS</Type>").count(), 1);
    assert!(counted.contains("<TTL>3600</TTL>"));
    let unknown =
        batch(&server, &[("UPSERT", &weighted("us-east-1", 5, "203.0.113.9", "00000000-0000-4000-a000-000000000000"))]);
    assert_eq!((unknown.status, unknown.element("Code").unwrap().as_str()), (404, "NoSuchHealthCheck"));
}

#[test]
fn what_contradicts_itself_is_refused_as_invalid_input() {
    let server = shop();
    let one = |set: &str, words: &str| is_refused(&batch(&server, &[("UPSERT", set)]), "InvalidInput", words);
    let good = plain("x.shop.example", "A", 60, &["203.0.113.9"]);
    one(
        "<Name>x.shop.example</Name><Type>A</Type>",
        "but found none in Change with [Action=UPSERT, Name=x.shop.example., Type=A, SetIdentifier=null]",
    );
    one(&good.replace("<TTL>60</TTL>", ""), "Missing field &apos;TTL&apos;");
    one(&good.replace("<TTL>60</TTL>", "<TTL>-1</TTL>"), "TTL must be a number from 0");
    one(&good.replace("<TTL>", "<Weight>1</Weight><TTL>"), "Missing field &apos;SetIdentifier&apos;");
    one(&good.replace("<TTL>", "<SetIdentifier>a</SetIdentifier><Weight>256</Weight><TTL>"), "Weight must be");
    one(
        &good.replace("<TTL>", "<SetIdentifier>a</SetIdentifier><Weight>1</Weight><Failover>PRIMARY</Failover><TTL>"),
        "more than one",
    );
    one(&good.replace("Name>", "Nom>"), "Invalid content was found starting with element &apos;Nom&apos;");
    is_refused(&batch(&server, &[("REPLACE", &good)]), "InvalidInput", "[CREATE, DELETE, UPSERT]");
    is_refused(&batch(&server, &[]), "InvalidInput", "Changes");
    let many: Vec<String> = (0..501).map(|n| plain(&format!("n{n}.shop.example"), "A", 60, &["203.0.113.9"])).collect();
    let upserts: Vec<(&str, &str)> = many.iter().map(|set| ("UPSERT", set.as_str())).collect();
    is_refused(&batch(&server, &upserts), "InvalidChangeBatch", "Number of records limit of 1000 exceeded");
    let creates: Vec<(&str, &str)> = many.iter().map(|set| ("CREATE", set.as_str())).collect();
    assert_eq!(batch(&server, &creates).status, 200);
    let path = format!("/2013-04-01/hostedzone/{ZONE}/rrset");
    let other = post(&server, &path, "UpdateHealthCheck", "<Inverted>true</Inverted>");
    is_refused(&other, "MalformedInput", "expected ChangeResourceRecordSetsRequest");
    let torn = send(&server, "POST", &path, &[("authorization", &signed("route53", "us-east-1"))], b"<ChangeResource")
        .unwrap();
    is_refused(&torn, "InvalidInput", "Invalid XML");
    let nowhere = post(
        &server,
        "/2013-04-01/hostedzone/Z404/rrset",
        "ChangeResourceRecordSets",
        "<ChangeBatch><Changes><Change/></Changes></ChangeBatch>",
    );
    assert_eq!((nowhere.status, nowhere.element("Code").unwrap().as_str()), (404, "NoSuchHostedZone"));
}

#[test]
fn a_second_change_of_a_zone_waits_for_the_first_to_be_carried_out() {
    let server = simulator(
        demo::ESTATE,
        "[[act]]\nfault.latency = { service = \"route53\", operation = \"ChangeResourceRecordSets\", delay = \"900ms\" }\n",
    );
    std::thread::scope(|scope| {
        let first = scope.spawn(|| batch(&server, &[("UPSERT", &plain("a.shop.example", "A", 60, &["203.0.113.1"]))]));
        std::thread::sleep(Duration::from_millis(300));
        let second = batch(&server, &[("UPSERT", &plain("b.shop.example", "A", 60, &["203.0.113.2"]))]);
        is_refused(&second, "PriorRequestNotComplete", "prior request");
        assert_eq!(first.join().unwrap().status, 200);
    });
    assert_eq!(batch(&server, &[("UPSERT", &plain("b.shop.example", "A", 60, &["203.0.113.2"]))]).status, 200);
}

fn check(server: &Running, id: &str) -> Reply {
    get(server, "route53", "us-east-1", &format!("/2013-04-01/healthcheck/{id}")).unwrap()
}

fn update(server: &Running, id: &str, inner: &str) -> Reply {
    post(server, &format!("/2013-04-01/healthcheck/{id}"), "UpdateHealthCheck", inner)
}

#[test]
fn a_health_check_is_forced_and_let_go_under_its_version() {
    let server = shop();
    let metric = ("AWS/Route53", "HealthCheckStatus", "HealthCheckId", STOREFRONT);
    let force = |version: u32, on: bool| {
        update(
            &server,
            STOREFRONT,
            &format!(
                "<HealthCheckVersion>{version}</HealthCheckVersion><Inverted>{on}</Inverted><Disabled>{on}</Disabled>"
            ),
        )
    };
    let before = dns(&server, "www.shop.example", "A");
    let west = dns(&server, "usw2.www.shop.example", "A");
    assert_ne!(before, west);
    let forced = force(1, true);
    assert_eq!(forced.status, 200, "{}", forced.text());
    assert_eq!(forced.element("HealthCheckVersion").unwrap(), "2");
    let told = check(&server, STOREFRONT);
    assert_eq!(
        (told.element("Inverted").unwrap().as_str(), told.element("Disabled").unwrap().as_str()),
        ("true", "true")
    );
    at(&server, "5s");
    assert_eq!(dns(&server, "www.shop.example", "A"), before, "it has not reached DNS yet");
    at(&server, "31s");
    assert_eq!(dns(&server, "www.shop.example", "A"), west);
    let stale = force(1, false);
    assert_eq!((stale.status, stale.element("Code").unwrap().as_str()), (409, "HealthCheckVersionMismatch"));
    at(&server, "5m");
    let values: Vec<f64> = series(&server, "us-east-1", metric, 10).into_iter().map(|(_, value)| value).collect();
    assert_eq!(
        (values.first(), values.last()),
        (Some(&0.0), Some(&1.0)),
        "what was before stays as it was: {values:?}"
    );
    let status = get(&server, "route53", "us-east-1", &format!("/2013-04-01/healthcheck/{STOREFRONT}/status")).unwrap();
    assert_eq!(status.count("HealthCheckObservation"), 0, "nobody asks while it is disabled");
    assert_eq!(force(2, false).element("HealthCheckVersion").unwrap(), "3");
    at(&server, "6m");
    assert_eq!(dns(&server, "www.shop.example", "A"), before);
}

#[test]
fn what_a_health_check_cannot_become_is_refused() {
    let server = shop();
    let wrong = |id: &str, inner: &str, words: &str| is_refused(&update(&server, id, inner), "InvalidInput", words);
    wrong(STOREFRONT, "<Type>TCP</Type>", "&apos;Type&apos;");
    wrong(STOREFRONT, "<RequestInterval>30</RequestInterval>", "&apos;RequestInterval&apos;");
    wrong(STOREFRONT, "<FailureThreshold>11</FailureThreshold>", "from 1 to 10");
    wrong(STOREFRONT, "<HealthThreshold>1</HealthThreshold>", "cannot be set for a health check of the type HTTPS");
    wrong(STOREFRONT, "<IPAddress>203.0.113.1</IPAddress>", "cannot be added");
    wrong(STOREFRONT, "<Inverted>yes</Inverted>", "not a valid value for &apos;boolean&apos;");
    wrong(STOREFRONT, "<Regions><Region>us-east-1</Region></Regions>", "At least 3");
    wrong(SWITCH, "<Inverted>true</Inverted>", "of the type RECOVERY_CONTROL");
    wrong(
        TRAFFIC,
        &format!("<ChildHealthChecks><ChildHealthCheck>{TRAFFIC}</ChildHealthCheck></ChildHealthChecks>"),
        "calculated",
    );
    assert_eq!(check(&server, STOREFRONT).element("HealthCheckVersion").unwrap(), "1", "a refusal changes nothing");
    let none = update(&server, "00000000-0000-4000-a000-000000000000", "<Inverted>true</Inverted>");
    assert_eq!((none.status, none.element("Code").unwrap().as_str()), (404, "NoSuchHealthCheck"));
    let regions = "<Regions><Region>us-east-1</Region><Region>us-west-1</Region><Region>eu-west-1</Region></Regions>";
    let more = format!("<FailureThreshold>5</FailureThreshold><ResourcePath>/x</ResourcePath>{regions}");
    assert_eq!(update(&server, STOREFRONT, &more).status, 200);
    let told = check(&server, STOREFRONT);
    assert_eq!((told.element("FailureThreshold").unwrap().as_str(), told.count("Region")), ("5", 3));
    at(&server, "1m");
    let status = get(&server, "route53", "us-east-1", &format!("/2013-04-01/healthcheck/{STOREFRONT}/status")).unwrap();
    assert_eq!(status.count("HealthCheckObservation"), 6);
    let reset = "<ResetElements><ResettableElementName>Regions</ResettableElementName><ResettableElementName>ResourcePath</ResettableElementName></ResetElements>";
    assert_eq!(update(&server, STOREFRONT, reset).status, 200);
    let told = check(&server, STOREFRONT);
    assert_eq!(
        (told.element("ResourcePath"), told.count("Region"), told.element("HealthCheckVersion").unwrap().as_str()),
        (None, 0, "3")
    );
    let one = update(&server, TRAFFIC, "<HealthThreshold>0</HealthThreshold>");
    assert_eq!(one.element("HealthThreshold").unwrap(), "0");
}

#[test]
fn the_last_failure_is_told_after_it_is_over() {
    let server =
        simulator(demo::ESTATE, "[[act]]\nat = \"10m\"\nuntil = \"20m\"\nfault.unhealthy = { site = \"us-east-1\" }\n");
    let reason = || {
        let path = format!("/2013-04-01/healthcheck/{STOREFRONT}/lastfailurereason");
        get(&server, "route53", "us-east-1", &path).unwrap()
    };
    assert_eq!(reason().count("HealthCheckObservation"), 0);
    at(&server, "40m");
    let told = reason();
    assert_eq!(told.count("HealthCheckObservation"), 16);
    assert!(told.element("Status").unwrap().starts_with("Failure: "));
    let when = told.element("CheckedTime").unwrap();
    assert!(when.starts_with("2026-11-20T12:19:5"), "{when}");
}

fn cluster(server: &Running, region: &str, operation: &str, body: &Json) -> Reply {
    target(server, "route53-recovery-cluster", region, &format!("ToggleCustomerAPI.{operation}"), body).unwrap()
}

#[test]
fn routing_controls_are_switched_together_and_keep_their_safety_rules() {
    let server = shop();
    let controls = cluster(&server, "us-west-2", "ListRoutingControls", &json!({})).json();
    let arns: Vec<Json> =
        controls["RoutingControls"].as_array().unwrap().iter().map(|each| each["RoutingControlArn"].clone()).collect();
    let state = |arn: &Json| {
        let told = cluster(&server, "eu-west-1", "GetRoutingControlState", &json!({ "RoutingControlArn": arn })).json();
        told["RoutingControlState"].as_str().unwrap().to_owned()
    };
    let switch = |region: &str, states: [&str; 2], more: Json| {
        let entries = json!([
            { "RoutingControlArn": arns[0], "RoutingControlState": states[0] },
            { "RoutingControlArn": arns[1], "RoutingControlState": states[1] },
        ]);
        let mut body = json!({ "UpdateRoutingControlStateEntries": entries });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cluster(&server, region, "UpdateRoutingControlStates", &body)
    };
    let off = |arn: &Json| json!({ "RoutingControlArn": arn, "RoutingControlState": "Off" });
    assert_eq!(cluster(&server, "ap-southeast-2", "UpdateRoutingControlState", &off(&arns[0])).json(), json!({}));
    assert_eq!((state(&arns[0]).as_str(), state(&arns[1]).as_str()), ("Off", "On"));
    let last = cluster(&server, "us-west-2", "UpdateRoutingControlState", &off(&arns[1]));
    assert!(last.json()["__type"].as_str().unwrap().ends_with("#ConflictException"), "{}", last.text());
    let message = last.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("payments-somewhere"), "{message}");
    assert_eq!(state(&arns[1]), "On");
    assert_eq!(switch("us-west-2", ["On", "Off"], json!({})).status, 200, "both at once are never both off");
    assert_eq!((state(&arns[0]).as_str(), state(&arns[1]).as_str()), ("On", "Off"));
    assert_eq!(switch("us-west-2", ["Off", "Off"], json!({})).status, 409);
    assert_eq!(state(&arns[0]), "On", "all or none");
    let rule = message.split_once('(').unwrap().1.split_once(')').unwrap().0.to_owned();
    assert!(rule.contains("/safetyrule/"), "{rule}");
    assert_eq!(switch("us-west-2", ["Off", "Off"], json!({ "SafetyRulesToOverride": [rule] })).status, 200);
    assert_eq!((state(&arns[0]).as_str(), state(&arns[1]).as_str()), ("Off", "Off"));
    let unknown = json!({ "RoutingControlArn": "arn:x", "RoutingControlState": "On" });
    assert_eq!(cluster(&server, "us-west-2", "UpdateRoutingControlState", &unknown).status, 404);
    let odd = json!({ "RoutingControlArn": arns[0], "RoutingControlState": "ON" });
    assert_eq!(cluster(&server, "us-west-2", "UpdateRoutingControlState", &odd).status, 400);
    at(&server, "5m");
    let metric = ("AWS/Route53", "HealthCheckStatus", "HealthCheckId", SWITCH);
    let values: Vec<f64> = series(&server, "us-east-1", metric, 10).into_iter().map(|(_, value)| value).collect();
    assert_eq!((values.first(), values.last()), (Some(&0.0), Some(&1.0)), "{values:?}");
}

#[test]
fn an_answer_that_is_lost_was_applied() {
    let server = shop();
    let lost = json!([{ "fault": { "lost-answer": { "operation": "ChangeResourceRecordSets", "how": "error" } }, "times": 1 }]);
    assert_eq!(control(&server, "/_drdeck/faults", &lost).status, 200);
    let set = plain("erp.shop.example", "A", 60, &["203.0.113.99"]);
    let reply = batch(&server, &[("UPSERT", &set)]);
    assert_eq!((reply.status, reply.element("Code").unwrap().as_str()), (500, "InternalFailure"));
    assert!(listed(&server).contains("203.0.113.99"));
    assert_eq!(batch(&server, &[("UPSERT", &set)]).status, 200, "the next one is answered");
}
