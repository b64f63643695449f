//! What a front end shows of a run: plain values, nothing that needs I/O.

use std::ops::Range;
use std::sync::Arc;

use super::card::Card;
use super::clocks::Clocks;
use super::event::Reply;
use super::ledger::{Course, Note, Track};
use super::{APART, Disk, Standing, State};
use crate::journal::{Identity, Person, Verdict};
use crate::model::{Moment, Text};
use crate::runbook::{ApiCall, Attempt, IntentId, Outcome, Phase, Progress, RunFacts, Runbook};

/// A run, at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The moment, by AWS's clock or the simulator's.
    pub at: Moment,
    /// The runbook.
    pub runbook: Arc<Runbook>,
    /// The run: its name, mode, incident, choices.
    pub run: RunFacts,
    /// Whether it goes on.
    pub holding: Holding,
    /// Who drives, and since when.
    pub holder: Option<(Person, Moment)>,
    /// Whom AWS takes them for.
    pub identity: Option<Identity>,
    /// One for each step of the runbook, in its order.
    pub steps: Vec<StepView>,
    /// Fences that are not proven.
    pub fences: Vec<Fence>,
    /// The clocks; of several Systems, those of all together.
    pub clocks: Clocks,
    /// The Systems of the runbooks that the run's own takes in, each with its own clocks; empty where it takes in none.
    pub parts: Vec<PartView>,
    /// Remarks about no step.
    pub notes: Vec<Note>,
    /// What went wrong last with the journal.
    pub error: Option<Text>,
    /// What became of the last orders, oldest first.
    pub replies: Vec<Reply>,
}

/// One of several Systems that a run moves, at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct PartView {
    /// The System.
    pub system: String,
    /// The runbook that moves it.
    pub runbook: String,
    /// Its steps, as indices of [`View::steps`].
    pub steps: Range<usize>,
    /// Its clocks.
    pub clocks: Clocks,
}

/// Whether a run goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Holding {
    /// It does.
    Open,
    /// What is in flight is waited for; nothing new is begun.
    Stopping(Text),
    /// The session is over.
    Closed(Verdict),
    /// Nothing can be done any more in this session: why.
    ReadOnly(Text),
}

/// A step, at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct StepView {
    /// Its index in the runbook.
    pub index: usize,
    /// Its name.
    pub id: String,
    /// What it belongs to.
    pub phase: Phase,
    /// Where it stands.
    pub stage: Stage,
    /// Why it is offered again: a refusal, the error of a request. Above all else on its card.
    pub trouble: Option<Text>,
    /// Set once it takes longer than its worst time.
    pub stuck: bool,
    /// When it was confirmed first.
    pub began: Option<Moment>,
    /// When it was confirmed last: since then it is under way.
    pub confirmed: Option<Moment>,
    /// The answer to its last request was lost, and this is how it is known that it was carried out all the same.
    pub learned: Option<Text>,
    /// What was sent for it.
    pub attempts: Arc<Vec<Attempt>>,
    /// Remarks.
    pub notes: Vec<Note>,
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// For these steps, by their indices.
    Waiting(Vec<usize>),
    /// What its card shows is being read.
    Planning,
    /// A person is asked.
    Card(Arc<Card>),
    /// It was confirmed; what the card showed is read again.
    Confirming,
    /// A request is on its way.
    Sending {
        /// Its name.
        intent: Option<IntentId>,
        /// What is asked; `None` for a program.
        call: Option<ApiCall>,
    },
    /// Nobody knows whether its request was carried out; AWS is read to find out.
    InDoubt(Doubt),
    /// AWS does not tell: the person is asked.
    Asking(Doubt),
    /// It was carried out; its verification is waited for. The last reading.
    Verifying(Option<Progress>),
    /// Its verification held.
    Done {
        /// When.
        at: Moment,
        /// What was seen.
        evidence: Text,
    },
    /// It ended otherwise than it should.
    Failed {
        /// When.
        at: Moment,
        /// What was seen, and the way on.
        why: Text,
    },
    /// It was left out.
    Skipped {
        /// When.
        at: Moment,
        /// Why.
        reason: Text,
        /// Who said so.
        by: Person,
    },
}

/// A request of which nobody knows what came.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// Its name, which AWS knows it by.
    pub intent: IntentId,
    /// What was asked; `None` for a program.
    pub call: Option<ApiCall>,
    /// When it was about to be sent.
    pub at: Moment,
    /// What happened to the answer; `None` if the session broke off before.
    pub error: Option<Text>,
    /// What readings show so far.
    pub evidence: Option<Text>,
    /// Where they show that it was not carried out: when a second one may prove it.
    pub proven_from: Option<Moment>,
}

/// A fence that is not proven: the old primary may take writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Fence {
    /// The step, by its index.
    pub step: usize,
    /// Since when.
    pub since: Moment,
    /// Why somebody accepts it.
    pub reason: Text,
    /// Who.
    pub by: Person,
    /// What the last reading showed.
    pub seen: Option<Text>,
}

impl StepView {
    /// Its card, while a person is asked.
    pub fn card(&self) -> Option<&Arc<Card>> {
        match &self.stage {
            Stage::Card(card) => Some(card),
            Stage::Waiting(_)
            | Stage::Planning
            | Stage::Confirming
            | Stage::Sending { .. }
            | Stage::InDoubt(_)
            | Stage::Asking(_)
            | Stage::Verifying(_)
            | Stage::Done { .. }
            | Stage::Failed { .. }
            | Stage::Skipped { .. } => None,
        }
    }
}

impl View {
    /// What became of an order, once that is known.
    pub fn reply(&self, number: u64) -> Option<&Reply> {
        self.replies.iter().find(|reply| reply.number == number)
    }

    /// The clocks of the System that a step moves; of a run of one System, the run's.
    pub fn clocks_of(&self, step: usize) -> &Clocks {
        self.parts.iter().find(|part| part.steps.contains(&step)).map_or(&self.clocks, |part| &part.clocks)
    }

    /// What is shown after a defect has ended the engine: the journal is as it was, and what was being sent is in doubt.
    #[must_use]
    pub fn after_a_defect(&self) -> Self {
        let mut view = self.clone();
        view.holding = Holding::ReadOnly(Text::new(format!(
            "the engine has stopped by a defect; nothing more is sent, and everything up to here is recorded: resume run {}",
            view.run.id
        )));
        for step in &mut view.steps {
            let Stage::Sending { intent: Some(intent), call } = &step.stage else { continue };
            step.stage = Stage::InDoubt(Doubt {
                intent: *intent,
                call: call.clone(),
                at: view.at,
                error: Some(Text::new("the engine has stopped before an answer came")),
                evidence: None,
                proven_from: None,
            });
        }
        view
    }

    /// The cards that wait for a person.
    pub fn cards(&self) -> impl Iterator<Item = (&StepView, &Arc<Card>)> {
        self.steps.iter().filter_map(|step| Some((step, step.card()?)))
    }
}

impl State {
    /// What a front end shows at `now`.
    pub fn view(&self, now: Moment) -> View {
        let ledger = &self.ledger;
        View {
            at: now,
            runbook: Arc::clone(&self.runbook),
            run: ledger.run.clone(),
            holding: self.holding(),
            holder: ledger.holder.clone(),
            identity: ledger.identity.clone(),
            steps: (0..self.steps.len()).filter_map(|step| self.step_view(step, now)).collect(),
            fences: (0..self.steps.len()).filter_map(|step| self.fence(step)).collect(),
            clocks: self.clocks(now),
            parts: self.parts(now),
            notes: ledger.notes.clone(),
            error: self.error.clone(),
            replies: self.replies.iter().cloned().collect(),
        }
    }

    fn holding(&self) -> Holding {
        match (&self.disk, self.ledger.closed, &self.closing) {
            (_, Some(verdict), _) => Holding::Closed(verdict),
            (Disk::Lost(error), None, _) => Holding::ReadOnly(error.clone()),
            (Disk::Idle | Disk::Writing | Disk::Stalled, None, Some((_, reason))) => Holding::Stopping(reason.clone()),
            (Disk::Idle | Disk::Writing | Disk::Stalled, None, None) => Holding::Open,
        }
    }

    fn step_view(&self, index: usize, now: Moment) -> Option<StepView> {
        let (of, track) = (self.runbook.steps.get(index)?, self.ledger.tracks.get(index)?);
        let trouble = self.steps.get(index).and_then(|live| live.trouble.clone());
        Some(StepView {
            index,
            id: of.id.clone(),
            phase: of.phase,
            stage: self.stage(index, track),
            trouble: trouble.or_else(|| track.trouble.clone()),
            stuck: self.is_stuck(index, track, now),
            began: track.began,
            confirmed: match &track.course {
                Course::Confirmed(confirmation) => Some(confirmation.at),
                Course::Open | Course::Done { .. } | Course::Failed { .. } | Course::Skipped { .. } => None,
            },
            learned: track.learned.clone(),
            attempts: Arc::clone(&track.attempts),
            notes: track.notes.clone(),
        })
    }

    fn stage(&self, step: usize, track: &Track) -> Stage {
        match &track.course {
            Course::Done { at, evidence } => return Stage::Done { at: *at, evidence: evidence.clone() },
            Course::Failed { at, why } => return Stage::Failed { at: *at, why: why.clone() },
            Course::Skipped { at, reason, by } => {
                return Stage::Skipped { at: *at, reason: reason.clone(), by: by.clone() };
            }
            Course::Open | Course::Confirmed(_) => {}
        }
        let live = self.steps.get(step);
        match self.standing(step) {
            Standing::Waiting => Stage::Waiting(self.missing(step)),
            Standing::Card => live.and_then(|live| live.card.clone()).map_or(Stage::Planning, Stage::Card),
            Standing::Confirming => Stage::Confirming,
            Standing::Sending => {
                let sent = track.in_doubt();
                Stage::Sending { intent: sent.map(|sent| sent.intent), call: sent.and_then(|sent| sent.call.clone()) }
            }
            Standing::InDoubt => self.doubt(step, track).map_or(Stage::Planning, Stage::InDoubt),
            Standing::Asking => self.doubt(step, track).map_or(Stage::Planning, Stage::Asking),
            Standing::Verifying => Stage::Verifying(live.and_then(|live| live.progress.clone())),
            Standing::Planning | Standing::Failed | Standing::Settled => Stage::Planning,
        }
    }

    fn doubt(&self, step: usize, track: &Track) -> Option<Doubt> {
        let (attempt, live) = (track.in_doubt()?, self.steps.get(step)?);
        let error = match &attempt.outcome {
            Some(Outcome::InDoubt { error }) => Some(error.clone()),
            Some(Outcome::Applied { .. } | Outcome::NotApplied { .. }) | None => None,
        };
        let clean = live.clean.as_ref();
        let seen = live.seen.clone().or_else(|| track.cannot_tell.clone());
        Some(Doubt {
            intent: attempt.intent,
            call: attempt.call.clone(),
            at: attempt.at,
            error,
            evidence: clean.map(|(_, evidence)| evidence.clone()).or(seen),
            proven_from: clean.and_then(|(at, _)| at.checked_add(APART).ok()),
        })
    }

    fn fence(&self, step: usize) -> Option<Fence> {
        let accepted = self.open_fence(step)?;
        let seen = self.steps.get(step).and_then(|live| live.seen.clone());
        Some(Fence { step, since: accepted.at, reason: accepted.reason, by: accepted.by, seen })
    }
}
