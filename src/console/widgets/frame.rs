//! The frame around a run. Live, drill and tabletop differ in colour, in the lines of the frame and in the word, so that nobody takes one for
//! another, also without colours.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    symbols::border,
    widgets::{Block, Clear, Widget},
};

use super::Line;
use crate::console::theme::{Role, Theme};
use crate::runbook::Mode;

/// The word on the screen.
pub const fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "LIVE",
        Mode::Drill => "DRILL",
        Mode::Tabletop => "TABLETOP",
    }
}

/// What is done in it, in a sentence.
pub const fn promise(mode: Mode) -> &'static str {
    match mode {
        Mode::Live => "what you confirm is done in AWS",
        Mode::Drill => "servers are launched as drills, traffic is not moved, nothing one-way is done",
        Mode::Tabletop => "nothing is sent",
    }
}

/// The role of its badge.
pub const fn badge(mode: Mode) -> Role {
    match mode {
        Mode::Live => Role::ModeLive,
        Mode::Drill => Role::ModeDrill,
        Mode::Tabletop => Role::ModeTabletop,
    }
}

/// The role of its frame.
pub const fn role(mode: Mode) -> Role {
    match mode {
        Mode::Live => Role::FrameLive,
        Mode::Drill => Role::FrameDrill,
        Mode::Tabletop => Role::FrameTabletop,
    }
}

/// Thick lines for what is real, double ones for a rehearsal in AWS, dashes for one on paper.
const fn lines(mode: Mode) -> border::Set<'static> {
    match mode {
        Mode::Live => border::THICK,
        Mode::Drill => border::DOUBLE,
        Mode::Tabletop => border::LIGHT_DOUBLE_DASHED,
    }
}

/// Frames `area`, with the badge of the mode and `title` above; its inside. A place too small for a frame gets the badge and the title alone.
pub fn draw(title: &Line, mode: Mode, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Rect {
    let area = area.intersection(buffer.area);
    let mut head = Line::new(badge(mode), format!(" {} ", word(mode)));
    head.push(Role::Text, " ");
    head.append(title.clone());
    if area.width < 30 || area.height < 16 {
        head.draw(area, theme, buffer);
        return Rect { y: area.y + area.height.min(1), height: area.height.saturating_sub(1), ..area };
    }
    let block = Block::bordered().border_set(lines(mode)).border_style(theme.style(role(mode)));
    let inside = block.inner(area);
    block.render(area, buffer);
    head.push(Role::Text, " ");
    let width = u16::try_from(head.width()).unwrap_or(u16::MAX).min(area.width.saturating_sub(4));
    head.draw(Rect { x: area.x + 2, width, height: 1, ..area }, theme, buffer);
    // The word once more, where the eye comes last.
    let foot = Line::new(role(mode), format!(" {} ", word(mode)));
    let width = u16::try_from(foot.width()).unwrap_or(0);
    let place =
        Rect { x: area.right().saturating_sub(width + 2), y: area.bottom().saturating_sub(1), width, height: 1 };
    foot.draw(place, theme, buffer);
    inside
}

/// A box over the screen in that frame; its inside.
pub fn popup(title: &str, mode: Mode, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Rect {
    let area = area.intersection(buffer.area);
    Clear.render(area, buffer);
    buffer.set_style(area, theme.style(Role::Text).patch(theme.style(Role::Popup)));
    if area.width < 10 || area.height < 4 {
        return area;
    }
    let block = Block::bordered().border_set(lines(mode)).border_style(theme.style(role(mode)));
    let inside = block.inner(area);
    block.render(area, buffer);
    let head = Line::new(badge(mode), format!(" {} ", word(mode))).with(Role::Title, format!(" {title} "));
    let width = u16::try_from(head.width()).unwrap_or(u16::MAX).min(area.width.saturating_sub(4));
    head.draw(Rect { x: area.x + 2, width, height: 1, ..area }, theme, buffer);
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}
