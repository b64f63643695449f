//! A session: what the run shows is said, what the person says is ordered.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use super::begin::Started;
use super::card;
use super::question::{self, Draft, Form, Question, Said};
use super::terminal::{Lines, Voice};
use crate::cli::exit::Failure;
use crate::engine::{Holding, Order, Stage, View, approvals, words};
use crate::journal::list::read;
use crate::journal::{Verdict, tell};
use crate::model::words::length;
use crate::model::{Moment, Text};

/// How long the outcome of a call in flight is waited for when the session has to end. A call gives up by itself before that.
const OUTCOME: Duration = Duration::from_secs(60);

/// How often another session's consent is looked for.
const APPROVALS: Duration = Duration::from_secs(1);

/// Drives until the run is finished, paused or given up.
pub(super) async fn drive(started: Started, lines: &mut Lines, terminal: &Voice) -> Result<Verdict, Failure> {
    let mut session = Session::new(started);
    let unavailable = |error: std::io::Error| Failure::Unavailable(format!("signals cannot be listened to: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(unavailable)?;
    let mut end = signal(SignalKind::terminate()).map_err(unavailable)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(unavailable)?;
    let mut views = session.started.engine.views.clone();
    let mut looks = interval(APPROVALS);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut listening = true;
    loop {
        let view = Arc::clone(&views.borrow_and_update());
        if let Some(verdict) = session.tell(&view, terminal) {
            return Ok(session.end(verdict, terminal));
        }
        let line = async { if listening { lines.next().await } else { pending::<Option<String>>().await } };
        tokio::select! {
            changed = views.changed() => if changed.is_err() {
                terminal.say("! the engine ended; the record of the run is whole, resume it with the same command");
                return Ok(session.end(Verdict::Paused, terminal));
            },
            line = line => match line {
                Some(line) => session.hear(&line, &view, terminal),
                None => {
                    listening = false;
                    session.stop("nobody answers any more: standard input has ended", terminal);
                }
            },
            _ = looks.tick() => session.look_for_approvals(&view),
            () = came(&mut interrupt) => session.stop("interrupted (Ctrl-C)", terminal),
            () = came(&mut end) => session.stop("terminated", terminal),
            () = came(&mut hangup) => session.stop("hang-up", terminal),
        }
    }
}

async fn came(signal: &mut Signal) {
    if signal.recv().await.is_none() {
        pending::<()>().await;
    }
}

struct Session {
    started: Started,
    /// What was asked last.
    asked: Option<Question>,
    /// The order whose answer is waited for.
    ordered: Option<u64>,
    /// The card that a retry reads anew: it is shown once it was read after that.
    rereads: Option<(usize, Moment)>,
    /// What a decision is to say.
    draft: Draft,
    /// What was said last of each step.
    told: BTreeMap<usize, String>,
    served: bool,
    stopping: bool,
    opened: bool,
}

impl Session {
    const fn new(started: Started) -> Self {
        Self {
            started,
            asked: None,
            ordered: None,
            rereads: None,
            draft: Draft { began: None, repair: None },
            told: BTreeMap::new(),
            served: false,
            stopping: false,
            opened: false,
        }
    }

    /// Says what is new. How the session ended, once it has.
    fn tell(&mut self, view: &View, terminal: &Voice) -> Option<Verdict> {
        if !self.opened {
            self.opened = true;
            self.served = view.clocks.served.is_some();
            terminal.say(format!("run {}", view.run.id));
            if let Some((person, _)) = &view.holder {
                terminal.say(format!("driven by {} ({})", person.name, person.arn));
            }
        }
        for step in &view.steps {
            let Some(progress) = words::progress(step) else { continue };
            let progress = if step.stuck { format!("STUCK, longer than at worst: {progress}") } else { progress };
            if self.told.get(&step.index) != Some(&progress) {
                terminal.say(format!("   step {} of {} {}: {progress}", step.index + 1, view.steps.len(), step.id));
                self.told.insert(step.index, progress);
            }
        }
        if let (false, Some(_), Some(took)) = (self.served, view.clocks.served, view.clocks.unserved) {
            self.served = true;
            terminal.say(format!("users are served again after {}; the RTO clock has stopped", length(took)));
        }
        match &view.holding {
            Holding::Closed(verdict) => return Some(*verdict),
            Holding::ReadOnly(why) => {
                terminal.say(format!("! {why}"));
                return Some(Verdict::Paused);
            }
            Holding::Stopping(_) => return None,
            Holding::Open => {}
        }
        if let Some(number) = self.ordered {
            let reply = view.reply(number)?;
            self.ordered = None;
            if let Err(why) = &reply.taken {
                terminal.say(format!("! {why}"));
                self.asked = None;
            }
        }
        self.ask(view, terminal);
        None
    }

    fn ask(&mut self, view: &View, terminal: &Voice) {
        let question = question::of(view);
        if question == self.asked {
            return;
        }
        let Some(question) = question else {
            self.asked = None;
            return;
        };
        let Some(step) = view.steps.get(question.step) else { return };
        if let (Some((of, before)), Stage::Card(card)) = (self.rereads, &step.stage)
            && of == question.step
            && card.read_at <= before
        {
            return;
        }
        self.rereads = None;
        match &step.stage {
            Stage::Card(card) => {
                let same = self.asked.as_ref().is_some_and(|asked| asked.step == question.step);
                if same {
                    terminal.say("the card has changed since it was shown:");
                }
                for line in card::lines(question.step, card, view, &self.started.history, &self.started.shell) {
                    terminal.say(line);
                }
                if matches!(question.form, Form::Decision { .. }) {
                    self.say_draft(view, terminal);
                }
            }
            Stage::Asking(doubt) => {
                for line in card::doubt(question.step, doubt, view) {
                    terminal.say(line);
                }
            }
            Stage::Waiting(_)
            | Stage::Planning
            | Stage::Confirming
            | Stage::Sending { .. }
            | Stage::InDoubt(_)
            | Stage::Verifying(_)
            | Stage::Done { .. }
            | Stage::Failed { .. }
            | Stage::Skipped { .. } => {}
        }
        terminal.say(question.line(view));
        self.asked = Some(question);
    }

    fn say_draft(&self, view: &View, terminal: &Voice) {
        let began = self.draft.began.or(view.clocks.began);
        let since = began.map_or_else(|| format!("now, {:.0}", view.at), |began| format!("{began:.0}"));
        let repair = self.draft.repair.map_or("not known".to_owned(), |repair| format!("{repair:.0}"));
        terminal.say(format!("   the disruption began {since}; expected to be repaired: {repair}"));
    }

    fn hear(&mut self, line: &str, view: &View, terminal: &Voice) {
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        let said = match &self.asked {
            // What was asked is being answered already.
            Some(question) if self.ordered.is_none() => question.answer(line, view, self.draft),
            Some(_) | None => unasked(line),
        };
        match said {
            Said::Orders(orders) => {
                for order in orders {
                    if let Order::Retry { step } = &order {
                        self.rereads = Some((*step, view.at));
                        self.asked = None;
                    }
                    if matches!(order, Order::Note { .. } | Order::Choose { .. }) {
                        // The same question is asked again after it.
                        self.asked = None;
                    }
                    self.ordered = Some(self.started.engine.order(order));
                }
            }
            Said::Draft(draft) => {
                self.draft = draft;
                self.say_draft(view, terminal);
                if let Some(question) = &self.asked {
                    terminal.say(question.line(view));
                }
            }
            Said::Pause => self.stop("paused by the operator", terminal),
            Said::Abort(reason) => {
                self.stopping = true;
                self.ordered = Some(self.started.engine.order(Order::Abort { reason }));
            }
            Said::Wrong(why) => {
                terminal.say(format!("! {why}"));
                if let Some(question) = self.asked.as_ref().filter(|_| self.ordered.is_none()) {
                    terminal.say(question.line(view));
                }
            }
        }
    }

    /// Ends the session as soon as nothing is in flight.
    fn stop(&mut self, why: &str, terminal: &Voice) {
        if !self.stopping {
            self.stopping = true;
            terminal.say(format!("{why}: what is in flight is waited for"));
            self.ordered = Some(self.started.engine.order(Order::Pause { reason: Text::new(why) }));
        }
    }

    fn look_for_approvals(&mut self, view: &View) {
        if self.ordered.is_some() {
            return;
        }
        if let Some(order) = approvals::waiting(&self.started.place, view) {
            self.asked = None;
            self.ordered = Some(self.started.engine.order(order));
        }
    }

    /// The last words.
    fn end(self, verdict: Verdict, terminal: &Voice) -> Verdict {
        let Self { started, .. } = self;
        let view = Arc::clone(&started.engine.views.borrow());
        started.engine.finish(verdict.as_str(), OUTCOME);
        let run = view.run.id;
        for fence in &view.fences {
            let id = view.steps.get(fence.step).map(|step| step.id.as_str()).unwrap_or_default();
            terminal.say(format!("the fence {id} is still OPEN: {} accepts the risk: {}", fence.by.name, fence.reason));
        }
        if let Ok(read) = read(&started.place, run) {
            terminal.say(format!("journal: {} records, head {}", read.head.seq, read.head.hash));
            if let Some(last) = read.entries.last() {
                terminal.say(tell::sentence(&last.record));
            }
        }
        terminal.say(format!("run {run}: {}", verdict.as_str()));
        verdict
    }
}

/// What can be said while nothing is asked.
fn unasked(line: &str) -> Said {
    let (word, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(word, rest)| (word, rest.trim()));
    question::general(word, rest, None).unwrap_or_else(|| {
        Said::Wrong("nothing is asked just now; note TEXT, pause and abort REASON can be said at any time".to_owned())
    })
}
