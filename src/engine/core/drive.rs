//! Where each step stands, what is read for it, and what readings mean for it.

use std::ops::Range;
use std::sync::Arc;

use super::card::{self, Card};
use super::ledger::{Accepted, Course, Track};
use super::{APART, Doing, Effect, FENCE, Inquiry, Live, POLL, REFRESH, Standing, State, UNREAD};
use crate::journal::Record;
use crate::model::{Moment, Snapshot, Span, Text};
use crate::runbook::lint::before;
use crate::runbook::{Found, Mode, Phase, Progress, Question, Work};

impl State {
    /// Where a step stands.
    pub(super) fn standing(&self, step: usize) -> Standing {
        let (Some(track), Some(live)) = (self.ledger.tracks.get(step), self.steps.get(step)) else {
            return Standing::Settled;
        };
        if track.is_settled() {
            return Standing::Settled;
        }
        match live.doing {
            Doing::Confirming(_) | Doing::Rechecking(_) | Doing::Identifying(_) => return Standing::Confirming,
            Doing::Sending(_) => return Standing::Sending,
            Doing::Watching => return Standing::Verifying,
            Doing::Nothing => {}
        }
        match track.course {
            Course::Failed { .. } => Standing::Failed,
            _ if track.in_doubt().is_some() && track.cannot_tell.is_some() => Standing::Asking,
            _ if track.in_doubt().is_some() => Standing::InDoubt,
            _ if track.is_sent() => Standing::Verifying,
            _ if !self.missing(step).is_empty() => Standing::Waiting,
            Course::Open | Course::Confirmed(_) | Course::Done { .. } | Course::Skipped { .. } => match live.card {
                Some(_) => Standing::Card,
                None => Standing::Planning,
            },
        }
    }

    /// The needed steps that are neither done nor left out.
    pub(super) fn missing(&self, step: usize) -> Vec<usize> {
        let needs = self.runbook.steps.get(step).map(|step| step.needs.as_slice()).unwrap_or_default();
        let open = |need: &&usize| !self.ledger.tracks.get(**need).is_some_and(Track::is_settled);
        needs.iter().filter(open).copied().collect()
    }

    /// Has read what a step needs now, and records what follows from its records alone.
    pub(super) fn drive(&mut self, step: usize, now: Moment, effects: &mut Vec<Effect>) {
        if self.is_recording(step) {
            return;
        }
        if let Some(evidence) = self.word_given(step) {
            self.outbox.push_back(Record::Done { step: self.id(step), evidence });
            return;
        }
        let standing = self.standing(step);
        let wants = match standing {
            Standing::Planning | Standing::Card | Standing::InDoubt | Standing::Asking | Standing::Verifying => true,
            Standing::Settled => self.open_fence(step).is_some(),
            Standing::Waiting | Standing::Confirming | Standing::Sending | Standing::Failed => false,
        };
        let Some(live) = self.steps.get(step) else { return };
        let due = live.asked.is_none() && live.due.is_none_or(|due| now >= due);
        if wants && due && self.closing.is_none() {
            self.ask(step, effects);
        }
    }

    /// Why a step is done by somebody's word that is on record.
    fn word_given(&self, step: usize) -> Option<Text> {
        let track = self.ledger.tracks.get(step).filter(|track| !track.is_settled())?;
        if let Some((_, evidence)) = &track.proven {
            return Some(evidence.clone());
        }
        if let Some(accepted) = &track.accepted {
            return Some(Text::new(format!("not proven; {} accepts the risk: {}", accepted.by.name, accepted.reason)));
        }
        let (by, verified) = track.approved.as_ref()?;
        Some(Text::new(if *verified {
            format!("approved by {} ({}), another caller of AWS", by.name, by.arn)
        } else {
            format!("approved by {}, by word of the operator: not verified", by.name)
        }))
    }

    /// Has everything read that a step needs. An earlier question for it does not matter any more.
    pub(super) fn ask(&mut self, step: usize, effects: &mut Vec<Effect>) {
        let ticket = self.ticket();
        let Some((track, live)) = self.ledger.tracks.get(step).zip(self.steps.get_mut(step)) else { return };
        live.asked = Some(ticket);
        let proves_itself = track.in_doubt().is_some() || track.is_sent();
        effects.push(match &track.command {
            Some(command) if proves_itself => Effect::Check { step, ticket, command: command.clone() },
            Some(_) | None => Effect::Read(Inquiry {
                step,
                ticket,
                run: Arc::new(self.ledger.facts_of(step).clone()),
                attempts: Arc::clone(&track.attempts),
            }),
        });
    }

    /// What was read for a step, from `at` on.
    pub(super) fn read(
        &mut self,
        step: usize,
        snapshot: &Snapshot,
        at: Moment,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        match self.standing(step) {
            // What is being recorded may change what this means: it is read again after that.
            standing if standing != Standing::Confirming && self.is_recording(step) => {}
            Standing::Planning | Standing::Card => self.show(step, snapshot, at, now),
            Standing::Confirming => {
                if let Some(card) = self.plan(step, snapshot, at, now) {
                    self.rechecked(step, card, snapshot, now, effects);
                }
            }
            Standing::InDoubt | Standing::Asking => self.look_for(step, snapshot, at, now),
            Standing::Verifying => self.verify(step, snapshot, now),
            Standing::Settled => {
                self.is_proven(step, snapshot, now);
            }
            Standing::Waiting | Standing::Sending | Standing::Failed => {}
        }
    }

    fn again(&mut self, step: usize, now: Moment, after: Span) {
        if let Some(live) = self.steps.get_mut(step) {
            live.due = now.checked_add(after).ok();
        }
    }

    /// The fence that a step stands for, if it is open: somebody accepted the risk or left the step out, and it was not proven since.
    pub(super) fn open_fence(&self, step: usize) -> Option<Accepted> {
        let (track, of) = (self.ledger.tracks.get(step)?, self.runbook.steps.get(step)?);
        let is_fence = of.kind.step().asks() == Some(Question::Fence) && self.mode() == Mode::Live;
        match &track.course {
            _ if !is_fence || track.proven.is_some() => None,
            Course::Skipped { at, reason, by } => Some(Accepted { at: *at, reason: reason.clone(), by: by.clone() }),
            Course::Done { .. } => track.accepted.clone(),
            Course::Open | Course::Confirmed(_) | Course::Failed { .. } => None,
        }
    }

    fn show(&mut self, step: usize, snapshot: &Snapshot, at: Moment, now: Moment) {
        let Some(card) = self.plan(step, snapshot, at, now).map(Arc::new) else { return };
        let is_fence = card.work == Work::Ask(Question::Fence);
        // A fence is proven by reading alone: nobody is asked for what AWS tells.
        if is_fence && self.is_proven(step, snapshot, now) {
            return;
        }
        let waits = is_fence || card.blocker().is_some();
        if let Some(live) = self.steps.get_mut(step) {
            if live.card.as_ref().is_some_and(|shown| shown.plan != card.plan) {
                live.before = live.card.take();
            }
            live.card = Some(card);
        }
        self.again(step, now, if waits { FENCE } else { REFRESH });
    }

    /// The card of a step, as things were read.
    fn plan(&self, step: usize, snapshot: &Snapshot, read_at: Moment, now: Moment) -> Option<Card> {
        let of = self.runbook.steps.get(step)?;
        let skipped = of.needs.iter().filter_map(|need| match &self.ledger.tracks.get(*need)?.course {
            Course::Skipped { reason, .. } => Some((self.id(*need), reason.clone())),
            Course::Open | Course::Confirmed(_) | Course::Done { .. } | Course::Failed { .. } => None,
        });
        let around = card::Around {
            world: self.world(step, snapshot, now),
            read_at,
            skipped: skipped.collect(),
            rehearsed: self.rehearsed_before(step),
            regions: self.runbook.regions_of(step),
            next: self.numbered.saturating_add(1),
        };
        Some(Card::of(of, around))
    }

    /// In a rehearsal on paper: the last step before this one, of those that it needs, that would have changed something.
    fn rehearsed_before(&self, step: usize) -> Option<&str> {
        if !self.is_on_paper() {
            return None;
        }
        let done =
            |at: usize| self.ledger.tracks.get(at).is_some_and(|track| matches!(track.course, Course::Done { .. }));
        let before = before(&self.runbook, step).into_iter().rev();
        let mut earlier = before.filter(|at| done(*at)).filter_map(|at| self.runbook.steps.get(at));
        earlier.find(|earlier| earlier.kind.step().facts().plane.is_some()).map(|earlier| earlier.id.as_str())
    }

    /// Whether the request in doubt was carried out, as this reading shows.
    fn look_for(&mut self, step: usize, snapshot: &Snapshot, at: Moment, now: Moment) {
        let found = {
            let Some(of) = self.runbook.steps.get(step) else { return };
            let Some(attempt) = self.ledger.tracks.get(step).and_then(Track::in_doubt) else { return };
            of.kind.step().reconcile(&self.world(step, snapshot, now), attempt)
        };
        self.found(step, found, at, now);
    }

    /// What a reading that began `at` tells of a request in doubt.
    pub(super) fn found(&mut self, step: usize, found: Found, at: Moment, now: Moment) {
        let worst = self.runbook.steps.get(step).map_or(UNREAD, |step| step.worst);
        let Some((track, live)) = self.ledger.tracks.get(step).zip(self.steps.get_mut(step)) else { return };
        let Some(intent) = track.in_doubt().map(|attempt| attempt.intent) else { return };
        // Whether the person is to be asked: at once where AWS does not tell, later where it may yet.
        let patience = match &found {
            Found::NotYet(_) => worst,
            Found::Unread(_) => UNREAD,
            Found::Applied(_) | Found::NotApplied(_) | Found::CannotTell(_) => Span::ZERO,
        };
        let (applied, evidence) = match found {
            Found::Applied(evidence) => (Some(true), evidence),
            Found::NotApplied(evidence) => match &live.clean {
                Some((first, _)) if at.duration_since(*first) >= APART => (Some(false), evidence),
                Some(_) => return self.again(step, now, POLL),
                None => {
                    live.clean = Some((at, evidence));
                    return self.again(step, now, POLL);
                }
            },
            Found::NotYet(evidence) | Found::Unread(evidence) | Found::CannotTell(evidence) => {
                live.clean = None;
                live.seen = Some(evidence.clone());
                let since = *live.undecided.get_or_insert(at);
                if track.cannot_tell.is_some() || now.duration_since(since) < patience {
                    return self.again(step, now, POLL);
                }
                (None, evidence)
            }
        };
        (live.clean, live.undecided) = (None, None);
        let step_id = self.id(step);
        self.outbox.push_back(Record::Reconciled { step: step_id, intent, applied, evidence });
        self.again(step, now, if applied.is_some() { Span::ZERO } else { POLL });
    }

    /// Whether the work is done.
    fn verify(&mut self, step: usize, snapshot: &Snapshot, now: Moment) {
        let Some(of) = self.runbook.steps.get(step) else { return };
        let progress = of.kind.step().verify(&self.world(step, snapshot, now));
        self.progressed(step, progress, now);
    }

    pub(super) fn progressed(&mut self, step: usize, progress: Progress, now: Moment) {
        let id = self.id(step);
        let Some(live) = self.steps.get_mut(step) else { return };
        match &progress {
            Progress::Done(evidence) => {
                live.doing = Doing::Nothing;
                self.outbox.push_back(Record::Done { step: id, evidence: evidence.clone() });
            }
            Progress::Failed { why, way_on } => {
                live.doing = Doing::Nothing;
                let why = Text::new(format!("{}; {way_on}", why.as_str().trim_end_matches(['.', ' '])));
                self.outbox.push_back(Record::Failed { step: id, why });
            }
            Progress::Running { .. } | Progress::NotBegun(_) | Progress::Unknown(_) => {}
        }
        live.progress = Some(progress);
        self.again(step, now, POLL);
    }

    /// Whether the old primary takes no writes, as this reading shows; that is recorded then.
    pub(super) fn is_proven(&mut self, step: usize, snapshot: &Snapshot, now: Moment) -> bool {
        let Some(of) = self.runbook.steps.get(step) else { return false };
        let (proven, seen) = match of.kind.step().verify(&self.world(step, snapshot, now)) {
            Progress::Done(evidence) => (true, evidence),
            Progress::Failed { why: seen, .. }
            | Progress::Running { state: seen, .. }
            | Progress::NotBegun(seen)
            | Progress::Unknown(seen) => (false, seen),
        };
        if proven {
            self.outbox.push_back(Record::FenceProven { step: self.id(step), evidence: seen.clone() });
        }
        if let Some(live) = self.steps.get_mut(step) {
            live.seen = Some(seen);
        }
        self.again(step, now, FENCE);
        proven
    }

    /// Users are served once the last step that verifies is done; the System is protected once the last one that leads back is. Where all were
    /// left out nobody has seen it, and on paper nobody can.
    pub(super) fn milestones(&mut self) {
        if self.is_on_paper() || !self.outbox.is_empty() {
            return;
        }
        for (steps, served, protected) in self.systems() {
            if served.is_none()
                && let Some((step, served)) = self.last_of(Phase::Verify, &steps)
            {
                self.outbox.push_back(Record::Served { step, served });
            }
            if protected.is_none()
                && let Some((step, protected)) = self.last_of(Phase::Return, &steps)
            {
                self.outbox.push_back(Record::Protected { step, protected });
            }
        }
    }

    /// The steps of each System that is moved, and when it was served and protected.
    fn systems(&self) -> Vec<(Range<usize>, Option<Moment>, Option<Moment>)> {
        if self.ledger.parts.is_empty() {
            return vec![(0..self.runbook.steps.len(), self.ledger.served, self.ledger.protected)];
        }
        let parts = self.runbook.parts.iter().zip(&self.ledger.parts);
        parts.map(|(part, ledger)| (part.steps.clone(), ledger.served, ledger.protected)).collect()
    }

    /// The one of those steps of a phase that was done last, and when, if none of that phase is still to be done.
    fn last_of(&self, phase: Phase, steps: &Range<usize>) -> Option<(String, Moment)> {
        let all = || self.runbook.steps.iter().zip(&self.ledger.tracks).enumerate();
        let of = || all().filter(|(at, (step, _))| steps.contains(at) && step.phase == phase).map(|(_, pair)| pair);
        if !of().all(|(_, track)| track.is_settled()) {
            return None;
        }
        let done = of().filter_map(|(step, track)| match track.course {
            Course::Done { at, .. } => Some((step.id.clone(), at)),
            Course::Open | Course::Confirmed(_) | Course::Failed { .. } | Course::Skipped { .. } => None,
        });
        done.max_by_key(|(_, at)| *at)
    }

    /// Whether the card of a step asks for that.
    pub(super) fn asks(&self, step: usize, question: Question) -> bool {
        let card = self.steps.get(step).and_then(|live| live.card.as_ref());
        card.is_some_and(|card| card.work == Work::Ask(question))
    }

    /// Whether a step does nothing in this mode.
    pub(super) const fn mode(&self) -> Mode {
        self.ledger.run.mode
    }

    /// The step stands still, and is read anew at once.
    pub(super) fn rest(live: &mut Live) {
        let (before, trouble) = (live.before.take(), live.trouble.take());
        *live = Live { before, trouble, ..Live::default() };
    }
}
