//! Routing controls: one request, through as many endpoints as it takes, and none after it was or may have been carried out.

use drdeck::config::ArcEndpoint;
use drdeck::engine::{Holding, Order, Stage};
use drdeck::journal::{Record, Verdict};
use drdeck::model::facts::Answer;
use drdeck::model::facts::arc::RoutingControl;
use drdeck::model::{Place, Query, Region};
use drdeck::runbook::{Kind, Mode, Outcome, Refusal, Work};

use crate::engine_run::{Theatre, closed, confirm, until};
use crate::fixture_steps::{Scene, applied, blockers, found, kind, problems, progress, t, warnings};

const ENDPOINTS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

const KEYS: &str = "kind = \"arc-routing-control\"\nendpoints = [\"us-east-1\", \"us-west-2\", \"eu-west-1\", \"ap-northeast-1\", \"ap-southeast-2\"]\n";

fn away() -> Kind {
    kind(&format!("{KEYS}controls = {{ payments-us-east-1 = \"Off\", payments-us-west-2 = \"On\" }}\n"))
}

fn controls(east: &str, west: &str) -> Answer {
    let control = |side: &str, state: &str| RoutingControl {
        arn: t(&format!("arn:aws:route53-recovery-control::111122223333:controlpanel/p/routingcontrol/{side}")),
        name: t(&format!("payments-us-{side}")),
        panel: t("payments"),
        state: t(state),
    };
    Answer::RoutingControls(vec![control("east-1", east), control("west-2", west)])
}

fn query(region: &str) -> Query {
    Query::RoutingControls(Place::home(region))
}

/// What each endpoint says: the states of both controls, or nothing.
fn scene(said: [Option<(&str, &str)>; 5]) -> Scene {
    ENDPOINTS.into_iter().zip(said).fold(Scene::new(), |scene, (region, said)| match said {
        Some((east, west)) => scene.put(query(region), controls(east, west)),
        None => scene.silent(query(region)),
    })
}

fn regions(kind: &Kind, scene: &Scene) -> Vec<String> {
    match kind.step().work(&scene.world()) {
        Work::OneOf(calls) => calls.iter().map(|call| call.region().to_string()).collect(),
        other => panic!("requests: {other:?}"),
    }
}

const BEFORE: Option<(&str, &str)> = Some(("On", "On"));
const AFTER: Option<(&str, &str)> = Some(("Off", "On"));

#[test]
fn every_endpoint_is_on_the_card_those_that_answer_first() {
    let step = away();
    let all = scene([BEFORE; 5]);
    let order = regions(&step, &all);
    let mut sorted = order.clone();
    sorted.sort();
    assert_eq!(sorted.len(), 5);
    assert_eq!(order, regions(&step, &all), "drawn once for a run");
    let east_is_gone = scene([None, BEFORE, BEFORE, BEFORE, BEFORE]);
    assert_eq!(regions(&step, &east_is_gone)[4], "us-east-1");
    assert_eq!(blockers(&step, &east_is_gone), Vec::<String>::new());
    let said = warnings(&step, &east_is_gone).join("; ");
    assert!(said.contains("us-east-1 does not; those that answer are tried first"), "{said}");
    let nobody = scene([None; 5]);
    assert!(
        blockers(&step, &nobody)[0].contains("no endpoint of the cluster answers"),
        "{:?}",
        blockers(&step, &nobody)
    );
    assert_eq!(step.step().work(&nobody.world()), Work::Watch);
    // One that was tried in vain comes last, though it answers readings.
    let Work::OneOf(calls) = step.step().work(&all.world()) else { panic!("requests") };
    let refused = Some(Outcome::NotApplied { why: Refusal::Throttled, error: t("slow down") });
    let again = all.clone().sent(Some(calls[0].clone()), 30, refused);
    assert_eq!(regions(&step, &again)[4], order[0]);
    assert_eq!(
        step.step().work(&scene([AFTER; 5]).world()),
        Work::Already(t(&format!(
            "the controls stand so already: {}",
            ENDPOINTS.map(|region| format!("payments-us-east-1 Off, payments-us-west-2 On at {region}")).join("; ")
        )))
    );
    assert!(matches!(step.step().work(&all.mode(Mode::Drill).world()), Work::NotInThisMode(_)));
}

#[test]
fn it_is_done_when_every_endpoint_that_answers_says_so() {
    let step = away();
    let Work::OneOf(calls) = step.step().work(&scene([BEFORE; 5]).world()) else { panic!("requests") };
    let call = calls[0].clone();
    let told = |said| {
        let seen = scene(said).sent(Some(call.clone()), 20, applied());
        (progress(&step, &seen).0, found(&step, &seen, Some(call.clone())).0)
    };
    assert_eq!(told([AFTER; 5]), ("done", "applied"));
    assert_eq!(told([None, AFTER, AFTER, None, AFTER]), ("done", "applied"));
    assert_eq!(told([BEFORE; 5]), ("running", "not applied"));
    assert_eq!(told([AFTER, BEFORE, AFTER, AFTER, AFTER]), ("running", "cannot tell"));
    assert_eq!(told([None; 5]), ("unknown", "cannot tell"));
    assert_eq!(progress(&step, &scene([BEFORE; 5])).0, "not begun");
}

#[test]
fn what_would_serve_nobody_is_said_before_and_what_is_not_there_blocks() {
    let dark = kind(&format!("{KEYS}controls = {{ payments-us-east-1 = \"Off\", payments-us-west-2 = \"Off\" }}\n"));
    let said = warnings(&dark, &scene([BEFORE; 5])).join("; ");
    assert!(said.contains("all of payments would be Off: nobody would be sent anywhere"), "{said}");
    let other = kind(&format!("{KEYS}controls = {{ orders = \"On\" }}\n"));
    let said = blockers(&other, &scene([BEFORE; 5]));
    assert!(
        said[0]
            .contains("there is no routing control orders; the cluster has payments-us-east-1 and payments-us-west-2"),
        "{said:?}"
    );
    let elsewhere = kind(&format!("{KEYS}panel = \"orders\"\ncontrols = {{ payments-us-east-1 = \"On\" }}\n"));
    assert_eq!(blockers(&elsewhere, &scene([BEFORE; 5])).len(), 1);
    let word = problems(&format!("{KEYS}controls = {{ payments-us-east-1 = \"off\" }}\n"));
    assert!(word.contains("says \"off\" of payments-us-east-1; a routing control is On or Off"), "{word}");
}

const RUNBOOK: &str = r#"
system = "small"
direction = "failover"
version = "1"
owner = "us"
summary = "Traffic away."
regions = ["us-west-2"]

[[step]]
id = "switch"
kind = "arc-routing-control"
phase = "execute"
title = "Switch"
endpoints = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"]
controls = { payments-us-east-1 = "Off", payments-us-west-2 = "On" }
estimate = "1m"
"#;

fn theatre(acts: &str) -> Theatre {
    let mut stage = Theatre::of(drdeck::demo::ESTATE, acts, 30.0);
    let url = stage.simulator.url();
    stage.arc = ENDPOINTS.map(|region| ArcEndpoint { region: Region::new(region), url: url.clone() }).to_vec();
    stage
}

/// Every operation that switches: what was asked where, and whether it changed anything.
fn switches(stage: &Theatre) -> Vec<(String, bool)> {
    let calls = crate::sim_kit::ask(&stage.simulator, "/_drdeck/calls");
    let all = calls.as_array().unwrap().iter().filter(|call| call["operation"] == "UpdateRoutingControlStates");
    all.map(|call| (call["region"].as_str().unwrap().to_owned(), call["changed"] == true)).collect()
}

#[test]
fn another_endpoint_is_tried_only_after_a_proven_refusal_and_each_is_an_intent() {
    let throttled = |region: &str| {
        format!(
            "[[act]]\nfault.throttle = {{ service = \"route53-recovery-cluster\", region = \"{region}\", operation = \"UpdateRoutingControlStates\", share = 1.0 }}\n"
        )
    };
    let acts: String = ENDPOINTS[..4].iter().map(|region| throttled(region)).collect();
    let stage = theatre(&acts);
    let engine = stage.begin_with(RUNBOOK);
    confirm(&engine, "switch");
    closed(&engine, Verdict::Finished);
    let sent = switches(&stage);
    assert_eq!(sent.iter().filter(|(_, changed)| *changed).count(), 1, "{sent:?}");
    assert_eq!(sent.last().unwrap(), &("ap-southeast-2".to_owned(), true));
    let entries = stage.entries(engine.run);
    let count = |is: &dyn Fn(&Record) -> bool| entries.iter().filter(|entry| is(&entry.record)).count();
    assert_eq!(count(&|record| matches!(record, Record::Intent { .. })), sent.len());
    assert_eq!(count(&|record| matches!(record, Record::Confirmed { requests: 1, alternatives: 5, .. })), 1);
    let head = drdeck::journal::list::read(&stage.runs(), engine.run).unwrap().head;
    let report = drdeck::journal::verify::verify(&entries, &head);
    assert_eq!(report.wrong, Vec::new());
}

#[test]
fn a_lost_answer_is_found_out_at_the_other_endpoints_and_never_sent_again() {
    let stage =
        theatre("[[act]]\nfault.lost-answer = { operation = \"UpdateRoutingControlStates\", how = \"error\" }\n");
    let engine = stage.begin_with(RUNBOOK);
    confirm(&engine, "switch");
    closed(&engine, Verdict::Finished);
    assert_eq!(switches(&stage).len(), 1);
}

#[test]
fn a_safety_rule_that_refuses_is_told_in_its_own_words() {
    let stage = theatre("");
    let text = RUNBOOK.replace("payments-us-west-2 = \"On\"", "payments-us-west-2 = \"Off\"");
    let engine = stage.begin_with(&text);
    confirm(&engine, "switch");
    let view = until(&engine, "a refusal", |view| view.steps[0].trouble.is_some());
    let why = view.steps[0].trouble.clone().unwrap().to_string();
    assert!(why.contains("would violate the safety rule payments-somewhere"), "{why}");
    assert!(matches!(view.steps[0].stage, Stage::Card(_) | Stage::Planning), "{:?}", view.steps[0].stage);
    assert_eq!(switches(&stage).len(), 1, "no other endpoint is asked: it would say the same");
    engine.order(Order::Abort { reason: t("the rule is right") });
    until(&engine, "the end", |view| view.holding == Holding::Closed(Verdict::Aborted));
}
