//! What a run came to, from its records: the figures of an auditor and of the next estimate.

use std::collections::BTreeMap;

use super::record::{Entry, Nested, Objectives, Person, Record, Verdict};
use super::spells::machine_time;
use crate::model::{Moment, Span, Text};
use crate::runbook::{Direction, Mode, RunId};

/// A run, summed up.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The run.
    pub run: RunId,
    /// The runbook's name.
    pub runbook: String,
    /// The System.
    pub system: String,
    /// Which way.
    pub direction: Direction,
    /// How.
    pub mode: Mode,
    /// The incident, if one was named.
    pub incident: Option<Text>,
    /// What was promised.
    pub objectives: Objectives,
    /// When it was opened.
    pub opened: Moment,
    /// The last record.
    pub last: Moment,
    /// The account of AWS that it was run in, as the first session saw it.
    pub aws_account: Option<Text>,
    /// Who drove, in the order in which they came.
    pub drivers: Vec<Person>,
    /// Its steps, in the order of the runbook.
    pub steps: Vec<StepAccount>,
    /// When the disruption began, as last said.
    pub began: Option<Moment>,
    /// When users were served again.
    pub served: Option<Moment>,
    /// When the System could fail over again.
    pub protected: Option<Moment>,
    /// How it stands; `None` while a session is open, or if its process ended.
    pub verdict: Option<Verdict>,
    /// Each of several Systems; empty where the run moves one.
    pub parts: Vec<PartAccount>,
    /// Fences that were never proven, with who accepted the risk and why.
    pub open_fences: Vec<(String, Person, Text)>,
}

/// One of several Systems that a run moves, summed up.
#[derive(Clone, Debug, PartialEq)]
pub struct PartAccount {
    /// What the ids of its steps begin with.
    pub step: String,
    /// The System.
    pub system: String,
    /// The runbook that moves it.
    pub runbook: String,
    /// What was promised.
    pub objectives: Objectives,
    /// When the disruption began for it, as last said.
    pub began: Option<Moment>,
    /// When its users were served again.
    pub served: Option<Moment>,
    /// When it could fail over again.
    pub protected: Option<Moment>,
}

/// A step, summed up.
#[derive(Clone, Debug, PartialEq)]
pub struct StepAccount {
    /// Its name.
    pub id: String,
    /// How it ended.
    pub end: StepEnd,
    /// From its last confirm to its end; `None` if it was left out, or needed no confirm.
    pub took: Option<Span>,
    /// Who confirmed it last, approved it, accepted its risk, or left it out.
    pub by: Option<Person>,
    /// Requests that were recorded before they were sent, whatever came of them.
    pub requests: usize,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq)]
pub enum StepEnd {
    /// It did not.
    Open,
    /// Its verification held.
    Done(Text),
    /// It was left out.
    Skipped(Text),
    /// It ended otherwise than it should, and was not done after that.
    Failed(Text),
}

/// Where the time went between the beginning of the disruption and the moment users were served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// Until the run was opened.
    pub before: Span,
    /// While AWS worked on what was confirmed, with a session open to see it.
    pub machine: Span,
    /// While people read, decided and did, and while nobody drove.
    pub human: Span,
}

impl Account {
    /// Of a journal's entries; `None` if the first opens no run.
    pub fn of(entries: &[Entry]) -> Option<Self> {
        let first = entries.first()?;
        let Record::RunOpened {
            run, runbook, system, direction, mode, incident, began, objectives, steps, nested, ..
        } = &first.record
        else {
            return None;
        };
        let step = |id: &String| StepAccount { id: id.clone(), end: StepEnd::Open, took: None, by: None, requests: 0 };
        let mut account = Self {
            run: *run,
            runbook: runbook.clone(),
            system: system.clone(),
            direction: *direction,
            mode: *mode,
            incident: incident.clone(),
            objectives: *objectives,
            opened: first.at,
            last: entries.last().map_or(first.at, |entry| entry.at),
            aws_account: None,
            drivers: Vec::new(),
            steps: steps.iter().map(step).collect(),
            began: *began,
            served: None,
            protected: None,
            verdict: None,
            parts: nested.iter().map(|part| PartAccount::of(part, *began)).collect(),
            open_fences: Vec::new(),
        };
        let mut confirmed: BTreeMap<String, Moment> = BTreeMap::new();
        for entry in entries {
            account.add(entry, &mut confirmed);
        }
        Some(account)
    }

    fn step(&mut self, id: &str) -> Option<&mut StepAccount> {
        self.steps.iter_mut().find(|step| step.id == id)
    }

    /// The System that a step moves, where there are several.
    fn part_mut(&mut self, step: &str) -> Option<&mut PartAccount> {
        let (of, _) = step.split_once('/')?;
        self.parts.iter_mut().find(|part| part.step == of)
    }

    fn said(&mut self, id: &str, by: &Person) {
        if let Some(step) = self.step(id) {
            step.by = Some(by.clone());
        }
    }

    fn end(&mut self, id: &str, end: StepEnd, at: Moment, confirmed: &BTreeMap<String, Moment>) {
        let since = confirmed.get(id).filter(|_| !matches!(end, StepEnd::Skipped(_))).copied();
        if let Some(step) = self.step(id) {
            step.took = since.map(|since| at.duration_since(since));
            step.end = end;
        }
    }

    fn add(&mut self, entry: &Entry, confirmed: &mut BTreeMap<String, Moment>) {
        match &entry.record {
            Record::SessionOpened { by, identity, .. } => {
                self.verdict = None;
                self.aws_account.get_or_insert_with(|| identity.account.clone());
                if self.drivers.last() != Some(by) {
                    self.drivers.push(by.clone());
                }
            }
            Record::SessionClosed { verdict, .. } => self.verdict = Some(*verdict),
            Record::Decided { step, began, .. } => match self.part_mut(step) {
                // Of one System alone: for all of them it began with the first.
                Some(part) => {
                    part.began = Some(*began);
                    self.began = self.parts.iter().filter_map(|part| part.began).min();
                }
                None => {
                    self.parts.iter_mut().for_each(|part| part.began = Some(*began));
                    self.began = Some(*began);
                }
            },
            Record::Confirmed { step, by, .. } => {
                confirmed.insert(step.clone(), entry.at);
                self.said(step, by);
            }
            Record::Intent { step, .. } => {
                if let Some(step) = self.step(step) {
                    step.requests += 1;
                }
            }
            Record::Done { step, evidence } => self.end(step, StepEnd::Done(evidence.clone()), entry.at, confirmed),
            Record::Skipped { step, reason, by } => {
                self.said(step, by);
                self.end(step, StepEnd::Skipped(reason.clone()), entry.at, confirmed);
            }
            Record::Approved { step, by, .. } => self.said(step, by),
            Record::Failed { step, why } => self.end(step, StepEnd::Failed(why.clone()), entry.at, confirmed),
            Record::RiskAccepted { step, reason, by } => {
                self.said(step, by);
                self.open_fences.retain(|(id, ..)| id != step);
                self.open_fences.push((step.clone(), by.clone(), reason.clone()));
            }
            Record::FenceProven { step, .. } => self.open_fences.retain(|(id, ..)| id != step),
            Record::Served { step, served } => match self.part_mut(step) {
                Some(part) => {
                    part.served = Some(*served);
                    self.served = last(self.parts.iter().map(|part| part.served));
                }
                None => self.served = Some(*served),
            },
            Record::Protected { step, protected } => match self.part_mut(step) {
                Some(part) => {
                    part.protected = Some(*protected);
                    self.protected = last(self.parts.iter().map(|part| part.protected));
                }
                None => self.protected = Some(*protected),
            },
            Record::RunOpened { .. }
            | Record::Repaired { .. }
            | Record::Chosen { .. }
            | Record::Outcome { .. }
            | Record::Reconciled { .. }
            | Record::Resolved { .. }
            | Record::Refused { .. }
            | Record::Retried { .. }
            | Record::Noted { .. } => {}
        }
    }

    /// How long the System could not fail over again, from the beginning of the disruption.
    pub fn unprotected(&self) -> Option<Span> {
        Some(self.protected?.duration_since(self.began?))
    }

    /// How many steps are done or left out.
    pub fn ended(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.end, StepEnd::Done(_) | StepEnd::Skipped(_))).count()
    }

    /// From the beginning of the disruption until users were served again.
    pub fn rto(&self) -> Option<Span> {
        Some(self.served?.duration_since(self.began?))
    }

    /// Where that time went.
    pub fn split(&self, entries: &[Entry]) -> Option<Split> {
        let (began, served) = (self.began?, self.served?);
        let whole = served.duration_since(began).max(Span::ZERO);
        let before = self.opened.duration_since(began).clamp(Span::ZERO, whole);
        let machine = machine_time(entries, began.max(self.opened), served);
        Some(Split { before, machine, human: whole.saturating_sub(before).saturating_sub(machine).max(Span::ZERO) })
    }
}

impl PartAccount {
    fn of(part: &Nested, began: Option<Moment>) -> Self {
        Self {
            step: part.step.clone(),
            system: part.system.clone(),
            runbook: part.runbook.clone(),
            objectives: part.objectives,
            began,
            served: None,
            protected: None,
        }
    }

    /// From the beginning of the disruption until users were served again.
    pub fn rto(&self) -> Option<Span> {
        Some(self.served?.duration_since(self.began?))
    }

    /// How long it could not fail over again, from the beginning of the disruption.
    pub fn unprotected(&self) -> Option<Span> {
        Some(self.protected?.duration_since(self.began?))
    }
}

/// The last of several moments, if all of them are known.
pub fn last(moments: impl Iterator<Item = Option<Moment>>) -> Option<Moment> {
    moments.collect::<Option<Vec<Moment>>>()?.into_iter().max()
}
