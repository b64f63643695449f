//! What stands above the lists of runs: what is wrong with the folder; of one run how it stands, its clocks and what is left open.

use super::words;
use crate::console::action::Topic;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::journal::Stands;
use crate::model::Moment;

/// The lines above the lists of `topic`.
pub fn head(topic: Topic, world: &World, now: Moment) -> Vec<Line> {
    match topic {
        Topic::Runs => trouble(world).into_iter().collect(),
        Topic::Run => of_run(world, now),
        Topic::Replication | Topic::Backups | Topic::Databases | Topic::Health | Topic::Events => Vec::new(),
    }
}

fn trouble(world: &World) -> Option<Line> {
    let trouble = world.runs.as_ref().and_then(|runs| runs.trouble.as_ref())?;
    Some(Line::new(Role::SeverityError, format!(" ✗ The runs cannot be read: {trouble}")))
}

fn of_run(world: &World, now: Moment) -> Vec<Line> {
    let Some(run) = world.opened_run() else { return Vec::new() };
    let (glyph, role) = words::mark(run);
    let mark = Line::new(role, format!("{glyph} "));
    let Some(told) = &run.told else {
        return vec![mark.with(Role::TextStrong, words::standing(run, now))];
    };
    let account = &told.account;
    let mut first = mark.with(Role::Title, account.runbook.as_str()).with(Role::Text, " ");
    let mode = format!(" {} ", account.mode.as_str().to_uppercase());
    first.push(words::mode_role(account.mode, &run.stands), mode);
    first.push(Role::Text, format!(" {}", words::standing(run, now)));
    let mut second = Line::new(Role::Text, "  ");
    if run.stands.is_open() {
        second.push(Role::Text, format!("{}; ", words::place(told)));
    }
    second.push(Role::Text, words::clocks(run, told, now));
    let mut lines = vec![first];
    lines.extend((!matches!(run.stands, Stands::Broken(_))).then_some(second));
    lines.extend(words::left_open(run).map(|open| Line::new(Role::SeverityWarning, format!("  ▲ {open}"))));
    lines
}
