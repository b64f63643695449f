//! What is chosen from a menu over the screen: actions, Systems and themes in the palette, and what there is to copy.

use std::time::Instant;

use super::{App, Modal, Screen};
use crate::console::action::{self, Action};
use crate::console::event::{Command, Notice};
use crate::console::screens::{system_page, systems};
use crate::console::widgets::palette::{Choice, Palette, PaletteEntry};

impl App {
    /// Copies a System or component, or shows what there is to copy of a row.
    pub(super) fn copy(&mut self, instant: Instant) -> Vec<Command> {
        if matches!(self.screen, Screen::Runbook(_)) {
            self.open_copies(self.step_copies());
            return Vec::new();
        }
        if let Some(Modal::Sheet(sheet)) = self.modals.last() {
            return vec![Command::Copy(sheet.copied())];
        }
        let rests_on_files = matches!(&self.screen, Screen::List(screen) if screen.rests_on_files());
        let now = self.list_time(instant).filter(|_| rests_on_files || !self.world.is_unread());
        let Some(now) = now else {
            self.toasts.show(Notice::warning("Nothing was read yet that could be copied"), instant);
            return Vec::new();
        };
        let text = match &self.screen {
            Screen::Welcome(_) | Screen::Runbook(_) => None,
            Screen::List(screen) => {
                let copies = screen.list().map(|list| list.copies(&self.world, now)).unwrap_or_default();
                self.open_copies(copies);
                None
            }
            Screen::Systems => self.systems.selected(&self.world).map(|system| systems::copied(system, now)),
            Screen::System(screen) => screen.system(&self.world).map(|system| match screen.component(&self.world) {
                Some(component) => system_page::copied(system, component, now),
                None => systems::copied(system, now),
            }),
        };
        text.map(Command::Copy).into_iter().collect()
    }

    pub(super) fn open_palette(&mut self, typed: &str) {
        let palette = Palette::new("Palette", self.palette_entries(), typed);
        self.modals.push(Modal::Palette(Box::new(palette)));
    }

    fn open_copies(&mut self, copies: Vec<(String, String)>) {
        let entries = copies.into_iter().map(|(name, text)| PaletteEntry {
            name,
            about: text.clone(),
            key: String::new(),
            choice: Choice::Copy(text),
        });
        self.modals.push(Modal::Palette(Box::new(Palette::new("Copy", entries.collect(), ""))));
    }

    /// The actions that work here, the Systems, the themes.
    fn palette_entries(&self) -> Vec<PaletteEntry> {
        let actions = action::in_context(self.context())
            .filter(|entry| {
                !matches!(entry.action, Action::Move(_) | Action::Palette | Action::Back | Action::QuitAtOnce)
            })
            .map(|entry| PaletteEntry {
                name: entry.name.to_owned(),
                about: entry.help.to_owned(),
                key: entry.keys.first().map(ToString::to_string).unwrap_or_default(),
                choice: Choice::Act(entry.action),
            });
        let systems = self.world.systems().iter().map(|system| PaletteEntry {
            name: format!("open {}", system.name),
            about: format!("System, {}", system.verdict.words()),
            key: String::new(),
            choice: Choice::System(system.name.clone()),
        });
        let themes = self.themes.iter().map(|theme| PaletteEntry {
            name: format!("theme {theme}"),
            about: if *theme == self.theme { "Theme, in use".to_owned() } else { "Theme".to_owned() },
            key: String::new(),
            choice: Choice::Theme(theme.clone()),
        });
        actions.chain(systems).chain(themes).collect()
    }

    /// Shows the theme under the palette's cursor, or else the one in use.
    pub(super) fn show_theme(&mut self) -> Vec<Command> {
        let wanted = match self.modals.last() {
            Some(Modal::Palette(palette)) => match palette.selected().map(|entry| &entry.choice) {
                Some(Choice::Theme(name)) => name,
                Some(Choice::Act(_) | Choice::System(_) | Choice::Copy(_)) | None => &self.theme,
            },
            Some(Modal::Help(_) | Modal::Sheet(_) | Modal::Begin(_) | Modal::Form(_, _)) | None => &self.theme,
        };
        if *wanted == self.shown_theme {
            return Vec::new();
        }
        self.shown_theme.clone_from(wanted);
        vec![Command::SetTheme(wanted.clone())]
    }

    pub(super) fn choose(&mut self, now: Instant) -> Vec<Command> {
        let Some(Modal::Palette(palette)) = self.modals.pop() else { return Vec::new() };
        match palette.selected().map(|entry| entry.choice.clone()) {
            Some(Choice::Theme(name)) => {
                self.theme = name;
                self.show_theme()
            }
            Some(Choice::System(name)) => {
                self.modals.clear();
                self.show_system(name);
                Vec::new()
            }
            Some(Choice::Copy(text)) => vec![Command::Copy(text)],
            Some(Choice::Act(action)) => match action::disabled(action, &self.situation()) {
                Some(reason) => {
                    self.toasts.show(Notice::warning(reason), now);
                    Vec::new()
                }
                None => self.act(action, now),
            },
            None => Vec::new(),
        }
    }
}
