//! Two people at two consoles: what one drives the other consents to, as another caller of AWS; and the one who drives cannot do it for themselves.

use drdeck::demo;
use drdeck::journal::{Journal, Place, Record};
use serde_json::json;

use crate::run_kit::Stage;
use crate::sim_kit::control;
use crate::tmux_console::Tmux;
use crate::tmux_run::moment;

const RUNBOOK: &str = r#"
system = "legacy-web"
direction = "failback"
version = "1"
owner = "us"
summary = "Somebody else has to agree first."
account = "111122223333"
regions = ["us-west-2"]

[[step]]
id = "agree"
kind = "approval"
phase = "decide"
title = "The incident commander agrees"
estimate = "1m"

[[step]]
id = "look"
kind = "manual"
phase = "verify"
title = "Look at it"
estimate = "1m"
"#;

/// The line that starts a console as that person.
fn console(stage: &Stage, who: &str) -> String {
    let (config, state) = (stage.config(), stage.state());
    let drdeck = env!("CARGO_BIN_EXE_drdeck");
    format!("env HOME={} {drdeck} --config {} --state-dir {} {who}", state.display(), config.display(), state.display())
}

#[test]
fn a_second_person_consents_from_their_own_console() {
    let (_, calm) = demo::SCENARIOS.iter().find(|(name, _)| *name == "calm").unwrap();
    let stage = Stage::new(demo::ESTATE, calm, demo::CONFIG, &[("agree-first", RUNBOOK)]);
    control(&stage.simulator, "/_drdeck/clock", &json!({ "speed": 5.0 }));
    let tmux = Tmux::start("consent");
    tmux.type_line(&console(&stage, ""));
    tmux.wait_for("1111-2222-3333");
    tmux.keys(&["/"]);
    tmux.type_line("legacy-web");
    tmux.keys(&["x"]);
    tmux.wait_for("LIVE      agree-first");
    tmux.keys(&["Enter"]);
    tmux.wait_for("type legacy-web");
    moment();
    tmux.keys(&["Enter"]);
    tmux.type_line("legacy-web");
    tmux.wait_for("YOUR WORD");

    // Who has the same identity consents to nothing, from whatever console.
    tmux.run(&["new-window", &console(&stage, "")]);
    tmux.wait_for("agree-first 1/2");
    tmux.wait_for("1111-2222-3333");
    tmux.keys(&["7"]);
    tmux.wait_for("CONSENT?");
    tmux.keys(&["x"]);
    tmux.wait_for("you are the caller of AWS who drives");
    tmux.keys(&["C-c"]);

    // Somebody else does.
    tmux.run(&["new-window", &console(&stage, "--profile bob")]);
    tmux.wait_for("agree-first 1/2");
    tmux.wait_for("1111-2222-3333");
    tmux.keys(&["7"]);
    tmux.wait_for("CONSENT?");
    tmux.keys(&["x"]);
    let screen = tmux.wait_for("Cancel (Esc)");
    assert!(screen.contains("user/bob"), "{screen}");
    moment();
    tmux.keys(&["y"]);
    tmux.wait_for("is left for the one who drives");
    tmux.wait_until("the step to be done", |screen| screen.contains("agree") && !screen.contains("CONSENT?"));

    // It counts as theirs.
    tmux.run(&["select-window", "-t", ":0"]);
    tmux.wait_for("approved by bob");
    let place = Place::new(stage.state());
    let run = place.all().unwrap()[0];
    let entries = Journal::open(&place, run).unwrap().entries;
    let approved = entries.iter().find_map(|entry| match &entry.record {
        Record::Approved { by, verified, .. } => Some((by.clone(), *verified)),
        _ => None,
    });
    let (by, verified) = approved.expect("it is on record");
    assert_eq!((by.name.as_str(), by.arn.as_str(), verified), ("bob", "arn:aws:iam::111122223333:user/bob", true));
}
