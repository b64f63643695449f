//! A step on its page: where it stands, its card with everything a person has to know before confirming, in its order, what was sent for it
//! and what was seen of it.

use super::{doubt, state};
use crate::console::command_line::Shell;
use crate::console::format;
use crate::console::run::{self, Live};
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::engine::words::{UNREAD, after_refusal, plane, reached, sends, takes, undone};
use crate::engine::{Card, Note, Reach, Stage, StepView, Typed};
use crate::model::{Moment, Span, Text, words::length};
use crate::runbook::{Attempt, Outcome, Progress, Question, Refusal, Reversibility, Standing, Step, Work};

/// The column of the values.
const COLUMN: usize = 15;

/// The last states that are shown of a step.
const STATES: usize = 12;

/// A page being made.
pub(super) struct Page {
    width: usize,
    lines: Vec<Line>,
    /// The line after the last one of the card.
    end: Option<usize>,
}

/// A page as it is drawn.
pub struct Lines {
    /// All of it.
    pub lines: Vec<Line>,
    /// How many of them a person has to have seen before the card can be confirmed.
    pub end: usize,
}

impl Page {
    /// An empty one of that width.
    pub(super) const fn new(width: usize) -> Self {
        Self { width, lines: Vec::new(), end: None }
    }

    /// A label and its value; further lines of the value stand below it.
    pub(super) fn add(&mut self, label: &str, value: Line) {
        let mut line = Line::new(Role::TableHeader, format!(" {label}")).padded(COLUMN);
        line.append(value);
        self.lines.extend(line.wrapped(self.width, COLUMN));
    }

    /// The same for text of several lines.
    pub(super) fn text(&mut self, label: &str, role: Role, text: &str) {
        let mut label = label;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            self.add(label, Line::new(role, line.trim_end()));
            label = "";
        }
    }

    /// A line over the whole width.
    pub(super) fn line(&mut self, line: Line) {
        self.lines.extend(line.wrapped(self.width, 1));
    }

    /// A line that fits.
    pub(super) fn put(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Line::empty());
        }
    }

    /// Its columns.
    pub(super) const fn width(&self) -> usize {
        self.width
    }
}

/// The page of the step of that index.
pub fn lines(live: &Live, index: usize, shell: &Shell, now: Moment, width: usize) -> Lines {
    let (Some(step), Some(of)) = (live.step(index), live.definition(index)) else {
        return Lines { lines: Vec::new(), end: 0 };
    };
    let mut page = Page::new(width);
    page.line(
        Line::new(Role::Text, " ")
            .with(Role::Title, step.id.as_str())
            .with(
                Role::TextMuted,
                format!(" · step {} of {} · {} · ", index + 1, live.view.steps.len(), of.phase.as_str()),
            )
            .with(Role::TextMuted, of.kind.word()),
    );
    page.line(Line::new(Role::Text, " ").with(Role::TextStrong, of.title.as_str()));
    standing(live, step, now, &mut page);
    let blocker = run::card(step).and_then(|card| card.blocker());
    // Of a blocked card only that matters; what keeps it from being confirmed stands above already.
    let is_known = |trouble: &Text| blocker.is_some_and(|(_, why)| trouble.as_str().ends_with(why.as_str()));
    if let Some(trouble) = step.trouble.as_ref().filter(|trouble| !is_known(trouble)) {
        page.text("BEFORE THIS", Role::StepStuck, trouble.as_str());
        page.text("WHAT TO DO", Role::Text, after_refusal(step).unwrap_or_default());
    }
    if blocker.is_none() {
        for changed in live.differences(index) {
            page.text("CHANGED", Role::StepStuck, &changed);
        }
    }
    page.gap();
    match run::card(step) {
        Some(card) => of_card(live, index, card, shell, now, &mut page),
        None => of_definition(live, of, &mut page),
    }
    if live.awaits_consent(index) {
        page.add(
            "ANSWER",
            Line::new(Role::KeyName, "x")
                .with(Role::Text, " consents, where AWS takes you for another caller than the one who drives"),
        );
    }
    sent(&step.attempts, now, &mut page);
    seen(live, index, &mut page);
    notes(&step.notes, now, &mut page);
    Lines { end: page.end.unwrap_or(page.lines.len()), lines: page.lines }
}

/// Where it stands, and what that means for the person.
fn standing(live: &Live, step: &StepView, now: Moment, page: &mut Page) {
    page.add("STANDS", state::line(live, step));
    if let Some(learned) = &step.learned {
        page.text("ANSWER LOST", Role::StepStuck, &format!("it was carried out all the same: {learned}"));
    }
    let since = step.confirmed.map(|at| format!("{} since it was confirmed", format::span(now.duration_since(at))));
    match &step.stage {
        Stage::Waiting(_) => page.add("", state::why(live, step)),
        Stage::Planning | Stage::Confirming => {}
        Stage::Card(card) => {
            if let Some((what, why)) = card.blocker() {
                page.text("BLOCKED BY", Role::StepFailed, &format!("it has to be so that {what}: {why}"));
                page.add("WAYS ON", ways("reads it again at once"));
            }
        }
        Stage::Sending { .. } => {
            page.add("", state::why(live, step));
            page.text(
                "",
                Role::TextMuted,
                "without an answer in time it is in doubt: then AWS is read to find out, and nothing is sent again",
            );
        }
        Stage::InDoubt(doubt) | Stage::Asking(doubt) => doubt::add(doubt, &step.stage, now, page),
        Stage::Verifying(progress) => verifying(step, progress.as_ref(), page),
        Stage::Done { at, evidence } => {
            page.text("SEEN", Role::Text, evidence.as_str());
            page.add("AT", Line::new(Role::Text, format::when(*at, now)));
        }
        Stage::Failed { at, why } => {
            page.text("SEEN", Role::StepFailed, why.as_str());
            page.add("AT", Line::new(Role::Text, format::when(*at, now)));
            page.add("WAYS ON", ways("offers it again"));
        }
        Stage::Skipped { at, reason, by } => {
            page.text("BECAUSE", Role::Text, reason.as_str());
            page.add("BY", Line::new(Role::Text, format!("{}, {}", by.name, format::when(*at, now))));
        }
    }
    if let (Some(since), Stage::Verifying(_) | Stage::Sending { .. } | Stage::InDoubt(_) | Stage::Asking(_)) =
        (since, &step.stage)
    {
        let worst =
            live.definition(step.index).map(|of| format!("; at worst {}", length(of.worst))).unwrap_or_default();
        page.add("TIME", Line::new(Role::Text, since + &worst));
    }
    if step.stuck {
        page.text(
            "STUCK",
            Role::StepStuck,
            "longer than at worst. Above is the last state seen. r offers it again, s leaves it out, or wait",
        );
        if let Some(on_failure) = live.definition(step.index).and_then(|of| of.on_failure.as_ref()) {
            page.text("WHAT TO DO", Role::Text, on_failure.as_str());
        }
    }
}

/// What a person can do about a step that does not go on.
fn ways(again: &str) -> Line {
    Line::new(Role::KeyName, "r")
        .with(Role::Text, format!(" {again}, "))
        .with(Role::KeyName, "s")
        .with(Role::Text, " leaves it out")
}

fn verifying(step: &StepView, progress: Option<&Progress>, page: &mut Page) {
    match progress {
        Some(Progress::Running { state, share }) => {
            if let Some(share) = share {
                page.add("DONE SO FAR", bar(*share, page.width().saturating_sub(COLUMN + 6).min(40)));
            }
            page.text("SEEN LAST", Role::Text, state.as_str());
        }
        Some(Progress::Done(state) | Progress::NotBegun(state)) => page.text("SEEN LAST", Role::Text, state.as_str()),
        Some(Progress::Unknown(why)) => {
            page.text("SEEN LAST", Role::StepDoubt, why.as_str());
            page.text("WHAT TO DO", Role::Text, UNREAD);
        }
        Some(Progress::Failed { why, way_on }) => {
            page.text("SEEN LAST", Role::StepFailed, why.as_str());
            page.text("WAY ON", Role::Text, way_on.as_str());
        }
        None => page.add("SEEN LAST", Line::new(Role::TextMuted, "nothing yet")),
    }
    if step.attempts.is_empty() && step.confirmed.is_some() {
        page.add("", Line::new(Role::TextMuted, "nothing was sent for it"));
    }
}

fn bar(share: f64, width: usize) -> Line {
    let share = share.clamp(0.0, 1.0);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "of a screen"
    )]
    let full = (share * width as f64).floor() as usize;
    Line::new(Role::StepRunning, "█".repeat(full))
        .with(Role::Border, "░".repeat(width.saturating_sub(full)))
        .with(Role::Text, format!(" {:.0}%", share * 100.0))
}

fn of_definition(live: &Live, of: &Step, page: &mut Page) {
    page.text("", Role::Text, of.text.as_str());
    page.text("TAKES", Role::Text, &takes(of, &live.history));
    if let Some(on_failure) = &of.on_failure {
        page.text("IF IT FAILS", Role::Text, on_failure.as_str());
    }
    if let Some(alternative) = &of.alternative {
        page.text("OTHERWISE", Role::Text, alternative.as_str());
    }
    if let Some(undo) = &of.undo {
        page.text("UNDO", Role::Text, undo.as_str());
    }
}

/// Everything before confirm, in its order.
fn of_card(live: &Live, index: usize, card: &Card, shell: &Shell, now: Moment, page: &mut Page) {
    let Some(of) = live.definition(index) else { return };
    page.text("", Role::Text, of.text.as_str());
    does(live, card, page);
    loses(card, now, page);
    let (role, danger) = match card.facts.reversibility {
        Reversibility::Harmless | Reversibility::Reversible => (Role::Text, false),
        Reversibility::WithLoss | Reversibility::OneWay => (Role::Danger, true),
    };
    page.text(if danger { "NO WAY BACK" } else { "CAN BE UNDONE" }, role, &undone(card));
    page.text("UNDO", Role::Text, card.facts.undo.as_str());
    page.text("IF IT FAILS", Role::Text, card.facts.on_failure.as_str());
    if let Some(alternative) = &of.alternative {
        page.text("OTHERWISE", Role::Text, alternative.as_str());
    }
    for (id, reason) in &card.skipped {
        page.text("LEFT OUT", Role::StepStuck, &format!("{id}: {reason}"));
    }
    choices(card, page);
    checks(card, now, page);
    requests(card, shell, page);
    endpoints(card, page);
    page.text("TAKES", Role::Text, &takes(of, &live.history));
    page.text("CLOCK", Role::Text, &crate::engine::words::clock(live.view.clocks_of(index)));
    if let Some(rehearsal) = &card.rehearsal {
        page.text("REHEARSAL", Role::StepStuck, rehearsal.as_str());
    }
    answers(live, index, card, page);
}

fn does(live: &Live, card: &Card, page: &mut Page) {
    page.text("DOES", Role::TextStrong, card.describe.as_str());
    let run = &live.view.run;
    let direction = live.view.runbook.direction.as_str();
    let account = format::account(run.account.as_str());
    page.add("", Line::new(Role::TextMuted, format!("in account {account}; {direction} of {}", run.system)));
}

fn loses(card: &Card, now: Moment, page: &mut Page) {
    match &card.loses {
        Some(loses) => {
            page.text("LOSES", Role::Danger, loses.as_str());
            let age = format::age(now.duration_since(card.read_at).max(Span::ZERO));
            page.add("", Line::new(Role::TextMuted, format!("as read {age} ago")));
        }
        None => page.add("LOSES", Line::new(Role::Text, "nothing")),
    }
}

/// What is left to the operator, and what they chose.
fn choices(card: &Card, page: &mut Page) {
    for choice in &card.choices {
        page.text("TO CHOOSE", Role::Text, &format!("{}: {}", choice.name, choice.what));
        let line = match &choice.chosen {
            Some(chosen) => Line::new(Role::TextStrong, format!("chosen: {chosen}")),
            None => Line::new(Role::StepTurn, "chosen: nothing yet"),
        };
        page.add("", line.with(Role::Text, "; ").with(Role::KeyName, "e").with(Role::Text, " chooses"));
    }
}

fn checks(card: &Card, now: Moment, page: &mut Page) {
    if card.checks.is_empty() {
        return;
    }
    let age = format::age(now.duration_since(card.read_at).max(Span::ZERO));
    page.gap();
    page.line(Line::new(Role::TableHeader, format!(" IT HAS TO BE SO THAT (read {age} ago)")));
    for check in &card.checks {
        let (glyph, role, why): (_, _, Option<&Text>) = match &check.standing {
            Standing::Holds => ("✓", Role::StepDone, None),
            Standing::Warns(why) => ("▲", Role::StepStuck, Some(why)),
            Standing::Blocks(why) => ("✗", Role::StepFailed, Some(why)),
        };
        let mut line = Line::new(Role::Text, "   ").with(role, glyph).with(Role::Text, format!(" {}", check.what));
        if let Some(why) = why {
            line.push(role, format!(": {why}"));
        }
        page.lines.extend(line.wrapped(page.width, 5));
    }
}

fn requests(card: &Card, shell: &Shell, page: &mut Page) {
    page.gap();
    page.text("SENDS", Role::TextStrong, &sends(card));
    for (at, request) in card.requests.iter().enumerate() {
        let (call, intent) = (&request.call, request.intent);
        page.add(
            &format!("REQUEST {}", at + 1),
            Line::new(Role::TextStrong, call.action())
                .with(Role::Text, format!(" of {} in {}", call.target(), call.region())),
        );
        for parameter in parameters(&request.parameters) {
            page.add("", Line::new(Role::Text, parameter));
        }
        page.add("BY HAND", Line::new(Role::TextMuted, shell.by_hand(call, intent)));
    }
    if let Work::Command(command) = &card.work {
        page.text("PROGRAM", Role::Text, &command.argv.join(" "));
        page.text("ITS CHECK", Role::Text, &command.check.join(" "));
    }
}

/// The members of a request, one a line.
fn parameters(json: &serde_json::Value) -> Vec<String> {
    match json.as_object() {
        Some(members) => members
            .iter()
            .map(|(name, value)| match value.as_str() {
                Some(text) => format!("{name}: {text}"),
                None => format!("{name}: {value}"),
            })
            .collect(),
        None => vec![json.to_string()],
    }
}

fn endpoints(card: &Card, page: &mut Page) {
    for (region, reach) in &card.reach {
        let role = match reach {
            Reach::Answers => Role::StepDone,
            Reach::Fails(_) => Role::StepFailed,
            Reach::NotAsked => Role::TextMuted,
        };
        let plane = card.facts.plane.map_or("", plane);
        page.add("ENDPOINT", Line::new(Role::Text, format!("{region} {plane}: ")).with(role, reached(reach)));
    }
}

/// What a person can answer.
fn answers(live: &Live, step: usize, card: &Card, page: &mut Page) {
    page.gap();
    let key = |key: &str, what: &str| Line::new(Role::KeyName, key.to_owned()).with(Role::Text, format!(" {what}"));
    match &card.work {
        Work::Ask(Question::Decision) => {
            let (began, repair) = (live.draft.began.or(live.view.clocks.began), live.draft.repair);
            let began = began.map_or_else(|| "now".to_owned(), |began| format!("{began:.0}"));
            let repair = repair.map_or_else(|| "not known".to_owned(), |repair| format!("{repair:.0}"));
            page.add(
                "DECISION",
                Line::new(Role::Text, format!("the disruption began {began}; repair expected: {repair}")),
            );
            page.add("", key("e", "changes these times, x declares it"));
        }
        Work::Ask(Question::Approval) => {
            page.add("ANSWER", key("x", "says who approves; they can also do so from their own session"))
        }
        Work::Ask(Question::Fence) => {
            page.add("ANSWER", key("x", "accepts the risk, with the reason; r reads again whether it can be proven"))
        }
        Work::Ask(Question::Manual) => page.add("ANSWER", key("x", "says that it is done")),
        Work::Calls(_)
        | Work::OneOf(_)
        | Work::Command(_)
        | Work::Watch
        | Work::Already(_)
        | Work::NotInThisMode(_) => {
            if card.blocker().is_some() {
                page.add("ANSWER", key("r", "reads it again; s leaves it out, with the reason"));
            } else {
                let asks = match card.typed {
                    Typed::Name => format!("asks for the name {}, then does it", live.system_of(step)),
                    Typed::Nothing => "asks you once more, then does it".to_owned(),
                };
                page.add("ANSWER", key("x", &asks));
            }
        }
    }
    page.line(Line::new(Role::TextMuted, " end of the card"));
    page.end = Some(page.lines.len());
}

fn sent(attempts: &[Attempt], now: Moment, page: &mut Page) {
    if attempts.is_empty() {
        return;
    }
    page.gap();
    page.line(Line::new(Role::TableHeader, " WAS SENT"));
    for attempt in attempts {
        let what = doubt::what(attempt.call.as_ref());
        let mut line =
            Line::new(Role::Text, format!("   {} {} ", format::moment(attempt.at, now), attempt.intent.number));
        line.push(Role::Text, format!("{what}: "));
        line.append(outcome(attempt.outcome.as_ref()));
        page.lines.extend(line.wrapped(page.width, 5));
    }
}

fn outcome(outcome: Option<&Outcome>) -> Line {
    match outcome {
        None => Line::new(Role::StepRunning, "no answer yet"),
        Some(Outcome::Applied { .. }) => Line::new(Role::StepDone, "applied"),
        Some(Outcome::NotApplied { why, error }) => {
            Line::new(Role::StepFailed, format!("not applied, {}: {error}", refusal(*why)))
        }
        Some(Outcome::InDoubt { error }) => Line::new(Role::StepDoubt, format!("in doubt: {error}")),
    }
}

const fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::NotSent => "it was not sent",
        Refusal::Throttled => "AWS asks to slow down",
        Refusal::Denied => "this identity may not",
        Refusal::Expired => "the credentials have expired",
        Refusal::Invalid => "AWS calls it invalid",
        Refusal::Conflict => "something else is going on",
        Refusal::Capacity => "no capacity, or a quota is used up",
        Refusal::NotFound => "what it is about does not exist",
    }
}

fn seen(live: &Live, index: usize, page: &mut Page) {
    let log = live.log(index);
    if log.len() < 2 {
        return;
    }
    page.gap();
    page.line(Line::new(Role::TableHeader, " WAS SEEN"));
    for (at, state) in log.iter().skip(log.len().saturating_sub(STATES)) {
        let line = Line::new(Role::TextMuted, format!("   {} ", format::clock(*at))).with(Role::Text, state.as_str());
        page.lines.extend(line.wrapped(page.width, 5));
    }
}

fn notes(notes: &[Note], now: Moment, page: &mut Page) {
    if notes.is_empty() {
        return;
    }
    page.gap();
    page.line(Line::new(Role::TableHeader, " REMARKS"));
    for note in notes {
        let line = Line::new(Role::TextMuted, format!("   {} {}: ", format::moment(note.at, now), note.by.name))
            .with(Role::Text, note.text.as_str());
        page.lines.extend(line.wrapped(page.width, 5));
    }
}

/// What can be copied of a step: the lines by hand first.
pub fn copies(live: &Live, index: usize, shell: &Shell) -> Vec<(String, String)> {
    let Some(step) = live.step(index) else { return Vec::new() };
    let mut copies = Vec::new();
    if let Some(card) = run::card(step) {
        for request in &card.requests {
            copies.push((request.call.action().to_owned(), shell.by_hand(&request.call, request.intent)));
        }
        for request in &card.requests {
            copies.push(("parameters".to_owned(), request.parameters.to_string()));
        }
        if let Work::Command(command) = &card.work {
            copies.push(("program".to_owned(), command.argv.join(" ")));
        }
        copies.push(("does".to_owned(), card.describe.to_string()));
    }
    for attempt in step.attempts.iter() {
        copies
            .extend(attempt.call.as_ref().map(|call| (call.action().to_owned(), shell.by_hand(call, attempt.intent))));
        copies.push(("intent".to_owned(), attempt.intent.to_string()));
    }
    if let Some(seen) = crate::engine::words::progress(step) {
        copies.push(("seen".to_owned(), seen));
    }
    copies.push(("step".to_owned(), step.id.clone()));
    copies.push(("run".to_owned(), live.id().to_string()));
    copies
}
