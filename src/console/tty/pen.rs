//! Cells into bytes, with few of them: the style is sent where it changes, and as the terminal's own 16 colours where it is one of them.
//! (crossterm sends those as entries of the 256-colour palette, resets each colour after each frame, and drops everything under NO_COLOR.)

use std::fmt::Write;

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};

/// Appends `cells` to `out`, and leaves the terminal with a plain style.
pub(super) fn draw<'a>(cells: impl Iterator<Item = (u16, u16, &'a Cell)>, out: &mut String) {
    let mut pen = Pen::PLAIN;
    let mut next = None;
    for (x, y, cell) in cells {
        // Absolute, and after a wide character too: where the terminal disagrees on a width, only that cell suffers.
        if next != Some((x, y)) {
            move_to(x, y, out);
        }
        next = Some((x.saturating_add(1), y));
        pen.change(Pen { fg: cell.fg, bg: cell.bg, modifiers: cell.modifier }, out);
        out.push_str(cell.symbol());
    }
    pen.change(Pen::PLAIN, out);
}

/// Appends a cursor movement to a column and row counted from 0.
pub(super) fn move_to(x: u16, y: u16, out: &mut String) {
    // Writing to a String does not fail.
    let _ = write!(out, "\x1b[{};{}H", u32::from(y) + 1, u32::from(x) + 1);
}

/// The style that the terminal writes with.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifiers: Modifier,
}

impl Pen {
    const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifiers: Modifier::empty() };

    fn change(&mut self, to: Self, out: &mut String) {
        if *self == to {
            return;
        }
        let start = out.len();
        out.push_str("\x1b[");
        if to == Self::PLAIN || !to.modifiers.contains(self.modifiers) {
            // Single modifiers cannot be taken away on all terminals; everything can.
            out.push('0');
            *self = Self::PLAIN;
        }
        for (number, modifier) in MODIFIERS {
            if to.modifiers.difference(self.modifiers).contains(*modifier) {
                parameter(number, start, out);
            }
        }
        if to.fg != self.fg {
            colour(to.fg, Ground::Fore, start, out);
        }
        if to.bg != self.bg {
            colour(to.bg, Ground::Back, start, out);
        }
        out.push('m');
        *self = to;
    }
}

/// Select Graphic Rendition by modifier.
const MODIFIERS: &[(&str, Modifier)] = &[
    ("1", Modifier::BOLD),
    ("2", Modifier::DIM),
    ("3", Modifier::ITALIC),
    ("4", Modifier::UNDERLINED),
    ("5", Modifier::SLOW_BLINK),
    ("6", Modifier::RAPID_BLINK),
    ("7", Modifier::REVERSED),
    ("8", Modifier::HIDDEN),
    ("9", Modifier::CROSSED_OUT),
];

#[derive(Clone, Copy)]
enum Ground {
    Fore,
    Back,
}

/// Appends `;text`, or `text` alone behind the two bytes that begin the sequence.
fn parameter(text: &str, start: usize, out: &mut String) {
    if out.len() > start + 2 {
        out.push(';');
    }
    out.push_str(text);
}

fn colour(colour: Color, ground: Ground, start: usize, out: &mut String) {
    let offset = match ground {
        Ground::Fore => 0,
        Ground::Back => 10,
    };
    let text = match colour {
        Color::Reset => (39 + offset).to_string(),
        Color::Black => (30 + offset).to_string(),
        Color::Red => (31 + offset).to_string(),
        Color::Green => (32 + offset).to_string(),
        Color::Yellow => (33 + offset).to_string(),
        Color::Blue => (34 + offset).to_string(),
        Color::Magenta => (35 + offset).to_string(),
        Color::Cyan => (36 + offset).to_string(),
        Color::Gray => (37 + offset).to_string(),
        Color::DarkGray => (90 + offset).to_string(),
        Color::LightRed => (91 + offset).to_string(),
        Color::LightGreen => (92 + offset).to_string(),
        Color::LightYellow => (93 + offset).to_string(),
        Color::LightBlue => (94 + offset).to_string(),
        Color::LightMagenta => (95 + offset).to_string(),
        Color::LightCyan => (96 + offset).to_string(),
        Color::White => (97 + offset).to_string(),
        Color::Indexed(index) => format!("{};5;{index}", 38 + offset),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", 38 + offset),
    };
    parameter(&text, start, out);
}
