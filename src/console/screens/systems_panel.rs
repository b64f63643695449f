//! What the overview says of the selected System: first what matters at night, then why it is judged so. All of it changes with a move of the
//! cursor, which has to stay within 1,400 bytes for a slow line: the components have a screen of their own.

use ratatui::layout::Rect;

use crate::console::mark;
use crate::console::sentences::{self, Sentence};
use crate::console::theme::Role;
use crate::console::widgets::{Line, line};
use crate::model::{Moment, SourceState, SystemAssessment, Up, Verdict};

/// About the columns of text that are said, less those of the two rows of the table that change with them: so that a move stays within those
/// bytes on a large terminal too.
const MOST: usize = 1_000;

/// A rule with what the System is, and below it as many lines as `area` has. `now` is `None` before anything was read.
pub fn lines(system: &SystemAssessment, sources: &[SourceState], now: Option<Moment>, area: Rect) -> Vec<Line> {
    let width = usize::from(area.width);
    let room = usize::from(area.height).saturating_sub(1);
    let mut lines = vec![rule(system, width)];
    let Some(now) = now else {
        lines.extend(bullet(mark::WAITING, Role::TextMuted, "Not read yet.", width));
        return lines;
    };
    let bullets = |sentences: Vec<Sentence>| -> Vec<Line> {
        let lines = sentences.into_iter().flat_map(|sentence| {
            bullet(mark::glyph(sentence.verdict), mark::role(sentence.verdict), &sentence.text, width)
        });
        lines.collect()
    };
    let mut sentences = sentences::urgent(system, now);
    let down = matches!(system.up, Up::Down { .. });
    let mut good = Vec::new();
    if !down {
        // Users first; while they are served, what is well can wait for what is not.
        let mut first = true;
        (sentences, good) =
            sentences.into_iter().partition(|sentence| std::mem::take(&mut first) || sentence.verdict != Verdict::Met);
    }
    let mut said = bullets(sentences);
    // The sentences have said already that users are not served, and what blocks a failover.
    let blocks = |reason: &String| system.blockers.iter().any(|blocker| blocker.as_str() == reason);
    let users = |reason: &String| down && reason.starts_with("Users are not served");
    for reason in sentences::reasons(system, sources, now).iter().filter(|reason| !blocks(reason) && !users(reason)) {
        said.extend(bullet("-", Role::TextMuted, reason, width));
    }
    said.extend(bullets(good));
    let rest = |_| " … Enter shows the rest.".to_owned();
    let mut said = line::beginning(said, MOST.saturating_sub(2 * width), rest);
    if said.len() > room {
        said.truncate(room.saturating_sub(1));
        said.push(Line::new(Role::TextMuted, rest(0)));
    }
    lines.extend(said);
    lines
}

fn rule(system: &SystemAssessment, width: usize) -> Line {
    let what = format!(
        " · {} · {} · {} to {} ",
        system.criticality.as_str(),
        system.strategy.as_str(),
        system.primary.as_str(),
        system.recovery
    );
    let title = Line::new(Role::Border, "── ").with(Role::Title, system.name.as_str()).with(Role::TextMuted, what);
    let rule = "─".repeat(width.saturating_sub(title.width()));
    title.with(Role::Border, rule)
}

fn bullet(glyph: &'static str, role: Role, text: &str, width: usize) -> Vec<Line> {
    Line::new(Role::Text, " ").with(role, glyph).with(Role::Text, format!(" {text}")).wrapped(width, 3)
}
