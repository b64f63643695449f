//! Cells into bytes, with few of them: the style is sent where it changes, and as the terminal's own 16 colours where it is one of them.
//! (crossterm sends those as entries of the 256-colour palette, resets each colour after each frame, and drops everything under NO_COLOR.)
//! Only what xterm, tmux, screen and the Linux console all know.

use std::fmt::Write;

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

/// Appends a cursor movement to a column and row counted from 0.
pub(super) fn move_to(x: u16, y: u16, out: &mut String) {
    // Writing to a String does not fail.
    let _ = match (u32::from(x) + 1, u32::from(y) + 1) {
        (1, 1) => write!(out, "\x1b[H"),
        (1, y) => write!(out, "\x1b[{y}H"),
        (x, y) => write!(out, "\x1b[{y};{x}H"),
    };
}

/// Whether the symbol takes exactly one column.
pub(super) fn is_narrow(symbol: &str) -> bool {
    symbol.len() == 1 || symbol.width() == 1
}

/// Whether both look the same.
pub(super) fn same(one: &Cell, other: &Cell) -> bool {
    one.symbol() == other.symbol() && Ink::of(one) == Ink::of(other)
}

/// Whether it looks like a cell after erasing.
pub(super) fn is_empty(cell: &Cell) -> bool {
    cell.symbol() == BLANK && Ink::of(cell) == Ink::PLAIN
}

const BLANK: &str = " ";

/// A style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ink {
    fg: Color,
    bg: Color,
    modifiers: Modifier,
}

impl Ink {
    const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifiers: Modifier::empty() };

    /// What can be seen of the cell's style.
    fn of(cell: &Cell) -> Self {
        let ink = Self { fg: cell.fg, bg: cell.bg, modifiers: cell.modifier };
        if cell.symbol() == BLANK { ink.of_blank() } else { ink }
    }

    /// What can be seen of the style where nothing is written.
    fn of_blank(self) -> Self {
        if self.modifiers.intersects(Modifier::UNDERLINED | Modifier::REVERSED | Modifier::CROSSED_OUT) {
            self
        } else {
            Self { bg: self.bg, ..Self::PLAIN }
        }
    }

    /// Whether the terminal erases to its own background with it, whichever way it erases.
    fn erases(self) -> bool {
        self.of_blank() == Self::PLAIN
    }

    /// Appends what turns this style into that one: what is new, or everything after a reset, for single modifiers cannot be taken away on all
    /// terminals. The shorter one.
    fn change(self, to: Self, out: &mut String) {
        if self == to {
            return;
        }
        let anew = Self::PLAIN.parameters(to);
        let reset = if anew.is_empty() { anew } else { format!(";{anew}") };
        let added = to.modifiers.contains(self.modifiers).then(|| self.parameters(to));
        let parameters = added.filter(|added| added.len() <= reset.len()).unwrap_or(reset);
        let _ = write!(out, "\x1b[{parameters}m");
    }

    /// Select Graphic Rendition, for what `to` has and this one has not.
    fn parameters(self, to: Self) -> String {
        let mut parameters = String::new();
        let mut add = |parameter: &str| {
            if !parameters.is_empty() {
                parameters.push(';');
            }
            parameters.push_str(parameter);
        };
        for (number, modifier) in MODIFIERS {
            if to.modifiers.difference(self.modifiers).contains(*modifier) {
                add(number);
            }
        }
        if to.fg != self.fg {
            add(&colour(to.fg, Ground::Fore));
        }
        if to.bg != self.bg {
            add(&colour(to.bg, Ground::Back));
        }
        parameters
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

fn colour(colour: Color, ground: Ground) -> String {
    let offset = match ground {
        Ground::Fore => 0,
        Ground::Back => 10,
    };
    match colour {
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
    }
}

/// Whether the terminal's cursor is in the column where we think it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// It was put there, and only ASCII was written since.
    Certain,
    /// Terminals differ on the width of what was written since.
    Likely,
}

/// The style that the terminal writes with, and where: plain and anywhere to begin with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    ink: Ink,
    at: Option<(u16, u16)>,
    column: Column,
}

impl Pen {
    pub(super) const NEW: Self = Self { ink: Ink::PLAIN, at: None, column: Column::Certain };

    /// Leaves the terminal with a plain style.
    pub(super) fn finish(self, out: &mut String) {
        self.ink.change(Ink::PLAIN, out);
    }

    /// Writes the cell where the pen is.
    pub(super) fn put(&mut self, cell: &Cell, out: &mut String) {
        let (symbol, ink) = (cell.symbol(), Ink::of(cell));
        if symbol != BLANK || self.ink.of_blank() != ink {
            self.take(ink, out);
        }
        out.push_str(symbol);
        if !symbol.is_ascii() {
            self.column = Column::Likely;
        }
        // Absolute after a wide character: where the terminal disagrees on a width, only that cell suffers.
        self.at = self.at.filter(|_| is_narrow(symbol)).map(|(x, y)| (x.saturating_add(1), y));
    }

    /// Erases the rest of the row.
    pub(super) fn erase_row(&mut self, out: &mut String) {
        self.take_erasing(out);
        out.push_str("\x1b[K");
    }

    /// Erases that many cells, and stays where it is.
    pub(super) fn erase(&mut self, cells: usize, out: &mut String) {
        self.take_erasing(out);
        let _ = write!(out, "\x1b[{cells}X");
    }

    /// Goes there without looking at what is between.
    pub(super) fn jump(&mut self, x: u16, y: u16, out: &mut String) {
        if self.at != Some((x, y)) {
            move_to(x, y, out);
            self.at = Some((x, y));
            self.column = Column::Certain;
        }
    }

    /// Goes there the shortest way to write the cell there; `row` is on the screen already, up to that cell.
    pub(super) fn go(&mut self, x: u16, y: u16, row: &[Cell], out: &mut String) {
        if self.at == Some((x, y)) {
            return;
        }
        let mut ways = vec![self.way(|pen, out| pen.jump(x, y, out))];
        if let Some((from, above)) = self.at {
            if above == y && from < x {
                self.along(from, x, row, "", &mut ways);
            }
            let down = y.saturating_sub(above);
            if (1..=3).contains(&down) {
                let mut pen = *self;
                pen.at = Some((0, y));
                pen.column = Column::Certain;
                let start = format!("\r{}", "\n".repeat(usize::from(down)));
                pen.along(0, x, row, &start, &mut ways);
            }
        }
        let target = row.get(usize::from(x));
        let cost = |(pen, bytes): &(Self, String)| {
            let mut styled = String::new();
            let mut pen = *pen;
            target.into_iter().for_each(|cell| pen.put(cell, &mut styled));
            bytes.len() + styled.len()
        };
        if let Some((pen, bytes)) = ways.into_iter().min_by_key(cost) {
            *self = pen;
            out.push_str(&bytes);
        }
    }

    /// The ways along a row, from the column where the pen is after `start`.
    fn along(self, from: u16, to: u16, row: &[Cell], start: &str, ways: &mut Vec<(Self, String)>) {
        let steps = to - from;
        if self.column == Column::Certain {
            ways.push(self.way(|pen, out| {
                out.push_str(start);
                let _ = match steps {
                    0 => Ok(()),
                    1 => write!(out, "\x1b[C"),
                    steps => write!(out, "\x1b[{steps}C"),
                };
                pen.at = pen.at.map(|(_, y)| (to, y));
            }));
        }
        if steps <= LONGEST_BRIDGE {
            ways.push(self.way(|pen, out| {
                out.push_str(start);
                for cell in row.iter().take(usize::from(to)).skip(usize::from(from)) {
                    pen.put(cell, out);
                }
            }));
        }
    }

    fn way(self, go: impl FnOnce(&mut Self, &mut String)) -> (Self, String) {
        let (mut pen, mut out) = (self, String::new());
        go(&mut pen, &mut out);
        (pen, out)
    }

    fn take(&mut self, ink: Ink, out: &mut String) {
        self.ink.change(ink, out);
        self.ink = ink;
    }

    fn take_erasing(&mut self, out: &mut String) {
        if !self.ink.erases() {
            self.take(Ink::PLAIN, out);
        }
    }
}

/// Cells that are written once more instead of going past them: no movement is longer than its bytes.
const LONGEST_BRIDGE: u16 = 12;
