//! What the records of a run add up to. The same fold makes it while a run goes on and when one is taken up again: what is not in a
//! record is not known.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::journal::account::last;
use crate::journal::record::Nested;
use crate::journal::{Entry, Identity, Objectives, Person, Record, Verdict};
use crate::model::{Moment, Span, Text};
use crate::runbook::{Attempt, Command, Outcome, Refusal, RunFacts, Runbook};

/// How a step stands, as recorded.
#[derive(Clone, Debug, PartialEq)]
pub enum Course {
    /// Not confirmed, or to be confirmed again.
    Open,
    /// Confirmed.
    Confirmed(Confirmation),
    /// Its verification held, or a person's word stands for that.
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
    /// Left out.
    Skipped {
        /// When.
        at: Moment,
        /// Why.
        reason: Text,
        /// Who said so.
        by: Person,
    },
}

/// A confirm.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmation {
    /// When.
    pub at: Moment,
    /// The hash of what was shown.
    pub plan: String,
    /// How many requests are to be carried out.
    pub requests: usize,
    /// Of how many one is to be; 0 where all are.
    pub alternatives: usize,
    /// How many requests were sent for the step before it.
    pub before: usize,
}

/// A fence that was not proven.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// When.
    pub at: Moment,
    /// Why somebody accepts it.
    pub reason: Text,
    /// Who.
    pub by: Person,
}

/// A remark.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// When.
    pub at: Moment,
    /// The remark.
    pub text: Text,
    /// Who.
    pub by: Person,
}

/// One step, as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// How it stands.
    pub course: Course,
    /// Every request that was sent for it, or may have been; oldest first.
    pub attempts: Arc<Vec<Attempt>>,
    /// The program that was started last.
    pub command: Option<Command>,
    /// Why it is offered again: a refusal, the error of a request.
    pub trouble: Option<Text>,
    /// When it was confirmed first.
    pub began: Option<Moment>,
    /// AWS does not tell what came of its last request: what was looked at.
    pub cannot_tell: Option<Text>,
    /// The answer to its last request was lost, and this is how it is known that it was carried out all the same.
    pub learned: Option<Text>,
    /// Somebody consented, and whether that was verified.
    pub approved: Option<(Person, bool)>,
    /// The outage was declared on its card.
    pub decided: bool,
    /// Somebody accepts that the old primary may take writes.
    pub accepted: Option<Accepted>,
    /// When and by what it was proven that it takes none.
    pub proven: Option<(Moment, Text)>,
    /// Remarks.
    pub notes: Vec<Note>,
}

impl Default for Track {
    fn default() -> Self {
        Self {
            course: Course::Open,
            attempts: Arc::default(),
            command: None,
            trouble: None,
            began: None,
            cannot_tell: None,
            learned: None,
            approved: None,
            decided: false,
            accepted: None,
            proven: None,
            notes: Vec::new(),
        }
    }
}

impl Track {
    /// Whether it is done or left out: steps that need it may go on.
    pub const fn is_settled(&self) -> bool {
        match self.course {
            Course::Done { .. } | Course::Skipped { .. } => true,
            Course::Open | Course::Confirmed(_) | Course::Failed { .. } => false,
        }
    }

    /// The request of which nobody knows what came. There is one at most: none is sent after it before that is known.
    pub fn in_doubt(&self) -> Option<&Attempt> {
        self.attempts.last().filter(|last| match last.outcome {
            None | Some(Outcome::InDoubt { .. }) => true,
            Some(Outcome::Applied { .. } | Outcome::NotApplied { .. }) => false,
        })
    }

    /// Whether everything that the last confirm allows was carried out, so that only the verification is missing.
    pub fn is_sent(&self) -> bool {
        match &self.course {
            Course::Confirmed(confirmation) => {
                let applied = self.applied_since(confirmation);
                applied > 0 && applied >= confirmation.requests
            }
            Course::Open | Course::Done { .. } | Course::Failed { .. } | Course::Skipped { .. } => false,
        }
    }

    /// Whether its confirm allows to try the same through another endpoint.
    pub fn has_another(&self) -> bool {
        match &self.course {
            Course::Confirmed(confirmation) => {
                self.attempts.len().saturating_sub(confirmation.before) < confirmation.alternatives
            }
            Course::Open | Course::Done { .. } | Course::Failed { .. } | Course::Skipped { .. } => false,
        }
    }

    fn applied_since(&self, confirmation: &Confirmation) -> usize {
        let applied = |attempt: &&Attempt| matches!(attempt.outcome, Some(Outcome::Applied { .. }));
        self.attempts.iter().skip(confirmation.before).filter(applied).count()
    }

    /// Offers it again, because of `trouble`.
    fn reopen(&mut self, trouble: Option<Text>) {
        self.course = Course::Open;
        self.trouble = trouble;
        self.cannot_tell = None;
    }

    /// A confirm of which not everything was carried out, and nothing is under way, holds no longer: what is left is planned from what
    /// is read then.
    fn expire(&mut self) {
        let Course::Confirmed(confirmation) = &self.course else { return };
        if self.in_doubt().is_some() || self.is_sent() {
            return;
        }
        let trouble = match self.applied_since(confirmation) {
            0 => self.trouble.take(),
            applied => {
                let of = confirmation.requests;
                Some(Text::new(format!("{applied} of {of} requests were carried out; the rest is planned anew")))
            }
        };
        self.reopen(trouble);
    }

    fn conclude(&mut self, intent: crate::runbook::IntentId, outcome: Outcome) {
        let attempts = Arc::make_mut(&mut self.attempts);
        if let Some(attempt) = attempts.iter_mut().rev().find(|attempt| attempt.intent == intent) {
            attempt.outcome = Some(outcome);
        }
    }

    /// What was found out of a request in doubt.
    fn found(&mut self, intent: crate::runbook::IntentId, applied: bool, evidence: &Text) {
        self.cannot_tell = None;
        if applied {
            self.learned = Some(evidence.clone());
            let answer = serde_json::Value::Null;
            self.conclude(intent, Outcome::Applied { answer });
            self.expire();
        } else {
            let outcome = Outcome::NotApplied { why: Refusal::NotSent, error: evidence.clone() };
            self.conclude(intent, outcome);
            self.reopen(Some(Text::new(format!("the request was not carried out: {evidence}"))));
        }
    }
}

fn spans(promised: Objectives) -> (Option<Span>, Option<Span>) {
    (promised.rto_s.map(Span::from_secs), promised.rpo_s.map(Span::from_secs))
}

/// A run, as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// What its steps may know of it.
    pub run: RunFacts,
    /// What was promised for the loss of a Region: RTO and RPO.
    pub objectives: (Option<Span>, Option<Span>),
    /// One for each step of the runbook.
    pub tracks: Vec<Track>,
    /// Who drives, since when, and whom AWS takes them for.
    pub holder: Option<(Person, Moment)>,
    /// The caller of AWS that this session began with.
    pub identity: Option<Identity>,
    /// The highest number of an intent.
    pub intents: u32,
    /// When users were served on the other side.
    pub served: Option<Moment>,
    /// When the System could fail over again.
    pub protected: Option<Moment>,
    /// How the last session ended; `None` while one goes on, or since one broke off.
    pub closed: Option<Verdict>,
    /// Remarks about no step.
    pub notes: Vec<Note>,
    /// The Systems of the runbooks that the run's own takes in, in their order; empty where it takes in none.
    pub parts: Vec<PartLedger>,
    ids: BTreeMap<String, usize>,
    /// For each step, the part that it belongs to.
    part_of: Vec<Option<usize>>,
}

/// One of several Systems that a run moves, as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct PartLedger {
    /// What its steps may know of the run: the System and the runbook are its own, and so are choices.
    pub run: RunFacts,
    /// What was promised for the loss of a Region: RTO and RPO.
    pub objectives: (Option<Span>, Option<Span>),
    /// When its users were served on the other side.
    pub served: Option<Moment>,
    /// When it could fail over again.
    pub protected: Option<Moment>,
}

impl Ledger {
    /// What `entries` add up to, of a run of `runbook`.
    ///
    /// # Errors
    /// When they do not begin with a run of that runbook.
    pub fn of(runbook: &Runbook, entries: &[Entry]) -> Result<Self, Text> {
        let Some((first, rest)) = entries.split_first() else { return Err(Text::new("the journal is empty")) };
        let Record::RunOpened { run, runbook: name, sha256, system, mode, incident, began, objectives, nested, .. } =
            &first.record
        else {
            return Err(Text::new("the journal does not begin with the opening of a run"));
        };
        let held = nested.iter().map(|part| &part.sha256);
        if *sha256 != runbook.sha256 || !runbook.parts.iter().map(|part| &part.sha256).eq(held) {
            return Err(Text::new(format!(
                "the runbook {name} was changed since this run began; a run goes on with the runbook it began with, which its journal holds"
            )));
        }
        let run = RunFacts {
            id: *run,
            mode: *mode,
            runbook: name.clone(),
            system: system.clone(),
            incident: incident.clone(),
            operator: Text::default(),
            account: Text::default(),
            opened: first.at,
            began: *began,
            repair: None,
            choices: BTreeMap::new(),
            done: Vec::new(),
        };
        let part = |part: &Nested| PartLedger {
            run: RunFacts { runbook: part.runbook.clone(), system: part.system.clone(), ..run.clone() },
            objectives: spans(part.objectives),
            served: None,
            protected: None,
        };
        let parts = nested.iter().map(part).collect();
        let ids = runbook.steps.iter().enumerate().map(|(at, step)| (step.id.clone(), at)).collect();
        let mut ledger = Self {
            run,
            objectives: spans(*objectives),
            tracks: vec![Track::default(); runbook.steps.len()],
            holder: None,
            identity: None,
            intents: 0,
            served: None,
            protected: None,
            closed: None,
            notes: Vec::new(),
            parts,
            ids,
            part_of: (0..runbook.steps.len()).map(|step| runbook.part_of(step)).collect(),
        };
        rest.iter().for_each(|entry| ledger.apply(entry));
        Ok(ledger)
    }

    /// One more record.
    pub fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        match &entry.record {
            Record::RunOpened { .. } | Record::Repaired { .. } => {}
            Record::SessionOpened { by, identity, .. } => {
                for run in self.parts.iter_mut().map(|part| &mut part.run).chain([&mut self.run]) {
                    run.operator = by.name.clone();
                    run.account = identity.account.clone();
                }
                self.holder = Some((by.clone(), at));
                self.identity = Some(identity.clone());
                self.closed = None;
                self.tracks.iter_mut().for_each(Track::expire);
            }
            Record::SessionClosed { verdict, .. } => self.closed = Some(*verdict),
            Record::Noted { step: None, text, by } => {
                self.notes.push(Note { at, text: text.clone(), by: by.clone() });
            }
            Record::Chosen { step, name, value, .. } => {
                let choices = match self.part_named(step) {
                    Some(part) => &mut part.run.choices,
                    None => &mut self.run.choices,
                };
                choices.insert(name.clone(), value.clone());
            }
            Record::Served { step, served } => match self.part_named(step) {
                Some(part) => {
                    part.served = Some(*served);
                    self.served = last(self.parts.iter().map(|part| part.served));
                }
                None => self.served = Some(*served),
            },
            Record::Protected { step, protected } => match self.part_named(step) {
                Some(part) => {
                    part.protected = Some(*protected);
                    self.protected = last(self.parts.iter().map(|part| part.protected));
                }
                None => self.protected = Some(*protected),
            },
            Record::Decided { step, began, repair, .. } => {
                match self.part_named(step) {
                    // Of one System alone: for all of them it began with the first.
                    Some(part) => {
                        (part.run.began, part.run.repair) = (Some(*began), *repair);
                        self.run.began = self.parts.iter().filter_map(|part| part.run.began).min();
                    }
                    None => {
                        for run in self.parts.iter_mut().map(|part| &mut part.run).chain([&mut self.run]) {
                            (run.began, run.repair) = (Some(*began), *repair);
                        }
                    }
                }
                self.of_step(step, |track| track.decided = true);
            }
            Record::Intent { step, intent, call, command, .. } => {
                self.intents = self.intents.max(intent.number);
                let attempt = Attempt { intent: *intent, call: call.clone(), at, outcome: None };
                self.of_step(step, |track| {
                    Arc::make_mut(&mut track.attempts).push(attempt);
                    track.command.clone_from(command);
                });
            }
            Record::Done { step, evidence } => {
                self.run.done.push((step.clone(), entry.at, evidence.clone()));
                if let Some(part) = self.part_named(step) {
                    let own = step.split_once('/').map_or(step.as_str(), |(_, own)| own);
                    part.run.done.push((own.to_owned(), entry.at, evidence.clone()));
                }
                self.of_step(step, |track| {
                    track.reopen(None);
                    track.course = Course::Done { at, evidence: evidence.clone() };
                });
            }
            Record::Confirmed { step, .. }
            | Record::Outcome { step, .. }
            | Record::Reconciled { step, .. }
            | Record::Resolved { step, .. }
            | Record::Approved { step, .. }
            | Record::RiskAccepted { step, .. }
            | Record::FenceProven { step, .. }
            | Record::Failed { step, .. }
            | Record::Refused { step, .. }
            | Record::Retried { step, .. }
            | Record::Skipped { step, .. }
            | Record::Noted { step: Some(step), .. } => {
                self.of_step(step, |track| track.apply(at, &entry.record));
            }
        }
    }

    /// The step of that name.
    pub fn index(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    /// What the steps of the same System as this one know of the run.
    pub fn facts_of(&self, step: usize) -> &RunFacts {
        let part = self.part_of.get(step).copied().flatten().and_then(|part| self.parts.get(part));
        part.map_or(&self.run, |part| &part.run)
    }

    fn part_named(&mut self, id: &str) -> Option<&mut PartLedger> {
        let part = self.part_of.get(self.index(id)?).copied().flatten()?;
        self.parts.get_mut(part)
    }

    fn of_step(&mut self, id: &str, change: impl FnOnce(&mut Track)) {
        if let Some(track) = self.ids.get(id).and_then(|at| self.tracks.get_mut(*at)) {
            change(track);
        }
    }
}

impl Track {
    fn apply(&mut self, at: Moment, record: &Record) {
        match record {
            Record::Confirmed { plan, requests, alternatives, .. } => {
                (self.trouble, self.learned) = (None, None);
                self.began.get_or_insert(at);
                let before = self.attempts.len();
                let (requests, alternatives) = (*requests, *alternatives);
                let confirmation = Confirmation { at, plan: plan.clone(), requests, alternatives, before };
                self.course = Course::Confirmed(confirmation);
            }
            Record::Outcome { intent, outcome, .. } => {
                self.conclude(*intent, outcome.clone());
                match outcome {
                    Outcome::Applied { .. } | Outcome::InDoubt { .. } => {}
                    Outcome::NotApplied { why, .. } if why.is_of_the_endpoint() && self.has_another() => {}
                    Outcome::NotApplied { error, .. } => self.reopen(Some(error.clone())),
                }
            }
            Record::Reconciled { intent, applied: Some(applied), evidence, .. } => {
                self.found(*intent, *applied, evidence);
            }
            Record::Reconciled { applied: None, evidence, .. } => self.cannot_tell = Some(evidence.clone()),
            Record::Resolved { intent, applied, reason, .. } => self.found(*intent, *applied, reason),
            Record::Approved { by, verified, .. } => self.approved = Some((by.clone(), *verified)),
            Record::RiskAccepted { reason, by, .. } => {
                self.accepted = Some(Accepted { at, reason: reason.clone(), by: by.clone() });
            }
            Record::FenceProven { evidence, .. } => self.proven = Some((at, evidence.clone())),
            Record::Failed { why, .. } => {
                self.reopen(None);
                self.course = Course::Failed { at, why: why.clone() };
            }
            Record::Refused { why, .. } => self.reopen(Some(why.clone())),
            // What failed is said on the card that comes back.
            Record::Retried { .. } => {
                let failed = match &self.course {
                    Course::Failed { why, .. } => Some(why.clone()),
                    Course::Open | Course::Confirmed(_) | Course::Done { .. } | Course::Skipped { .. } => None,
                };
                self.reopen(failed);
            }
            Record::Skipped { reason, by, .. } => {
                self.reopen(None);
                self.course = Course::Skipped { at, reason: reason.clone(), by: by.clone() };
            }
            Record::Noted { text, by, .. } => self.notes.push(Note { at, text: text.clone(), by: by.clone() }),
            Record::RunOpened { .. }
            | Record::SessionOpened { .. }
            | Record::Repaired { .. }
            | Record::Chosen { .. }
            | Record::Decided { .. }
            | Record::Intent { .. }
            | Record::Done { .. }
            | Record::Served { .. }
            | Record::Protected { .. }
            | Record::SessionClosed { .. } => {}
        }
    }
}
