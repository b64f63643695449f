//! The console's state: what a key or a reading makes of it (`update`), what it looks like (`view`), and when it next changes by itself
//! (`next_tick`). No I/O and no clock: the time is an argument.

mod consent;
mod form;
mod lists;
mod menu;
mod run;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::action::{self, Action, Context, Situation, Topic, Undoable};
use super::command_line::Shell;
use super::event::{Command, Event, Notice};
use super::keymap;
use super::runs::RunAsk;
use super::screens::begin::BeginMenu;
use super::screens::help::Help;
use super::screens::listing::ListScreen;
use super::screens::runbook::{Focus, RunbookScreen};
use super::screens::runs::sheet::Sheet;
use super::screens::system::System;
use super::screens::systems::Systems;
use super::widgets::form::Form;
use super::widgets::palette::{Choice, Palette};
use super::widgets::prompt::{self, Typed};
use super::widgets::toast::Toasts;
use super::widgets::{Filter, Move};
use super::world::{Mode, World};
use crate::model::{Estate, Query};
use crate::observe::Clock;
use crate::runbook::RunId;
use form::Purpose;
pub use run::Begins;
use run::Runs;
use view::Regions;

/// What the screens start with.
#[derive(Clone, Debug)]
pub struct AppOptions {
    /// What this console may do.
    pub mode: Mode,
    /// The config's name, for the top line.
    pub name: String,
    /// What is watched.
    pub start: Start,
    /// AWS's clock; `None` for the simulator's, which is read first.
    pub clock: Option<Clock>,
    /// How an `aws` line reads as drdeck does.
    pub shell: Shell,
    /// The theme shown at the start.
    pub theme: String,
    /// The themes there are.
    pub themes: Vec<String>,
    /// Whether runs can be begun.
    pub begins: Begins,
}

/// What a console starts to watch.
#[derive(Clone, Debug)]
pub enum Start {
    /// These Systems.
    Watch(Arc<Estate>),
    /// Nothing, for there is no config at this path.
    NoConfig(String),
}

/// The console's state.
#[derive(Debug)]
pub struct App {
    world: World,
    systems: Systems,
    screen: Screen,
    /// The screens of lists that were shown before, as they were left.
    shelf: BTreeMap<Topic, Box<ListScreen>>,
    /// The lists that `Esc` on the System screen leads back to; the overview if there are none.
    came_from: Option<Topic>,
    /// What a person looks at was last said to need.
    looked_at: BTreeSet<Query>,
    /// The run whose records were last asked for.
    kept: Option<RunId>,
    modals: Vec<Modal>,
    runs: Runs,
    toasts: Toasts,
    size: Rect,
    /// The theme in use.
    theme: String,
    /// The theme on the screen: another while one looks through them.
    shown_theme: String,
    themes: Vec<String>,
}

/// The screen below all modals.
#[derive(Debug)]
enum Screen {
    /// How to begin; with the path of the config.
    Welcome(String),
    Systems,
    System(System),
    List(Box<ListScreen>),
    Runbook(RunbookScreen),
}

/// What lies over the screen. The last one gets the keys.
#[derive(Clone, Debug)]
enum Modal {
    Help(Help),
    Palette(Box<Palette>),
    Sheet(Box<Sheet>),
    /// What can be begun.
    Begin(Box<BeginMenu>),
    /// A question, and what its answer is for.
    Form(Box<Form>, Purpose),
}

impl App {
    /// The console before anything was read.
    pub fn new(options: AppOptions) -> Self {
        let (screen, estate) = match options.start {
            Start::Watch(estate) => (Screen::Systems, estate),
            Start::NoConfig(path) => (Screen::Welcome(path), Arc::default()),
        };
        let mut app = Self {
            world: World::new(options.mode, options.name, estate, options.shell, options.clock),
            systems: Systems::default(),
            screen,
            shelf: BTreeMap::new(),
            came_from: None,
            looked_at: BTreeSet::new(),
            kept: None,
            modals: Vec::new(),
            runs: Runs::new(options.begins),
            toasts: Toasts::default(),
            size: Rect { x: 0, y: 0, width: 80, height: 24 },
            shown_theme: options.theme.clone(),
            theme: options.theme,
            themes: options.themes,
        };
        app.systems.refresh(&app.world, app.body());
        app
    }

    /// Takes up what happened at `now`; what is to be done about it outside.
    pub fn update(&mut self, event: Event, now: Instant) -> Vec<Command> {
        self.toasts.expire(now);
        let mut commands = match event {
            Event::Key(key) => self.key(key, now),
            Event::Paste(pasted) => self.paste(&pasted, now),
            Event::Resize(width, height) => {
                self.size = Rect { x: 0, y: 0, width, height };
                for modal in &mut self.modals {
                    if let Modal::Form(form, _) = modal {
                        form.disturbed(now);
                    }
                }
                self.fit(now);
                Vec::new()
            }
            Event::Observed(observation) => {
                self.world.observed(observation);
                self.fit(now);
                Vec::new()
            }
            Event::Tick => {
                self.look_again(now);
                self.watch_runs(now)
            }
            Event::Notice(notice) => {
                self.toasts.show(notice, now);
                Vec::new()
            }
            Event::Runs(runs) => {
                self.world.runs = Some(runs);
                self.refresh_lists(now);
                self.watch_runs(now)
            }
            Event::RunAnswered(answer) => {
                self.modals.push(Modal::Sheet(Box::new(Sheet::of(&answer))));
                Vec::new()
            }
            Event::Offered(offered) => {
                self.offered(*offered);
                Vec::new()
            }
            Event::Begun(begun) => {
                self.begun(begun, now);
                self.fit(now);
                Vec::new()
            }
            Event::Run { seat, view } => {
                let lines = self.run_lines();
                let commands = self.run_seen(seat, view, now);
                if lines != self.run_lines() {
                    self.fit(now);
                }
                commands
            }
            Event::Ordered(number) => {
                self.ordered(number);
                Vec::new()
            }
            Event::RunOver(run) => {
                let commands = self.run_over(run);
                self.fit(now);
                commands
            }
        };
        self.world.run = self.runs.driving().map(|live| live.view.run.mode);
        commands.extend(self.look());
        commands.extend(self.keep());
        commands
    }

    /// Everything is as large as its place.
    fn fit(&mut self, now: Instant) {
        self.systems.refresh(&self.world, self.body());
        self.refresh_lists(now);
        self.refresh_run(None);
    }

    /// The rows that runs take of every screen but their own.
    fn run_lines(&self) -> u16 {
        let own = matches!(self.screen, Screen::Runbook(_) | Screen::Welcome(_)) || self.size.height < 8;
        u16::from(!own && !self.runs.shown().is_empty())
    }

    /// The next moment after `now` at which the screen changes by itself.
    pub fn next_tick(&self, now: Instant) -> Option<Instant> {
        let clock = self.world.clock().and_then(|clock| next_second(clock, now));
        let question = self.modals.last().and_then(|modal| match modal {
            Modal::Form(form, _) => form.next_tick(now),
            Modal::Help(_) | Modal::Palette(_) | Modal::Sheet(_) | Modal::Begin(_) => None,
        });
        [clock, self.toasts.next_end(now), question].into_iter().flatten().min()
    }

    fn body(&self) -> Rect {
        Regions::of(self.size, self.run_lines()).body
    }

    /// What gets the keys of the screen itself, whatever lies over it.
    fn screen_context(&self) -> Context {
        match &self.screen {
            Screen::Welcome(_) => Context::Welcome,
            Screen::Systems if self.systems.is_typing() => Context::Filter,
            Screen::Systems => Context::Systems,
            Screen::System(_) => Context::System,
            Screen::List(screen) => match screen.list() {
                Some(list) if list.is_open() => Context::Detail,
                Some(list) if list.is_typing() => Context::Filter,
                Some(_) | None => match screen.topic {
                    Topic::Runs | Topic::Run => Context::Runs,
                    Topic::Replication | Topic::Backups | Topic::Databases | Topic::Health | Topic::Events => {
                        Context::List
                    }
                },
            },
            Screen::Runbook(screen) => match screen.focus() {
                Focus::Steps => Context::Runbook,
                Focus::Page => Context::Step,
            },
        }
    }

    /// What gets the keys.
    fn context(&self) -> Context {
        match self.modals.last() {
            Some(Modal::Palette(_)) => Context::Palette,
            Some(Modal::Help(help)) if help.is_typing() => Context::Filter,
            Some(Modal::Help(_)) => Context::Help,
            Some(Modal::Sheet(_)) => Context::Sheet,
            Some(Modal::Begin(_)) => Context::Menu,
            Some(Modal::Form(form, _)) if form.has_fields() => Context::Form,
            Some(Modal::Form(_, _)) => Context::Confirm,
            None => self.screen_context(),
        }
    }

    /// What decides which actions can be taken now.
    pub fn situation(&self) -> Situation {
        let rows = match (self.modals.last(), &self.screen) {
            (Some(Modal::Palette(palette)), _) => palette.len(),
            (Some(Modal::Sheet(sheet)), _) => sheet.len(),
            (Some(Modal::Help(_) | Modal::Form(_, _)), _) | (None, Screen::Welcome(_)) => 0,
            (Some(Modal::Begin(menu)), _) => menu.len(),
            (None, Screen::Runbook(_)) => self.in_sight().map_or(0, |(live, _)| live.view.steps.len()),
            (None, Screen::Systems) => self.systems.len(),
            (None, Screen::System(system)) => {
                system.system(&self.world).map_or(0, |system| system.components.len() + 1)
            }
            (None, Screen::List(screen)) => screen.list().map_or(0, |list| list.len()),
        };
        let lists = match &self.screen {
            Screen::List(screen) => screen.parts(),
            Screen::Welcome(_) | Screen::Systems | Screen::System(_) | Screen::Runbook(_) => 0,
        };
        let undoable = match (self.modals.last(), &self.screen) {
            (Some(_), _) | (None, Screen::System(_) | Screen::List(_) | Screen::Runbook(_)) => Undoable::Something,
            (None, Screen::Systems) => self.systems.undoable(),
            (None, Screen::Welcome(_)) => Undoable::Nothing,
        };
        Situation { context: self.context(), rows, systems: self.systems.len(), lists, undoable, bars: self.bars() }
    }

    fn key(&mut self, key: KeyEvent, now: Instant) -> Vec<Command> {
        if let Some(Modal::Form(form, _)) = self.modals.last_mut()
            && form.is_deaf(&key, now)
        {
            return Vec::new();
        }
        let context = self.context();
        if let Some(entry) = keymap::find(context, &key) {
            if let Some(reason) = action::disabled(entry.action, &self.situation()) {
                if entry.action != Action::Back {
                    self.toasts.show(Notice::warning(format!("{}: {reason}", entry.label)), now);
                }
                return Vec::new();
            }
            return self.act(entry.action, now);
        }
        if !context.takes_text() {
            return Vec::new();
        }
        match self.input().map(|input| prompt::key(input, key)) {
            Some(Typed::Changed) => self.typed(),
            Some(Typed::Same) | None => Vec::new(),
        }
    }

    fn paste(&mut self, pasted: &str, now: Instant) -> Vec<Command> {
        if let Some(Modal::Form(form, _)) = self.modals.last_mut() {
            let (Typed::Changed | Typed::Same) = form.paste(pasted, now);
            return Vec::new();
        }
        if !self.context().takes_text() {
            return Vec::new();
        }
        match self.input().map(|input| prompt::paste(input, pasted)) {
            Some(Typed::Changed) => self.typed(),
            Some(Typed::Same) | None => Vec::new(),
        }
    }

    /// The text that gets the keys.
    fn input(&mut self) -> Option<&mut tui_input::Input> {
        match (self.modals.last_mut(), &mut self.screen) {
            (Some(Modal::Palette(palette)), _) => Some(palette.input()),
            (Some(Modal::Help(help)), _) => Some(help.filter()),
            (Some(Modal::Sheet(_)), _) => None,
            (Some(Modal::Form(form, _)), _) => form.input(),
            (Some(Modal::Begin(_)), _) => None,
            (None, Screen::Systems) => Some(self.systems.filter().input()),
            (None, Screen::List(screen)) => screen.list_mut().map(|list| list.filter().input()),
            (None, Screen::Welcome(_) | Screen::System(_) | Screen::Runbook(_)) => None,
        }
    }

    /// The text that gets the keys has changed.
    fn typed(&mut self) -> Vec<Command> {
        match self.modals.last_mut() {
            Some(Modal::Palette(palette)) => {
                palette.typed();
                return self.show_theme();
            }
            Some(Modal::Help(_) | Modal::Sheet(_) | Modal::Begin(_) | Modal::Form(_, _)) => {}
            None => self.filter_typed(),
        }
        Vec::new()
    }

    fn act(&mut self, action: Action, now: Instant) -> Vec<Command> {
        match action {
            Action::Open | Action::GoToSystem => self.open(action, now),
            Action::GoToSystems => {
                self.came_from = None;
                self.show(Screen::Systems);
            }
            Action::GoToLists(topic) => self.go_to_lists(topic, now),
            Action::NextScreen => self.turn_screen(1, now),
            Action::PreviousScreen => self.turn_screen(-1, now),
            Action::NextList => self.turn_list(1, now),
            Action::PreviousList => self.turn_list(-1, now),
            Action::GoToRunbook => self.go_to_runbook(self.followed()),
            Action::Begin => return self.begin(),
            Action::Act => self.act_on_step(now),
            Action::Skip => self.skip_step(now),
            Action::Retry => return self.retry_step(now),
            Action::Note => self.note_on_step(now),
            Action::Edit => self.edit_step(now),
            Action::PauseRun => self.pause_run(now),
            Action::AbortRun => self.abort_run(now),
            Action::Confirm => return self.confirm(now),
            Action::Submit => return self.submit(now),
            Action::NextField | Action::PreviousField => {
                if let Some(Modal::Form(form, _)) = self.modals.last_mut() {
                    form.turn(if action == Action::NextField { 1 } else { -1 });
                }
            }
            Action::NextRow => self.next_row(1, now),
            Action::PreviousRow => self.next_row(-1, now),
            Action::Choose => return self.choose(now),
            Action::KeepFilter => match self.modals.last_mut() {
                Some(Modal::Help(help)) => help.keep_filter(),
                Some(Modal::Palette(_) | Modal::Sheet(_) | Modal::Begin(_) | Modal::Form(_, _)) | None => {
                    self.with_filter(Filter::keep)
                }
            },
            Action::Back => return self.back(now),
            Action::Filter => match self.modals.last_mut() {
                Some(Modal::Help(help)) => help.start_typing(),
                Some(Modal::Palette(_) | Modal::Sheet(_) | Modal::Begin(_) | Modal::Form(_, _)) | None => {
                    self.with_filter(Filter::start_typing);
                }
            },
            Action::Sort => self.sort(),
            Action::ProblemsOnly => self.toggle_problems(),
            Action::NextSystem => self.neighbour(1),
            Action::PreviousSystem => self.neighbour(-1),
            Action::Refresh => {
                self.toasts.show(Notice::info("Reading everything from AWS anew"), now);
                return vec![Command::Refresh];
            }
            Action::Copy => return self.copy(now),
            Action::VerifyRun => return self.ask_of_run(RunAsk::Verify),
            Action::ExportRun => return self.ask_of_run(RunAsk::Export),
            Action::Palette => self.open_palette(""),
            Action::ChooseTheme => {
                self.open_palette("theme ");
                let current = Choice::Theme(self.theme.clone());
                if let Some(Modal::Palette(palette)) = self.modals.last_mut() {
                    palette.put_on(&current);
                }
                return self.show_theme();
            }
            Action::Help => self.modals.push(Modal::Help(Help::new(self.screen_context()))),
            Action::Quit => match (self.modals.last(), &self.screen) {
                (None, Screen::Welcome(_) | Screen::Systems) => return self.quit(now),
                (Some(_), _) => {
                    self.modals.pop();
                }
                (None, Screen::Runbook(_)) => return self.back(now),
                (None, Screen::System(_) | Screen::List(_)) => self.leave_screen(now),
            },
            Action::QuitAtOnce => return self.quit(now),
            Action::Move(by) => return self.moved(by, now),
            Action::Redraw => return vec![Command::Redraw],
        }
        Vec::new()
    }

    fn moved(&mut self, by: Move, now: Instant) -> Vec<Command> {
        let body = self.body();
        let moment = self.world.now(now);
        match (self.modals.last_mut(), &mut self.screen) {
            (Some(Modal::Palette(palette)), _) => {
                palette.moved(by);
                return self.show_theme();
            }
            (Some(Modal::Help(help)), _) => help.moved(by, body),
            (Some(Modal::Sheet(sheet)), _) => sheet.moved(by, body),
            (Some(Modal::Begin(menu)), _) => menu.moved(by),
            (Some(Modal::Form(_, _)), _) => {}
            (None, Screen::Runbook(_)) => self.move_in_run(by),
            (None, Screen::Systems) => self.systems.moved(by, &self.world, body),
            (None, Screen::System(system)) => system.moved(by, &self.world, moment, body),
            (None, Screen::List(screen)) => screen.moved(by, body),
            (None, Screen::Welcome(_)) => {}
        }
        Vec::new()
    }

    fn back(&mut self, now: Instant) -> Vec<Command> {
        let body = self.body();
        match (self.modals.last_mut(), &mut self.screen) {
            (Some(Modal::Palette(_)), _) => {
                self.modals.pop();
                return self.show_theme();
            }
            (Some(Modal::Help(help)), _) => {
                if help.back() == Undoable::Nothing {
                    self.modals.pop();
                }
            }
            (Some(Modal::Sheet(_) | Modal::Begin(_) | Modal::Form(_, _)), _) => {
                self.modals.pop();
            }
            (None, Screen::Runbook(screen)) => {
                if !screen.close() {
                    self.leave_screen(now);
                }
            }
            (None, Screen::System(_)) => self.leave_screen(now),
            (None, Screen::List(screen)) => {
                if screen.back(body) == Undoable::Nothing {
                    self.leave_screen(now);
                }
            }
            (None, Screen::Systems) => self.systems.back(&self.world, body),
            (None, Screen::Welcome(_)) => {}
        }
        Vec::new()
    }

    fn neighbour(&mut self, by: isize) {
        let Screen::System(system) = &self.screen else { return };
        if let Some(name) = self.systems.neighbour(&system.name, by, &self.world).map(|system| system.name.clone()) {
            self.show_system(name);
        }
    }

    /// Shows that System; going back finds the cursor on it.
    fn show_system(&mut self, name: String) {
        self.systems.select(&name, &self.world, self.body());
        self.show(Screen::System(System::new(name)));
    }
}

/// When the UTC clock shows another second; a clock that runs faster than ours is looked at once a second of ours.
fn next_second(clock: &Clock, now: Instant) -> Option<Instant> {
    if clock.speed <= 0.0 {
        return None;
    }
    let into = if clock.speed > 1.0 {
        f64::from(now.saturating_duration_since(clock.anchor).subsec_nanos()) / 1e9
    } else {
        f64::from(clock.at(now).subsec_nanosecond()) / 1e9
    };
    let wait = (1.0 - into) / clock.speed.min(1.0);
    // A hair after the second, so that rounding cannot show the old one again.
    Some(now + Duration::try_from_secs_f64(wait).ok()? + Duration::from_millis(1))
}
