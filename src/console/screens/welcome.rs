//! What is shown when there is no config: how to see drdeck at work, and how to begin with one's own Systems.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::console::theme::{Role, Theme};
use crate::console::widgets::{Line, line};

/// Draws the screen. `config_path` is where the config would be read from.
pub fn draw(config_path: &str, area: Rect, theme: &Theme, buffer: &mut Buffer) {
    let command = |text: &str| Line::new(Role::Text, "     ").with(Role::TextStrong, text);
    let text = |text: &str| Line::new(Role::Text, format!("  {text}"));
    let paragraphs = [
        Line::empty(),
        Line::new(Role::Text, "  ").with(Role::Title, "drdeck found no config, so there is nothing to watch yet."),
        Line::empty(),
        text("See it at work on a simulated shop. Nothing real is read or changed:"),
        command("drdeck demo"),
        Line::empty(),
        text("Get a config to start from, that of the simulated shop with every kind of component:"),
        command("drdeck simulate --write-config drdeck.toml"),
        Line::empty(),
        text("Watch your own systems: write your config to the place drdeck looks for it,"),
        command(config_path),
        text("or name another file:"),
        command("drdeck --config FILE"),
        Line::empty(),
        text("The README describes every key of the config. drdeck only reads from AWS."),
    ];
    let width = usize::from(area.width);
    let lines: Vec<Line> = paragraphs.iter().flat_map(|paragraph| paragraph.wrapped(width, 2)).collect();
    line::draw_all(&lines, area, theme, buffer);
}
