//! A step's card as lines: everything a person has to know before confirming, in its order.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr as _;

use crate::engine::{Card, Clocks, Doubt, Reach, Typed, View};
use crate::model::words::{self, length};
use crate::model::{Span, Text};
use crate::runbook::call::{Plane, cli};
use crate::runbook::{Reversibility, Standing, Step, Work};

/// A terminal is at least so wide; what is said in sentences fits into it.
const WIDTH: usize = 80;

/// Where the words of a card begin, after what they are about.
const MARGIN: usize = 17;

/// How long steps took in earlier runs, by their names: finished ones only.
pub(super) type History = BTreeMap<String, Vec<Span>>;

/// What the AWS CLI needs besides, to make the same calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Shell {
    /// Where every call goes, instead of to AWS.
    pub(super) endpoint_url: Option<String>,
    /// The profile.
    pub(super) profile: Option<String>,
}

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
    add("", step.text.as_str());
    add("does", card.describe.as_str());
    add("loses", card.loses.as_ref().map_or("nothing", Text::as_str));
    for choice in &card.choices {
        let chosen = choice.chosen.as_ref().map_or("nothing yet", Text::as_str);
        let (name, form) = (&choice.name, choice.form.word());
        add("to choose", &format!("choose {name} {form}: {}; chosen: {chosen}", choice.what));
    }
    add("can be undone", &undone(card));
    add("undo", card.facts.undo.as_str());
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
        exact("by hand", &cli::line_for(call, intent, shell.endpoint_url.as_deref(), shell.profile.as_deref()));
    }
    if let Work::Command(command) = &card.work {
        exact("program", &command.argv.join(" "));
        exact("its check", &command.check.join(" "));
    }
    let mut add = |label: &str, text: &str| add_to(&mut lines, label, text);
    for (region, reach) in &card.reach {
        let plane = card.facts.plane.map_or("", plane);
        add("endpoint", &format!("{region} {plane}: {}", reached(reach)));
    }
    add("takes", &takes(step, history));
    add("clock", &clock(&view.clocks));
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

/// A line as several that are no wider than that; a word that is wider stands alone.
fn broken(line: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.width() + 1 + word.width() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn undone(card: &Card) -> String {
    let words = match card.facts.reversibility {
        Reversibility::Harmless => "it changes nothing in AWS",
        Reversibility::Reversible => "yes",
        Reversibility::WithLoss => "yes, but what was lost stays lost",
        Reversibility::OneWay => "NO, this is one-way",
    };
    match card.typed {
        Typed::Name => format!("{words}; to confirm it the system's name is typed"),
        Typed::Nothing => words.to_owned(),
    }
}

fn sends(card: &Card) -> String {
    match &card.work {
        Work::Watch if card.blocker().is_some() => "nothing, as long as it is blocked".to_owned(),
        Work::Calls(calls) => words::count(calls.len(), "request"),
        Work::Command(_) => "one program, without a shell".to_owned(),
        Work::Ask(_) => "nothing; your word is recorded".to_owned(),
        Work::Watch => "nothing; it waits until it is so".to_owned(),
        Work::Already(why) => format!("nothing, it is so already: {why}"),
        Work::NotInThisMode(why) => format!("nothing in this mode: {why}"),
    }
}

const fn plane(plane: Plane) -> &'static str {
    match plane {
        Plane::Data => "data plane",
        Plane::Control => "control plane",
        Plane::GlobalControl => "global control plane (us-east-1)",
    }
}

fn reached(reach: &Reach) -> String {
    match reach {
        Reach::Answers => "answers".to_owned(),
        Reach::Fails(error) => format!("DOES NOT ANSWER: {error}"),
        Reach::NotAsked => "not asked just now".to_owned(),
    }
}

fn takes(step: &Step, history: &History) -> String {
    let estimate = format!("estimated {}, at worst {}", length(step.estimate), length(step.worst));
    let mut took = history.get(&step.id).cloned().unwrap_or_default();
    took.sort_unstable();
    match (took.get(took.len() / 2), took.last()) {
        (Some(median), Some(worst)) => format!(
            "{} (median of {}), at worst {}; {estimate}",
            length(*median),
            words::count(took.len(), "run"),
            length(*worst)
        ),
        (_, _) => format!("never run before; {estimate}"),
    }
}

/// The RTO clock in a line.
pub(super) fn clock(clocks: &Clocks) -> String {
    let rest = format!("about {} of steps are left until users are served", length(clocks.until_served));
    match (clocks.served, clocks.unserved, clocks.left) {
        (Some(_), Some(took), _) => {
            let protected = match (clocks.protected, clocks.unprotected) {
                (Some(_), Some(took)) => format!("protected again after {}", length(took)),
                (None, Some(since)) => format!("unprotected for {}", length(since)),
                (_, None) => "not protected".to_owned(),
            };
            format!("users were served after {}; {protected}", length(took))
        }
        (None, Some(since), Some(left)) if left < Span::ZERO => {
            format!("users are not served for {}: the RTO is missed by {}; {rest}", length(since), length(left.abs()))
        }
        (None, Some(since), Some(left)) => {
            format!("users are not served for {}, {} of the RTO are left; {rest}", length(since), length(left))
        }
        (None, Some(since), None) => format!("users are not served for {}; {rest}", length(since)),
        (Some(served), None, _) => format!("users were verified to be served at {served:.0}"),
        (None, None, _) => format!("nobody said when a disruption began; {rest}"),
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
