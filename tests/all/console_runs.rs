//! The Runs screen: every run of this machine, whatever AWS does, and all that was recorded of each.

use std::sync::Arc;

use drdeck::console::runs::{Observed, RunAnswer, RunAsk, Runs};
use drdeck::console::{Command, Event};
use drdeck::engine::core::{Attended, Stage, Watched};
use drdeck::journal::findings::findings;
use drdeck::model::Text;
use ratatui::buffer::Buffer;

use crate::console_stage::{Stage as Console, row};
use crate::fixture_assessment::{calm, now};
use crate::journal_kit::at;
use crate::runs_kit::{BROKEN, BROKEN_OFF, DRIVEN, FINISHED, Folder, STEPS};
use crate::screenshots;

const NARROW: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

/// A console that has seen that folder, and reads what it asks for.
struct Watcher {
    console: Console,
    folder: Folder,
}

impl Watcher {
    fn new(size: (u16, u16)) -> Self {
        let folder = Folder::new();
        let mut console = Console::observed(size, calm());
        console.event(Event::Runs(folder.told(None)));
        Self { console, folder }
    }

    /// Presses keys, and does what the reader of runs would do.
    fn keys(&mut self, keys: &str) -> Vec<Command> {
        let mut commands = Vec::new();
        for key in keys.split_whitespace() {
            for command in self.console.keys(key) {
                match &command {
                    Command::Runs(RunAsk::Keep(run)) => {
                        let told = self.folder.told(*run);
                        self.console.event(Event::Runs(told));
                    }
                    Command::Runs(ask @ RunAsk::Verify(run)) => {
                        let found = findings(&self.folder.place, *run).unwrap();
                        self.console.event(Event::RunAnswered(RunAnswer { ask: *ask, found }));
                    }
                    _ => {}
                }
                commands.push(command);
            }
        }
        commands
    }

    fn text(&self) -> String {
        self.console.text()
    }
}

fn hold(name: &str, buffer: &Buffer) {
    insta::assert_snapshot!(name, format!("{buffer:?}"));
}

/// Name, keys.
const SCENES: [(&str, &str); 11] = [
    ("runs", "8"),
    ("runs_broken", "8 j j j"),
    ("runs_timeline", "8 G Enter"),
    ("runs_timeline_driven", "8 / \"driven\" Enter Enter"),
    ("runs_call", "8 / \"finished\" Enter Enter / \"call\" Enter j Enter"),
    ("runs_steps", "8 / \"finished\" Enter Enter ]"),
    ("runs_step", "8 / \"finished\" Enter Enter ] j j j Enter"),
    ("runs_account", "8 / \"finished\" Enter Enter ["),
    ("runs_broken_off", "8 / \"off\" Enter Enter G"),
    ("runs_verify", "8 / \"off\" Enter v"),
    ("runs_copy", "8 j y"),
];

#[test]
fn the_runs_at_both_sizes() {
    for (size, suffix) in [(NARROW, "80x24"), (WIDE, "120x40")] {
        for (name, keys) in SCENES {
            let mut watcher = Watcher::new(size);
            watcher.keys(keys);
            hold(&format!("{name}_{suffix}"), &watcher.console.buffer("default"));
        }
    }
}

#[test]
fn the_runs_in_pictures() {
    let mut watcher = Watcher::new((140, 40));
    watcher.keys("8");
    let title = "drdeck: the runs of this machine, those that wait for somebody first";
    screenshots::hold("runs", title, &watcher.console.buffer("default"));
    watcher.keys("/ \"finished\" Enter Enter");
    // To the answer that never came.
    watcher.keys(&"j ".repeat(22));
    let title = "drdeck: all that was recorded of a run, in one clock";
    screenshots::hold("runs-timeline", title, &watcher.console.buffer("default"));
}

#[test]
fn the_runs_in_other_themes() {
    for theme in ["no-color", "colour-blind-safe"] {
        let mut watcher = Watcher::new(NARROW);
        watcher.keys("8");
        hold(&format!("runs_{theme}"), &watcher.console.buffer(theme));
        watcher.keys("/ \"off\" Enter Enter");
        hold(&format!("runs_timeline_{theme}"), &watcher.console.buffer(theme));
    }
}

/// The rows of the list, from top to bottom.
fn rows(console: &Console) -> Vec<String> {
    let buffer = console.buffer("no-color");
    let heads = (0..8).find(|y| row(&buffer, *y).contains("STANDS")).unwrap();
    let rows = (heads + 1..24).map(|y| row(&buffer, y));
    rows.take_while(|row| !row.trim().is_empty() && !row.contains('─')).collect()
}

#[test]
fn open_runs_come_first_then_broken_journals_then_the_rest() {
    let mut watcher = Watcher::new(NARROW);
    watcher.keys("8");
    let first_words = |rows: Vec<String>| -> Vec<String> {
        rows.iter().map(|row| row.split_whitespace().nth(1).unwrap_or_default().to_owned()).collect()
    };
    let order = first_words(rows(&watcher.console));
    assert_eq!(order[..4], ["storefront-failover", "orders-failback", "legacy-web-failover", "erp-failover"]);
    assert!(order[4].starts_with("01M7WM3QKG"), "a run of which nothing was recorded has its name only: {order:?}");
    assert_eq!(order[5..], ["content-failover", "orders-failover"]);
    watcher.keys("!");
    assert_eq!(rows(&watcher.console).len(), 4, "{}", watcher.text());
    watcher.keys("! / \"drill\" Enter");
    assert_eq!(first_words(rows(&watcher.console)), ["legacy-web-failover"]);
    watcher.keys("Esc s");
    assert!(watcher.text().contains("newest first"), "{}", watcher.text());
}

#[test]
fn runs_are_there_though_nothing_was_read_of_aws() {
    let folder = Folder::new();
    let mut console = Console::unread(NARROW);
    console.keys("8");
    assert!(console.text().contains("Reading…"), "{}", console.text());
    console.event(Event::Runs(folder.told(None)));
    let text = console.text();
    assert!(text.lines().any(|line| line.contains("storefront-failover") && line.contains("driven")), "{text}");
    assert!(text.contains("BROKEN"), "{text}");
    assert!(!console.keys("y").is_empty() || console.text().contains("Copy"), "{}", console.text());
}

#[test]
fn no_run_and_no_folder_say_so() {
    let mut console = Console::observed(NARROW, calm());
    console.event(Event::Runs(Arc::default()));
    console.keys("8");
    assert!(console.text().contains("No run was recorded on this machine yet"), "{}", console.text());
    let trouble = Some(Text::new("/var/lib/drdeck/runs cannot be used: Permission denied"));
    console.event(Event::Runs(Arc::new(Runs { trouble, ..Runs::default() })));
    let text = console.text();
    assert!(text.contains("The runs cannot be read: /var/lib/drdeck/runs cannot be used"), "{text}");
}

#[test]
fn a_broken_journal_says_at_which_line_and_shows_what_stands_before_it() {
    let mut watcher = Watcher::new(WIDE);
    watcher.keys("8 / \"erp\" Enter");
    assert!(watcher.text().contains("The journal is broken at line 2: its hash does not fit"), "{}", watcher.text());
    assert!(watcher.keys("Enter").contains(&Command::Runs(RunAsk::Keep(Some(BROKEN)))));
    let text = watcher.text();
    assert!(text.contains("broken at line 2") && text.contains("run of erp-failover version 7 opened"), "{text}");
    watcher.keys("v");
    assert!(watcher.text().contains("The journal cannot be vouched for."), "{}", watcher.text());
    assert_eq!(watcher.keys("e"), [], "the sheet has the keys");
    watcher.keys("Esc Esc");
    assert!(watcher.text().contains("STANDS"), "{}", watcher.text());
}

#[test]
fn the_timeline_holds_every_record_in_its_order() {
    let mut watcher = Watcher::new((120, 200));
    watcher.keys("8 / \"finished\" Enter Enter");
    let text = watcher.text();
    let run = watcher.folder.runs(Some(FINISHED)).into_iter().find(|run| run.run == FINISHED).unwrap();
    let entries = &run.read.as_ref().unwrap().entries;
    let shown = text.lines().filter(|line| line.contains(":") && line.contains("Z ")).count();
    assert!(shown >= entries.len(), "{shown} of {}:\n{text}", entries.len());
    let at_of =
        |words: &str| text.lines().position(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}\n{text}"));
    assert!(at_of("outage declared by alice") < at_of("IN DOUBT, AWS may have done this"));
    assert!(at_of("IN DOUBT, AWS may have done this") < at_of("protected again since"));
    watcher.keys("s");
    let text = watcher.text();
    let at_of = |words: &str| text.lines().position(|line| line.contains(words)).unwrap();
    assert!(at_of("protected again since") < at_of("outage declared by alice"), "{text}");
}

#[test]
fn a_call_shows_its_parameters_its_aws_line_and_what_came_of_it() {
    let mut watcher = Watcher::new((100, 60));
    watcher.keys("8 / \"off\" Enter Enter G Enter");
    let text = watcher.text();
    for words in [
        "record 9  call",
        "autoscaling:UpdateAutoScalingGroup",
        "WHICH WOULD SEND IT AGAIN",
        "aws autoscaling update-auto-scaling-group --region us-west-2",
        "PARAMETERS, AS THEY WERE TO BE SENT",
        "ALL THAT IS RECORDED OF THIS REQUEST",
    ] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    watcher.keys("y");
    assert!(watcher.text().contains("aws line"), "{}", watcher.text());
}

#[test]
fn what_is_looked_at_is_kept_and_given_back() {
    let mut watcher = Watcher::new(NARROW);
    assert_eq!(watcher.keys("8"), []);
    assert_eq!(watcher.keys("j Enter"), [Command::Runs(RunAsk::Keep(Some(BROKEN_OFF)))]);
    assert_eq!(watcher.keys("e"), [Command::Runs(RunAsk::Export(BROKEN_OFF))]);
    assert_eq!(watcher.keys("Enter Esc"), [], "a record's page is still the run's");
    assert_eq!(watcher.keys("2"), [Command::Runs(RunAsk::Keep(None))]);
    assert!(watcher.text().contains("orders"), "{}", watcher.text());
    assert_eq!(watcher.keys("Esc"), [Command::Runs(RunAsk::Keep(Some(BROKEN_OFF)))], "back to the run");
    assert_eq!(watcher.keys("Esc"), [Command::Runs(RunAsk::Keep(None))]);
    assert!(watcher.text().contains("STANDS"), "{}", watcher.text());
}

#[test]
fn an_export_says_where_it_is_and_can_be_copied() {
    let mut watcher = Watcher::new(NARROW);
    let found = ["/home/alice/drdeck-X.md", "/home/alice/drdeck-X.json"].map(|path| {
        drdeck::journal::findings::Finding { weight: drdeck::journal::findings::Weight::Whole, words: path.to_owned() }
    });
    watcher.console.event(Event::RunAnswered(RunAnswer { ask: RunAsk::Export(FINISHED), found: found.into() }));
    let text = watcher.text();
    assert!(text.contains("Written, for you alone to read:") && text.contains("/home/alice/drdeck-X.json"), "{text}");
    let copied = watcher.keys("y");
    assert_eq!(copied, [Command::Copy("/home/alice/drdeck-X.md\n/home/alice/drdeck-X.json".to_owned())]);
    watcher.keys("q");
    assert!(!watcher.text().contains("Written"), "{}", watcher.text());
}

#[test]
fn a_run_that_another_process_drives_is_seen_as_it_stands() {
    let folder = Folder::new();
    let told = folder.told(None);
    let observed = told.watched.first().unwrap();
    assert_eq!((observed.holder.as_ref().unwrap().operator.as_str(), observed.run), ("alice", DRIVEN));
    let view = observed.view(now()).unwrap();
    assert_eq!(view.steps.len(), STEPS.len());
    assert!(matches!(view.steps[0].stage, Stage::Done { .. }), "{:?}", view.steps[0].stage);
    // Its answer may come yet: whoever drives waits for it, and nothing is in doubt.
    assert!(matches!(view.steps[1].stage, Stage::Sending { intent: Some(_), .. }), "{:?}", view.steps[1].stage);
    assert_eq!(view.clocks.unserved.unwrap(), now().duration_since(at("13:50:00")));
    let run = told.get(BROKEN_OFF).unwrap();
    assert!(run.read.is_none(), "{:?}", run.stands);
}

#[test]
fn a_runbook_that_cannot_be_read_any_more_is_told_of() {
    let folder = Folder::new();
    let kept = folder.runs(Some(BROKEN_OFF));
    let run = kept.iter().find(|run| run.run == BROKEN_OFF).unwrap();
    let error = Watched::of(&run.read.as_ref().unwrap().entries, &[], Attended::No).unwrap_err();
    assert!(error.as_str().starts_with("this version of drdeck cannot read the runbook in its journal"), "{error}");
}

#[test]
fn an_observer_sees_the_run_on_every_screen_and_can_do_nothing_to_it() {
    let mut watcher = Watcher::new(WIDE);
    for keys in ["1", "3", "8"] {
        watcher.keys(keys);
        let text = watcher.text();
        assert!(text.contains("storefront-failover 2/3 move-traffic ~ SENDING"), "{keys}:\n{text}");
        assert!(text.contains("OBSERVER, alice drives"), "{keys}:\n{text}");
    }
    watcher.keys("7");
    let text = watcher.text();
    assert!(text.contains(" OBSERVER  driven by alice in process 4711"), "{text}");
    for key in ["x", "n", "p", "a", "S", "R"] {
        let commands = watcher.keys(key);
        assert!(commands.is_empty(), "{key}: {commands:?}");
    }
    assert!(watcher.text().contains("another console drives"), "{}", watcher.text());
    hold("runs_observer_120x40", &watcher.console.buffer("default"));
    let mut narrow = Watcher::new(NARROW);
    narrow.keys("7");
    hold("runs_observer_80x24", &narrow.console.buffer("default"));
    narrow.keys("Enter");
    hold("runs_observer_step_80x24", &narrow.console.buffer("default"));
}

#[test]
fn a_run_that_nobody_drives_any_more_is_not_shown_as_driven() {
    let mut watcher = Watcher::new(WIDE);
    watcher.keys("7");
    let before = watcher.folder.told(None);
    // Its process was killed: what it was sending is in doubt.
    let mut after = Runs::clone(&before);
    let read = before.all.iter().find(|run| run.run == DRIVEN).unwrap().read.clone().unwrap();
    let watched = Watched::of(&read.entries, &[], Attended::No).map(Arc::new);
    after.watched = vec![Observed { run: DRIVEN, holder: None, watched }];
    watcher.console.event(Event::Runs(Arc::new(after.clone())));
    let text = watcher.text();
    assert!(text.contains("IN DOUBT") && text.contains("nobody drives"), "{text}");
    after.watched = Vec::new();
    watcher.console.event(Event::Runs(Arc::new(after)));
    assert!(watcher.text().contains("nobody drives"), "what is looked at stays: {}", watcher.text());
    watcher.keys("1");
    assert!(!watcher.text().contains("storefront-failover 2/3"), "{}", watcher.text());
}

#[test]
fn a_run_is_gone_on_with_from_the_list() {
    let mut watcher = Watcher::new(NARROW);
    let told = watcher.folder.told(None);
    watcher.console.event(Event::Runs(told));
    watcher.keys("8 / \"off\" Enter");
    assert_eq!(watcher.keys("x"), [Command::Offer("orders".to_owned())]);
}
