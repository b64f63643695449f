//! A box over the screen.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    symbols::border,
    widgets::{Block, Clear, Widget},
};

use crate::console::theme::{Role, Theme};

/// A place in the middle of `area`, of at most that size.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Clears `area`, frames it and gives its inside. A place too small for a frame gets none.
pub fn draw(title: &str, area: Rect, theme: &Theme, buffer: &mut Buffer) -> Rect {
    let area = area.intersection(buffer.area);
    Clear.render(area, buffer);
    buffer.set_style(area, theme.style(Role::Text).patch(theme.style(Role::Popup)));
    if area.width < 10 || area.height < 4 {
        return area;
    }
    let block = Block::bordered()
        .border_set(border::ROUNDED)
        .border_style(theme.style(Role::BorderFocused))
        .title(format!(" {title} "))
        .title_style(theme.style(Role::Title));
    let inside = block.inner(area);
    block.render(area, buffer);
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}
