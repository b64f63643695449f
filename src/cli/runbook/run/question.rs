//! What a person is asked, as one line that begins with `? `, and what their line means. Scripts follow these texts: they are a contract.

use crate::engine::{Card, Order, Stage, StepView, Typed, View};
use crate::model::words::listed;
use crate::model::{Moment, Span, Text};
use crate::runbook::Question as Wanted;
use crate::runbook::{Choice, ChoiceForm, Work};

/// A question about one step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Question {
    /// The step's index.
    pub(super) step: usize,
    /// What is asked.
    pub(super) form: Form,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// To confirm a card's plan; with the System's name, where it cannot be undone.
    Confirm {
        /// The card's plan.
        plan: String,
        /// The System's name.
        typed: Option<String>,
    },
    /// A card that cannot be confirmed: what keeps it from that stands in its way.
    Blocked,
    /// To declare the outage.
    Decision {
        /// The card's plan.
        plan: String,
    },
    /// To consent.
    Approval,
    /// To accept that the old primary may take writes.
    Fence,
    /// A step that ended otherwise than it should.
    Failed,
    /// A step that takes longer than its worst time.
    Stuck,
    /// To say what came of a request.
    Doubt,
}

/// What was said before a decision is confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// When the disruption began; `None` is as readings show.
    pub(super) began: Option<Moment>,
    /// When the failed side is expected back.
    pub(super) repair: Option<Moment>,
}

/// What a line means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    /// These orders, one after the other.
    Orders(Vec<Order>),
    /// The decision is to be this; it is asked again.
    Draft(Draft),
    /// The session is to end here.
    Pause,
    /// The run is to be given up.
    Abort(Text),
    /// Nothing that can be done: why, and what can be said.
    Wrong(String),
}

/// What to ask now: a request in doubt before all else, then the first step that waits for a person.
pub(super) fn of(view: &View) -> Option<Question> {
    let steps = || view.steps.iter();
    let doubt = steps().find(|step| matches!(step.stage, Stage::Asking(_)));
    let waiting = || steps().find(|step| matches!(step.stage, Stage::Card(_) | Stage::Failed { .. }));
    let stuck = || steps().find(|step| step.stuck && matches!(step.stage, Stage::Verifying(_)));
    let step = doubt.or_else(waiting).or_else(stuck)?;
    Some(Question { step: step.index, form: form(step, view)? })
}

fn form(step: &StepView, view: &View) -> Option<Form> {
    match &step.stage {
        Stage::Card(card) => Some(of_card(step.index, card, view)),
        Stage::Failed { .. } => Some(Form::Failed),
        Stage::Asking(_) => Some(Form::Doubt),
        Stage::Verifying(_) => Some(Form::Stuck),
        Stage::Waiting(_)
        | Stage::Planning
        | Stage::Confirming
        | Stage::Sending { .. }
        | Stage::InDoubt(_)
        | Stage::Done { .. }
        | Stage::Skipped { .. } => None,
    }
}

fn of_card(step: usize, card: &Card, view: &View) -> Form {
    if card.blocker().is_some() {
        return Form::Blocked;
    }
    let plan = card.plan.clone();
    match &card.work {
        Work::Ask(Wanted::Decision) => Form::Decision { plan },
        Work::Ask(Wanted::Approval) => Form::Approval,
        Work::Ask(Wanted::Fence) => Form::Fence,
        Work::Ask(Wanted::Manual)
        | Work::Calls(_)
        | Work::OneOf(_)
        | Work::Command(_)
        | Work::Watch
        | Work::Already(_)
        | Work::NotInThisMode(_) => Form::Confirm {
            plan,
            typed: match card.typed {
                Typed::Name => Some(view.runbook.system_of(step).to_owned()),
                Typed::Nothing => None,
            },
        },
    }
}

impl Question {
    /// The line, without its newline.
    pub(super) fn line(&self, view: &View) -> String {
        const REST: &str = "skip REASON, note TEXT, pause, abort REASON";
        let name = view.steps.get(self.step).map(|step| step.id.as_str()).unwrap_or_default();
        let step = format!("step {} of {} {name}", self.step + 1, view.steps.len());
        match &self.form {
            Form::Confirm { typed: None, .. } => format!("? {step}: yes, {}{REST}", self.takes(view)),
            Form::Confirm { typed: Some(system), .. } => format!("? type {system} to confirm {step}"),
            Form::Blocked => format!("? {step}: {}retry, {REST}", self.takes(view)),
            Form::Failed | Form::Stuck => format!("? {step}: retry, {REST}"),
            Form::Decision { .. } => format!("? {step}: yes, start TIME, repair SPAN, {REST}"),
            Form::Approval => format!("? {step}: yes NAME, {REST}"),
            Form::Fence => format!("? {step}: accept REASON, retry, {REST}"),
            Form::Doubt => format!("? IN DOUBT {step}: applied REASON, not-applied REASON"),
        }
    }

    /// What the card lets choose.
    fn choices<'a>(&self, view: &'a View) -> &'a [Choice] {
        view.steps.get(self.step).and_then(StepView::card).map_or(&[], |card| card.choices.as_slice())
    }

    /// `choose point TIME, `.
    fn takes(&self, view: &View) -> String {
        let takes = |choice: &Choice| format!("choose {} {}, ", choice.name, choice.form.word());
        self.choices(view).iter().map(takes).collect()
    }

    /// What is chosen with `choose NAME VALUE`: a span is a moment so long ago.
    fn choose(&self, rest: &str, view: &View) -> Said {
        let choices = self.choices(view);
        let takes = listed(choices.iter().map(|choice| format!("choose {} {}", choice.name, choice.form.word())));
        let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let value = value.trim();
        let Some(choice) = choices.iter().find(|choice| choice.name == name) else {
            let nothing = choices.is_empty();
            let why = if nothing {
                "there is nothing to choose on this card".to_owned()
            } else {
                format!("this card takes {takes}")
            };
            return Said::Wrong(why);
        };
        let value = match choice.form {
            _ if value.is_empty() => return Said::Wrong(format!("choose takes a value: {takes}")),
            ChoiceForm::Value => value.to_owned(),
            ChoiceForm::Moment { .. } => match moment(value, view.at, Towards::Past) {
                Some(moment) => format!("{moment:.0}"),
                None => {
                    let like =
                        format!("choose {name} takes a time like {:.0}, or a span like 12m for that long ago", view.at);
                    return Said::Wrong(like);
                }
            },
        };
        Said::Orders(vec![Order::Choose { step: self.step, name: name.to_owned(), value }])
    }

    /// What a line means as an answer.
    pub(super) fn answer(&self, line: &str, view: &View, draft: Draft) -> Said {
        let line = line.trim();
        let step = self.step;
        if let Form::Confirm { plan, typed: Some(system) } = &self.form
            && line == system
        {
            return confirm(step, plan, Some(line));
        }
        let (word, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(word, rest)| (word, rest.trim()));
        let reason = Text::new(rest);
        let needs_reason =
            |order: Order| if rest.is_empty() { without_reason(word) } else { Said::Orders(vec![order]) };
        match (word, &self.form) {
            ("yes", Form::Confirm { plan, typed: None }) => confirm(step, plan, None),
            ("yes", Form::Confirm { typed: Some(system), .. }) => {
                Said::Wrong(format!("this cannot be undone: type {system} to confirm it, or skip REASON, note TEXT, pause, abort REASON"))
            }
            ("yes", Form::Decision { plan }) => {
                let began = draft.began.or(view.clocks.began).unwrap_or(view.at);
                let decide = Order::Decide { step, began, repair: draft.repair };
                Said::Orders(vec![decide, Order::Confirm { step, plan: plan.clone(), typed: None }])
            }
            ("start", Form::Decision { .. }) => match moment(rest, view.at, Towards::Past) {
                Some(began) => Said::Draft(Draft { began: Some(began), ..draft }),
                None => Said::Wrong(format!("start takes a time like {:.0}, or a span like 12m for that long ago", view.at)),
            },
            ("repair", Form::Decision { .. }) => match moment(rest, view.at, Towards::Future) {
                Some(repair) => Said::Draft(Draft { repair: Some(repair), ..draft }),
                None => Said::Wrong(format!("repair takes a span like 4h, or a time like {:.0}", view.at)),
            },
            ("yes", Form::Approval) if rest.is_empty() => {
                Said::Wrong("name who approves: yes NAME; it is recorded as your word, not verified. They can verify it from their own session with the same command.".to_owned())
            }
            ("yes", Form::Approval) => {
                let arn = view.identity.as_ref().map(|identity| identity.arn.clone()).unwrap_or_default();
                let by = crate::journal::Person { name: reason, arn };
                Said::Orders(vec![Order::Approve { step, by, verified: false }])
            }
            ("accept", Form::Fence) => needs_reason(Order::Accept { step, reason }),
            ("applied", Form::Doubt) => needs_reason(Order::Resolve { step, applied: true, reason }),
            ("not-applied", Form::Doubt) => needs_reason(Order::Resolve { step, applied: false, reason }),
            ("retry", Form::Blocked | Form::Failed | Form::Stuck | Form::Fence | Form::Confirm { .. } | Form::Doubt) => {
                Said::Orders(vec![Order::Retry { step }])
            }
            ("choose", Form::Confirm { .. } | Form::Blocked) => self.choose(rest, view),
            ("skip", Form::Doubt) => {
                Said::Wrong("nobody knows what came of its request; find out first: applied REASON or not-applied REASON".to_owned())
            }
            ("skip", _) => needs_reason(Order::Skip { step, reason }),
            _ => general(word, rest, Some(step)).unwrap_or_else(|| {
                Said::Wrong(format!("\"{line}\" is no answer to this; {}", self.line(view).trim_start_matches("? ")))
            }),
        }
    }
}

/// What can be said at any time: notes, a pause, the end.
pub(super) fn general(word: &str, rest: &str, step: Option<usize>) -> Option<Said> {
    Some(match word {
        "note" if rest.is_empty() => Said::Wrong("note takes a text".to_owned()),
        "note" => Said::Orders(vec![Order::Note { step, text: Text::new(rest) }]),
        "pause" => Said::Pause,
        "abort" if rest.is_empty() => without_reason("abort"),
        "abort" => Said::Abort(Text::new(rest)),
        _ => return None,
    })
}

fn confirm(step: usize, plan: &str, typed: Option<&str>) -> Said {
    Said::Orders(vec![Order::Confirm { step, plan: plan.to_owned(), typed: typed.map(str::to_owned) }])
}

fn without_reason(word: &str) -> Said {
    Said::Wrong(format!("{word} takes a reason, which is recorded: {word} REASON"))
}

/// Where a span leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Towards {
    Past,
    Future,
}

fn moment(text: &str, now: Moment, towards: Towards) -> Option<Moment> {
    if let Ok(moment) = text.parse::<Moment>() {
        return Some(moment);
    }
    let span = text.parse::<Span>().ok()?.abs();
    match towards {
        Towards::Past => now.checked_sub(span).ok(),
        Towards::Future => now.checked_add(span).ok(),
    }
}
