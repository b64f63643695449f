//! A terminal of which only what drdeck sends is known, as xterm, tmux, screen and the Linux console all understand it. Anything else panics.

use ratatui::style::{Color, Modifier};

/// A cell: its symbol and style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glyph {
    pub(crate) symbol: String,
    pub(crate) fg: Color,
    pub(crate) bg: Color,
    pub(crate) modifiers: Modifier,
}

const EMPTY: Glyph = Glyph { symbol: String::new(), fg: Color::Reset, bg: Color::Reset, modifiers: Modifier::empty() };

pub(crate) struct Vt {
    rows: Vec<Vec<Glyph>>,
    x: usize,
    y: usize,
    pen: Glyph,
}

impl Vt {
    pub(crate) fn new(width: u16, height: u16) -> Self {
        let blank = Glyph { symbol: " ".to_owned(), ..EMPTY };
        let rows = vec![vec![blank.clone(); width.into()]; height.into()];
        Self { rows, x: 0, y: 0, pen: blank }
    }

    pub(crate) fn at(&self, x: u16, y: u16) -> &Glyph {
        &self.rows[usize::from(y)][usize::from(x)]
    }

    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\r' => self.x = 0,
                '\n' => {
                    self.y += 1;
                    assert!(self.y < self.rows.len(), "a line feed in the last row would scroll");
                }
                '\x1b' => {
                    assert_eq!(chars.next(), Some('['));
                    let mut parameters = String::new();
                    let last = chars.by_ref().find(|c| {
                        let last = c.is_ascii_alphabetic();
                        if !last {
                            parameters.push(*c);
                        }
                        last
                    });
                    self.control(&parameters, last.unwrap());
                }
                c => {
                    assert!(!c.is_control(), "{c:?}");
                    let glyph = Glyph { symbol: c.to_string(), ..self.pen.clone() };
                    let (x, y) = (self.x, self.y);
                    *self.rows[y].get_mut(x).unwrap_or_else(|| panic!("{c:?} behind the end of row {y}")) = glyph;
                    self.x += 1;
                }
            }
        }
    }

    fn control(&mut self, parameters: &str, last: char) {
        if matches!(parameters, "?2026" | "?25") {
            return;
        }
        let numbers: Vec<usize> = parameters.split(';').map(|number| number.parse().unwrap_or(0)).collect();
        let count = numbers[0].max(1);
        let (width, height) = (self.rows[0].len(), self.rows.len());
        let erases = self.pen.bg == Color::Reset && !self.pen.modifiers.contains(Modifier::REVERSED);
        // Terminals differ on what they erase to with another background, and on what moves behind the end of a row.
        assert!(erases || !matches!(last, 'K' | 'X' | 'L' | 'M' | 'J'), "erased with a coloured pen");
        assert!(self.x < width || !matches!(last, 'C' | 'K' | 'X'), "{last} behind the end of a row");
        let empty = Glyph { symbol: " ".to_owned(), ..EMPTY };
        match last {
            'H' => {
                self.y = count - 1;
                self.x = numbers.get(1).map_or(1, |x| (*x).max(1)) - 1;
                assert!(self.x < width && self.y < height);
            }
            'C' => {
                self.x += count;
                assert!(self.x < width);
            }
            'J' => self.rows = vec![vec![empty; width]; height],
            'K' => self.rows[self.y][self.x..].fill(empty),
            'X' => self.rows[self.y][self.x..self.x + count].fill(empty),
            'M' => {
                self.rows.drain(self.y..self.y + count);
                self.rows.resize(height, vec![empty; width]);
            }
            'L' => {
                self.rows.splice(self.y..self.y, vec![vec![empty; width]; count]);
                self.rows.truncate(height);
            }
            'm' => self.style(&numbers),
            last => panic!("{parameters}{last} is not known everywhere"),
        }
    }

    fn style(&mut self, numbers: &[usize]) {
        let colours = [
            Color::Black,
            Color::Red,
            Color::Green,
            Color::Yellow,
            Color::Blue,
            Color::Magenta,
            Color::Cyan,
            Color::Gray,
        ];
        for number in numbers {
            match number {
                0 => self.pen = Glyph { symbol: " ".to_owned(), ..EMPTY },
                1..=9 => self.pen.modifiers |= Modifier::from_bits_truncate(1 << (number - 1)),
                30..=37 => self.pen.fg = colours[number - 30],
                39 => self.pen.fg = Color::Reset,
                40..=47 => self.pen.bg = colours[number - 40],
                49 => self.pen.bg = Color::Reset,
                number => panic!("{number} is not of the default theme"),
            }
        }
    }
}
