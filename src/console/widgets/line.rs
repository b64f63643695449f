//! A line of text whose pieces each have a meaning. What it looks like is up to the theme it is drawn with.

use ratatui::{buffer::Buffer, layout::Rect};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::console::theme::{Role, Theme};

/// A run of text with one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The meaning.
    pub role: Role,
    /// The text, without control characters.
    pub text: String,
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pieces: Vec<Piece>,
}

impl Line {
    /// Nothing.
    pub fn empty() -> Self {
        Self::default()
    }

    /// One piece.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self::default().with(role, text)
    }

    /// The same with one more piece at its end.
    #[must_use]
    pub fn with(mut self, role: Role, text: impl Into<String>) -> Self {
        self.push(role, text);
        self
    }

    /// Adds a piece to the end.
    pub fn push(&mut self, role: Role, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push(Piece { role, text });
        }
    }

    /// Adds another line to the end.
    pub fn append(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
    }

    /// The same, filled up with spaces to `width` columns.
    #[must_use]
    pub fn padded(mut self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        self.push(Role::Text, " ".repeat(missing));
        self
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The pieces, from left to right.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The columns it takes.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|piece| piece.text.width()).sum()
    }

    /// The text alone.
    pub fn plain(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// The same meaning for every piece: a cell out of stale readings has no other.
    #[must_use]
    pub fn all(mut self, role: Role) -> Self {
        for piece in &mut self.pieces {
            piece.role = role;
        }
        self
    }

    /// The same without any meaning that says good: what is stale never looks so.
    #[must_use]
    pub fn never_good(mut self) -> Self {
        for piece in &mut self.pieces {
            if matches!(piece.role, Role::VerdictMet | Role::UpYes | Role::FreshnessFresh) {
                piece.role = Role::FreshnessStale;
            }
        }
        self
    }

    /// The same figure in less room, if it needs more than `width`: without the spaces that align it, and if that is not enough cut before
    /// its last piece, which is the age of a stale one.
    #[must_use]
    pub fn squeezed(mut self, width: usize) -> Self {
        if self.width() <= width {
            return self;
        }
        for piece in &mut self.pieces {
            piece.text = piece.text.replace(' ', "");
        }
        self.cut_before_age(width)
    }

    /// In at most `width` columns: cut before its last piece, if that is the age of a stale one.
    #[must_use]
    pub fn cut_before_age(mut self, width: usize) -> Self {
        let missing = self.width().saturating_sub(width);
        if let [first, .., last] = self.pieces.as_mut_slice()
            && missing > 0
            && last.text.starts_with('·')
        {
            let kept = first.text.chars().count().saturating_sub(missing + 1);
            first.text = first.text.chars().take(kept).chain(['…']).collect();
        }
        self
    }

    /// In at most `width` columns: what is longer ends in `…` behind its last whole word, unless that would leave less than two thirds.
    #[must_use]
    pub fn cut_between_words(self, width: usize) -> Self {
        if self.width() <= width {
            return self;
        }
        match self.wrapped(width.saturating_sub(1), 0).into_iter().next() {
            Some(first) if first.width() * 3 >= width * 2 => {
                let role = first.pieces.last().map_or(Role::Text, |piece| piece.role);
                first.with(role, "…")
            }
            Some(_) | None => self,
        }
    }

    /// Broken at spaces into lines of at most `width` columns; those after the first begin with `indent` spaces. Words longer than a line
    /// are broken anywhere.
    pub fn wrapped(&self, width: usize, indent: usize) -> Vec<Self> {
        let width = width.max(1);
        let indent = if indent * 2 > width { 0 } else { indent };
        let mut lines = Vec::new();
        let mut line = Self::empty();
        let mut used = 0;
        let mut blank = true;
        let mut next_line = |line: &mut Self, used: &mut usize, blank: &mut bool| {
            lines.push(std::mem::replace(line, Self::new(Role::Text, " ".repeat(indent))));
            *used = indent;
            *blank = true;
        };
        for word in self.words() {
            // A word that no line has room for begins where it is.
            let fits_below = indent + word.width <= width;
            if !blank && used + word.spaces + word.width > width && (fits_below || used + word.spaces >= width) {
                next_line(&mut line, &mut used, &mut blank);
            } else {
                let spaces = word.spaces.min(width.saturating_sub(used + 1));
                (0..spaces).for_each(|_| line.go_on(word.role(), " "));
                used += spaces;
            }
            for (role, text, whole) in word.pieces {
                // Most words fit: grapheme by grapheme is for those that do not.
                if used + whole <= width {
                    line.go_on(role, text);
                    used += whole;
                    blank = false;
                    continue;
                }
                let mut part = String::new();
                for grapheme in text.graphemes(true) {
                    if used + grapheme.width() > width && !(blank && part.is_empty()) {
                        line.go_on(role, &part);
                        part.clear();
                        next_line(&mut line, &mut used, &mut blank);
                    }
                    part.push_str(grapheme);
                    used += grapheme.width();
                    blank = false;
                }
                line.go_on(role, &part);
            }
        }
        lines.push(line);
        lines
    }

    /// Adds text to the end, to the last piece where that means the same: a page of words is not to become thousands of pieces.
    fn go_on(&mut self, role: Role, text: &str) {
        match self.pieces.last_mut().filter(|last| last.role == role) {
            Some(last) => last.text.push_str(text),
            None => self.push(role, text),
        }
    }

    fn words(&self) -> Vec<Word<'_>> {
        let mut words = Vec::new();
        let mut word = Word::default();
        for piece in &self.pieces {
            for (i, text) in piece.text.split(' ').enumerate() {
                if i > 0 {
                    if !word.pieces.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                    word.spaces += 1;
                }
                if !text.is_empty() {
                    let columns = text.width();
                    word.pieces.push((piece.role, text, columns));
                    word.width += columns;
                }
            }
        }
        if !word.pieces.is_empty() {
            words.push(word);
        }
        words
    }

    /// Draws it on the first row of `area`; what does not fit ends in `…`.
    pub fn draw(&self, area: Rect, theme: &Theme, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let cut = self.width() > usize::from(area.width);
        let room = if cut { area.width - 1 } else { area.width };
        let end = area.x + room;
        let mut x = area.x;
        let mut role = Role::Text;
        for piece in &self.pieces {
            if x >= end {
                break;
            }
            role = piece.role;
            (x, _) = buffer.set_stringn(x, area.y, &piece.text, usize::from(end - x), theme.style(role));
        }
        if cut {
            buffer.set_stringn(x.min(end), area.y, "…", 1, theme.style(role));
        }
    }
}

/// A word and the spaces before it.
#[derive(Default)]
struct Word<'a> {
    spaces: usize,
    /// The columns of all its pieces.
    width: usize,
    /// Each with its meaning and its columns.
    pieces: Vec<(Role, &'a str, usize)>,
}

impl Word<'_> {
    fn role(&self) -> Role {
        self.pieces.first().map_or(Role::Text, |(role, _, _)| *role)
    }
}

/// The first of `lines`, of about so many columns together, and how many more there are in the words of `rest`. Nothing is left out for one line.
pub fn beginning(mut lines: Vec<Line>, columns: usize, rest: impl FnOnce(usize) -> String) -> Vec<Line> {
    let mut left = columns;
    let mut fits = |line: &Line| {
        let shown = line.plain().split_whitespace().map(|word| word.width() + 1).sum();
        let fits = shown <= left;
        left = left.saturating_sub(shown);
        fits
    };
    let kept = lines.iter().take_while(|line| fits(line)).count().max(1);
    let more = lines.len().saturating_sub(kept);
    if more > 1 {
        lines.truncate(kept);
        lines.push(Line::new(Role::TextMuted, rest(more)));
    }
    lines
}

/// Draws `lines` from the top of `area` down, as many as fit.
pub fn draw_all(lines: &[Line], area: Rect, theme: &Theme, buffer: &mut Buffer) {
    for (line, row) in lines.iter().zip(area.rows()) {
        line.draw(row, theme, buffer);
    }
}
