//! Every kind of step about traffic and people: records, health checks, messages, pages, DNS, and programs of one's own.

use drdeck::model::facts::Answer;
use drdeck::model::facts::cloudwatch::{Series, SeriesStatus};
use drdeck::model::facts::look::{DnsAnswer, Response};
use drdeck::model::facts::route53::{Alias, HealthCheck, Record, RecordChange, Routing, Zone};
use drdeck::model::query::{DnsQuestion, DnsServer, Metric, Window};
use drdeck::model::{Place, Query, Span};
use drdeck::runbook::kinds::{Kind, Reversibility};
use drdeck::runbook::{Mode, Outcome, Plane, Work};
use serde_json::json;

use crate::fixture_steps::*;

const ZONE: &str = "Z0273916SHOP4EXMPL7";
const PRIMARY: &str = "check-use1";
const SECONDARY: &str = "check-usw2";

fn has(list: &[String], says: &str) {
    assert!(list.iter().any(|one| one.contains(says)), "{list:?}: {says}");
}

fn everywhere() -> Place {
    Place::home(Place::EVERYWHERE)
}

fn record(name: &str, set: Option<&str>, routing: Routing, values: &[&str]) -> Record {
    Record {
        name: t(name),
        kind: t("A"),
        set: set.map(t),
        routing,
        ttl: Some(60),
        values: values.iter().map(|value| t(value)).collect(),
        dotted: false,
        alias: None,
        health_check: None,
    }
}

fn multivalue(set: &str, value: &str) -> Record {
    let check = Some(t("check-legacy"));
    Record {
        health_check: check,
        ..record("legacy.shop.example", Some(set), Routing::Other(t("multivalue")), &[value])
    }
}

fn zone(status: &str) -> Answer {
    Answer::HostedZones(vec![Zone {
        id: t(ZONE),
        name: t("shop.example"),
        private: false,
        accelerated_recovery: Some(t(status)),
    }])
}

fn in_zone(records: Vec<Record>) -> Scene {
    Scene::new()
        .put(Query::HostedZones(east()), zone("ENABLED"))
        .put(Query::Records(east(), ZONE.to_owned()), Answer::Records(records))
}

fn legacy() -> Vec<Record> {
    vec![multivalue("legacy-web-1", "198.51.100.11"), multivalue("legacy-web-2", "198.51.100.12")]
}

fn edit(set: &str, from: &str, to: &str) -> String {
    format!("[[step.record]]\nname = \"legacy.shop.example\"\nset = \"{set}\"\nfrom = [\"{from}\"]\nto = [\"{to}\"]\n")
}

fn change(edits: &[String]) -> Kind {
    kind(&format!("kind = \"route53-change-records\"\nzone = \"{ZONE}\"\n{}", edits.concat()))
}

fn both() -> Kind {
    change(&[
        edit("legacy-web-1", "198.51.100.11", "198.51.100.111"),
        edit("legacy-web-2", "198.51.100.12", "198.51.100.112"),
    ])
}

fn answered() -> Option<Outcome> {
    Some(Outcome::Applied { answer: json!({ "Id": "C123", "Status": "PENDING" }) })
}

#[test]
fn several_records_change_in_one_request_from_exactly_what_they_are() {
    let kind = both();
    let scene = in_zone(legacy());
    let facts = kind.step().facts();
    assert_eq!((facts.plane, facts.regions[0].as_str()), (Some(Plane::GlobalControl), "us-east-1"));
    assert_eq!(blockers(&kind, &scene), Vec::<String>::new());
    let card = kind.step().describe(&scene.world()).to_string();
    let first = "legacy.shop.example A (legacy-web-1): 198.51.100.11, TTL 60 s (kept for up to 60 s) -> 198.51.100.111";
    assert!(card.contains(first), "{card}");
    let (region, operation, sent) = request(&kind, &scene);
    assert_eq!((region.as_str(), operation.as_str()), ("us-east-1", "ChangeResourceRecordSets"));
    let set = |id: &str, value: &str| {
        json!({
            "Name": "legacy.shop.example", "Type": "A", "SetIdentifier": id, "MultiValueAnswer": true, "TTL": 60,
            "ResourceRecords": [{ "Value": value }], "HealthCheckId": "check-legacy",
        })
    };
    let change = |action: &str, id: &str, value: &str| json!({ "Action": action, "ResourceRecordSet": set(id, value) });
    let changes = json!([
        change("DELETE", "legacy-web-1", "198.51.100.11"),
        change("DELETE", "legacy-web-2", "198.51.100.12"),
        change("CREATE", "legacy-web-1", "198.51.100.111"),
        change("CREATE", "legacy-web-2", "198.51.100.112"),
    ]);
    let comment = format!("drdeck {}", intent());
    assert_eq!(sent, json!({ "HostedZoneId": ZONE, "ChangeBatch": { "Comment": comment, "Changes": changes } }));
    assert!(matches!(kind.step().work(&scene.mode(Mode::Drill).world()), Work::NotInThisMode(_)));
}

#[test]
fn a_record_that_somebody_else_changed_is_not_touched() {
    let kind = both();
    let of = |first: Record| in_zone(vec![first, multivalue("legacy-web-2", "198.51.100.12")]);
    let other = of(multivalue("legacy-web-1", "192.0.2.1"));
    has(
        &blockers(&kind, &other),
        "is 192.0.2.1, TTL 60 s, neither what the runbook expects nor what it wants: somebody else changed it",
    );
    has(&blockers(&kind, &in_zone(vec![])), "there is no legacy.shop.example A (legacy-web-1) in the zone");
    let odd = Record { routing: Routing::Other(t("geolocation")), ..multivalue("legacy-web-1", "198.51.100.11") };
    has(&blockers(&kind, &of(odd)), "a rule that drdeck does not write; do it by hand");
    let locked = in_zone(legacy()).put(Query::HostedZones(east()), zone("ENABLING_HOSTED_ZONE_LOCKED"));
    has(&blockers(&kind, &locked), "shop.example is ENABLING_HOSTED_ZONE_LOCKED: it takes no changes");
    let nowhere = in_zone(legacy()).put(Query::HostedZones(east()), Answer::HostedZones(vec![]));
    has(&blockers(&kind, &nowhere), "there is no hosted zone");
    has(&blockers(&kind, &Scene::new().silent(Query::Records(east(), ZONE.to_owned()))), "did not answer within 5 s");
    // What is as wanted already is left alone.
    let half = of(multivalue("legacy-web-1", "198.51.100.111"));
    assert_eq!(blockers(&kind, &half), Vec::<String>::new());
    assert_eq!(request(&kind, &half).2["ChangeBatch"]["Changes"].as_array().unwrap().len(), 2);
}

#[test]
fn weights_aliases_and_ttls_change_and_all_else_stays() {
    let weighted = |set: &str, weight: u64| {
        record("sessions.shop.example", Some(set), Routing::Weighted(weight), &["198.51.100.31"])
    };
    let scene = in_zone(vec![weighted("us-east-1", 50), weighted("us-west-2", 50)]);
    let off = change(&["[[step.record]]\nname = \"sessions.shop.example.\"\nset = \"us-east-1\"\nfrom_weight = 50\nto_weight = 0\nfrom_ttl = 60\nto_ttl = 10\n".to_owned()]);
    let changes = request(&off, &scene).2["ChangeBatch"]["Changes"].clone();
    assert_eq!(
        (&changes[0]["ResourceRecordSet"]["Weight"], &changes[1]["ResourceRecordSet"]["Weight"]),
        (&json!(50), &json!(0))
    );
    assert_eq!(changes[1]["ResourceRecordSet"]["TTL"], json!(10));
    assert_eq!(changes[1]["ResourceRecordSet"]["ResourceRecords"], json!([{ "Value": "198.51.100.31" }]));
    assert_eq!(off.step().ttl(), Some(Span::from_secs(60)));
    let alias = Alias { zone: t("ZEAST"), target: t("use1.orders.shop.example"), evaluates_health: true };
    let name = Record { ttl: None, alias: Some(alias), ..record("orders.shop.example", None, Routing::Simple, &[]) };
    let move_it = change(&["[[step.record]]\nname = \"orders.shop.example\"\nfrom_alias = \"use1.orders.shop.example\"\nto_alias = \"usw2.orders.shop.example\"\nfrom_alias_zone = \"ZEAST\"\nto_alias_zone = \"ZWEST\"\n".to_owned()]);
    let changes = request(&move_it, &in_zone(vec![name])).2["ChangeBatch"]["Changes"].clone();
    let target =
        json!({ "HostedZoneId": "ZWEST", "DNSName": "usw2.orders.shop.example", "EvaluateTargetHealth": true });
    assert_eq!(
        changes[1]["ResourceRecordSet"],
        json!({ "Name": "orders.shop.example", "Type": "A", "AliasTarget": target })
    );
    // The name of a CNAME is deleted as it is kept, with its dot or without.
    let cname = Record {
        kind: t("CNAME"),
        dotted: true,
        ..record("img.shop.example", None, Routing::Simple, &["use1.img.shop.example"])
    };
    let img = change(&["[[step.record]]\nname = \"img.shop.example\"\ntype = \"CNAME\"\nfrom = [\"use1.img.shop.example\"]\nto = [\"usw2.img.shop.example\"]\n".to_owned()]);
    let changes = request(&img, &in_zone(vec![cname])).2["ChangeBatch"]["Changes"].clone();
    assert_eq!(changes[0]["ResourceRecordSet"]["ResourceRecords"][0]["Value"], json!("use1.img.shop.example."));
    assert_eq!(changes[1]["ResourceRecordSet"]["ResourceRecords"][0]["Value"], json!("usw2.img.shop.example."));
}

#[test]
fn what_is_wrong_with_the_records_of_a_runbook_is_said() {
    let start = format!("kind = \"route53-change-records\"\nzone = \"{ZONE}\"\n");
    for (record, says) in [
        ("name = \"a.example\"\nto = [\"192.0.2.1\"]\n", "needs `from`, what `to` replaces"),
        ("name = \"a.example\"\nfrom = [\"192.0.2.1\"]\n", "needs `to`, what replaces `from`"),
        ("name = \"a.example\"\n", "what is to change?"),
        ("name = \"a.example\"\nfrom = [\"192.0.2.1\"]\nto = [\"192.0.2.1\"]\n", "from and to are the same"),
        ("name = \"a.example\"\nfrom = []\nto = [\"192.0.2.1\"]\n", "`from` is empty"),
        ("name = \"a.example\"\nform = [\"192.0.2.1\"]\nto = [\"192.0.2.1\"]\n", "did you mean \"from\""),
    ] {
        let said = problems(&format!("{start}[[step.record]]\n{record}"));
        assert!(said.contains(says), "{said}: {says}");
    }
    let twice = edit("legacy-web-1", "198.51.100.11", "198.51.100.111").repeat(2);
    assert!(problems(&format!("{start}{twice}")).contains("stands here twice"));
}

#[test]
fn records_are_changed_when_every_name_server_has_the_change() {
    let kind = both();
    let new = || vec![multivalue("legacy-web-1", "198.51.100.111"), multivalue("legacy-web-2", "198.51.100.112")];
    let told = |status: &str| Answer::RecordChange(RecordChange { status: t(status), submitted: Some(ago(30)) });
    let query = Query::RecordChange(east(), "C123".to_owned());
    assert_eq!(progress(&kind, &in_zone(legacy())).0, "not begun");
    let sent = |records: Vec<Record>, status: &str| {
        in_zone(records).sent(None, 30, answered()).put(query.clone(), told(status))
    };
    assert_eq!(
        progress(&kind, &sent(new(), "PENDING")),
        ("running", "the record sets are as wanted; C123 is PENDING".into())
    );
    assert_eq!(
        progress(&kind, &sent(new(), "INSYNC")),
        ("done", "the record sets are as wanted; C123 is INSYNC".into())
    );
    assert_eq!(progress(&kind, &sent(legacy(), "PENDING")).0, "running");
    let (word, said) = progress(&kind, &sent(legacy(), "INSYNC"));
    assert!(word == "failed" && said.contains("somebody else changed it again"), "{said}");
    assert_eq!(progress(&kind, &sent(new(), "PENDING").silent(query.clone())).0, "unknown");
    assert!(reads(kind.step(), &sent(new(), "PENDING")).contains(&("GetChange".to_owned(), "us-east-1".to_owned())));
    // The id was lost with the answer.
    let lost = |seconds| in_zone(new()).sent(None, seconds, Some(Outcome::InDoubt { error: t("reset") }));
    assert_eq!(progress(&kind, &lost(30)).0, "running");
    assert_eq!(progress(&kind, &lost(120)).0, "done");
    assert!(matches!(kind.step().work(&in_zone(new()).world()), Work::Already(_)));
    let call = call(&kind, &in_zone(legacy()));
    assert_eq!(found(&kind, &in_zone(new()), Some(call.clone())).0, "applied");
    assert_eq!(found(&kind, &in_zone(legacy()), Some(call.clone())).0, "not applied");
    let mixed = vec![multivalue("legacy-web-1", "198.51.100.111"), multivalue("legacy-web-2", "192.0.2.9")];
    assert_eq!(found(&kind, &in_zone(mixed), Some(call.clone())).0, "cannot tell");
    assert_eq!(found(&kind, &Scene::new(), Some(call)).0, "unread");
}

// Health checks.

fn check(id: &str, kind: &str, inverted: bool, disabled: bool, version: u64) -> HealthCheck {
    HealthCheck {
        id: t(id),
        kind: t(kind),
        target: Some(t("www.shop.example/health")),
        inverted,
        disabled,
        insufficient_data: None,
        version,
        children: Vec::new(),
        threshold: None,
        routing_control: None,
        interval_seconds: Some(30),
        failure_threshold: Some(3),
    }
}

fn status_query(id: &str) -> Query {
    let metric = Metric {
        namespace: "AWS/Route53".to_owned(),
        name: "HealthCheckStatus".to_owned(),
        dimensions: vec![("HealthCheckId".to_owned(), id.to_owned())],
        statistic: "Minimum".to_owned(),
        window: Window::Long,
    };
    Query::Series(east(), metric.into())
}

fn www(primary: HealthCheck, secondary: Option<&str>, status: f64) -> Scene {
    let set = |set: &str, routing, check: Option<&str>| Record {
        health_check: check.map(t),
        ..record("www.shop.example", Some(set), routing, &["192.0.2.1"])
    };
    let checks = vec![primary, check(SECONDARY, "HTTPS", false, false, 1)];
    let points = Series { status: SeriesStatus::Complete, points: vec![(ago(60), status)] };
    in_zone(vec![set("use1", Routing::Primary, Some(PRIMARY)), set("usw2", Routing::Secondary, secondary)])
        .put(Query::HealthChecks(east()), Answer::HealthChecks(checks))
        .put(status_query(SECONDARY), Answer::Series(points))
}

fn force(more: &str) -> Kind {
    kind(&format!(
        "kind = \"route53-force-unhealthy\"\ncheck = \"{PRIMARY}\"\nzone = \"{ZONE}\"\nrecord = \"www.shop.example\"\n{more}"
    ))
}

#[test]
fn a_health_check_is_forced_by_both_switches_at_once_and_only_where_the_secondary_is_healthy() {
    let kind = force("");
    let healthy = || www(check(PRIMARY, "HTTPS", false, false, 4), Some(SECONDARY), 1.0);
    assert_eq!(blockers(&kind, &healthy()), Vec::<String>::new());
    let sent = json!({ "HealthCheckId": PRIMARY, "HealthCheckVersion": 4, "Inverted": true, "Disabled": true });
    assert_eq!(request(&kind, &healthy()), ("us-east-1".into(), "UpdateHealthCheck".into(), sent));
    assert!(kind.step().describe(&healthy().world()).as_str().contains("version 4: Inverted false, Disabled false"));
    let of = |secondary: Option<&str>, status: f64| www(check(PRIMARY, "HTTPS", false, false, 4), secondary, status);
    assert_eq!(blockers(&kind, &of(None, 0.0)), Vec::<String>::new(), "one without a check is always answered");
    has(&blockers(&kind, &of(Some(SECONDARY), 0.0)), "usw2 is unhealthy by check-usw2; bring it up first");
    let untold = of(Some(SECONDARY), 1.0).silent(status_query(SECONDARY));
    has(&blockers(&kind, &untold), "it cannot be told whether usw2 is healthy");
    let alone = healthy().put(
        Query::Records(east(), ZONE.to_owned()),
        Answer::Records(vec![Record {
            health_check: Some(t(PRIMARY)),
            ..record("www.shop.example", Some("use1"), Routing::Primary, &["192.0.2.1"])
        }]),
    );
    has(&blockers(&kind, &alone), "there is none: it would go on being answered");
    let stranger = healthy().put(Query::Records(east(), ZONE.to_owned()), Answer::Records(vec![]));
    has(&blockers(&kind, &stranger), "no record set of www.shop.example has this health check");
    let switch = www(check(PRIMARY, "RECOVERY_CONTROL", false, false, 4), Some(SECONDARY), 1.0);
    has(&blockers(&kind, &switch), "follows an ARC routing control");
    has(&blockers(&kind, &Scene::new()), "ListHealthChecks us-east-1 was not read yet");
    assert!(matches!(kind.step().work(&healthy().mode(Mode::Drill).world()), Work::NotInThisMode(_)));
    assert_eq!(progress(&kind, &healthy()).0, "not begun");
    let forced = www(check(PRIMARY, "HTTPS", true, true, 5), Some(SECONDARY), 1.0);
    assert_eq!(progress(&kind, &forced), ("done", "version 5: Inverted true, Disabled true".into()));
    assert!(matches!(kind.step().work(&forced.world()), Work::Already(_)));
    let call = call(&kind, &healthy());
    assert_eq!(found(&kind, &healthy(), Some(call.clone())).0, "not applied");
    assert_eq!(found(&kind, &forced, Some(call.clone())).0, "applied");
    let else_where = www(check(PRIMARY, "HTTPS", false, true, 6), Some(SECONDARY), 1.0);
    assert_eq!(found(&kind, &else_where, Some(call)).0, "cannot tell");
    // And back.
    let back = force("restore = true\n");
    let sent = json!({ "HealthCheckId": PRIMARY, "HealthCheckVersion": 5, "Inverted": false, "Disabled": false });
    assert_eq!(request(&back, &forced).2, sent);
    has(&warnings(&back, &forced), "a disabled check does not look");
    assert_eq!(progress(&back, &healthy()).0, "done");
}

// Messages.

const TELL: &str = "kind = \"sns-publish\"\ntopic = \"arn:aws:sns:us-west-2:111122223333:incidents\"\n";

#[test]
fn a_message_carries_the_facts_of_the_run_and_is_never_sent_twice() {
    let kind = kind(&format!(
        "{TELL}subject = \"{{system}}: failover ({{incident}})\"\nmessage = [\"{{runbook}} by {{operator}} in {{account}}, run {{run}}\", \"since {{began}} ({{rto}}): {{done}}; back {{repair}}\"]\n"
    ));
    let mut scene = Scene::new().began(2_000);
    scene.run.incident = Some(t("INC-7"));
    scene.run.done = vec![("promote".to_owned(), ago(60), t("available"))];
    let (region, operation, sent) = request(&kind, &scene);
    assert_eq!((region.as_str(), operation.as_str()), ("us-west-2", "Publish"));
    let run = run_id();
    let message = format!(
        "orders-failover by kim in 111122223333, run {run}\nsince 2026-11-20 13:36:40Z (more than 30 min): promote: available; back not known"
    );
    let topic = "arn:aws:sns:us-west-2:111122223333:incidents";
    assert_eq!(sent, json!({ "TopicArn": topic, "Subject": "orders: failover (INC-7)", "Message": message }));
    assert_eq!(kind.step().facts().plane, Some(Plane::Data));
    let drill = request(&kind, &scene.clone().mode(Mode::Drill)).2;
    assert_eq!(drill["Subject"], json!("[DRILL] orders: failover (INC-7)"));
    assert!(drill["Message"].as_str().unwrap().starts_with("This is a drill."));
    assert_eq!(progress(&kind, &scene).0, "not begun");
    let taken = Some(Outcome::Applied { answer: json!({ "MessageId": "m-1" }) });
    assert_eq!(progress(&kind, &scene.clone().sent(None, 5, taken)), ("done", "SNS has taken it, message m-1".into()));
    assert_eq!(progress(&kind, &scene.clone().sent(None, 5, None)).0, "unknown");
    let call = call(&kind, &scene);
    assert_eq!(found(&kind, &scene, Some(call)).0, "cannot tell");
    scene.run.done = vec![("long".to_owned(), ago(60), t(&"x".repeat(1_900))); 200];
    has(&blockers(&kind, &scene), "are the most; leave {done} out of it");
    for (keys, says) in [
        ("subject = \"{sytem}\"\nmessage = [\"x\"]\n", "names {sytem}, which is no fact of a run"),
        ("subject = \"x\"\nmessage = [\"a {\"]\n", "`message` has a { that is not closed"),
        ("subject = \"x\"\nmessage = []\n", "`message` is empty"),
    ] {
        let said = problems(&format!("{TELL}{keys}"));
        assert!(said.contains(says), "{said}: {says}");
    }
}

// Pages, DNS, programs.

#[test]
fn a_page_has_to_answer_well_several_times_in_a_row() {
    let url = "https://www.shop.example/health";
    let kind_of = |more: &str| kind(&format!("kind = \"http-check\"\nurl = \"{url}\"\n{more}"));
    let page = kind_of("");
    assert_eq!(page.step().facts().reversibility, Reversibility::Harmless);
    assert_eq!(page.step().work(&Scene::new().world()), Work::Watch);
    let query = Query::Probes(everywhere(), url.to_owned(), 3);
    assert_eq!(page.step().reads(&Scene::new().world()), std::slice::from_ref(&query));
    let answers = |statuses: &[Option<u16>]| {
        let one = |status: &Option<u16>| Response {
            status: *status,
            error: status.is_none().then(|| t("connection refused")),
            took: Span::from_millis(40),
        };
        Scene::new().put(query.clone(), Answer::Probes(statuses.iter().map(one).collect()))
    };
    assert_eq!(
        progress(&page, &answers(&[Some(200); 3])),
        ("done", "3 of 3 answered well; the last: 200 in 40 ms".into())
    );
    assert_eq!(
        progress(&page, &answers(&[Some(200), Some(503), None])).1,
        "1 of 3 answered well; the last: connection refused"
    );
    assert_eq!(progress(&page, &Scene::new().silent(query.clone())).0, "unknown");
    let exact = kind_of("status = 204\n");
    assert_eq!(progress(&exact, &answers(&[Some(200); 3])).0, "running");
    assert!(problems("kind = \"http-check\"\nurl = \"ftp://x\"\n").contains("does not start with http"));
    assert!(problems(&format!("kind = \"http-check\"\nurl = \"{url}\"\nstatus = 42\n")).contains("is no HTTP status"));
    assert!(problems(&format!("kind = \"http-check\"\nurl = \"{url}\"\ntimes = 99\n")).contains("is more than 20"));
}

#[test]
fn a_name_has_to_lead_there_at_the_zone_and_at_the_resolvers() {
    let keys = "kind = \"dns-check\"\nname = \"Orders.shop.example.\"\nexpect = [\"203.0.113.20\", \"203.0.113.21\"]\nold_ttl = \"60s\"\n";
    let dns = kind(keys);
    let query = |server| {
        let question = DnsQuestion { name: "orders.shop.example".to_owned(), kind: "A".to_owned(), server };
        Query::DnsAnswer(everywhere(), question)
    };
    let says = |values: &[&str], ttl| {
        let values = values.iter().map(|value| t(value)).collect();
        Answer::DnsAnswer(DnsAnswer { server: t("192.0.2.53:53"), code: t("NOERROR"), values, ttl: Some(ttl) })
    };
    let scene = |zone: &[&str], resolver: &[&str]| {
        Scene::new()
            .put(query(DnsServer::Authoritative), says(zone, 60))
            .put(query(DnsServer::Resolver), says(resolver, 41))
    };
    let (new, old) = (["203.0.113.20"], ["198.51.100.20"]);
    assert_eq!(progress(&dns, &scene(&old, &old)), ("running", "the zone's servers answer 198.51.100.20".into()));
    assert_eq!(
        progress(&dns, &scene(&new, &old)),
        ("running", "the resolvers answer 198.51.100.20, and keep that for 41 s more".into())
    );
    let (word, said) = progress(&dns, &scene(&new, &new));
    assert_eq!(
        (word, said.as_str()),
        ("done", "203.0.113.20 is answered; resolvers elsewhere may keep what was before for 1 min")
    );
    assert_eq!(progress(&dns, &scene(&["203.0.113.20", "198.51.100.20"], &new)).0, "running", "both is not it");
    assert_eq!(progress(&dns, &scene(&[], &new)).0, "running");
    assert_eq!(progress(&dns, &Scene::new()).0, "unknown");
    assert_eq!(dns.step().ttl(), Some(Span::from_mins(1)));
    let private = kind(&format!("{keys}private = true\n"));
    assert_eq!(progress(&private, &scene(&old, &new)).0, "done");
    assert!(matches!(dns.step().work(&Scene::new().mode(Mode::Drill).world()), Work::NotInThisMode(_)));
}

#[test]
fn a_program_gets_the_facts_of_the_run_as_whole_arguments() {
    let keys = "kind = \"command\"\nargv = [\"/opt/dr/mount\", \"--system\", \"{system}\", \"--of={system}\"]\ncheck = [\"/opt/dr/mount\", \"--check\"]\nenv = [\"KUBECONFIG\"]\n";
    let program = kind(keys);
    let scene = Scene::new();
    let Work::Command(command) = program.step().work(&scene.world()) else { panic!("a command") };
    assert_eq!(command.argv, ["/opt/dr/mount", "--system", "orders", "--of={system}"]);
    assert_eq!((command.check.len(), command.env.len(), command.timeout), (2, 1, Span::from_mins(5)));
    assert!(matches!(program.step().work(&scene.clone().mode(Mode::Drill).world()), Work::NotInThisMode(_)));
    let tried = kind(&format!("{keys}in_drills = true\nleaves = \"one-way\"\n"));
    assert!(matches!(tried.step().work(&scene.clone().mode(Mode::Drill).world()), Work::Command(_)));
    assert_eq!(tried.step().facts().reversibility, Reversibility::OneWay);
    assert_eq!(progress(&program, &scene).0, "not begun");
    assert_eq!(progress(&program, &scene.clone().sent(None, 5, applied())).0, "running");
    assert_eq!(progress(&program, &scene.clone().sent(None, 5, None)).0, "unknown");
    assert_eq!(found(&program, &scene, None).0, "cannot tell");
    for (keys, says) in [
        ("argv = []\ncheck = [\"x\"]\n", "`argv` is empty; name a program"),
        ("argv = [\"x\"]\n", "has no `check`"),
        ("argv = [\"{system}\"]\ncheck = [\"x\"]\n", "begins with a field"),
        ("argv = [\"x\", \"{sytem}\"]\ncheck = [\"x\"]\n", "names {sytem}, which is no fact of a run"),
        ("argv = [\"x\"]\ncheck = [\"x\"]\nenv = [\"A=b\"]\n", "write names, not values"),
    ] {
        let said = problems(&format!("kind = \"command\"\n{keys}"));
        assert!(said.contains(says), "{said}: {says}");
    }
}
