//! A facilitator breaks things while a run is on: the lines of docs/game-day.md, as they stand there. Each shows on the screen of whoever drives
//! with the first readings that can know of it, with the reason and what to do.

use std::fs;
use std::process::Command;

use drdeck::sim::time::Span;
use serde_json::{Value as Json, json};

use crate::run_kit::Stage;
use crate::sim_kit::control;
use crate::tmux_console::Tmux;
use crate::tmux_run::moment;

/// The only server of which the page says that it fails.
const SERVER: &str = "s-3a1f60c27b94d8e06";

/// The line of the page under that bold name.
pub(crate) fn line(name: &str) -> String {
    let page = fs::read_to_string("docs/game-day.md").unwrap();
    let (_, after) =
        page.split_once(&format!("\n**{name}.** ")).unwrap_or_else(|| panic!("docs/game-day.md has no {name}"));
    let line = after.split("\n```\n").nth(1).unwrap_or_else(|| panic!("{name} has no line"));
    line.to_owned()
}

/// The shop in the middle of the outage, a console on it, and a run of legacy-web that was begun by keys.
pub(crate) struct GameDay {
    pub(crate) stage: Stage,
    pub(crate) tmux: Tmux,
}

impl GameDay {
    /// Where the outage is to be declared.
    pub(crate) fn start(name: &str) -> Self {
        let stage = Stage::shop("region-outage", "15m");
        // So that a step is read every second.
        control(&stage.simulator, "/_drdeck/clock", &json!({ "speed": 5.0 }));
        let tmux = Tmux::start(name);
        let (config, state) = (stage.config(), stage.state());
        let console =
            format!("{} --config {} --state-dir {}", env!("CARGO_BIN_EXE_drdeck"), config.display(), state.display());
        tmux.type_line(&format!("{console}; echo \"it ended with $?\""));
        tmux.wait_for("legacy-web");
        tmux.wait_for("1111-2222-3333");
        tmux.keys(&["/"]);
        tmux.type_line("legacy-web");
        tmux.keys(&["x"]);
        tmux.wait_for("LIVE      legacy-web-failover");
        tmux.keys(&["Enter"]);
        tmux.wait_for("type legacy-web");
        moment();
        tmux.keys(&["Enter"]);
        tmux.type_line("legacy-web");
        tmux.wait_for("YOUR WORD");
        Self { stage, tmux }
    }

    /// The same, with the outage declared: the servers are to be launched, and the card of that is open.
    pub(crate) fn at_the_launch(name: &str) -> Self {
        let day = Self::start(name);
        day.tmux.keys(&["Enter"]);
        day.confirm();
        day.tmux.wait_until("the card of the launch", |screen| {
            screen.contains("step 2 of 8") && screen.contains("YOUR TURN")
        });
        day
    }

    /// Reads the open card to its end and confirms it.
    pub(crate) fn confirm(&self) {
        self.tmux.wait_for("STANDS");
        self.tmux.keys(&["G"]);
        // What was sent and seen for it before stands below the card, and may fill the screen.
        self.tmux.wait_until("the card to be read", |screen| !screen.contains("read its card to the end first"));
        self.tmux.keys(&["x"]);
        self.tmux.wait_for("Cancel (Esc)");
        moment();
        self.tmux.keys(&["y"]);
        self.tmux.wait_until("the answer to be taken", |screen| !screen.contains("Cancel (Esc)"));
    }

    /// What a facilitator does with a line of the page, at the port of this simulator.
    pub(crate) fn facilitator(&self, name: &str) {
        let line = line(name).replace("127.0.0.1:4566", &self.stage.simulator.addr.to_string());
        let done = Command::new("sh").args(["-c", &line]).output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(said.starts_with(r#"{"added":1,"#), "{line}: {said}{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Faults that no line of the page names.
    pub(crate) fn faults(&self, acts: &Json) {
        self.stage.faults(acts);
    }

    /// Calls of that operation in us-west-2.
    fn calls(&self, operation: &str) -> Vec<Json> {
        let is = |call: &Json| call["operation"] == operation && call["region"] == "us-west-2";
        self.stage.calls().into_iter().filter(is).collect()
    }

    /// How often the step was read: each time it asks for the points in time of that server, which nobody else does so often.
    fn polls(&self) -> usize {
        let calls = self.calls("DescribeRecoverySnapshots");
        calls
            .iter()
            .filter(|call| {
                call["target"].to_string().contains(SERVER) || call["parameters"].to_string().contains(SERVER)
            })
            .count()
    }
}

/// All of that is on the screen, whatever line it is broken over.
#[track_caller]
pub(crate) fn says(screen: &str, all: &[&str]) {
    let words = flat(screen);
    for text in all {
        assert!(words.contains(text), "{text:?} is not on the screen:\n{screen}");
    }
}

/// The text of a screen without its frame and its ends of lines.
fn flat(screen: &str) -> String {
    let lines = screen.lines().map(|line| line.trim_matches(['┃', '┏', '┓', ' ']));
    lines.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn each_fault_of_the_facilitator_shows_within_a_reading_with_what_to_do() {
    let day = GameDay::at_the_launch("facilitator");
    let tmux = &day.tmux;

    // AWS asks to slow down: one request, and no other by itself.
    day.facilitator("Throttled");
    day.confirm();
    let screen = tmux.wait_for("NOT DONE: YOU");
    says(&screen, &["BEFORE THIS", "AWS asks to slow down", "WHAT TO DO", "wait some seconds, then confirm it again"]);
    assert_eq!(day.calls("StartRecovery").len(), 1);
    tmux.keys(&["1"]);
    let screen = tmux.wait_for("legacy-web-failover 2/8 launch");
    assert!(screen.lines().nth(1).is_some_and(|line| line.contains("NOT DONE: YOU")), "{screen}");
    tmux.keys(&["7"]);
    let screen = tmux.wait_for("STEP");
    says(&screen, &["NOT DONE: YOU", "AWS asks"]);
    tmux.keys(&["Enter"]);

    // A server fails in a job that ends well.
    day.facilitator("A server that fails");
    day.confirm();
    tmux.wait_for("0 of 3 servers launched");
    let before = day.polls();
    day.stage.pass(Span::from_minutes(20));
    let screen = tmux.wait_for("FAILED");
    let polls = day.polls() - before;
    assert!((1..=2).contains(&polls), "{polls} readings until it was seen");
    println!("a failed server: seen by reading {polls}");
    says(
        &screen,
        &[
            "2 of 3 servers launched",
            "legacy-web-2",
            "did not pass its status checks;",
            "then retry, which launches only these",
        ],
    );
    says(&screen, &["WAYS ON", "r offers it again, s leaves it out"]);
    tmux.keys(&["r"]);
    tmux.wait_for("Offer it again");
    moment();
    tmux.keys(&["y"]);
    let screen = tmux.wait_for("NOT DONE: YOU");
    says(&screen, &["BEFORE THIS", "did not pass its status checks", "launch 1 server in us-west-2"]);

    // Its answer is lost: read back, and nothing is launched twice.
    day.facilitator("A lost answer");
    day.confirm();
    let screen = tmux.wait_for("ANSWER LOST");
    says(&screen, &["it was carried out all the same: drsjob-", "carries dr-intent="]);
    let sent = day.calls("StartRecovery");
    assert_eq!(sent.len(), 3, "throttled, launched, launched anew: {sent:#?}");
    tmux.keys(&["G"]);
    tmux.wait_for("IN DOUBT, AWS may have done this");
    tmux.keys(&["g"]);

    // The Region that is recovered to goes, too.
    let asked = |day: &GameDay| day.calls("DescribeSourceServers").len();
    let before = asked(&day);
    day.facilitator("The second Region goes, too");
    let screen = tmux.wait_for("NOT READ");
    println!("the second Region: seen after {} attempts to ask", asked(&day) - before);
    says(&screen, &["drs cannot be reached: the connection was reset", "WHAT TO DO", "it is read again all the time"]);
    tmux.wait_until("the Region on the top line", |screen| {
        screen.lines().next().is_some_and(|top| top.contains("usw2 ✗") || top.contains("usw2 ▲"))
    });
    tmux.keys(&["1"]);
    tmux.wait_until("both on another screen", |screen| {
        let mut lines = screen.lines();
        let (top, run) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        (top.contains("usw2 ✗") || top.contains("usw2 ▲")) && run.contains("launch ? NOT READ")
    });
    // It comes back, and so does the step.
    day.stage.pass(Span::from_minutes(11));
    tmux.keys(&["7"]);
    tmux.wait_until("the step", |screen| !screen.contains("NOT READ") && screen.contains("launch"));
}

#[test]
fn every_line_of_the_page_is_taken() {
    let stage = Stage::shop("region-outage", "15m");
    let page = fs::read_to_string("docs/game-day.md").unwrap();
    let address = stage.simulator.addr.to_string();
    let lines = page.split("```").skip(1).step_by(2).flat_map(|block| block.split("\ncurl ").skip(1));
    let mut taken = 0;
    for rest in lines {
        let line = format!("curl -f {}", rest.trim_end()).replace("127.0.0.1:4566", &address);
        if line.contains("_site/") {
            // A site of a Region that is out resets the connection; that is what the page says of it.
            continue;
        }
        let done = Command::new("sh").args(["-c", &line]).output().unwrap();
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
        taken += 1;
    }
    assert!(taken >= 15, "{taken} lines were found");
}
