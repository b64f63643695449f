//! Runs: what comes of them, what a person does with them, and leaving while one is on.

use std::sync::Arc;
use std::time::Instant;

use ratatui::layout::Rect;

use super::form::Purpose;
use super::{App, Modal, Screen};
use crate::console::action::{Action, Bars};
use crate::console::command_line::Shell;
use crate::console::event::{Command, Notice};
use crate::console::run::{Begun, Live, Offered, Seat, card};
use crate::console::runs::driven_by;
use crate::console::screens::begin::BeginMenu;
use crate::console::screens::runbook::RunbookScreen;
use crate::console::theme::Role;
use crate::console::widgets::form::{Form, Guard};
use crate::console::widgets::{Line, Move};
use crate::engine::{Holding, Order, Stage, View};
use crate::journal::history::History;
use crate::model::{Text, Up, words};
use crate::runbook::{Question, RunId, Runbook, Work};

/// The columns of a value on a question.
const VALUE: usize = 60;

/// Whether runs can be begun here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// They can.
    Yes,
    /// They cannot: why, in a few words.
    No(&'static str),
}

/// Whether the person is on the way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Leaving {
    /// No.
    #[default]
    No,
    /// As soon as the run is paused.
    OncePaused,
}

/// Whether a run is being begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Starting {
    /// None is.
    #[default]
    No,
    /// One is: the engine takes the lock and asks AWS who we are.
    Yes,
}

/// The runs that are on, and what is under way with them.
#[derive(Debug)]
pub(super) struct Runs {
    pub(super) begins: Begins,
    pub(super) driven: Option<Live>,
    pub(super) observed: Vec<Live>,
    pub(super) starting: Starting,
    pub(super) leaving: Leaving,
    /// Orders whose replies are waited for.
    ordered: Vec<u64>,
}

impl Runs {
    pub(super) const fn new(begins: Begins) -> Self {
        Self {
            begins,
            driven: None,
            observed: Vec::new(),
            starting: Starting::No,
            leaving: Leaving::No,
            ordered: Vec::new(),
        }
    }

    /// That run.
    pub(super) fn of(&self, run: Option<RunId>) -> Option<&Live> {
        self.all().find(|live| Some(live.id()) == run)
    }

    fn of_mut(&mut self, run: Option<RunId>) -> Option<&mut Live> {
        self.driven.iter_mut().chain(&mut self.observed).find(|live| Some(live.id()) == run)
    }

    /// All of them, the one that is driven here first.
    fn all(&self) -> impl Iterator<Item = &Live> {
        self.driven.iter().chain(&self.observed)
    }

    /// Those that have a line of their own on every screen.
    pub(super) fn shown(&self) -> Vec<&Live> {
        self.all().filter(|live| live.is_on()).collect()
    }

    /// The one that is driven here and goes on.
    pub(super) fn driving(&self) -> Option<&Live> {
        self.driven.as_ref().filter(|live| live.is_on())
    }
}

impl App {
    /// Somebody wants to begin a run of the System in sight.
    pub(super) fn begin(&mut self) -> Vec<Command> {
        let system = match &self.screen {
            Screen::Systems => self.systems.selected(&self.world).map(|system| system.name.clone()),
            Screen::System(system) => Some(system.name.clone()),
            Screen::List(_) => self.run().and_then(|run| self.system_of(run)),
            Screen::Welcome(_) | Screen::Runbook(_) => None,
        };
        let Some(system) = system else { return Vec::new() };
        self.modals.push(Modal::Begin(Box::new(BeginMenu::new(system.clone()))));
        vec![Command::Offer(system)]
    }

    pub(super) fn offered(&mut self, offered: Offered) {
        let assessed = self.world.system(&offered.system);
        let began = assessed.and_then(|system| match system.up {
            Up::Down { since, .. } => Some(since),
            Up::Up | Up::Unknown => None,
        });
        for modal in &mut self.modals {
            if let Modal::Begin(menu) = modal {
                menu.offered(offered.clone(), self.world.system(&offered.system), began);
            }
        }
    }

    /// A run was begun, or not.
    pub(super) fn begun(&mut self, begun: Result<Box<Begun>, Text>, now: Instant) {
        self.runs.starting = Starting::No;
        self.modals
            .retain(|modal| !matches!(modal, Modal::Begin(_) | Modal::Form(_, Purpose::Begin(_) | Purpose::Wait)));
        match begun {
            Ok(begun) => {
                let Begun { view, history } = *begun;
                let live = Live::new(Seat::Driver, view, history);
                self.runs.observed.retain(|observed| observed.id() != live.id());
                self.runs.driven = Some(live);
                self.runs.ordered.clear();
                self.go_to_runbook(None);
            }
            Err(error) => self.tell("It was not begun", vec![Line::new(Role::Text, error.as_str())], now),
        }
    }

    /// Shows a text until it is put away.
    pub(super) fn tell(&mut self, title: &str, lines: Vec<Line>, now: Instant) {
        let form = lines.into_iter().fold(Form::new(title, "", Guard::Quiet, now), Form::saying);
        self.modals.push(Modal::Form(Box::new(form), Purpose::Read));
    }

    /// How a run stands now.
    pub(super) fn run_seen(&mut self, seat: Seat, view: Arc<View>, now: Instant) -> Vec<Command> {
        let run = Some(view.run.id);
        if seat != Seat::Driver && self.runs.driven.as_ref().map(Live::id) == run {
            // Whoever looks from outside does not know that it is ours.
            return Vec::new();
        }
        let before = match &self.screen {
            Screen::Runbook(screen) if screen.run == run => {
                self.runs.of(run).and_then(|live| live.step(screen.step())).map(|step| step.stage.clone())
            }
            Screen::Runbook(_) | Screen::Welcome(_) | Screen::Systems | Screen::System(_) | Screen::List(_) => None,
        };
        match self.runs.of_mut(run) {
            Some(live) => {
                live.seen(view);
                live.seat = seat;
            }
            None => match seat {
                Seat::Driver => self.runs.driven = Some(Live::new(seat, view, Arc::new(History::new()))),
                Seat::Observer(_) | Seat::Nobody => {
                    self.runs.observed.push(Live::new(seat, view, Arc::new(History::new())));
                }
            },
        }
        self.replies(now);
        self.refresh_run(before.as_ref());
        self.check_question(now);
        self.left()
    }

    /// Takes up how the runs stand that others drive.
    pub(super) fn watch_runs(&mut self, now: Instant) -> Vec<Command> {
        let (Some(runs), Some(moment)) = (self.world.runs.clone(), self.world.file_time(now)) else {
            return Vec::new();
        };
        let lines = self.run_lines();
        let gone =
            self.runs.observed.iter().map(Live::id).filter(|run| runs.watched.iter().all(|seen| seen.run != *run));
        let mut commands = Vec::new();
        for run in gone.collect::<Vec<_>>() {
            commands.extend(self.run_over(run));
        }
        for observed in &runs.watched {
            let Some(view) = observed.view(moment) else { continue };
            let seat = match &observed.holder {
                Some(holder) => Seat::Observer(Text::new(driven_by(holder))),
                None => Seat::Nobody,
            };
            commands.extend(self.run_seen(seat, Arc::new(view), now));
        }
        if lines != self.run_lines() {
            self.fit(now);
        }
        commands
    }

    /// The System of a run that was recorded.
    fn system_of(&self, run: RunId) -> Option<String> {
        let told = self.world.runs.as_ref()?.get(run)?.told.as_ref()?;
        Some(told.account.system.clone())
    }

    /// The run under the cursor, if it is followed step by step.
    pub(super) fn followed(&self) -> Option<RunId> {
        self.run().filter(|run| self.runs.of(Some(*run)).is_some())
    }

    /// Nobody drives that run any more, or it is not watched any more.
    pub(super) fn run_over(&mut self, run: RunId) -> Vec<Command> {
        let shown = self.screen_shows(run);
        self.runs.observed.retain(|live| live.id() != run || shown);
        if let Some(live) = self.runs.of_mut(Some(run)) {
            live.seat = Seat::Nobody;
        }
        self.modals.retain(|modal| !matches!(modal, Modal::Form(_, purpose) if purpose.is_of_run()));
        self.left()
    }

    fn screen_shows(&self, run: RunId) -> bool {
        matches!(&self.screen, Screen::Runbook(screen) if screen.run == Some(run))
    }

    /// Out, once nothing keeps us any more.
    fn left(&self) -> Vec<Command> {
        match self.runs.leaving {
            Leaving::OncePaused if self.runs.driving().is_none() => vec![Command::Quit],
            Leaving::OncePaused | Leaving::No => Vec::new(),
        }
    }

    /// An order is under way.
    pub(super) fn ordered(&mut self, number: u64) {
        self.runs.ordered.push(number);
    }

    /// Tells what became of orders that were not taken.
    fn replies(&mut self, now: Instant) {
        let Some(live) = &self.runs.driven else { return };
        let view = Arc::clone(&live.view);
        let refused = |number: &u64| view.reply(*number).and_then(|reply| reply.taken.as_ref().err().cloned());
        let errors: Vec<Text> = self.runs.ordered.iter().filter_map(refused).collect();
        self.runs.ordered.retain(|number| view.reply(*number).is_none());
        for error in errors {
            self.tell("It was not taken", vec![Line::new(Role::Text, error.as_str())], now);
        }
    }

    /// Another size, or state of the run that is shown.
    pub(super) fn refresh_run(&mut self, before: Option<&Stage>) {
        self.with_run(|screen, live, shell, area| screen.refresh(before, live, shell, area));
    }

    /// Does something with the Runbook screen and its run.
    fn with_run(&mut self, act: impl FnOnce(&mut RunbookScreen, &mut Live, &Shell, Rect)) {
        let body = self.body();
        if let Screen::Runbook(screen) = &mut self.screen
            && let Some(live) = self.runs.of_mut(screen.run)
        {
            act(screen, live, &self.world.shell, body);
        }
    }

    pub(super) fn open_step(&mut self) {
        self.with_run(RunbookScreen::open);
    }

    pub(super) fn turn_steps_shown(&mut self) {
        self.with_run(RunbookScreen::turn_shown);
    }

    pub(super) fn turn_step(&mut self, by: isize) {
        self.with_run(|screen, live, shell, area| screen.turn(by, live, shell, area));
    }

    pub(super) fn move_in_run(&mut self, by: Move) {
        self.with_run(|screen, live, shell, area| screen.moved(by, live, shell, area));
    }

    /// Opens the step under the cursor, or goes to its System.
    pub(super) fn open_in_run(&mut self, action: Action) {
        if action != Action::GoToSystem {
            self.open_step();
            return;
        }
        let system = self.in_sight().map(|(live, step)| live.system_of(step).to_owned());
        if let Some(system) = system.filter(|system| self.world.system(system).is_some()) {
            self.show_system(system);
        }
    }

    /// The Runbook screen of that run; of the one that is driven, or of another that is on, if none is named.
    pub(super) fn go_to_runbook(&mut self, run: Option<RunId>) {
        let live = match run {
            Some(_) => self.runs.of(run),
            None => self
                .runs
                .driven
                .as_ref()
                .filter(|live| live.is_on())
                .or_else(|| self.runs.shown().first().copied())
                .or(self.runs.driven.as_ref()),
        };
        let screen = RunbookScreen::new(live);
        self.came_from = None;
        self.show(Screen::Runbook(screen));
    }

    /// The run that is shown, and the step under the cursor.
    pub(super) fn in_sight(&self) -> Option<(&Live, usize)> {
        match &self.screen {
            Screen::Runbook(screen) => Some((self.runs.of(screen.run)?, screen.step())),
            Screen::Welcome(_) | Screen::Systems | Screen::System(_) | Screen::List(_) => None,
        }
    }

    /// What keeps a person from beginning and driving runs.
    pub(super) fn bars(&self) -> Bars {
        let begin = match (self.runs.begins, self.runs.driving(), self.runs.starting) {
            (Begins::No(why), ..) => Some(why),
            (Begins::Yes, Some(_), _) => Some("a run is on: 7 shows it"),
            (Begins::Yes, None, Starting::Yes) => Some("one is being begun"),
            (Begins::Yes, None, Starting::No) => None,
        };
        let none = Bars { begin, ..Bars::default() };
        let Some((live, index)) = self.in_sight() else {
            let why = Some("no run is on");
            return Bars { act: why, skip: why, retry: why, edit: why, tell: why, ..none };
        };
        let closed = match (&live.seat, &live.view.holding) {
            (Seat::Observer(_), _) => Some("another console drives"),
            (_, Holding::Closed(_)) | (Seat::Nobody, _) => Some("the session is over"),
            (_, Holding::ReadOnly(_)) => Some("nothing more is done"),
            (_, Holding::Stopping(_)) => Some("it is being stopped"),
            (Seat::Driver, Holding::Open) => None,
        };
        if closed.is_some() {
            let act = match &live.seat {
                Seat::Observer(_) => self.consent_bar(live, index),
                Seat::Driver | Seat::Nobody => closed,
            };
            return Bars { act, skip: closed, retry: closed, edit: closed, tell: closed, ..none };
        }
        let Some(step) = live.step(index) else { return none };
        let act = match &step.stage {
            Stage::Card(card) if card.blocker().is_some() => Some("blocked"),
            Stage::Card(_) if !live.is_read(index) => Some("read its card to the end first"),
            Stage::Card(_) | Stage::Asking(_) | Stage::InDoubt(_) => None,
            Stage::Waiting(_) => Some("it waits for other steps"),
            Stage::Planning => Some("it is being read"),
            Stage::Confirming | Stage::Sending { .. } | Stage::Verifying(_) => Some("it is under way"),
            Stage::Failed { .. } => Some("it failed: retry or skip"),
            Stage::Done { .. } | Stage::Skipped { .. } => Some("it is over"),
        };
        let skip = match &step.stage {
            Stage::Confirming | Stage::Sending { .. } => Some("it is under way"),
            Stage::InDoubt(_) | Stage::Asking(_) => Some("in doubt"),
            Stage::Done { .. } | Stage::Skipped { .. } => Some("it is over"),
            Stage::Waiting(_) | Stage::Planning | Stage::Card(_) | Stage::Verifying(_) | Stage::Failed { .. } => None,
        };
        let retry = match &step.stage {
            Stage::Waiting(_) => Some("it waits for other steps"),
            Stage::Confirming | Stage::Sending { .. } => Some("it is under way"),
            Stage::Done { .. } | Stage::Skipped { .. } => Some("it is over"),
            Stage::Planning
            | Stage::Card(_)
            | Stage::InDoubt(_)
            | Stage::Asking(_)
            | Stage::Verifying(_)
            | Stage::Failed { .. } => None,
        };
        let edit = match card(step) {
            Some(card) if card.work == Work::Ask(Question::Decision) || !card.choices.is_empty() => None,
            Some(_) | None => Some("nothing is left open"),
        };
        Bars { act, skip, retry, edit, tell: None, ..none }
    }

    /// Leaves drdeck, or asks first if a run is on. Who asks again while it is being paused leaves at once.
    pub(super) fn quit(&mut self, now: Instant) -> Vec<Command> {
        match (self.runs.driving(), self.runs.leaving, self.runs.starting) {
            (None, _, Starting::No) | (Some(_), Leaving::OncePaused, _) => vec![Command::Quit],
            (None, _, Starting::Yes) => {
                self.toasts.show(Notice::warning("A run is being begun: one moment"), now);
                Vec::new()
            }
            (Some(live), Leaving::No, _) => {
                if self.modals.iter().any(|modal| matches!(modal, Modal::Form(_, Purpose::Leave))) {
                    return Vec::new();
                }
                let form = leave(live, now);
                self.modals.push(Modal::Form(Box::new(form), Purpose::Leave));
                Vec::new()
            }
        }
    }

    /// The answer to that question: pause, and out once that is done.
    pub(super) fn leave_run(&mut self, now: Instant) -> Vec<Command> {
        self.runs.leaving = Leaving::OncePaused;
        let text = "Pausing the run: what is in flight is waited for. Ctrl-C leaves at once, and puts it in doubt";
        self.toasts.show(Notice::warning(text), now);
        vec![Command::Order(Order::Pause { reason: Text::new("the operator left") })]
    }

    /// Closes a question whose ground has gone: the card changed, or the step went on.
    fn check_question(&mut self, now: Instant) {
        let Some(Modal::Form(_, purpose)) = self.modals.last() else { return };
        let Some(live) = &self.runs.driven else { return };
        let stands = |step: usize| live.step(step).map(|step| &step.stage);
        let (step, holds) = match (purpose, purpose.plan()) {
            (_, Some((step, plan))) => (step, live.card(step).is_some_and(|card| card.plan == plan)),
            // AWS may tell what came of a request while somebody is still asked.
            (Purpose::Resolve { step }, None) => {
                (*step, matches!(stands(*step), Some(Stage::InDoubt(_) | Stage::Asking(_))))
            }
            (_, None) => return,
        };
        if holds {
            return;
        }
        let mut lines = vec![Line::new(Role::TextStrong, "The question was closed; nothing was done.")];
        let changed = live.differences(step);
        if changed.is_empty() {
            lines.push(Line::new(Role::Text, "The step does not wait for that answer any more."));
        } else {
            lines.push(Line::new(Role::Text, "The card has changed since you read it:"));
            lines.extend(changed.into_iter().map(|change| Line::new(Role::StepStuck, format!("▲ {change}"))));
        }
        self.modals.pop();
        self.tell("It changed", lines, now);
    }
}

fn leave(live: &Live, now: Instant) -> Form {
    let view = &live.view;
    let at = live.foremost().map(|step| format!(" at step {} of {} {}", step.index + 1, view.steps.len(), step.id));
    let text = format!("{} is on{}.", view.run.runbook, at.unwrap_or_default());
    Form::new("Leave drdeck", "pause the run and leave", Guard::Quiet, now)
        .in_mode(view.run.mode)
        .saying(Line::new(Role::Text, text))
        .saying(Line::new(
            Role::Text,
            "Leaving pauses it: what is in flight is waited for, nothing new is sent, and anybody can go on with it later.",
        ))
}

/// A line of what is at stake.
pub(super) fn row(label: &str, value: String) -> Line {
    let mut line = Line::new(Role::TextMuted, label.to_owned()).padded(10);
    line.push(Role::TextStrong, value);
    line
}

/// The Systems that a runbook moves, where there are several.
pub(super) fn moved(runbook: &Runbook) -> Vec<Line> {
    if runbook.parts.is_empty() {
        return Vec::new();
    }
    let systems = Line::new(Role::TextStrong, words::listed(runbook.systems())).wrapped(VALUE, 0);
    let labels = std::iter::once("moves").chain(std::iter::repeat(""));
    labels.zip(systems).map(|(label, line)| row(label, line.plain())).collect()
}
