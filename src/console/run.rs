//! Runs as the screens see them: how one stands, who this console is in it, what was seen of it so far, and how one begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{Card, Holding, Order, Stage, StepView, Unfinished, View, words};
use crate::journal::history::History;
use crate::model::{Moment, Text};
use crate::runbook::{self, Progress, Question, RunId, Runbook};

/// Who this console is in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seat {
    /// It drives.
    Driver,
    /// Somebody else drives: who and where, in words.
    Observer(Text),
    /// Nobody does any more: the session is over.
    Nobody,
}

/// States of one step that are kept.
const KEPT: usize = 200;

/// A run, and what was seen of it.
#[derive(Clone, Debug)]
pub struct Live {
    /// Who this console is in it.
    pub seat: Seat,
    /// How it stands.
    pub view: Arc<View>,
    /// How long its steps took in earlier runs.
    pub history: Arc<History>,
    /// What a decision is to say, before it is confirmed.
    pub draft: Draft,
    /// The cards whose end a person has seen, by step.
    read: BTreeMap<usize, Arc<Card>>,
    /// The states a step went through while somebody looked, oldest first.
    log: BTreeMap<usize, Vec<(Moment, String)>>,
}

/// What is said before a decision is confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// When the disruption began; `None` is as readings show.
    pub began: Option<Moment>,
    /// When the failed side is expected back.
    pub repair: Option<Moment>,
}

impl Live {
    /// A run that was not seen before.
    pub fn new(seat: Seat, view: Arc<View>, history: Arc<History>) -> Self {
        let mut live = Self {
            seat,
            view: Arc::clone(&view),
            history,
            draft: Draft::default(),
            read: BTreeMap::new(),
            log: BTreeMap::new(),
        };
        live.seen(view);
        live
    }

    /// Takes up how it stands now.
    pub fn seen(&mut self, view: Arc<View>) {
        for step in &view.steps {
            let Some(state) = words::progress(step) else { continue };
            let log = self.log.entry(step.index).or_default();
            if log.last().is_none_or(|(_, last)| *last != state) {
                log.push((view.at, state));
                if log.len() > KEPT {
                    log.remove(0);
                }
            }
        }
        // Whoever offers a step again that failed has another card before them, and reads all of it.
        let failed =
            |index: &usize| matches!(view.steps.get(*index).map(|step| &step.stage), Some(Stage::Failed { .. }));
        self.read.retain(|index, _| !failed(index));
        self.view = view;
    }

    /// Its name.
    pub fn id(&self) -> RunId {
        self.view.run.id
    }

    /// The step of that index.
    pub fn step(&self, index: usize) -> Option<&StepView> {
        self.view.steps.get(index)
    }

    /// What that step does, as its runbook says.
    pub fn definition(&self, index: usize) -> Option<&runbook::Step> {
        self.view.runbook.steps.get(index)
    }

    /// The card of a step that waits for a person.
    pub fn card(&self, index: usize) -> Option<&Arc<Card>> {
        card(self.step(index)?)
    }

    /// Whether somebody else drives it, and that step waits for the consent of another.
    pub fn awaits_consent(&self, step: usize) -> bool {
        let asks = self.definition(step).is_some_and(|of| of.kind.step().asks() == Some(Question::Approval));
        let is_open = self.step(step).is_some_and(|step| matches!(step.stage, Stage::Planning));
        asks && is_open && matches!(self.seat, Seat::Observer(_))
    }

    /// The name that is typed to confirm a step of it that cannot be undone.
    pub fn system_of(&self, step: usize) -> &str {
        self.view.runbook.system_of(step)
    }

    /// Whether the end of the card of that step was seen as it is now.
    pub fn is_read(&self, index: usize) -> bool {
        match (self.card(index), self.read.get(&index)) {
            (Some(card), Some(read)) => card.plan == read.plan,
            (_, _) => false,
        }
    }

    /// The end of that card was seen.
    pub fn has_read(&mut self, index: usize) {
        if let Some(card) = self.card(index) {
            let card = Arc::clone(card);
            self.read.insert(index, card);
        }
    }

    /// In what the card of that step differs from the one whose end was seen; empty if nothing that matters does, or none was seen.
    pub fn differences(&self, index: usize) -> Vec<String> {
        match (self.card(index), self.read.get(&index)) {
            (Some(card), Some(read)) if card.plan != read.plan => card.differences(read),
            (_, _) => Vec::new(),
        }
    }

    /// The states that step went through, oldest first.
    pub fn log(&self, index: usize) -> &[(Moment, String)] {
        self.log.get(&index).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether its session goes on.
    pub fn is_on(&self) -> bool {
        let open = matches!(self.view.holding, Holding::Open | Holding::Stopping(_));
        open && self.seat != Seat::Nobody
    }

    /// The steps that do not go as they should: failed, in doubt, not read, longer than at worst, or offered again.
    pub fn in_trouble(&self) -> impl Iterator<Item = &StepView> {
        self.view.steps.iter().filter(|step| match &step.stage {
            Stage::Asking(_) | Stage::InDoubt(_) | Stage::Failed { .. } => true,
            Stage::Verifying(progress) => step.stuck || matches!(progress, Some(Progress::Unknown(_))),
            Stage::Card(card) => step.trouble.is_some() || card.blocker().is_some(),
            Stage::Planning
            | Stage::Confirming
            | Stage::Sending { .. }
            | Stage::Waiting(_)
            | Stage::Done { .. }
            | Stage::Skipped { .. } => false,
        })
    }

    /// The step that matters most now: in doubt before all else, then the first that waits for a person, then what is under way.
    pub fn foremost(&self) -> Option<&StepView> {
        let steps = || self.view.steps.iter();
        steps().min_by_key(|step| (urgency(step), step.index)).filter(|step| urgency(step) < SETTLED)
    }
}

const SETTLED: u8 = 9;

/// From here on nothing is asked of a person.
const GOES_ON: u8 = 4;

/// How soon somebody should look at a step: the smaller, the sooner.
fn urgency(step: &StepView) -> u8 {
    match &step.stage {
        Stage::Asking(_) => 0,
        Stage::InDoubt(_) => 1,
        Stage::Failed { .. } => 2,
        // A card that is blocked keeps nobody from those that can be confirmed.
        Stage::Card(card) if card.blocker().is_some() => GOES_ON,
        // What is being read is the person's turn in a moment: they are taken through the steps in their order.
        Stage::Card(_) | Stage::Planning => 3,
        Stage::Verifying(_) if step.stuck => GOES_ON,
        Stage::Sending { .. } | Stage::Confirming => 5,
        Stage::Verifying(Some(Progress::Unknown(_))) => 6,
        Stage::Verifying(_) => 7,
        Stage::Waiting(_) => 8,
        Stage::Done { .. } | Stage::Skipped { .. } => SETTLED,
    }
}

/// Whether it is a person's turn there, or will be in a moment.
pub fn waits_for_a_person(step: &StepView) -> bool {
    urgency(step) < GOES_ON
}

/// The card of a step that waits for a person.
pub fn card(step: &StepView) -> Option<&Arc<Card>> {
    step.card()
}

/// What can be begun for a System.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// The System.
    pub system: String,
    /// Its runbooks, by name.
    pub runbooks: Vec<Offer>,
    /// What could not be looked at.
    pub error: Option<Text>,
}

/// A runbook that could be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Its name.
    pub name: String,
    /// The runbook, or what is wrong with its file.
    pub runbook: Result<Arc<Runbook>, Text>,
    /// An earlier run of it that somebody could go on with.
    pub unfinished: Option<Unfinished>,
}

/// A run that somebody wants to begin.
#[derive(Clone, Debug, PartialEq)]
pub struct Beginning {
    /// The System.
    pub system: String,
    /// The runbook.
    pub runbook: String,
    /// Who drives.
    pub operator: Text,
    /// The incident.
    pub incident: Option<Text>,
    /// Anew, or where an earlier one stopped.
    pub how: How,
}

/// Consent to a step of a run that somebody else drives.
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    /// The run.
    pub run: RunId,
    /// The System of the step.
    pub system: String,
    /// The step.
    pub step: String,
    /// Who consents; where AWS names a person, that one.
    pub name: Text,
    /// The caller of AWS who drives.
    pub driver: Option<Text>,
}

/// How a run begins.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// Anew.
    New {
        /// Live, drill or tabletop.
        mode: runbook::Mode,
        /// Since when users are not served, as readings show.
        began: Option<Moment>,
        /// Why the earlier run of that runbook is given up, if there is one.
        instead: Option<Text>,
    },
    /// Where that run stopped.
    Resume {
        /// The run.
        run: RunId,
        /// Its mode.
        mode: runbook::Mode,
    },
}

impl How {
    /// Live, drill or tabletop.
    pub const fn mode(&self) -> runbook::Mode {
        match self {
            Self::New { mode, .. } | Self::Resume { mode, .. } => *mode,
        }
    }
}

/// A run that was begun here.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// How it stands.
    pub view: Arc<View>,
    /// How long its steps took in earlier runs.
    pub history: Arc<History>,
}

/// An order that was given, and what it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Ordered {
    /// Its number, once known.
    pub number: Option<u64>,
    /// The order.
    pub order: Order,
}
