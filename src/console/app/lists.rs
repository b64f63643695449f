//! Going from screen to screen, and what the screens of lists do.

use std::time::Instant;

use super::{App, Modal, Screen};
use crate::console::action::{Action, Topic};
use crate::console::event::{Command, Notice};
use crate::console::runs::RunAsk;
use crate::console::screens;
use crate::console::screens::listing::{List, ListScreen};
use crate::console::widgets::Filter;
use crate::model::Moment;
use crate::runbook::RunId;

/// Where `Tab` stops.
enum Stop {
    Systems,
    Lists(Topic),
    Runbook,
}

/// The screens in the order of their keys.
const STOPS: [Stop; 8] = [
    Stop::Systems,
    Stop::Lists(Topic::Replication),
    Stop::Lists(Topic::Backups),
    Stop::Lists(Topic::Databases),
    Stop::Lists(Topic::Health),
    Stop::Runbook,
    Stop::Lists(Topic::Runs),
    Stop::Lists(Topic::Events),
];

impl App {
    /// Shows that screen. Lists are kept as they are left.
    pub(super) fn show(&mut self, screen: Screen) {
        if let Screen::List(mut left) = std::mem::replace(&mut self.screen, screen) {
            left.leave();
            self.shelf.insert(left.topic, left);
        }
    }

    pub(super) fn go_to_lists(&mut self, topic: Topic, now: Instant) {
        self.came_from = None;
        if matches!(&self.screen, Screen::List(screen) if screen.topic == topic) {
            return;
        }
        let known = self.shelf.remove(&topic);
        let lists = known.unwrap_or_else(|| Box::new(ListScreen::new(topic, screens::listings(topic))));
        // Whose time it is depends on what is shown.
        self.show(Screen::List(lists));
        self.refresh_lists(now);
    }

    /// The time for the lists that are shown.
    pub(super) fn list_time(&self, now: Instant) -> Option<Moment> {
        match &self.screen {
            Screen::List(screen) if screen.rests_on_files() => self.world.file_time(now),
            Screen::Welcome(_) | Screen::Systems | Screen::System(_) | Screen::List(_) | Screen::Runbook(_) => {
                self.world.now(now)
            }
        }
    }

    /// Shows the records of a run.
    pub(super) fn open_run(&mut self, run: RunId, now: Instant) {
        if self.world.opened.replace(run) != Some(run) {
            self.shelf.remove(&Topic::Run);
        }
        self.go_to_lists(Topic::Run, now);
    }

    /// The run under the cursor, or the one that is shown.
    pub(super) fn run(&self) -> Option<RunId> {
        let Screen::List(screen) = &self.screen else { return None };
        match screen.topic {
            Topic::Run => self.world.opened,
            Topic::Runs => screen.list().and_then(List::selected).and_then(|item| item.id().parse().ok()),
            Topic::Replication | Topic::Backups | Topic::Databases | Topic::Health | Topic::Events => None,
        }
    }

    /// Has something done with the journal of that run.
    pub(super) fn ask_of_run(&self, ask: fn(RunId) -> RunAsk) -> Vec<Command> {
        self.run().map(|run| Command::Runs(ask(run))).into_iter().collect()
    }

    /// Says whose records are shown, when that has changed.
    pub(super) fn keep(&mut self) -> Option<Command> {
        let wanted = match &self.screen {
            Screen::List(screen) if screen.topic == Topic::Run => self.world.opened,
            Screen::Welcome(_) | Screen::Systems | Screen::System(_) | Screen::List(_) | Screen::Runbook(_) => None,
        };
        if wanted == self.kept {
            return None;
        }
        self.kept = wanted;
        Some(Command::Runs(RunAsk::Keep(wanted)))
    }

    /// Opens what is under the cursor, or goes to its System.
    pub(super) fn open(&mut self, action: Action, now: Instant) {
        if matches!(self.modals.last(), Some(Modal::Begin(_))) {
            self.choose_run(now);
            return;
        }
        if matches!(self.screen, Screen::Runbook(_)) {
            self.open_in_run(action);
            return;
        }
        let moment = self.list_time(now);
        if let Screen::List(screen) = &mut self.screen {
            let topic = screen.topic;
            if action == Action::Open && topic == Topic::Runs {
                if let Some(run) = self.run() {
                    self.open_run(run, now);
                }
                return;
            }
            let Some(list) = screen.list_mut() else { return };
            if action == Action::Open {
                list.open(&self.world, moment);
                return;
            }
            match list.selected().and_then(|item| item.owners().names().first().cloned()) {
                Some(name) => {
                    self.show_system(name);
                    self.came_from = Some(topic);
                }
                None => self.toasts.show(Notice::warning("No System of the config uses this"), now),
            }
            return;
        }
        let body = self.body();
        if let Screen::System(system) = &mut self.screen {
            system.toggle_evidence(&self.world, moment, body);
            return;
        }
        if let Some(name) = self.systems.selected(&self.world).map(|system| system.name.clone()) {
            self.show_system(name);
        }
    }

    /// Back to where one came from.
    pub(super) fn leave_screen(&mut self, now: Instant) {
        match (&self.screen, self.came_from.take()) {
            (Screen::System(_), Some(topic)) => self.go_to_lists(topic, now),
            (Screen::List(screen), _) if screen.topic == Topic::Run => self.go_to_lists(Topic::Runs, now),
            (Screen::Welcome(_) | Screen::Systems | Screen::System(_) | Screen::List(_) | Screen::Runbook(_), _) => {
                self.show(Screen::Systems)
            }
        }
    }

    /// The screen so many places further on, in the order of their keys.
    pub(super) fn turn_screen(&mut self, by: isize, now: Instant) {
        let is_here = |stop: &Stop| match (&self.screen, stop) {
            (Screen::List(screen), Stop::Lists(topic)) => {
                screen.topic == *topic || (screen.topic == Topic::Run && *topic == Topic::Runs)
            }
            (Screen::Runbook(_), Stop::Runbook) => true,
            (Screen::Welcome(_) | Screen::Systems | Screen::System(_), Stop::Systems) => true,
            (
                Screen::Welcome(_) | Screen::Systems | Screen::System(_) | Screen::List(_) | Screen::Runbook(_),
                Stop::Systems | Stop::Lists(_) | Stop::Runbook,
            ) => false,
        };
        let here = STOPS.iter().position(is_here).unwrap_or(0);
        let len = isize::try_from(STOPS.len()).unwrap_or(1);
        let to = (isize::try_from(here).unwrap_or(0) + by).rem_euclid(len);
        match usize::try_from(to).ok().and_then(|at| STOPS.get(at)) {
            Some(Stop::Lists(topic)) => self.go_to_lists(*topic, now),
            Some(Stop::Runbook) => self.go_to_runbook(None),
            Some(Stop::Systems) | None => self.show(Screen::Systems),
        }
    }

    pub(super) fn turn_list(&mut self, by: isize, now: Instant) {
        let (moment, body) = (self.list_time(now), self.body());
        if let Screen::List(screen) = &mut self.screen {
            screen.turn(by, &self.world, moment, body);
        }
    }

    pub(super) fn next_row(&mut self, by: isize, now: Instant) {
        if matches!(self.screen, Screen::Runbook(_)) {
            self.turn_step(by);
            return;
        }
        let (moment, body) = (self.list_time(now), self.body());
        if let Screen::List(screen) = &mut self.screen {
            let area = screen.list_area(body);
            if let Some(list) = screen.list_mut() {
                list.neighbour(by, &self.world, moment, area);
            }
        }
    }

    /// New readings, or another size.
    pub(super) fn refresh_lists(&mut self, now: Instant) {
        let (moment, body) = (self.list_time(now), self.body());
        if let Screen::List(screen) = &mut self.screen {
            screen.refresh(&self.world, moment, body);
        }
    }

    /// Time has passed: the ages on an open page go on.
    pub(super) fn look_again(&mut self, now: Instant) {
        let moment = self.list_time(now);
        if let Screen::List(screen) = &mut self.screen
            && let Some(list) = screen.list_mut()
        {
            list.look_again(&self.world, moment);
        }
    }

    /// Says what a person looks at, when that has changed.
    pub(super) fn look(&mut self) -> Option<Command> {
        let list = match &self.screen {
            Screen::List(screen) => screen.list(),
            Screen::Welcome(_) | Screen::Systems | Screen::System(_) | Screen::Runbook(_) => None,
        };
        let same = match list {
            Some(list) => list.looked_at().eq(&self.looked_at),
            None => self.looked_at.is_empty(),
        };
        if same {
            return None;
        }
        self.looked_at = list.into_iter().flat_map(List::looked_at).cloned().collect();
        Some(Command::Look(self.looked_at.clone()))
    }

    /// Does something with the filter of the screen.
    pub(super) fn with_filter(&mut self, act: fn(&mut Filter)) {
        match &mut self.screen {
            Screen::Systems => act(self.systems.filter()),
            Screen::List(screen) => {
                if let Some(list) = screen.list_mut() {
                    act(list.filter());
                }
            }
            Screen::Welcome(_) | Screen::System(_) | Screen::Runbook(_) => {}
        }
    }

    /// Does something with the list in sight, or with the overview.
    fn with_table(&mut self, list: fn(&mut List, ratatui::layout::Rect), overview: fn(&mut Self)) {
        let body = self.body();
        match &mut self.screen {
            Screen::List(screen) => {
                let area = screen.list_area(body);
                if let Some(in_sight) = screen.list_mut() {
                    list(in_sight, area);
                }
            }
            Screen::Welcome(_) | Screen::Systems | Screen::System(_) | Screen::Runbook(_) => overview(self),
        }
    }

    pub(super) fn filter_typed(&mut self) {
        self.with_table(List::typed, |app| app.systems.refresh(&app.world, app.body()));
    }

    pub(super) fn sort(&mut self) {
        self.with_table(List::sort, |app| app.systems.sort(&app.world, app.body()));
    }

    pub(super) fn toggle_problems(&mut self) {
        self.turn_steps_shown();
        self.with_table(List::toggle_problems, |app| app.systems.toggle_problems(&app.world, app.body()));
    }
}
