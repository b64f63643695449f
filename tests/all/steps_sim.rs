//! Steps of recovery and traffic against the simulator, from the card to the end: what is read, the requests exactly as the card shows them, and a
//! verification that holds at last. legacy-web goes to us-west-2 and home again.

use std::sync::Arc;
use std::time::Duration;

use drdeck::aws::Session;
use drdeck::config;
use drdeck::demo;
use drdeck::look::Contact;
use drdeck::model::{Failure, Moment, Query, Reading, Snapshot, Span};
use drdeck::runbook::kinds::Kind;
use drdeck::runbook::{Attempt, IntentId, Mode, Outcome, Progress, Work};
use drdeck::sim::Running;
use serde_json::Value as Json;

use crate::aws_stub::session_at;
use crate::fixture_steps::{Scene, blockers, kind, run_id};
use crate::sim_kit;

const ZONE: &str = "Z0273916SHOP4EXMPL7";

/// The shop, somebody who looks at it, and its clock.
struct Shop {
    server: Running,
    contact: Contact,
    minutes: i64,
    intents: u32,
    mode: Mode,
}

/// Parameters as REST and XML carry them, and under their names there: every value a text, the zone as `Id`.
fn on_the_wire(value: &Json) -> Json {
    match value {
        Json::Bool(yes) => Json::String(yes.to_string()),
        Json::Number(number) => Json::String(number.to_string()),
        Json::Array(list) => list.iter().map(on_the_wire).collect(),
        Json::Object(members) => {
            let name = |name: &String| {
                if name == "HostedZoneId" && members.contains_key("ChangeBatch") {
                    "Id".to_owned()
                } else {
                    name.clone()
                }
            };
            members.iter().map(|(key, value)| (name(key), on_the_wire(value))).collect()
        }
        Json::Null | Json::String(_) => value.clone(),
    }
}

impl Shop {
    async fn new(acts: &str) -> Self {
        let server = sim_kit::simulator(demo::ESTATE, acts);
        let session: Session = session_at(&server.url(), Duration::from_secs(20)).await;
        let contact = Contact::new(session, &config::Dns::default());
        Self { server, contact, minutes: 0, intents: 0, mode: Mode::Live }
    }

    fn now(&self) -> Moment {
        let start: Moment = sim_kit::START.parse().unwrap();
        start + Span::from_mins(self.minutes)
    }

    fn wait(&mut self, minutes: i64) {
        self.minutes += minutes;
        sim_kit::at(&self.server, &format!("{}m", self.minutes));
    }

    /// What a step sees now: everything it names, until it names nothing new.
    async fn look(&self, kind: &Kind, attempts: &[Attempt]) -> Scene {
        let mut scene =
            Scene { snapshot: Snapshot::default(), attempts: attempts.to_vec(), ..Scene::new() }.mode(self.mode);
        loop {
            let wanted: Vec<Query> = kind.step().reads(&self.world(&scene));
            let new: Vec<Query> =
                wanted.into_iter().filter(|query| !scene.snapshot.readings.contains_key(query)).collect();
            if new.is_empty() {
                return scene;
            }
            for query in new {
                let now = self.now();
                let reading = match self.contact.read(&query, now).await.result {
                    Ok(answer) => Reading::fresh(Arc::new(answer), now, Span::from_mins(1)),
                    Err(unread) => {
                        Reading::failed(Failure { since: now, at: now, kind: unread.kind, error: unread.error })
                    }
                };
                scene.snapshot.readings.insert(query.into(), reading);
            }
        }
    }

    fn world<'a>(&self, scene: &'a Scene) -> drdeck::runbook::World<'a> {
        drdeck::runbook::World { now: self.now(), ..scene.world() }
    }

    /// Reads, plans, sends what the card shows, and waits until the step says that it is done.
    async fn carry_out(&mut self, kind: &Kind) -> String {
        let scene = self.look(kind, &[]).await;
        let checks = kind.step().check(&self.world(&scene));
        let blocked: Vec<_> = checks.iter().filter(|check| check.is_blocker()).collect();
        assert!(blocked.is_empty(), "{}: {blocked:?}", kind.word());
        let mut attempts = Vec::new();
        match kind.step().work(&self.world(&scene)) {
            Work::Calls(calls) => {
                for call in calls {
                    self.intents += 1;
                    let intent = IntentId { run: run_id(), number: self.intents };
                    let outcome = self.contact.session.change(&call, intent, Duration::from_secs(10)).await;
                    assert!(matches!(outcome, Outcome::Applied { .. }), "{}: {outcome:?}", call.operation());
                    let log = sim_kit::ask(&self.server, "/_drdeck/calls");
                    let of = |entry: &&Json| entry["operation"] == call.operation();
                    let arrived = log.as_array().unwrap().iter().rfind(of).unwrap().clone();
                    let sent = call.parameters(intent);
                    let is_json = call.service() == "drs";
                    assert_eq!(
                        arrived["parameters"],
                        if is_json { sent } else { on_the_wire(&sent) },
                        "{}",
                        call.operation()
                    );
                    // Route 53 is asked in no Region.
                    let region = if call.service() == "route53" { "aws-global" } else { call.region().as_str() };
                    assert_eq!(arrived["region"], region);
                    attempts.push(Attempt { intent, call: Some(call), at: self.now(), outcome: Some(outcome) });
                }
                // Whoever lost the answers finds out by reading.
                self.wait(1);
                for attempt in &attempts {
                    let scene = self.look(kind, &attempts).await;
                    let lost = Attempt { outcome: None, ..attempt.clone() };
                    let found = kind.step().reconcile(&self.world(&scene), &lost);
                    let tells = kind.word() != "sns-publish";
                    assert_eq!(
                        matches!(found, drdeck::runbook::Found::Applied(_)),
                        tells,
                        "{}: {found:?}",
                        kind.word()
                    );
                }
            }
            Work::Watch => {}
            other => panic!("{}: {other:?}", kind.word()),
        }
        let mut last = None;
        for _ in 0..120 {
            let scene = self.look(kind, &attempts).await;
            match kind.step().verify(&self.world(&scene)) {
                Progress::Done(evidence) => {
                    let again = kind.step().work(&self.world(&scene));
                    let sends = matches!(again, Work::Calls(_)) && kind.word() != "sns-publish";
                    assert!(!sends, "{}: there is nothing left to do, but {again:?}", kind.word());
                    return evidence.to_string();
                }
                Progress::Failed { why, .. } => panic!("{}: {why}", kind.word()),
                other => last = Some(other),
            }
            self.wait(1);
        }
        panic!("{}: not done after two hours: {last:?}", kind.word());
    }
}

fn drs(word: &str, region: &str, more: &str) -> Kind {
    kind(&format!("kind = \"{word}\"\nregion = \"{region}\"\ntags = {{ App = \"legacy-web\" }}\n{more}"))
}

#[tokio::test]
async fn servers_of_a_region_go_to_the_other_one_and_home_again() {
    let mut shop = Shop::new("").await;
    let from_west = "reversed_from = \"us-west-2\"\n";
    let said = shop.carry_out(&drs("drs-start-recovery", "us-west-2", "")).await;
    assert!(said.contains("3 of 3 servers launched"), "{said}");
    let said = shop.carry_out(&drs("drs-reverse-replication", "us-west-2", "")).await;
    assert!(said.contains("3 of 3 servers level"), "{said}");
    shop.wait(30);
    let end = drs("drs-terminate-recovery-instances", "us-west-2", "");
    let scene = shop.look(&end, &[]).await;
    let checks = end.step().check(&shop.world(&scene));
    assert!(checks.iter().any(drdeck::runbook::Check::is_blocker), "they serve: {checks:?}");
    let said =
        shop.carry_out(&drs("drs-start-recovery", "us-east-1", &format!("{from_west}point = \"latest\"\n"))).await;
    assert!(said.contains("3 of 3 servers launched"), "{said}");
    let said = shop.carry_out(&drs("drs-reverse-replication", "us-east-1", from_west)).await;
    assert!(said.contains("3 of 3 servers level"), "{said}");
    let said = shop.carry_out(&drs("drs-stop-replication", "us-east-1", from_west)).await;
    assert!(said.contains("3 of 3 servers STOPPED"), "{said}");
    let said = shop.carry_out(&end).await;
    assert!(said.contains("all of them are terminated"), "{said}");
}

#[tokio::test]
async fn a_drill_launches_tries_and_ends_its_own_machines_and_moves_nothing() {
    let mut shop = Shop { mode: Mode::Drill, ..Shop::new("").await };
    let said = shop.carry_out(&drs("drs-start-recovery", "us-west-2", "")).await;
    assert!(said.contains("3 of 3 servers launched"), "{said}");
    let log = sim_kit::ask(&shop.server, "/_drdeck/calls");
    let started = log.as_array().unwrap().iter().find(|entry| entry["operation"] == "StartRecovery").unwrap().clone();
    assert_eq!(started["parameters"]["isDrill"], Json::Bool(true));
    let said = shop.carry_out(&drs("drs-terminate-recovery-instances", "us-west-2", "")).await;
    assert!(said.contains("all of them are terminated"), "{said}");
}

#[tokio::test]
async fn a_server_that_does_not_come_up_is_named_and_only_it_is_launched_again() {
    let server = "s-3a1f60c27b94d8e05";
    let act = format!("[[act]]\nuntil = \"40m\"\nfault.launch = {{ server = \"{server}\", how = \"no-capacity\" }}\n");
    let mut shop = Shop::new(&act).await;
    let start = drs("drs-start-recovery", "us-west-2", "");
    let scene = shop.look(&start, &[]).await;
    let Work::Calls(calls) = start.step().work(&shop.world(&scene)) else { panic!("requests") };
    let intent = IntentId { run: run_id(), number: 1 };
    let outcome = shop.contact.session.change(&calls[0], intent, Duration::from_secs(10)).await;
    let attempts = [Attempt { intent, call: Some(calls[0].clone()), at: shop.now(), outcome: Some(outcome) }];
    shop.wait(25);
    let scene = shop.look(&start, &attempts).await;
    let Progress::Failed { why, way_on } = start.step().verify(&shop.world(&scene)) else { panic!("a failure") };
    assert!(why.as_str().contains("2 of 3 servers launched, although the job is COMPLETED"), "{why}");
    assert!(why.as_str().contains(&format!("legacy-web-1 ({server}): LAUNCH_FAILED")), "{why}");
    assert!(way_on.as_str().starts_with("capacity is missing"), "{way_on}");
    let blocked = start.step().check(&shop.world(&scene)).into_iter().find(drdeck::runbook::Check::is_blocker);
    assert_eq!(blocked, None, "the others run, and are left alone");
    let Work::Calls(again) = start.step().work(&shop.world(&scene)) else { panic!("requests") };
    let sent = again[0].parameters(intent);
    let ids: Vec<&str> =
        sent["sourceServers"].as_array().unwrap().iter().map(|one| one["sourceServerID"].as_str().unwrap()).collect();
    assert_eq!(ids, [server]);
}

#[tokio::test]
async fn data_that_are_older_than_was_asked_for_stop_the_step() {
    let mut shop = Shop::new("[[act]]\nfault.launch = { how = \"previous-snapshot\" }\n").await;
    let start = drs("drs-start-recovery", "us-west-2", "point = \"latest\"\n");
    let scene = shop.look(&start, &[]).await;
    let Work::Calls(calls) = start.step().work(&shop.world(&scene)) else { panic!("requests") };
    let intent = IntentId { run: run_id(), number: 1 };
    let outcome = shop.contact.session.change(&calls[0], intent, Duration::from_secs(10)).await;
    let attempts = [Attempt { intent, call: Some(calls[0].clone()), at: shop.now(), outcome: Some(outcome) }];
    shop.wait(25);
    let scene = shop.look(&start, &attempts).await;
    let Progress::Failed { why, way_on } = start.step().verify(&shop.world(&scene)) else { panic!("a failure") };
    assert!(why.as_str().starts_with("3 of 3 servers launched, and DRS used a previous snapshot: "), "{why}");
    assert!(why.as_str().contains("legacy-files (s-3a1f60c27b94d8e07) holds data of "), "{why}");
    assert!(way_on.as_str().contains("skip this step with that reason"), "{way_on}");
}

#[tokio::test]
async fn a_page_is_asked_from_here_and_a_message_reaches_its_topic() {
    let mut shop = Shop::new("").await;
    let page = format!("kind = \"http-check\"\nurl = \"{}/_site/us-east-1/storefront/health\"\n", shop.server.url());
    let said = shop.carry_out(&kind(&page)).await;
    assert!(said.starts_with("3 of 3 answered well"), "{said}");
    let tell = "kind = \"sns-publish\"\ntopic = \"arn:aws:sns:us-west-2:111122223333:dr-incidents\"\nsubject = \"{system}\"\nmessage = [\"a\", \"b\"]\n";
    let said = shop.carry_out(&kind(tell)).await;
    assert!(said.starts_with("SNS has taken it, message "), "{said}");
    assert!(sim_kit::ask(&shop.server, "/_drdeck/messages").to_string().contains("a\\nb"));
}

#[tokio::test]
async fn servers_on_premises_go_to_a_region_and_home_by_their_failback_clients() {
    let mut shop = Shop::new("").await;
    let erp = |word: &str| {
        let ids = "servers = [\"s-8c5d2e91f0b7a4361\", \"s-8c5d2e91f0b7a4362\", \"s-8c5d2e91f0b7a4363\"]";
        kind(&format!("kind = \"{word}\"\nregion = \"us-west-2\"\n{ids}\n"))
    };
    shop.carry_out(&erp("drs-start-recovery")).await;
    let back = erp("drs-start-failback-launch");
    let scene = shop.look(&back, &[]).await;
    let checks = back.step().check(&shop.world(&scene));
    assert!(checks.iter().any(drdeck::runbook::Check::is_blocker), "not level yet: {checks:?}");
    shop.wait(90);
    let said = shop.carry_out(&back).await;
    assert!(said.contains("3 of 3 servers home"), "{said}");
}

#[tokio::test]
async fn records_and_health_checks_change_in_the_shop_and_back() {
    let mut shop = Shop::new("").await;
    let edit = |set: &str, from: &str, to: &str| {
        format!(
            "[[step.record]]\nname = \"legacy.shop.example\"\nset = \"{set}\"\nfrom = [\"{from}\"]\nto = [\"{to}\"]\n"
        )
    };
    let step = |edits: String| kind(&format!("kind = \"route53-change-records\"\nzone = \"{ZONE}\"\n{edits}"));
    let (old, new) = (["198.51.100.11", "198.51.100.12"], ["198.51.100.111", "198.51.100.112"]);
    let both = |from: [&str; 2], to: [&str; 2]| {
        step(edit("legacy-web-1", from[0], to[0]) + &edit("legacy-web-2", from[1], to[1]))
    };
    for (from, to) in [(old, new), (new, old)] {
        let said = shop.carry_out(&both(from, to)).await;
        assert!(said.ends_with("is INSYNC"), "{said}");
    }
    let cname = "[[step.record]]\nname = \"img.shop.example\"\ntype = \"CNAME\"\nfrom = [\"use1.img.shop.example\"]\nto = [\"use1.content.shop.example\"]\nfrom_ttl = 300\nto_ttl = 60\n";
    shop.carry_out(&step(cname.to_owned())).await;
    let weight =
        "[[step.record]]\nname = \"sessions.shop.example\"\nset = \"us-east-1\"\nfrom_weight = 50\nto_weight = 0\n";
    shop.carry_out(&step(weight.to_owned())).await;
    let alias = "[[step.record]]\nname = \"orders.shop.example\"\nset = \"us-east-1\"\nfrom_alias = \"use1.orders.shop.example\"\nto_alias = \"usw2.orders.shop.example\"\n";
    shop.carry_out(&step(alias.to_owned())).await;
    let check = format!(
        "kind = \"route53-force-unhealthy\"\ncheck = \"3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101\"\nzone = \"{ZONE}\"\nrecord = \"www.shop.example\"\n"
    );
    let said = shop.carry_out(&kind(&check)).await;
    assert!(said.contains("Inverted true, Disabled true"), "{said}");
    let said = shop.carry_out(&kind(&format!("{check}restore = true\n"))).await;
    assert!(said.contains("Inverted false, Disabled false"), "{said}");
    // Somebody else was faster: the request is refused as a whole, and that is proven.
    let swap = both(old, new);
    let scene = shop.look(&swap, &[]).await;
    let Work::Calls(calls) = swap.step().work(&shop.world(&scene)) else { panic!("requests") };
    shop.carry_out(&swap).await;
    let late =
        shop.contact.session.change(&calls[0], IntentId { run: run_id(), number: 99 }, Duration::from_secs(10)).await;
    assert!(matches!(late, Outcome::NotApplied { .. }), "{late:?}");
    let scene = shop.look(&both(["192.0.2.1", "192.0.2.2"], old), &[]).await;
    assert!(!blockers(&both(["192.0.2.1", "192.0.2.2"], old), &scene).is_empty());
}
