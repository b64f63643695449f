//! The engine without its hands: a state, what happens, and what is to be done about it. No I/O, no clock of its own.
//!
//! [`step`] is all of it. What has to outlive a crash is an [`Effect::Append`]; the state takes it in only when it comes back as
//! [`Event::Appended`], by the same fold ([`Ledger::apply`]) that builds the state when a run is taken up again. So nothing is ever done on
//! the ground of something that a crash could take away.

mod card;
mod clocks;
mod drive;
mod event;
mod ledger;
mod orders;
mod sending;
mod view;
mod watched;

use std::collections::VecDeque;
use std::sync::Arc;

pub use card::{Card, Reach, Request, Typed};
pub use clocks::Clocks;
pub use event::{Condition, Effect, Event, Inquiry, Order, Reply};
pub use ledger::{Accepted, Confirmation, Course, Ledger, Note, PartLedger, Track};
pub use view::{Doubt, Fence, Holding, PartView, Stage, StepView, View};
pub use watched::{Attended, Watched, recorded};

use crate::journal::{Entry, Person, Record, Verdict};
use crate::model::{Moment, Snapshot, Span, Text};
use crate::runbook::{Mode, Progress, Runbook, World};

/// Between two readings of what is waited for.
const POLL: Span = Span::from_secs(5);

/// Between two readings for a card that waits for a person.
const REFRESH: Span = Span::from_secs(30);

/// Between two readings of a fence that is open, or of a card that is blocked: what stands in its way may be over.
const FENCE: Span = Span::from_secs(15);

/// Two readings that show nothing of a request prove that it was not carried out if they are so far apart: AWS may show later what it has done.
pub const APART: Span = Span::from_secs(60);

/// What came of a request could not be read for so long: then the person is asked, and it is read on.
const UNREAD: Span = Span::from_mins(2);

/// Answers to orders that are kept.
const REPLIES: usize = 32;

/// A run under way.
#[derive(Clone, Debug)]
pub struct State {
    runbook: Arc<Runbook>,
    ledger: Ledger,
    steps: Vec<Live>,
    /// Records on their way to the disk, oldest first.
    outbox: VecDeque<Record>,
    disk: Disk,
    /// How the session is to end, and why.
    closing: Option<(Verdict, Text)>,
    /// The highest number given to an intent.
    numbered: u32,
    tickets: u64,
    waiting: VecDeque<(u64, Order)>,
    /// The answer to the order that was taken last; given once what follows from it is on the disk.
    answer: Option<Reply>,
    replies: VecDeque<Reply>,
    error: Option<Text>,
}

/// How writing stands.
#[derive(Clone, Debug, PartialEq)]
enum Disk {
    Idle,
    /// The first record of the outbox is being written.
    Writing,
    /// It could not be; it is tried again with the next tick.
    Stalled,
    /// Nothing can be written any more: nothing is done any more.
    Lost(Text),
}

/// What is known of a step besides its records: all of it may be lost.
#[derive(Clone, Debug, Default)]
struct Live {
    doing: Doing,
    /// The reading under way.
    asked: Option<u64>,
    /// When to read again; at once if `None`.
    due: Option<Moment>,
    card: Option<Arc<Card>>,
    /// The card before, where it was another plan.
    before: Option<Arc<Card>>,
    progress: Option<Progress>,
    /// The first of the readings that showed nothing of a request in doubt.
    clean: Option<(Moment, Text)>,
    /// The first of the readings that did not tell what came of a request in doubt.
    undecided: Option<Moment>,
    /// What the last reading showed of an open fence, or of a request in doubt.
    seen: Option<Text>,
    trouble: Option<Text>,
}

/// What is going on with a step that was confirmed in this session.
#[derive(Clone, Debug, Default)]
enum Doing {
    #[default]
    Nothing,
    /// The confirm is being recorded.
    Confirming(Arc<Card>),
    /// What the card showed is read again.
    Rechecking(Arc<Card>),
    /// AWS is asked who we are; then the next request is sent.
    Identifying(Plan),
    /// The next request is recorded, sent, or its outcome recorded.
    Sending(Plan),
    /// Nothing is sent; its verification is waited for.
    Watching,
}

/// What was confirmed, and how far it has come.
#[derive(Clone, Debug)]
struct Plan {
    card: Arc<Card>,
    next: usize,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Waiting,
    Planning,
    Card,
    Confirming,
    Sending,
    InDoubt,
    Asking,
    Verifying,
    Failed,
    Settled,
}

/// What happened, and what is to be done about it. `now` is the time by AWS's clock, or the simulator's.
pub fn step(mut state: State, event: Event, now: Moment) -> (State, Vec<Effect>) {
    let effects = state.step(event, now);
    (state, effects)
}

impl State {
    /// The run that `entries` tell of. The last of them opened the session that begins now.
    ///
    /// # Errors
    /// When they are not of a run of that runbook.
    pub fn new(runbook: Arc<Runbook>, entries: &[Entry]) -> Result<Self, Text> {
        let ledger = Ledger::of(&runbook, entries)?;
        Ok(Self {
            steps: vec![Live::default(); runbook.steps.len()],
            numbered: ledger.intents,
            runbook,
            ledger,
            outbox: VecDeque::new(),
            disk: Disk::Idle,
            closing: None,
            tickets: 0,
            waiting: VecDeque::new(),
            answer: None,
            replies: VecDeque::new(),
            error: None,
        })
    }

    /// [`step`] in place.
    pub fn step(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.take(event, now, &mut effects);
        self.go_on(now, &mut effects);
        effects
    }

    /// Whether nothing can be recorded any more.
    pub const fn is_lost(&self) -> bool {
        matches!(self.disk, Disk::Lost(_))
    }

    /// What the records add up to.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How the session ended, once it has.
    pub const fn closed(&self) -> Option<Verdict> {
        self.ledger.closed
    }

    /// Whether a request may be on its way to AWS, or its outcome on its way to the disk.
    pub fn is_sending(&self) -> bool {
        self.steps.iter().any(|live| matches!(live.doing, Doing::Sending(_)))
    }

    fn take(&mut self, event: Event, now: Moment, effects: &mut Vec<Effect>) {
        match event {
            Event::Order { number, order } => self.waiting.push_back((number, order)),
            Event::Appended(entry) => self.appended(&entry, effects),
            Event::NotAppended { error, journal } => self.not_appended(error, journal),
            Event::Read { step, ticket, snapshot, at } => {
                if self.answers(step, ticket) {
                    self.read(step, &snapshot, at, now, effects);
                }
            }
            Event::Identified { step, ticket, seen } => {
                if self.answers(step, ticket) {
                    self.identified(step, seen, now);
                }
            }
            Event::Came { step, intent, outcome } => self.came(step, intent, outcome),
            Event::Checked { step, ticket, said } => {
                if self.answers(step, ticket) {
                    self.checked(step, said, now);
                }
            }
            Event::Tick => {
                if self.disk == Disk::Stalled {
                    self.disk = Disk::Idle;
                }
            }
        }
    }

    /// Everything that follows by itself.
    fn go_on(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if matches!(self.disk, Disk::Lost(_)) || self.ledger.closed.is_some() {
            let over = self.over();
            for (number, _) in std::mem::take(&mut self.waiting) {
                self.reply(Reply { number, taken: Err(over.clone()) });
            }
            self.answer.take().into_iter().for_each(|answer| self.reply(answer));
            return;
        }
        while self.outbox.is_empty() {
            self.answer.take().into_iter().for_each(|answer| self.reply(answer));
            let Some((number, order)) = self.waiting.pop_front() else { break };
            let taken = self.order(order, now);
            self.answer = Some(Reply { number, taken });
        }
        for step in 0..self.steps.len() {
            self.drive(step, now, effects);
        }
        self.milestones();
        self.close();
        if self.disk == Disk::Idle
            && let Some(record) = self.outbox.front()
        {
            self.disk = Disk::Writing;
            effects.push(Effect::Append(Box::new(record.clone())));
        }
        if self.outbox.is_empty() {
            self.answer.take().into_iter().for_each(|answer| self.reply(answer));
        }
    }

    fn over(&self) -> Text {
        match (&self.disk, self.ledger.closed) {
            (Disk::Lost(error), _) => {
                Text::new(format!("nothing can be recorded any more, so nothing is done any more: {error}"))
            }
            (_, Some(Verdict::Finished)) => Text::new("the run is finished"),
            (_, Some(Verdict::Aborted)) => Text::new("the run was given up"),
            (_, Some(Verdict::Paused) | None) => Text::new("this session is over; resume the run"),
        }
    }

    fn reply(&mut self, reply: Reply) {
        if self.replies.len() >= REPLIES {
            self.replies.pop_front();
        }
        self.replies.push_back(reply);
    }

    /// Ends the session once nothing is in flight: when that is wanted, or when every step is done or left out.
    fn close(&mut self) {
        if !self.outbox.is_empty() || self.is_sending() {
            return;
        }
        if self.closing.is_none() && self.ledger.tracks.iter().all(Track::is_settled) {
            self.closing = Some((Verdict::Finished, Text::new("every step is done or was left out")));
        }
        if let Some((verdict, reason)) = &self.closing {
            self.outbox.push_back(Record::SessionClosed { verdict: *verdict, reason: reason.clone() });
        }
    }

    /// Who drives.
    fn operator(&self) -> Person {
        let nobody = || Person { name: Text::default(), arn: Text::default() };
        self.ledger.holder.as_ref().map_or_else(nobody, |(person, _)| person.clone())
    }

    fn id(&self, step: usize) -> String {
        self.runbook.steps.get(step).map(|step| step.id.clone()).unwrap_or_default()
    }

    /// Whether something of that step is on its way to the disk.
    fn is_recording(&self, step: usize) -> bool {
        let id = self.runbook.steps.get(step).map(|step| step.id.as_str());
        self.outbox.iter().any(|record| record.step() == id)
    }

    /// What the kind of a step sees.
    fn world<'a>(&'a self, step: usize, snapshot: &'a Snapshot, now: Moment) -> World<'a> {
        let attempts = self.ledger.tracks.get(step).map(|track| track.attempts.as_slice()).unwrap_or_default();
        World { snapshot, now, run: self.ledger.facts_of(step), attempts }
    }

    fn is_on_paper(&self) -> bool {
        self.ledger.run.mode == Mode::Tabletop
    }

    /// The next number, ours whether or not the disk takes it.
    fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    /// Whether that is the answer the step waits for; others are of a question that does not matter any more.
    fn answers(&mut self, step: usize, ticket: u64) -> bool {
        match self.steps.get_mut(step) {
            Some(live) if live.asked == Some(ticket) => {
                live.asked = None;
                true
            }
            Some(_) | None => false,
        }
    }
}
