//! Whether a journal is whole, and whether it tells of a run as runs go: an auditor's two questions.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::Head;
use super::record::{Entry, Person, Record, Verdict};
use crate::runbook::{IntentId, Mode, Outcome, RunId};

/// What was found in a journal whose chain is whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Records.
    pub records: usize,
    /// The end of the chain: what a ticket or another journal can hold on to.
    pub head: Head,
    /// Requests of which nobody knows yet whether they were carried out.
    pub in_doubt: Vec<IntentId>,
    /// What no run of drdeck would have recorded, with the number of the record.
    pub wrong: Vec<(u64, String)>,
}

/// Goes through the records in their order.
pub fn verify(entries: &[Entry], head: &Head) -> Report {
    let mut audit = Audit::default();
    for entry in entries {
        audit.seq = entry.seq;
        audit.at_its_place(&entry.record, entry.seq == 1);
        audit.add(&entry.record);
    }
    let mut in_doubt: Vec<IntentId> =
        audit.sent.values().filter(|sent| sent.is_open()).map(|sent| sent.intent).collect();
    in_doubt.sort_unstable();
    Report { records: entries.len(), head: head.clone(), in_doubt, wrong: audit.wrong }
}

/// The last request of a step.
struct Sent {
    intent: IntentId,
    /// What is known of it.
    known: Known,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nothing was recorded yet of what came of it.
    Nothing,
    /// It is recorded that nobody knows.
    InDoubt,
    /// Whether it was carried out.
    All,
}

impl Sent {
    fn is_open(&self) -> bool {
        self.known != Known::All
    }
}

/// How a session stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Session {
    #[default]
    None,
    Open,
    Closed(Verdict),
}

/// What was found so far.
#[derive(Default)]
struct Audit<'a> {
    seq: u64,
    run: Option<RunId>,
    mode: Option<Mode>,
    steps: &'a [String],
    session: Session,
    driver: Option<&'a Person>,
    /// How many requests the confirm of a step still allows; steps that are not confirmed are not in it.
    allowed: BTreeMap<&'a str, usize>,
    /// The confirmed steps of whose requests one is to be carried out.
    of_one: BTreeSet<&'a str>,
    /// The last request of each step.
    sent: BTreeMap<&'a str, Sent>,
    /// The highest number of an intent.
    number: u32,
    /// Steps that are done or left out.
    settled: BTreeMap<&'a str, &'static str>,
    wrong: Vec<(u64, String)>,
}

impl<'a> Audit<'a> {
    fn tell(&mut self, what: impl Into<String>) {
        self.wrong.push((self.seq, what.into()));
    }

    /// Whether a record may stand there at all.
    fn at_its_place(&mut self, record: &'a Record, first: bool) {
        if first != matches!(record, Record::RunOpened { .. }) {
            self.tell(if first { "the first record opens no run" } else { "a second run is opened" });
        }
        let about =
            !matches!(record, Record::RunOpened { .. } | Record::SessionOpened { .. } | Record::Repaired { .. });
        if about && self.session != Session::Open {
            self.tell("something happens while no session is open");
        }
        if let Some(step) = record.step()
            && !self.steps.iter().any(|known| known == step)
        {
            self.tell(format!("step {step} is none of this run"));
        }
    }

    fn add(&mut self, record: &'a Record) {
        match record {
            Record::RunOpened { run, mode, steps, .. } => {
                (self.run, self.mode, self.steps) = (Some(*run), Some(*mode), steps);
            }
            Record::SessionOpened { by, .. } => {
                if self.session == Session::Closed(Verdict::Aborted) {
                    self.tell("a run that was given up is gone on with");
                }
                self.session = Session::Open;
                self.driver = Some(by);
                // What was confirmed in an earlier session and not sent in it has to be confirmed anew.
                self.allowed.clear();
            }
            Record::SessionClosed { verdict, .. } => self.session = Session::Closed(*verdict),
            Record::Confirmed { step, requests, alternatives, .. } => {
                self.not_settled(step, "confirmed");
                self.not_in_doubt(step, "confirmed");
                self.allowed.insert(step, *requests.max(alternatives));
                self.of_one.remove(step.as_str());
                if *alternatives > 0 {
                    self.of_one.insert(step);
                }
            }
            Record::Intent { step, intent, .. } => self.intent(step, *intent),
            Record::Outcome { step, intent, outcome } => {
                let known = match outcome {
                    Outcome::InDoubt { .. } => Known::InDoubt,
                    Outcome::Applied { .. } | Outcome::NotApplied { .. } => Known::All,
                };
                self.learn(step, *intent, known, "an outcome", &[Known::Nothing]);
                let ends = match outcome {
                    Outcome::NotApplied { why, .. } => {
                        !(why.is_of_the_endpoint() && self.of_one.contains(step.as_str()))
                    }
                    Outcome::Applied { .. } => self.of_one.contains(step.as_str()),
                    Outcome::InDoubt { .. } => false,
                };
                if ends {
                    self.allowed.remove(step.as_str());
                }
            }
            Record::Reconciled { step, intent, applied, .. } => {
                let known = if applied.is_some() { Known::All } else { Known::InDoubt };
                self.learn(step, *intent, known, "a finding", &[Known::Nothing, Known::InDoubt]);
                self.allowed.remove(step.as_str());
            }
            Record::Resolved { step, intent, .. } => {
                self.learn(step, *intent, Known::All, "a person's word", &[Known::Nothing, Known::InDoubt]);
                self.allowed.remove(step.as_str());
            }
            Record::Approved { by, verified, .. } => {
                if *verified && self.driver.is_some_and(|driver| driver.arn == by.arn) {
                    self.tell("an approval counts as verified, and is of the caller who drives");
                }
            }
            Record::Done { step, .. } => self.settle(step, "done"),
            Record::Skipped { step, .. } => self.settle(step, "left out"),
            Record::Failed { step, .. } => {
                self.not_settled(step, "failed");
                self.not_in_doubt(step, "failed");
                self.allowed.remove(step.as_str());
            }
            Record::Retried { step, .. } => {
                self.not_settled(step, "offered again");
                self.allowed.remove(step.as_str());
            }
            Record::Refused { step, .. } => {
                self.allowed.remove(step.as_str());
            }
            Record::Repaired { .. }
            | Record::Chosen { .. }
            | Record::Decided { .. }
            | Record::RiskAccepted { .. }
            | Record::FenceProven { .. }
            | Record::Noted { .. }
            | Record::Served { .. }
            | Record::Protected { .. } => {}
        }
    }

    fn intent(&mut self, step: &'a str, intent: IntentId) {
        if self.mode == Some(Mode::Tabletop) {
            self.tell(format!("step {step} is sent in a rehearsal on paper"));
        }
        if self.run != Some(intent.run) {
            self.tell(format!("the intent {intent} is of another run"));
        }
        if intent.number <= self.number {
            self.tell(format!("the intent {intent} is there twice, or its number was passed over"));
        }
        self.number = self.number.max(intent.number);
        self.not_settled(step, "sent");
        self.not_in_doubt(step, "sent");
        match self.allowed.get_mut(step) {
            None => self.tell(format!("step {step} is sent without a confirm")),
            Some(0) => self.tell(format!("step {step} sends more requests than were confirmed")),
            Some(left) => *left -= 1,
        }
        self.sent.insert(step, Sent { intent, known: Known::Nothing });
    }

    /// Something is known of a request that was known as one of `before`.
    fn learn(&mut self, step: &'a str, intent: IntentId, known: Known, what: &str, before: &[Known]) {
        match self.sent.get_mut(step) {
            Some(sent) if sent.intent == intent => {
                let fits = before.contains(&sent.known);
                sent.known = known;
                if !fits {
                    self.tell(format!("{what} of {intent}, of which that is known already"));
                }
            }
            Some(_) | None => self.tell(format!("{what} of {intent}, which is not the last request of step {step}")),
        }
    }

    fn settle(&mut self, step: &'a str, how: &'static str) {
        self.not_settled(step, how);
        self.not_in_doubt(step, how);
        self.settled.insert(step, how);
        self.allowed.remove(step);
    }

    fn not_settled(&mut self, step: &str, now: &str) {
        if let Some(how) = self.settled.get(step) {
            self.tell(format!("step {step} is {now}, and was {how} before"));
        }
    }

    fn not_in_doubt(&mut self, step: &str, now: &str) {
        if let Some(sent) = self.sent.get(step).filter(|sent| sent.is_open()) {
            self.tell(format!("step {step} is {now} while nobody knows what came of {}", sent.intent));
        }
    }
}
