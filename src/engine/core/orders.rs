//! What a person may order, and when.

use std::sync::Arc;

use super::sending::changed;
use super::{Doing, Order, Standing, State, Typed};
use crate::journal::{Person, Record, Verdict};
use crate::model::words::clock;
use crate::model::{Moment, Text};
use crate::runbook::Question;

/// Why an order is not taken.
type Taken = Result<(), Text>;

fn no(why: impl AsRef<str>) -> Taken {
    Err(Text::new(why))
}

impl State {
    /// Takes an order, or says why not.
    pub(super) fn order(&mut self, order: Order, now: Moment) -> Taken {
        if let Some((_, reason)) = &self.closing
            && !matches!(order, Order::Abort { .. } | Order::Note { .. })
        {
            return no(format!("the run is being stopped: {reason}"));
        }
        match order {
            Order::Confirm { step, plan, typed } => self.confirm(step, &plan, typed.as_deref()),
            Order::Skip { step, reason } => {
                let by = self.operator();
                self.may_skip(step)?;
                given(&reason)?;
                self.record(Record::Skipped { step: self.id(step), reason, by })
            }
            Order::Retry { step } => self.retry(step),
            Order::Note { step, text } => {
                given(&text)?;
                let by = self.operator();
                self.record(Record::Noted { step: step.map(|step| self.id(step)), text, by })
            }
            Order::Pause { reason } => {
                self.stop(Verdict::Paused, reason);
                Ok(())
            }
            Order::Abort { reason } => {
                given(&reason)?;
                self.stop(Verdict::Aborted, reason);
                Ok(())
            }
            Order::Resolve { step, applied, reason } => self.resolve(step, applied, reason),
            Order::Decide { step, began, repair } => {
                self.asked(step, Question::Decision, "no decision")?;
                if began > now {
                    return no(format!("{} is in the future; the disruption began before now", clock(began, now)));
                }
                if repair.is_some_and(|repair| repair <= began) {
                    return no("the repair is expected before the disruption began");
                }
                let by = self.operator();
                self.record(Record::Decided { step: self.id(step), began, repair, by })
            }
            Order::Choose { step, name, value } => {
                match self.standing(step) {
                    Standing::Waiting | Standing::Planning | Standing::Card => {}
                    Standing::Confirming
                    | Standing::Sending
                    | Standing::InDoubt
                    | Standing::Asking
                    | Standing::Verifying
                    | Standing::Failed
                    | Standing::Settled => return no("it is too late to choose: the step was confirmed"),
                }
                let by = self.operator();
                self.record(Record::Chosen { step: self.id(step), name, value, by })
            }
            Order::Accept { step, reason } => {
                self.asked(step, Question::Fence, "no fence")?;
                given(&reason)?;
                let by = self.operator();
                self.record(Record::RiskAccepted { step: self.id(step), reason, by })
            }
            Order::Approve { step, by, verified } => self.approve(step, by, verified),
        }
    }

    fn record(&mut self, record: Record) -> Taken {
        self.outbox.push_back(record);
        Ok(())
    }

    fn confirm(&mut self, step: usize, plan: &str, typed: Option<&str>) -> Taken {
        let card = self.shown(step)?;
        if card.plan != plan {
            let before = self.steps.get(step).and_then(|live| live.before.as_ref());
            let why = match before.filter(|before| before.plan == plan) {
                Some(before) => changed(&card, before),
                None => "the plan changed since it was shown; nothing was sent".to_owned(),
            };
            self.refuse(step, &why);
            return no(why);
        }
        if let Some((what, why)) = card.blocker() {
            return no(format!("blocked, it is not so that {what}: {why}"));
        }
        let system = self.runbook.system_of(step);
        match (card.typed, typed) {
            (Typed::Nothing, _) => {}
            (Typed::Name, Some(typed)) if typed == system => {}
            (Typed::Name, _) => {
                return no(format!("this cannot be undone: to confirm it, type the System's name, {system}"));
            }
        }
        let record = card.confirmed(&self.id(step), self.operator());
        if let Some(live) = self.steps.get_mut(step) {
            live.doing = Doing::Confirming(card);
            (live.asked, live.trouble) = (None, None);
        }
        self.record(record)
    }

    /// The card that a person sees.
    fn shown(&self, step: usize) -> Result<Arc<super::Card>, Text> {
        let why = match self.standing(step) {
            Standing::Card => {
                let card = self.steps.get(step).and_then(|live| live.card.clone());
                return card.ok_or_else(|| Text::new("the step is being read"));
            }
            Standing::Waiting => {
                let missing: Vec<String> = self.missing(step).into_iter().map(|need| self.id(need)).collect();
                return Err(Text::new(format!("it needs {} first", missing.join(", "))));
            }
            Standing::Planning => "the step is being read; one moment",
            Standing::Confirming | Standing::Sending | Standing::Verifying => "the step is under way already",
            Standing::InDoubt | Standing::Asking => "nobody knows yet what came of its last request",
            Standing::Failed => "the step has failed; retry it first, or skip it with the reason",
            Standing::Settled => "the step is done or was left out",
        };
        Err(Text::new(why))
    }

    fn asked(&self, step: usize, question: Question, else_: &str) -> Taken {
        self.shown(step)?;
        if self.asks(step, question) { Ok(()) } else { no(format!("the step {} is {else_}", self.id(step))) }
    }

    fn may_skip(&self, step: usize) -> Taken {
        match self.standing(step) {
            Standing::Waiting | Standing::Planning | Standing::Card | Standing::Verifying | Standing::Failed => Ok(()),
            Standing::Confirming | Standing::Sending => {
                no("the step is under way; what comes of its request is waited for")
            }
            Standing::InDoubt | Standing::Asking => no(
                "nobody knows what came of its last request; that has to be found out first, or said: applied or not applied, and how you know",
            ),
            Standing::Settled => no("the step is done or was left out"),
        }
    }

    fn retry(&mut self, step: usize) -> Taken {
        match self.standing(step) {
            Standing::Failed | Standing::Verifying => {
                let by = self.operator();
                self.record(Record::Retried { step: self.id(step), by })
            }
            Standing::Planning | Standing::Card | Standing::InDoubt | Standing::Asking => {
                if let Some(live) = self.steps.get_mut(step) {
                    (live.asked, live.due) = (None, None);
                }
                Ok(())
            }
            Standing::Waiting | Standing::Confirming | Standing::Sending | Standing::Settled => {
                self.shown(step).map(|_| ())
            }
        }
    }

    fn resolve(&mut self, step: usize, applied: bool, reason: Text) -> Taken {
        given(&reason)?;
        match self.standing(step) {
            Standing::InDoubt | Standing::Asking => {}
            Standing::Waiting
            | Standing::Planning
            | Standing::Card
            | Standing::Confirming
            | Standing::Sending
            | Standing::Verifying
            | Standing::Failed
            | Standing::Settled => return no("nothing of the step is in doubt"),
        }
        let intent = self.ledger.tracks.get(step).and_then(|track| track.in_doubt()).map(|attempt| attempt.intent);
        let Some(intent) = intent else { return no("nothing of the step is in doubt") };
        let by = self.operator();
        self.record(Record::Resolved { step: self.id(step), intent, applied, reason, by })
    }

    /// Consent is verified only if another caller of AWS gave it than the one who drives.
    fn approve(&mut self, step: usize, by: Person, verified: bool) -> Taken {
        self.asked(step, Question::Approval, "no approval")?;
        let verified = verified && by.arn != self.operator().arn;
        self.record(Record::Approved { step: self.id(step), by, verified })
    }

    fn stop(&mut self, verdict: Verdict, reason: Text) {
        self.closing = Some((verdict, reason));
        self.stop_confirmed();
    }
}

/// A reason that says nothing is none.
fn given(reason: &Text) -> Taken {
    if reason.as_str().trim().is_empty() { no("a reason in words is needed") } else { Ok(()) }
}
