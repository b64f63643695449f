//! The loop of the engine's thread: takes what happens to the core, and carries out what it says.

use std::collections::{BTreeMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::FutureExt as _;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval, sleep_until, timeout};

use super::core::{Condition, Effect, Event, Inquiry, Order, State, View};
use super::{Wish, program, reads};
use crate::aws::Unread;
use crate::journal::{Journal, JournalError, Lock, Record};
use crate::look::{Clock, Contact, clock};
use crate::model::facts::sts;
use crate::model::{Moment, Place, Span, Text};
use crate::runbook::{ApiCall, Command, IntentId, Outcome, RunId, Runbook};

/// How often the core looks whether something is due, however fast the simulator's time runs.
const TICK: Duration = Duration::from_secs(1);

/// What the thread works with.
pub(super) struct Tools {
    pub(super) contact: Contact,
    pub(super) clock: Clock,
    pub(super) home: Place,
    pub(super) runbook: Arc<Runbook>,
    pub(super) journal: Journal,
    /// Of each System that it moves; held until the session is over.
    pub(super) locks: Vec<Lock>,
}

/// The thread's side of a run.
pub(super) struct Hands {
    tools: Tools,
    state: State,
    views: Arc<watch::Sender<Arc<View>>>,
    happened: mpsc::UnboundedSender<Event>,
    happens: mpsc::UnboundedReceiver<Event>,
    /// What is in flight: each is answered, or counts as in doubt.
    flying: BTreeMap<IntentId, usize>,
}

impl Hands {
    pub(super) fn new(tools: Tools, state: State) -> Self {
        let view = state.view(tools.clock.at(Instant::now()));
        let (happened, happens) = mpsc::unbounded_channel();
        let views = Arc::new(watch::Sender::new(Arc::new(view)));
        Self { tools, state, views, happened, happens, flying: BTreeMap::new() }
    }

    pub(super) fn run(&self) -> RunId {
        self.state.ledger().run.id
    }

    pub(super) fn views(&self) -> Arc<watch::Sender<Arc<View>>> {
        Arc::clone(&self.views)
    }

    /// Works until the session is over.
    pub(super) async fn work(mut self, mut heard: mpsc::UnboundedReceiver<Wish>) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut clocks = self.compare_clocks();
        let mut deadline: Option<(Instant, Text)> = None;
        while self.state.closed().is_none() {
            let until = deadline.as_ref().map(|(at, _)| *at);
            let event = tokio::select! {
                Some(event) = self.happens.recv() => event,
                wish = heard.recv(), if deadline.is_none() => match wish {
                    Some(Wish::Order(number, order)) => Event::Order { number, order },
                    Some(Wish::Finish(reason, patience)) => {
                        deadline = Some((Instant::now() + patience, reason.clone()));
                        Event::Order { number: 0, order: Order::Pause { reason } }
                    }
                    None => {
                        let reason = Text::new("nobody drives any more");
                        let patience = self.tools.contact.session.access().patience();
                        deadline = Some((Instant::now() + patience, reason.clone()));
                        Event::Order { number: 0, order: Order::Pause { reason } }
                    }
                },
                _ = ticks.tick() => Event::Tick,
                Ok(()) = clocks.changed() => {
                    self.tools.clock = *clocks.borrow_and_update();
                    Event::Tick
                }
                () = after(until) => {
                    let Some((_, reason)) = &deadline else { continue };
                    self.give_up(&reason.clone());
                    break;
                }
            };
            self.take(event);
            // Without a journal nothing can be waited for but the answers themselves.
            if deadline.is_some() && self.state.is_lost() && self.flying.is_empty() {
                break;
            }
        }
        let Tools { locks, .. } = self.tools;
        drop(locks);
    }

    /// What is in flight is in doubt: nobody waits for it any longer.
    fn give_up(&mut self, reason: &Text) {
        for (intent, step) in std::mem::take(&mut self.flying) {
            let error = Text::new(format!("the session ended ({reason}) before an answer came"));
            self.take(Event::Came { step, intent, outcome: Outcome::InDoubt { error } });
        }
    }

    /// Lets the core take an event, and everything that comes of it at once; then shows it.
    fn take(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            if let Event::Came { intent, .. } = &event {
                self.flying.remove(intent);
            }
            let now = self.now();
            for effect in self.state.step(event, now) {
                events.extend(self.carry_out(effect));
            }
        }
        let view = self.state.view(self.now());
        self.views.send_replace(Arc::new(view));
    }

    fn now(&self) -> Moment {
        self.tools.clock.at(Instant::now())
    }

    /// Carries out an effect. What takes no time comes back at once; all else comes as it happens.
    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Append(record) => return Some(self.append(*record)),
            Effect::Read(inquiry) => self.read(inquiry),
            Effect::CheckIdentity { step, ticket, at_least, roles } => self.identify(step, ticket, at_least, roles),
            Effect::Send { step, intent, call } => self.send(step, intent, *call),
            Effect::Start { step, intent, command } => self.start(step, intent, command),
            Effect::Check { step, ticket, command } => self.check(step, ticket, command),
        }
        None
    }

    fn append(&mut self, record: Record) -> Event {
        let now = self.now();
        match self.tools.journal.append(now, Moment::now(), record) {
            Ok(entry) => Event::Appended(Box::new(entry)),
            Err(error) => {
                let full = matches!(error, JournalError::Full { .. });
                let journal = if full { Condition::Sound } else { Condition::Lost };
                tracing::error!(%error, "a record could not be written");
                Event::NotAppended { error: Text::new(error.to_string()), journal }
            }
        }
    }

    fn read(&self, inquiry: Inquiry) {
        let (contact, clock, happened) = (self.tools.contact.clone(), self.tools.clock, self.happened.clone());
        let runbook = Arc::clone(&self.tools.runbook);
        tokio::spawn(async move {
            let at = clock.at(Instant::now());
            let Inquiry { step, ticket, .. } = inquiry;
            let Some(of) = runbook.steps.get(step) else { return };
            let reading = AssertUnwindSafe(reads::read(&contact, &of.kind, &inquiry, clock)).catch_unwind();
            // Without any reading a step knows nothing, and says so.
            let snapshot = Arc::new(Box::pin(reading).await.unwrap_or_default());
            let _ = happened.send(Event::Read { step, ticket, snapshot, at });
        });
    }

    fn identify(&self, step: usize, ticket: u64, at_least: Span, roles: Vec<Arc<str>>) {
        let (contact, clock, happened) = (self.tools.contact.clone(), self.tools.clock, self.happened.clone());
        let home = self.tools.home.clone();
        tokio::spawn(async move {
            let session = &contact.session;
            let patience = session.access().patience().saturating_mul(2);
            // Credentials end by AWS's clock, a simulator's too: its own may run faster, and is what the run is told by.
            let (now, ours) = (clock.at(Instant::now()), clock::ours(session).at(Instant::now()));
            let all = async {
                let mut seen = session.identity(&home, at_least, ours).await?;
                for role in roles {
                    let place = Place { role: Some(role), ..home.clone() };
                    let with = session.identity(&place, at_least, ours).await?;
                    // Whichever ends first.
                    seen.expires = seen.expires.into_iter().chain(with.expires).min();
                }
                Ok::<_, Unread>(seen)
            };
            let asked = AssertUnwindSafe(timeout(patience, all)).catch_unwind();
            let told = |seen: sts::Identity| sts::Identity {
                expires: seen.expires.and_then(|end| now.checked_add(end.duration_since(ours)).ok()),
                ..seen
            };
            let seen = match Box::pin(asked).await {
                Ok(Ok(seen)) => seen.map(told).map_err(|unread| unread.error),
                Ok(Err(_)) => Err(Text::new(format!("STS in {} did not answer in time", home.region))),
                Err(_) => Err(Text::new("asking it failed by a defect")),
            };
            let _ = happened.send(Event::Identified { step, ticket, seen });
        });
    }

    /// Sends exactly one request.
    fn send(&mut self, step: usize, intent: IntentId, call: ApiCall) {
        self.flying.insert(intent, step);
        let (contact, happened) = (self.tools.contact.clone(), self.happened.clone());
        tokio::spawn(async move {
            let session = &contact.session;
            let patience = session.access().patience();
            let sent = AssertUnwindSafe(session.change(&call, intent, patience)).catch_unwind();
            let outcome = Box::pin(sent).await.unwrap_or_else(|_| lost());
            let _ = happened.send(Event::Came { step, intent, outcome });
        });
    }

    fn start(&mut self, step: usize, intent: IntentId, command: Command) {
        self.flying.insert(intent, step);
        let happened = self.happened.clone();
        tokio::spawn(async move {
            let outcome = spawn_blocking(move || program::run(&command)).await.unwrap_or_else(|_| lost());
            let _ = happened.send(Event::Came { step, intent, outcome });
        });
    }

    fn check(&self, step: usize, ticket: u64, command: Command) {
        let happened = self.happened.clone();
        tokio::spawn(async move {
            let said = spawn_blocking(move || program::check(&command)).await;
            let said = said.unwrap_or_else(|_| Err(Text::new("its check failed by a defect")));
            let _ = happened.send(Event::Checked { step, ticket, said });
        });
    }

    /// The clock to go by, whenever it says something new.
    fn compare_clocks(&self) -> watch::Receiver<Clock> {
        let (compared, clocks) = watch::channel(self.tools.clock);
        let session = self.tools.contact.session.clone();
        tokio::spawn(async move {
            let mut last = *compared.borrow();
            loop {
                tokio::time::sleep(clock::COMPARE_EVERY).await;
                let Some(now) = clock::compare(&session).await else { continue };
                if clock::moved(&last, &now) {
                    last = now;
                    if compared.send(now).is_err() {
                        return;
                    }
                }
            }
        });
        clocks
    }
}

/// A defect in what sends: the request may have left.
fn lost() -> Outcome {
    Outcome::InDoubt { error: Text::new("sending it failed by a defect") }
}

/// Waits until then, or for ever.
async fn after(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until.into()).await,
        None => std::future::pending().await,
    }
}
