//! From the confirm to the outcome: nothing is sent but what was shown, by whom the run knows, and after its intent is on the disk.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::card::Card;
use super::ledger::Track;
use super::{Condition, Disk, Doing, Effect, Plan, State};
use crate::journal::{Entry, Record};
use crate::model::facts::sts::Identity;
use crate::model::words::{clock, length};
use crate::model::{Moment, Snapshot, Span, Text};
use crate::runbook::{Found, IntentId, Mode, Outcome, Progress, Question, Refusal, Work};

/// No step is refused because its credentials end after this: where roles are chained, a session of theirs lasts an hour.
const LONGEST_NEEDED: Span = Span::from_mins(45);

/// What an interrupted confirm is told.
const STOPPED: &str = "the run was stopped before anything was sent";

impl State {
    /// A record is on the disk: it counts, and what waited for it goes on.
    pub(super) fn appended(&mut self, entry: &Entry, effects: &mut Vec<Effect>) {
        self.outbox.pop_front();
        self.disk = Disk::Idle;
        self.error = None;
        self.ledger.apply(entry);
        let Some(step) = entry.record.step().and_then(|id| self.ledger.index(id)) else { return };
        match &entry.record {
            Record::Confirmed { .. } => self.confirmed(step, effects),
            Record::Intent { intent, .. } => self.recorded(step, *intent, effects),
            Record::Outcome { outcome, .. } => self.concluded(step, outcome),
            Record::Chosen { .. } => self.choices_changed(None),
            Record::Decided { .. } => self.choices_changed(Some(step)),
            Record::Done { .. }
            | Record::Skipped { .. }
            | Record::Failed { .. }
            | Record::Refused { .. }
            | Record::Retried { .. }
            | Record::Resolved { .. }
            | Record::Reconciled { applied: Some(_), .. } => self.stand_still(step),
            Record::RunOpened { .. }
            | Record::SessionOpened { .. }
            | Record::Repaired { .. }
            | Record::Reconciled { applied: None, .. }
            | Record::Approved { .. }
            | Record::RiskAccepted { .. }
            | Record::FenceProven { .. }
            | Record::Noted { .. }
            | Record::Served { .. }
            | Record::Protected { .. }
            | Record::SessionClosed { .. } => {}
        }
    }

    fn stand_still(&mut self, step: usize) {
        if let Some(live) = self.steps.get_mut(step) {
            Self::rest(live);
        }
    }

    /// What was chosen may be on every card. That of the decision itself stays until it is read anew: it is confirmed next.
    fn choices_changed(&mut self, decided: Option<usize>) {
        for (at, live) in self.steps.iter_mut().enumerate().filter(|(_, live)| matches!(live.doing, Doing::Nothing)) {
            if Some(at) != decided {
                live.before = live.card.take();
            }
            (live.asked, live.due) = (None, None);
        }
    }

    /// A record is not on the disk. A confirm and an intent that could not be recorded did not happen; all others are tried again.
    pub(super) fn not_appended(&mut self, error: Text, journal: Condition) {
        self.error = Some(error.clone());
        self.disk = match journal {
            Condition::Sound => Disk::Stalled,
            Condition::Lost => Disk::Lost(error.clone()),
        };
        let withdrawn = match self.outbox.front() {
            Some(Record::Confirmed { step, .. } | Record::Intent { step, .. }) => self.ledger.index(step),
            Some(_) | None => None,
        };
        let Some(step) = withdrawn else { return };
        self.outbox.pop_front();
        if journal == Condition::Sound {
            self.disk = Disk::Idle;
        }
        let why = Text::new(format!("nothing was sent, because it could not be recorded: {error}"));
        if let Some(answer) = &mut self.answer {
            answer.taken = Err(why.clone());
        }
        self.stand_still(step);
        if let Some(live) = self.steps.get_mut(step) {
            live.trouble = Some(why);
        }
    }

    fn confirmed(&mut self, step: usize, effects: &mut Vec<Effect>) {
        let Some(live) = self.steps.get_mut(step) else { return };
        let Doing::Confirming(card) = &live.doing else { return };
        live.doing = Doing::Rechecking(Arc::clone(card));
        if self.closing.is_some() {
            return self.refuse(step, STOPPED);
        }
        self.ask(step, effects);
    }

    /// Back to the card: nothing was sent.
    pub(super) fn refuse(&mut self, step: usize, why: impl AsRef<str>) {
        if let Some(live) = self.steps.get_mut(step) {
            live.doing = Doing::Nothing;
            (live.asked, live.due) = (None, None);
        }
        self.outbox.push_back(Record::Refused { step: self.id(step), why: Text::new(why) });
    }

    /// Stops everything that was confirmed and of which nothing is recorded as sent.
    pub(super) fn stop_confirmed(&mut self) {
        for step in 0..self.steps.len() {
            let stops = matches!(
                self.steps.get(step).map(|live| &live.doing),
                Some(Doing::Rechecking(_) | Doing::Identifying(_))
            );
            if stops {
                self.refuse(step, STOPPED);
            }
        }
    }

    /// What was confirmed was read again: it is done if it is still the same.
    pub(super) fn rechecked(
        &mut self,
        step: usize,
        card: Card,
        snapshot: &Snapshot,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        let Some(live) = self.steps.get(step) else { return };
        let Doing::Rechecking(shown) = &live.doing else { return };
        // What is otherwise on the card of a decision is what the person has just said of it.
        let decides = card.work == Work::Ask(Question::Decision) && shown.work == card.work;
        // What stands in its way comes first: all else that is otherwise may come of that.
        if let Some((what, why)) = card.blocker() {
            let why = format!("it is not so that {what}: {why}");
            return self.refuse(step, why);
        }
        if card.plan != shown.plan && !decides {
            let (why, shown) = (changed(&card, shown), Arc::clone(shown));
            if let Some(live) = self.steps.get_mut(step) {
                live.before = Some(shown);
            }
            return self.refuse(step, why);
        }
        let work = card.work.clone();
        let card = Arc::new(card);
        match (self.mode(), work) {
            (_, Work::Ask(question)) => self.word(step, question, snapshot, now),
            (_, Work::NotInThisMode(reason)) => {
                let by = self.operator();
                self.finish(step, Record::Skipped { step: self.id(step), reason, by });
            }
            (Mode::Tabletop, work) => {
                let evidence = Text::new(rehearsed(&work));
                self.finish(step, Record::Done { step: self.id(step), evidence });
            }
            (Mode::Live | Mode::Drill, Work::Calls(calls) | Work::OneOf(calls)) if !calls.is_empty() => {
                self.identify(step, card, effects);
            }
            (Mode::Live | Mode::Drill, Work::Command(_)) => self.identify(step, card, effects),
            (Mode::Live | Mode::Drill, Work::Calls(_) | Work::OneOf(_) | Work::Watch | Work::Already(_)) => {
                if let Some(live) = self.steps.get_mut(step) {
                    live.doing = Doing::Watching;
                }
                let of = self.runbook.steps.get(step).map(|step| step.kind.clone());
                if let Some(kind) = of {
                    let progress = kind.step().verify(&self.world(step, snapshot, now));
                    self.progressed(step, progress, now);
                }
            }
        }
    }

    fn finish(&mut self, step: usize, record: Record) {
        if let Some(live) = self.steps.get_mut(step) {
            live.doing = Doing::Nothing;
        }
        self.outbox.push_back(record);
    }

    /// A person's word was the work.
    fn word(&mut self, step: usize, question: Question, snapshot: &Snapshot, now: Moment) {
        let (id, by) = (self.id(step), self.operator());
        let done = |evidence: String| Record::Done { step: id.clone(), evidence: Text::new(evidence) };
        match question {
            Question::Manual => {
                let evidence = format!("{} says so", by.name);
                self.finish(step, done(evidence));
            }
            Question::Approval => self.finish(step, Record::Approved { step: id, by, verified: false }),
            Question::Decision => {
                let decided = self.ledger.tracks.get(step).is_some_and(|track| track.decided);
                let began = self.ledger.run.began.unwrap_or(now);
                if !decided {
                    let repair = self.ledger.run.repair;
                    self.outbox.push_back(Record::Decided { step: id.clone(), began, repair, by: by.clone() });
                }
                let evidence = format!("{} declared it: since {}", by.name, clock(began, now));
                self.finish(step, done(evidence));
            }
            Question::Fence => {
                if self.is_proven(step, snapshot, now) {
                    if let Some(live) = self.steps.get_mut(step) {
                        live.doing = Doing::Nothing;
                    }
                    return;
                }
                let seen = self.steps.get(step).and_then(|live| live.seen.clone()).unwrap_or_default();
                if self.is_on_paper() {
                    return self.finish(step, done(format!("rehearsed on paper; not proven: {seen}")));
                }
                let way_on = "fence the old primary, or accept the risk with a reason";
                self.refuse(step, format!("not proven: {seen}; {way_on}"));
            }
        }
    }

    fn identify(&mut self, step: usize, card: Arc<Card>, effects: &mut Vec<Effect>) {
        let ticket = self.ticket();
        let at_least = self.needed(step);
        // A runbook that is taken in may name a role of its own.
        let own = self.runbook.role.as_deref();
        let roles = card.work.calls().iter().filter_map(|call| call.place().role.clone());
        let roles: BTreeSet<Arc<str>> = roles.filter(|role| Some(&**role) != own).collect();
        let roles = roles.into_iter().collect();
        if let Some(live) = self.steps.get_mut(step) {
            live.doing = Doing::Identifying(Plan { card, next: 0 });
            live.asked = Some(ticket);
            effects.push(Effect::CheckIdentity { step, ticket, at_least, roles });
        }
    }

    /// How long the credentials have to hold for a step.
    fn needed(&self, step: usize) -> Span {
        self.runbook.steps.get(step).map_or(Span::ZERO, |step| step.worst).min(LONGEST_NEEDED)
    }

    /// Nothing is sent by another identity than the one this session began with, nor with credentials that may end before the step does.
    pub(super) fn identified(&mut self, step: usize, seen: Result<Identity, Text>, now: Moment) {
        let Some(Doing::Identifying(plan)) = self.steps.get(step).map(|live| live.doing.clone()) else { return };
        let seen = match seen {
            Ok(seen) => seen,
            Err(error) => return self.refuse(step, format!("AWS does not say who we are: {error}")),
        };
        let known = self.ledger.identity.as_ref();
        if known.is_none_or(|known| known.account != seen.account || known.arn != seen.arn) {
            let was = known.map_or("nobody", |known| known.arn.as_str());
            return self.refuse(
                step,
                format!(
                    "this session began as {was}, and AWS now takes us for {}; log in as before, or pause and resume as another operator",
                    seen.arn
                ),
            );
        }
        let needed = self.needed(step);
        if let Some(end) = seen.expires
            && end.duration_since(now) < needed
        {
            return self.refuse(
                step,
                format!(
                    "the credentials end at {}, in {}, but this step may take {}; log in again, then confirm",
                    clock(end, now),
                    length(end.duration_since(now)),
                    length(needed)
                ),
            );
        }
        self.intend(step, plan);
    }

    /// Records that the next request is about to be sent.
    fn intend(&mut self, step: usize, plan: Plan) {
        let (call, command) = match &plan.card.work {
            Work::Calls(calls) | Work::OneOf(calls) => (calls.get(plan.next).cloned(), None),
            Work::Command(command) => (None, Some(command.clone())),
            Work::Ask(_) | Work::Watch | Work::Already(_) | Work::NotInThisMode(_) => return,
        };
        self.numbered = self.numbered.saturating_add(1);
        let intent = IntentId { run: self.ledger.run.id, number: self.numbered };
        let parameters = match (&call, &command) {
            (Some(call), _) => call.parameters(intent),
            (None, Some(command)) => serde_json::json!({ "argv": command.argv }),
            (None, None) => return,
        };
        if let Some(live) = self.steps.get_mut(step) {
            live.doing = Doing::Sending(plan);
        }
        self.outbox.push_back(Record::Intent { step: self.id(step), intent, call, command, parameters });
        self.renumber();
    }

    /// The cards that wait show the names that their requests would have now.
    fn renumber(&mut self) {
        let (run, next) = (self.ledger.run.id, self.numbered.saturating_add(1));
        for card in self.steps.iter_mut().filter_map(|live| live.card.as_mut()) {
            if !card.requests.is_empty() {
                Arc::make_mut(card).number(run, next);
            }
        }
    }

    /// The intent is on the disk: now, and only now, the request is sent.
    fn recorded(&mut self, step: usize, intent: IntentId, effects: &mut Vec<Effect>) {
        if self.closing.is_some() {
            let outcome = Outcome::NotApplied { why: Refusal::NotSent, error: Text::new(STOPPED) };
            self.outbox.push_back(Record::Outcome { step: self.id(step), intent, outcome });
            return;
        }
        let Some(track) = self.ledger.tracks.get(step) else { return };
        let call = track.attempts.last().and_then(|attempt| attempt.call.clone());
        effects.extend(match (call, &track.command) {
            (Some(call), _) => Some(Effect::Send { step, intent, call: Box::new(call) }),
            (None, Some(command)) => Some(Effect::Start { step, intent, command: command.clone() }),
            (None, None) => None,
        });
    }

    /// What came of a request.
    pub(super) fn came(&mut self, step: usize, intent: IntentId, outcome: Outcome) {
        let expected = self.ledger.tracks.get(step).and_then(|track| track.attempts.last());
        let expected = expected.is_some_and(|last| last.intent == intent && last.outcome.is_none());
        let known = |record: &Record| matches!(record, Record::Outcome { intent: known, .. } if *known == intent);
        if expected && !self.outbox.iter().any(known) {
            self.outbox.push_back(Record::Outcome { step: self.id(step), intent, outcome });
        }
    }

    /// The outcome is on the disk: the next request, or the verification, or the card again.
    fn concluded(&mut self, step: usize, outcome: &Outcome) {
        let Some(live) = self.steps.get_mut(step) else { return };
        let Doing::Sending(plan) = std::mem::take(&mut live.doing) else { return };
        Self::rest(live);
        let track = self.ledger.tracks.get(step);
        let goes_on = match outcome {
            Outcome::Applied { .. } => track.is_some_and(|track| !track.is_sent()),
            // As long as the confirm holds, another endpoint may be tried.
            Outcome::NotApplied { .. } => track.is_some_and(Track::has_another),
            Outcome::InDoubt { .. } => return,
        };
        let next = Plan { card: Arc::clone(&plan.card), next: plan.next + 1 };
        if goes_on && next.next < next.card.requests.len() && self.closing.is_none() {
            self.intend(step, next);
        } else if matches!(outcome, Outcome::NotApplied { .. }) {
            live.before = Some(plan.card);
        }
    }

    /// A program's check has ended.
    pub(super) fn checked(&mut self, step: usize, said: Result<Text, Text>, now: Moment) {
        let Some(track) = self.ledger.tracks.get(step).filter(|_| !self.is_recording(step)) else { return };
        if track.in_doubt().is_some() {
            let found = match said {
                Ok(evidence) => Found::Applied(evidence),
                Err(evidence) => Found::CannotTell(evidence),
            };
            return self.found(step, found, now, now);
        }
        let failed = track.attempts.last().and_then(|attempt| match &attempt.outcome {
            Some(Outcome::Applied { answer }) => answer.get("exit").and_then(serde_json::Value::as_i64),
            Some(Outcome::NotApplied { .. } | Outcome::InDoubt { .. }) | None => None,
        });
        let progress = match (said, failed.filter(|code| *code != 0)) {
            (Ok(evidence), _) => Progress::Done(evidence),
            (Err(said), Some(code)) => Progress::Failed {
                why: Text::new(format!("the program ended with exit code {code}, and its check says: {said}")),
                way_on: Text::new("look at what it did, then retry it or skip it with the reason"),
            },
            (Err(state), None) => Progress::Running { state, share: None },
        };
        self.progressed(step, progress, now);
    }
}

/// Why a confirm of `shown` does not hold for `card`.
pub(super) fn changed(card: &Card, shown: &Card) -> String {
    let differences = card.differences(shown);
    match differences.is_empty() {
        true => "the plan changed since it was shown; nothing was sent".to_owned(),
        false => format!("the plan changed since it was shown, and nothing was sent: {}", differences.join("; ")),
    }
}

/// What a rehearsal on paper says of a step.
fn rehearsed(work: &Work) -> &'static str {
    match work {
        Work::Calls(_) | Work::OneOf(_) => "rehearsed on paper: nothing was sent",
        Work::Command(_) => "rehearsed on paper: nothing was started",
        Work::Watch => "rehearsed on paper: it was not waited for",
        Work::Already(_) => "rehearsed on paper: it is so already",
        Work::Ask(_) | Work::NotInThisMode(_) => "rehearsed on paper",
    }
}
