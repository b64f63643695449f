//! A runbook that takes in others: whose steps stand where, who waits for whom, and one run of several Systems.

use std::path::Path;
use std::sync::Arc;

use drdeck::config::{self, Overrides};
use drdeck::demo;
use drdeck::engine::core::{Holding, Order, Stage};
use drdeck::journal::{Record, Verdict};
use drdeck::model::Span;
use drdeck::runbook::lint::{Severity, lint};
use drdeck::runbook::{Mode, Runbook, nest, parse};

use crate::engine_world::{World, moment};

fn head(system: &str, direction: &str) -> String {
    format!(
        "system = \"{system}\"\ndirection = \"{direction}\"\nversion = \"1\"\nowner = \"us\"\nsummary = \"There.\"\nregions = [\"us-west-2\"]\n"
    )
}

fn step(id: &str, kind: &str, phase: &str, more: &str) -> String {
    format!(
        "\n[[step]]\nid = \"{id}\"\nkind = \"{kind}\"\nphase = \"{phase}\"\ntitle = \"It\"\ntext = \"Do it.\"\nestimate = \"10m\"\n{more}\n"
    )
}

/// One System: declared, moved, looked at, protected again.
fn single(system: &str) -> String {
    [
        head(system, "failover"),
        step("declare", "decision", "decide", ""),
        step("move", "manual", "execute", ""),
        step("look", "manual", "verify", ""),
        step("tell", "manual", "communicate", ""),
        step("protect", "manual", "return", ""),
    ]
    .concat()
}

fn parsed(name: &str, text: &str) -> Runbook {
    parse::parse(text, Path::new(&format!("{name}.toml")), &[]).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn taken(parent: &str, others: &[(&str, String)]) -> Result<Runbook, Vec<String>> {
    let read: Vec<(Runbook, &str)> = others.iter().map(|(name, text)| (parsed(name, text), text.as_str())).collect();
    let known: Vec<(&Runbook, &str)> = read.iter().map(|(runbook, text)| (runbook, *text)).collect();
    nest::take_in(parsed("shop-failover", parent), &known)
}

fn singles() -> Vec<(&'static str, String)> {
    vec![("orders-failover", single("orders")), ("storefront-failover", single("storefront"))]
}

const ORDERS: &str = "runbook = \"orders-failover\"\nneeds = [\"declare\"]";

fn parent() -> String {
    [
        head("shop", "failover"),
        step("declare", "decision", "decide", ""),
        step("orders", "runbook", "execute", ORDERS),
        step("storefront", "runbook", "execute", "runbook = \"storefront-failover\"\nneeds = [\"orders\"]"),
        step("tell", "manual", "communicate", "needs = [\"orders\", \"storefront\"]"),
    ]
    .concat()
}

/// Each step with what it needs, in names.
fn graph(runbook: &Runbook) -> Vec<String> {
    let name = |at: &usize| runbook.steps[*at].id.as_str();
    runbook
        .steps
        .iter()
        .map(|step| format!("{} <- {}", step.id, step.needs.iter().map(name).collect::<Vec<_>>().join(" ")))
        .collect()
}

#[test]
fn steps_stand_where_they_are_named_and_wait_for_users_served_and_no_longer() {
    let runbook = taken(&parent(), &singles()).unwrap();
    let expected = [
        "declare <- ",
        "orders/move <- declare",
        "orders/look <- orders/move",
        "orders/tell <- orders/look",
        "orders/protect <- orders/tell",
        "storefront/move <- orders/look",
        "storefront/look <- storefront/move",
        "storefront/tell <- storefront/look",
        "storefront/protect <- storefront/tell",
        "tell <- orders/look storefront/look",
    ];
    assert_eq!(graph(&runbook), expected);
    assert_eq!(runbook.systems(), ["orders", "storefront"]);
    assert_eq!([0, 1, 5, 9].map(|step| runbook.system_of(step).to_owned()), ["shop", "orders", "storefront", "shop"]);
    assert_eq!(runbook.parts[0].sha256, parse::sha256(&single("orders")));
}

#[test]
fn without_a_decision_of_its_own_each_system_is_declared() {
    let text =
        [head("shop", "failover"), step("orders", "runbook", "execute", "runbook = \"orders-failover\"")].concat();
    let runbook = taken(&text, &singles()).unwrap();
    assert_eq!(graph(&runbook)[..2], ["orders/declare <- ", "orders/move <- orders/declare"]);
}

#[test]
fn what_cannot_be_taken_in_is_said_in_words() {
    let wrong = |keys: &str, others: &[(&str, String)]| {
        let text = [head("shop", "failover"), step("it", "runbook", "execute", keys)].concat();
        taken(&text, others).unwrap_err().join("; ")
    };
    let of = |text: String| vec![("orders-failover", text)];
    let unknown = wrong("runbook = \"order-failover\"", &singles());
    assert!(
        unknown.contains("there is no runbook \"order-failover\" beside it") && unknown.contains("orders-failover"),
        "{unknown}"
    );
    let back = single("orders").replace("\"failover\"", "\"failback\"");
    let way = wrong("runbook = \"orders-failover\"", &of(back));
    assert_eq!(way, "step it: orders-failover is a failback, and this is a failover");
    let deep = wrong("runbook = \"orders-failover\"", &of(parent().replace("\"shop\"", "\"orders\"")));
    assert_eq!(deep, "step it: orders-failover takes in runbooks itself; name those here instead");
    let own = wrong("runbook = \"orders-failover\"", &of(single("shop")));
    assert_eq!(
        own,
        "step it: orders-failover moves shop, but `system` here is a word for all of the Systems; choose another"
    );
    let twice = [parent(), step("again", "runbook", "execute", "runbook = \"orders-failover\"")].concat();
    let twice = taken(&twice, &singles()).unwrap_err();
    assert_eq!(twice, ["step again: orders-failover moves orders, which step orders moves already"]);
}

#[test]
fn systems_are_moved_in_the_order_in_which_they_depend_on_each_other() {
    let estate = config::parse(demo::CONFIG, Path::new("config.toml"), &Overrides::default()).unwrap().estate;
    let found = |text: &str| -> Vec<(Severity, String)> {
        let runbook = taken(text, &singles()).unwrap();
        let findings = lint(&runbook, &[&runbook], &estate, None);
        findings.into_iter().map(|finding| (finding.severity, finding.message.to_string())).collect()
    };
    let side_by_side = parent().replace("needs = [\"orders\"]", "needs = [\"declare\"]");
    let order =
        "storefront depends on orders, but step storefront does not wait for step orders; add that to its needs";
    assert!(found(&side_by_side).contains(&(Severity::Error, order.to_owned())), "{:?}", found(&side_by_side));
    let good = found(&parent());
    assert!(!good.iter().any(|(_, message)| message.contains("does not wait")), "{good:?}");
    let left_out = "storefront depends on payments, which this runbook does not move";
    assert!(good.contains(&(Severity::Warning, left_out.to_owned())), "{good:?}");
    // 10 min each: declare, orders' two, its own two; the RTO of storefront is 15 min.
    let late = "users of storefront are served after 50 min at best, by the estimates of its steps and of what they wait for; its RTO is 15 min";
    assert!(good.contains(&(Severity::Warning, late.to_owned())), "{good:?}");
}

#[test]
fn one_run_moves_both_each_with_clocks_and_choices_of_its_own() {
    let mut world = World::new(Arc::new(taken(&parent(), &singles()).unwrap()), Mode::Live);
    let began = moment(-300);
    world.quiet();
    world.ordered(Order::Decide { step: 0, began, repair: None }).unwrap();
    world.confirm("declare").unwrap();
    let view = world.view();
    assert!(view.parts.iter().all(|part| part.clocks.began == Some(began)), "one decision is enough");
    assert!(matches!(&view.steps[5].stage, Stage::Waiting(needs) if needs == &[2]), "{:?}", view.steps[5].stage);
    assert_eq!(
        view.parts.iter().map(|part| part.clocks.until_served).collect::<Vec<_>>(),
        [Span::from_mins(20), Span::from_mins(40)]
    );
    world.ordered(Order::Choose { step: 1, name: "when".into(), value: "now".into() }).unwrap();
    let ledger = world.state.ledger();
    assert_eq!(ledger.parts[0].run.choices["when"], "now");
    assert!(ledger.parts[1].run.choices.is_empty(), "what is chosen for orders is not chosen for storefront");
    assert_eq!(
        (ledger.parts[1].run.system.as_str(), ledger.parts[1].run.runbook.as_str()),
        ("storefront", "storefront-failover")
    );
    for id in ["orders/move", "orders/look"] {
        world.confirm(id).unwrap();
    }
    let at = world.now;
    let served = |world: &World| world.view().parts.iter().map(|part| part.clocks.served).collect::<Vec<_>>();
    assert_eq!(served(&world), [Some(at), None]);
    assert_eq!(world.view().clocks.served, None, "users of storefront are not served yet");
    world.crash();
    assert_eq!(served(&world), [Some(at), None], "that is known again after a crash");
    world.passes(7);
    for id in ["storefront/move", "storefront/look"] {
        world.confirm(id).unwrap();
    }
    assert_eq!(served(&world), [Some(at), Some(world.now)]);
    assert_eq!(world.view().clocks.served, Some(world.now), "users of the last System are served");
    for id in ["orders/tell", "orders/protect", "storefront/tell", "tell"] {
        world.confirm(id).unwrap();
    }
    assert_eq!(world.view().clocks.protected, None);
    world.confirm("storefront/protect").unwrap();
    assert_eq!(world.view().holding, Holding::Closed(Verdict::Finished));
    assert_eq!(world.view().clocks.protected, Some(world.now));
    let milestones =
        world.entries.iter().filter(|entry| matches!(entry.record, Record::Served { .. } | Record::Protected { .. }));
    assert_eq!(milestones.count(), 4);
}
