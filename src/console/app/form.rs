//! The questions of a run: what is asked before something is done, and what the answer orders.

use std::sync::Arc;
use std::time::Instant;

use super::run::{Starting, moved, row};
use super::{App, Modal, Screen};
use crate::console::event::{Command, Notice};
use crate::console::format;
use crate::console::run::{Beginning, Consent, Draft, How, Live, card};
use crate::console::screens::begin::Choice;
use crate::console::theme::Role;
use crate::console::widgets::form::{Field, Form, Guard, Rule};
use crate::console::widgets::{Line, frame};
use crate::engine::words::sends;
use crate::engine::{Card, Driver, Order, Stage, Typed, desk};
use crate::journal::Person;
use crate::model::{Moment, Span, Text};
use crate::runbook::{self, ChoiceForm, Mode, Question, Reversibility, Work};

/// What an answer is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Purpose {
    /// Nothing: something was told.
    Read,
    /// Nothing: something is waited for.
    Wait,
    /// To pause the run and leave.
    Leave,
    /// To begin a run.
    Begin(Box<Choice>),
    /// To confirm the card of a step.
    Confirm { step: usize, plan: String },
    /// To declare the outage.
    Declare { step: usize, plan: String },
    /// To say who approves.
    Approve { step: usize, plan: String },
    /// To consent to a step of a run that somebody else drives.
    Consent(Box<Consent>),
    /// To accept the risk of a fence.
    Accept { step: usize, plan: String },
    /// To say what came of a request.
    Resolve { step: usize },
    /// To leave a step out.
    Skip { step: usize },
    /// To have a step offered again that is under way or failed.
    Retry { step: usize },
    /// To have a remark recorded.
    Note { step: usize },
    /// To pause.
    Pause,
    /// To give up.
    Abort,
    /// To say since when users are not served.
    Times,
    /// To choose what a card leaves open.
    Choose { step: usize, choices: Vec<runbook::Choice> },
}

impl Purpose {
    /// The card that the question is about.
    pub(super) fn plan(&self) -> Option<(usize, &str)> {
        match self {
            Self::Confirm { step, plan }
            | Self::Declare { step, plan }
            | Self::Approve { step, plan }
            | Self::Accept { step, plan } => Some((*step, plan)),
            Self::Read
            | Self::Wait
            | Self::Leave
            | Self::Begin(_)
            | Self::Consent(_)
            | Self::Resolve { .. }
            | Self::Skip { .. }
            | Self::Retry { .. }
            | Self::Note { .. }
            | Self::Pause
            | Self::Abort
            | Self::Times
            | Self::Choose { .. } => None,
        }
    }

    /// Whether it makes no sense without a run that is driven here.
    pub(super) const fn is_of_run(&self) -> bool {
        match self {
            Self::Read | Self::Wait | Self::Begin(_) => false,
            Self::Leave
            | Self::Confirm { .. }
            | Self::Declare { .. }
            | Self::Approve { .. }
            | Self::Consent(_)
            | Self::Accept { .. }
            | Self::Resolve { .. }
            | Self::Skip { .. }
            | Self::Retry { .. }
            | Self::Note { .. }
            | Self::Pause
            | Self::Abort
            | Self::Times
            | Self::Choose { .. } => true,
        }
    }
}

impl App {
    fn ask(&mut self, form: Form, purpose: Purpose) {
        self.modals.push(Modal::Form(Box::new(form), purpose));
    }

    /// Asks before the run that was chosen is begun.
    pub(super) fn choose_run(&mut self, now: Instant) {
        let Some(Modal::Begin(menu)) = self.modals.last() else { return };
        let choice = match menu.chosen() {
            Some(Ok(choice)) => choice.clone(),
            Some(Err(error)) => {
                let text = error.to_string();
                self.toasts.show(Notice::warning(text), now);
                return;
            }
            None => return,
        };
        let form = self.arming(&choice, now);
        self.ask(form, Purpose::Begin(Box::new(choice)));
    }

    /// Names everything that is at stake.
    fn arming(&self, choice: &Choice, now: Instant) -> Form {
        let (runbook, mode) = (&choice.runbook, choice.how.mode());
        let mut form = Form::new(
            format!("{} of {}", runbook.direction.as_str(), runbook.system),
            "begin the run",
            Guard::Quiet,
            now,
        )
        .in_mode(mode);
        let identity = self.world.assessment().and_then(|assessment| assessment.identity.value.as_ref());
        let account = identity.map_or_else(
            || "not known yet; AWS is asked before anything begins".to_owned(),
            |who| format::account(who.account.as_str()),
        );
        form = form
            .saying(row("runbook", format!("{} version {} of {}", runbook.name, runbook.version, runbook.owner)))
            .saying(row("system", runbook.system.clone()));
        form = moved(runbook).into_iter().fold(form, Form::saying);
        form = form.saying(row("account", account));
        if let Some(who) = identity {
            form = form.saying(row("identity", who.arn.to_string()));
        }
        form = form.saying(row("mode", format!("{}: {}", frame::word(mode), frame::promise(mode))));
        if self.world.mode == crate::console::Mode::Demo {
            form = form.saying(row("", "DEMO: a simulated AWS on this machine".to_owned()));
        }
        match (&choice.how, &choice.unfinished) {
            (How::Resume { run, .. }, Some(earlier)) => {
                form = form.saying(row("goes on", format!("run {run} at step {}", earlier.step)));
                if earlier.sha256 != runbook.sha256 {
                    form = form.saying(Line::new(
                        Role::StepStuck,
                        "The runbook's file was changed since; the run goes on with the text it was opened with.",
                    ));
                }
            }
            (How::New { .. }, Some(earlier)) => {
                let text = format!("Run {} of it is {} and will be given up.", earlier.run, earlier.how);
                form = form.saying(Line::new(Role::StepStuck, text)).asking(Field::new(
                    "why give it up",
                    Rule::Needed("say why the earlier run is given up; it is recorded"),
                ));
            }
            (_, None) => {}
        }
        if let How::New { .. } = choice.how {
            form = form.asking(Field::new("incident, if any", Rule::Optional));
        }
        if self.is_shared() {
            form =
                form.asking(Field::new("your name", Rule::Needed("others may share this identity: say who you are")));
        }
        let word = match mode {
            Mode::Live => runbook.system.clone(),
            Mode::Drill | Mode::Tabletop => mode.as_str().to_owned(),
        };
        form.asking(Field::new(format!("type {word}"), Rule::Exactly(word)))
    }

    /// Whether AWS does not say which person this is.
    pub(super) fn is_shared(&self) -> bool {
        self.person().is_none()
    }

    /// The person, where AWS says so.
    pub(super) fn person(&self) -> Option<Text> {
        let who = self.world.assessment()?.identity.value.as_ref()?;
        match desk::driver(who.arn.as_str()) {
            Driver::Person(name) => Some(name),
            Driver::Shared => None,
        }
    }

    /// What the step under the cursor waits for.
    pub(super) fn act_on_step(&mut self, now: Instant) {
        let Some((live, index)) = self.in_sight() else { return };
        let Some(step) = live.step(index) else { return };
        if live.awaits_consent(index) {
            return self.ask_consent(now);
        }
        let (form, purpose) = match &step.stage {
            Stage::Card(card) => question(live, index, card, now),
            Stage::InDoubt(_) | Stage::Asking(_) => (resolve(live, index, now), Purpose::Resolve { step: index }),
            Stage::Waiting(_)
            | Stage::Planning
            | Stage::Confirming
            | Stage::Sending { .. }
            | Stage::Verifying(_)
            | Stage::Done { .. }
            | Stage::Failed { .. }
            | Stage::Skipped { .. } => return,
        };
        self.ask(form, purpose);
    }

    pub(super) fn skip_step(&mut self, now: Instant) {
        let Some((live, step)) = self.in_sight() else { return };
        let form = about(live, step, "Leave it out", "leave it out", Guard::Quiet, now)
            .saying(Line::new(Role::Text, "Steps that need it go on without it. The reason is recorded."))
            .asking(Field::new("reason", Rule::Needed("a reason in words is needed")));
        self.ask(form, Purpose::Skip { step });
    }

    /// Reads a card anew at once; asks first where a step would be offered again.
    pub(super) fn retry_step(&mut self, now: Instant) -> Vec<Command> {
        let Some((live, step)) = self.in_sight() else { return Vec::new() };
        let text = match live.step(step).map(|step| &step.stage) {
            Some(Stage::Failed { .. }) => "Its card comes back, read anew. Nothing is sent before you confirm it.",
            Some(Stage::Verifying(_)) => {
                "It is still under way. Its card would come back, and what you confirm then is sent once more."
            }
            Some(
                Stage::Waiting(_)
                | Stage::Planning
                | Stage::Card(_)
                | Stage::Confirming
                | Stage::Sending { .. }
                | Stage::InDoubt(_)
                | Stage::Asking(_)
                | Stage::Done { .. }
                | Stage::Skipped { .. },
            )
            | None => return vec![Command::Order(Order::Retry { step })],
        };
        let form = about(live, step, "Offer it again", "offer it again", Guard::Quiet, now)
            .saying(Line::new(Role::Text, text));
        self.ask(form, Purpose::Retry { step });
        Vec::new()
    }

    pub(super) fn note_on_step(&mut self, now: Instant) {
        let Some((live, step)) = self.in_sight() else { return };
        let form = about(live, step, "Remark", "record it", Guard::None, now)
            .asking(Field::new("remark", Rule::Needed("say something, or Esc")));
        self.ask(form, Purpose::Note { step });
    }

    pub(super) fn pause_run(&mut self, now: Instant) {
        let Some((live, _)) = self.in_sight() else { return };
        let form = Form::new("Pause the run", "pause it", Guard::None, now)
            .in_mode(live.view.run.mode)
            .saying(Line::new(
                Role::Text,
                "What is in flight is waited for; nothing new is sent. Anybody can go on with it, here or with the same command.",
            ))
            .asking(Field::new("reason", Rule::Optional));
        self.ask(form, Purpose::Pause);
    }

    pub(super) fn abort_run(&mut self, now: Instant) {
        let Some((live, _)) = self.in_sight() else { return };
        let form = Form::new("Give the run up", "give it up", Guard::Quiet, now)
            .in_mode(live.view.run.mode)
            .saying(Line::new(
                Role::Text,
                "What was done stays as it is; the run can not be gone on with. To go on later, pause it instead.",
            ))
            .asking(Field::new("reason", Rule::Needed("a reason in words is needed")));
        self.ask(form, Purpose::Abort);
    }

    /// What the step leaves open.
    pub(super) fn edit_step(&mut self, now: Instant) {
        let Some((live, index)) = self.in_sight() else { return };
        let Some(card) = live.step(index).and_then(card) else { return };
        let (form, purpose) = match &card.work {
            Work::Ask(Question::Decision) => (times(live, index, now), Purpose::Times),
            Work::Ask(Question::Manual | Question::Approval | Question::Fence)
            | Work::Calls(_)
            | Work::OneOf(_)
            | Work::Command(_)
            | Work::Watch
            | Work::Already(_)
            | Work::NotInThisMode(_) => (
                choose(live, index, &card.choices, now),
                Purpose::Choose { step: index, choices: card.choices.clone() },
            ),
        };
        self.ask(form, purpose);
    }

    /// Yes, by one key.
    pub(super) fn confirm(&mut self, now: Instant) -> Vec<Command> {
        let Some(Modal::Form(form, purpose)) = self.modals.last() else { return Vec::new() };
        // What is only to be read is not put away by a yes that was meant for something else.
        if form.has_fields() || matches!(purpose, Purpose::Read | Purpose::Wait) {
            return Vec::new();
        }
        let Some(Modal::Form(_, purpose)) = self.modals.pop() else { return Vec::new() };
        self.answered(purpose, &[], now)
    }

    /// Done with typing.
    pub(super) fn submit(&mut self, now: Instant) -> Vec<Command> {
        let Some(Modal::Form(form, purpose)) = self.modals.last_mut() else { return Vec::new() };
        let Some(values) = form.submit() else { return Vec::new() };
        if let Err((at, problem)) = usable(purpose, &values, self.runs.driven.as_ref().map(|live| live.view.at)) {
            form.object(at, problem);
            return Vec::new();
        }
        let Some(Modal::Form(_, purpose)) = self.modals.pop() else { return Vec::new() };
        self.answered(purpose, &values, now)
    }

    fn answered(&mut self, purpose: Purpose, values: &[String], now: Instant) -> Vec<Command> {
        let text = |at: usize| Text::new(values.get(at).map(String::as_str).unwrap_or_default());
        let order = match purpose {
            Purpose::Read | Purpose::Wait => return Vec::new(),
            Purpose::Leave => return self.leave_run(now),
            Purpose::Begin(choice) => return self.begin_chosen(*choice, values, now),
            Purpose::Consent(consent) => return self.consented(*consent, values),
            Purpose::Confirm { step, plan } => Order::Confirm { step, plan, typed: values.first().cloned() },
            Purpose::Declare { step, plan } => return self.declare(step, plan),
            Purpose::Approve { step, .. } => {
                let identity = self.runs.driven.as_ref().and_then(|live| live.view.identity.clone());
                let arn = identity.map(|identity| identity.arn).unwrap_or_default();
                Order::Approve { step, by: Person { name: text(0), arn }, verified: false }
            }
            Purpose::Accept { step, .. } => Order::Accept { step, reason: text(0) },
            Purpose::Resolve { step } => {
                Order::Resolve { step, applied: values.first().is_some_and(|said| said == "applied"), reason: text(1) }
            }
            Purpose::Retry { step } => Order::Retry { step },
            Purpose::Skip { step } => Order::Skip { step, reason: text(0) },
            Purpose::Note { step } => Order::Note { step: Some(step), text: text(0) },
            Purpose::Pause => {
                let reason = text(0);
                let said = !reason.as_str().is_empty();
                Order::Pause { reason: if said { reason } else { Text::new("paused by the operator") } }
            }
            Purpose::Abort => Order::Abort { reason: text(0) },
            Purpose::Times => {
                if let Some(live) = &mut self.runs.driven {
                    live.draft = draft(values, live.view.at).unwrap_or_default();
                }
                return Vec::new();
            }
            Purpose::Choose { step, choices } => {
                let at = self.runs.driven.as_ref().map(|live| live.view.at);
                return chosen(step, &choices, values, at).unwrap_or_default();
            }
        };
        vec![Command::Order(order)]
    }

    fn declare(&self, step: usize, plan: String) -> Vec<Command> {
        let Some(live) = &self.runs.driven else { return Vec::new() };
        let began = live.draft.began.or(live.view.clocks.began).unwrap_or(live.view.at);
        let decide = Order::Decide { step, began, repair: live.draft.repair };
        vec![Command::Order(decide), Command::Order(Order::Confirm { step, plan, typed: None })]
    }

    fn begin_chosen(&mut self, choice: Choice, values: &[String], now: Instant) -> Vec<Command> {
        let mut values = values.iter();
        let Choice { runbook, mut how, unfinished } = choice;
        let mut incident = None;
        if let How::New { instead, .. } = &mut how {
            if unfinished.is_some() {
                *instead = values.next().map(Text::new);
            }
            incident = values.next().filter(|incident| !incident.is_empty()).map(Text::new);
        } else if let Some(earlier) = &unfinished {
            incident.clone_from(&earlier.account.incident);
        }
        let operator = match self.person() {
            Some(person) => person,
            None => values.next().map(Text::new).unwrap_or_default(),
        };
        let beginning =
            Beginning { system: runbook.system.clone(), runbook: runbook.name.clone(), operator, incident, how };
        self.runs.starting = Starting::Yes;
        let mode = beginning.how.mode();
        let form = Form::new("Beginning", "", Guard::None, now)
            .in_mode(mode)
            .saying(Line::new(Role::Text, "Taking the lock, opening the record, asking AWS who we are…"));
        self.modals.clear();
        self.ask(form, Purpose::Wait);
        vec![Command::Begin(Box::new(beginning))]
    }

    /// What can be copied of the step in sight.
    pub(super) fn step_copies(&self) -> Vec<(String, String)> {
        match (&self.screen, self.in_sight()) {
            (Screen::Runbook(_), Some((live, step))) => {
                crate::console::screens::runbook::page::copies(live, step, &self.world.shell)
            }
            (_, _) => Vec::new(),
        }
    }
}

/// A form about a step.
pub(super) fn about(live: &Live, step: usize, title: &str, yes: &str, guard: Guard, now: Instant) -> Form {
    let id = live.step(step).map(|step| step.id.as_str()).unwrap_or_default();
    let of = live.definition(step).map(|of| of.title.to_string()).unwrap_or_default();
    let place = format!("step {} of {} {id}", step + 1, live.view.steps.len());
    Form::new(title, yes, guard, now)
        .in_mode(live.view.run.mode)
        .saying(Line::new(Role::TextStrong, place))
        .saying(Line::new(Role::Text, of))
}

/// What is asked about a card.
fn question(live: &Live, step: usize, card: &Arc<Card>, now: Instant) -> (Form, Purpose) {
    let plan = card.plan.clone();
    match &card.work {
        Work::Ask(Question::Decision) => (declare(live, step, now), Purpose::Declare { step, plan }),
        Work::Ask(Question::Approval) => {
            let form = about(live, step, "Approval", "record it", Guard::Quiet, now)
                .saying(Line::new(Role::Text, card.describe.as_str()))
                .saying(Line::new(
                    Role::StepStuck,
                    "It is recorded as your word, not verified. They can verify it from their own session.",
                ))
                .asking(Field::new("who approves", Rule::Needed("name who approves")));
            (form, Purpose::Approve { step, plan })
        }
        Work::Ask(Question::Fence) => {
            let form = about(live, step, "Accept the risk", "accept the risk", Guard::Quiet, now)
                .saying(Line::new(Role::Text, card.describe.as_str()))
                .saying(Line::new(
                    Role::Danger,
                    "Both sides may take writes. The fence stays open, and is shown, until the old side is proven to take none.",
                ))
                .asking(Field::new("reason", Rule::Needed("a reason in words is needed")));
            (form, Purpose::Accept { step, plan })
        }
        Work::Ask(Question::Manual)
        | Work::Calls(_)
        | Work::OneOf(_)
        | Work::Command(_)
        | Work::Watch
        | Work::Already(_)
        | Work::NotInThisMode(_) => (confirm(live, step, card, now), Purpose::Confirm { step, plan }),
    }
}

fn confirm(live: &Live, step: usize, card: &Card, now: Instant) -> Form {
    let yes = if matches!(card.work, Work::Ask(Question::Manual)) { "it is done" } else { "do it" };
    let mut form = about(live, step, "Confirm", yes, Guard::Quiet, now);
    form = form.saying(Line::new(Role::Text, card.describe.as_str()));
    form = form.saying(Line::new(Role::TextMuted, "sends  ").with(Role::Text, sends(card)));
    for request in card.requests.iter().take(4) {
        let call = &request.call;
        form = form.saying(
            Line::new(Role::Text, "       ")
                .with(Role::Text, format!("{} of {} in {}", call.action(), call.target(), call.region())),
        );
    }
    if let Some(loses) = &card.loses {
        form = form.saying(Line::new(Role::TextMuted, "loses  ").with(Role::Danger, loses.as_str()));
    }
    match card.typed {
        Typed::Nothing => form,
        Typed::Name => {
            let system = live.system_of(step).to_owned();
            let text = match card.facts.reversibility {
                Reversibility::OneWay => "This is one-way: it can not be undone.",
                Reversibility::WithLoss => "What is lost by this stays lost.",
                Reversibility::Reversible | Reversibility::Harmless => "Be sure.",
            };
            form.saying(Line::new(Role::Danger, text))
                .asking(Field::new(format!("type {system}"), Rule::Exactly(system)))
        }
    }
}

fn declare(live: &Live, step: usize, now: Instant) -> Form {
    let began = live.draft.began.or(live.view.clocks.began).unwrap_or(live.view.at);
    let repair = live.draft.repair.map_or_else(|| "not known".to_owned(), |at| format::when(at, live.view.at));
    about(live, step, "Declare", "declare it", Guard::Quiet, now)
        .saying(
            Line::new(Role::TextMuted, "users are not served since  ")
                .with(Role::TextStrong, format::when(began, live.view.at)),
        )
        .saying(Line::new(Role::TextMuted, "repair expected             ").with(Role::Text, repair))
        .saying(Line::new(Role::Text, "The RTO clock runs from there. e changes these times before."))
}

fn resolve(live: &Live, step: usize, now: Instant) -> Form {
    about(live, step, "In doubt", "record it", Guard::Quiet, now)
        .saying(Line::new(
            Role::Text,
            "Say what you found in AWS, and how you know. Applied: the run goes on from there. Not applied: the card comes back.",
        ))
        .asking(Field::new("applied or not-applied", Rule::Needed("say applied, or not-applied")))
        .asking(Field::new("how do you know", Rule::Needed("a reason in words is needed")))
}

fn times(live: &Live, step: usize, now: Instant) -> Form {
    let began = live.draft.began.or(live.view.clocks.began).unwrap_or(live.view.at);
    let repair = live.draft.repair.map(|repair| format!("{repair:.0}")).unwrap_or_default();
    about(live, step, "Times", "take these times", Guard::None, now)
        .saying(Line::new(Role::Text, "A time like 2026-11-19T14:02:07Z, or a span: 12m ago, 4h from now."))
        .asking(Field::new("users not served since", Rule::Needed("say since when")).with(format!("{began:.0}")))
        .asking(Field::new("repair expected", Rule::Optional).with(repair))
}

fn choose(live: &Live, step: usize, choices: &[runbook::Choice], now: Instant) -> Form {
    let form = about(live, step, "Choose", "choose this", Guard::None, now);
    choices.iter().fold(form, |form, choice| {
        let (takes, rule) = match choice.form {
            ChoiceForm::Moment { .. } => ("a time like 2026-11-19T14:02:07Z, or a span: 12m ago", Rule::Optional),
            ChoiceForm::Value => ("", Rule::Optional),
        };
        let chosen = choice.chosen.as_ref().map(Text::to_string).unwrap_or_default();
        form.saying(
            Line::new(Role::TextStrong, choice.name.as_str()).with(Role::Text, format!(": {} {takes}", choice.what)),
        )
        .asking(Field::new(choice.name.as_str(), rule).with(chosen))
    })
}

/// What is ordered for what was chosen otherwise than it was: else in which field is something wrong, and what.
fn chosen(
    step: usize,
    choices: &[runbook::Choice],
    values: &[String],
    now: Option<Moment>,
) -> Result<Vec<Command>, (usize, String)> {
    let mut commands = Vec::new();
    for (at, (choice, value)) in choices.iter().zip(values).enumerate() {
        if value.is_empty() || choice.chosen.as_ref().is_some_and(|chosen| chosen.as_str() == value) {
            continue;
        }
        let value = match (choice.form, now) {
            (ChoiceForm::Moment { .. }, Some(now)) => {
                format!("{:.0}", moment(value, now, |now, span| now.checked_sub(span).ok()).map_err(|why| (at, why))?)
            }
            (ChoiceForm::Moment { .. }, None) | (ChoiceForm::Value, _) => value.clone(),
        };
        commands.push(Command::Order(Order::Choose { step, name: choice.name.clone(), value }));
    }
    Ok(commands)
}

/// Whether what was typed can be used: else in which field, and why.
fn usable(purpose: &Purpose, values: &[String], now: Option<Moment>) -> Result<(), (usize, String)> {
    match (purpose, now) {
        (Purpose::Resolve { .. }, _) => match values.first().map(String::as_str) {
            Some("applied" | "not-applied") => Ok(()),
            Some(_) | None => Err((0, "say applied, or not-applied".to_owned())),
        },
        (Purpose::Times, Some(now)) => draft(values, now).map(|_| ()),
        (Purpose::Choose { step, choices }, now) => chosen(*step, choices, values, now).map(|_| ()),
        (_, _) => Ok(()),
    }
}

/// A time, or a span that leads to one.
fn moment(said: &str, now: Moment, towards: fn(Moment, Span) -> Option<Moment>) -> Result<Moment, String> {
    let span = || said.parse::<Span>().ok().and_then(|span| towards(now, span.abs()));
    let wrong = || format!("\"{said}\" is neither a time like {now:.0} nor a span like 12m");
    said.parse::<Moment>().ok().or_else(span).ok_or_else(wrong)
}

fn draft(values: &[String], now: Moment) -> Result<Draft, (usize, String)> {
    let text = |at: usize| values.get(at).map(|text| text.trim()).unwrap_or_default();
    let began = moment(text(0), now, |now, span| now.checked_sub(span).ok()).map_err(|why| (0, why))?;
    if began > now {
        return Err((0, "that is in the future".to_owned()));
    }
    let repair = match text(1) {
        "" => None,
        said => Some(moment(said, now, |now, span| now.checked_add(span).ok()).map_err(|why| (1, why))?),
    };
    Ok(Draft { began: Some(began), repair })
}
