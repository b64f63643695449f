//! A step's card as lines: everything a person has to know before confirming, in its order.

use crate::cli::runbook::lines::{WIDTH, broken};
use crate::console::Shell;
use crate::engine::words::{after_refusal, clock, plane, reached, sends, takes, undone};
use crate::engine::{Card, Doubt, View};
use crate::journal::history::History;
use crate::model::Text;
use crate::runbook::{Reversibility, Standing, Work};

/// Where the words of a card begin, after what they are about.
const MARGIN: usize = 17;

/// The card of a step.
pub(super) fn lines(index: usize, card: &Card, view: &View, history: &History, shell: &Shell) -> Vec<String> {
    let Some(step) = view.runbook.steps.get(index) else { return Vec::new() };
    let mut lines = vec![
        String::new(),
        format!("== step {} of {} {} [{}] {}", index + 1, view.steps.len(), step.id, step.phase.as_str(), step.title),
    ];
    let mut add = |label: &str, text: &str| add_to(&mut lines, label, text);
    if let Some(trouble) = view.steps.get(index).and_then(|step| step.trouble.as_ref()) {
        add("BEFORE THIS", trouble.as_str());
    }
    if let Some(way_on) = view.steps.get(index).and_then(after_refusal) {
        add("what to do", way_on);
    }
    add("", step.text.as_str());
    add("does", card.describe.as_str());
    let harmless = card.facts.reversibility == Reversibility::Harmless;
    // Three lines that say the same of a step that changes nothing would only hide those that matter.
    if let (Some(_), _) | (None, false) = (&card.loses, harmless) {
        add("loses", card.loses.as_ref().map_or("nothing", Text::as_str));
    }
    for choice in &card.choices {
        let chosen = choice.chosen.as_ref().map_or("nothing yet", Text::as_str);
        let (name, form) = (&choice.name, choice.form.word());
        add("to choose", &format!("choose {name} {form}: {}; chosen: {chosen}", choice.what));
    }
    add("can be undone", &undone(card));
    if !harmless {
        add("undo", card.facts.undo.as_str());
    }
    add("if it fails", card.facts.on_failure.as_str());
    if let Some(alternative) = &step.alternative {
        add("otherwise", alternative.as_str());
    }
    for (id, reason) in &card.skipped {
        add("left out", &format!("{id}: {reason}"));
    }
    for (number, check) in card.checks.iter().enumerate() {
        let line = match &check.standing {
            Standing::Holds => format!("✓ {}", check.what),
            Standing::Warns(why) => format!("▲ not so, or not known: {}: {why}", check.what),
            Standing::Blocks(why) => format!("✗ BLOCKED, not so: {}: {why}", check.what),
        };
        add(if number == 0 { "checks" } else { "" }, &line);
    }
    add("sends", &sends(card));
    // What is copied stands on one line, however long it is.
    let mut exact = |label: &str, text: &str| lines.push(format!("{}{text}", labelled(label)));
    for request in &card.requests {
        let (call, intent) = (&request.call, request.intent);
        exact("call", &format!("{} in {} as {intent}", call.action(), call.region()));
        exact("with", &request.parameters.to_string());
        exact("by hand", &shell.by_hand(call, intent));
    }
    if let Work::Command(command) = &card.work {
        exact("program", &command.argv.join(" "));
        exact("its check", &command.check.join(" "));
    }
    let mut add = |label: &str, text: &str| add_to(&mut lines, label, text);
    for (region, reach) in &card.reach {
        let plane = card.facts.plane.map(|of| format!(" {}", plane(of))).unwrap_or_default();
        add("endpoint", &format!("{region}{plane}: {}", reached(reach)));
    }
    add("takes", &takes(step, history));
    add("clock", &clock(view.clocks_of(index)));
    if let Some(rehearsal) = &card.rehearsal {
        add("rehearsal", rehearsal.as_str());
    }
    lines
}

/// `   loses         `: what the words after it are about.
fn labelled(label: &str) -> String {
    format!("   {label:<width$}", width = MARGIN - 3)
}

/// Words about something, each line of them broken where a terminal ends.
fn add_to(lines: &mut Vec<String>, label: &str, text: &str) {
    let parts = text.lines().filter(|line| !line.trim().is_empty());
    for (number, line) in parts.flat_map(|line| broken(line, WIDTH - MARGIN)).enumerate() {
        lines.push(format!("{}{line}", labelled(if number == 0 { label } else { "" })));
    }
}

/// What is known of a request in doubt.
pub(super) fn doubt(index: usize, doubt: &Doubt, view: &View) -> Vec<String> {
    let name = view.steps.get(index).map(|step| step.id.as_str()).unwrap_or_default();
    let mut lines = vec![
        String::new(),
        format!("== step {} of {} {name} is IN DOUBT: AWS may have done this", index + 1, view.steps.len()),
    ];
    let mut add = |label: &str, text: &str| add_to(&mut lines, label, text);
    let what = doubt
        .call
        .as_ref()
        .map_or("a program".to_owned(), |call| format!("{} of {} in {}", call.action(), call.target(), call.region()));
    add("sent", &format!("{what} as {} at {:.0}", doubt.intent, doubt.at));
    let lost = "the session broke off before its answer came";
    add("answer", doubt.error.as_ref().map_or(lost, Text::as_str));
    add("seen", doubt.evidence.as_ref().map_or("nothing yet", Text::as_str));
    add("", "It is never sent again by itself. Look in AWS, then say what you found.");
    lines
}
