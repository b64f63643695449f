//! Sentences in lines of a width.

use unicode_width::UnicodeWidthStr as _;

/// A terminal is at least so wide, and so is paper.
pub(super) const WIDTH: usize = 80;

/// A line as several that are no wider than that; a word that is wider stands alone.
pub(super) fn broken(line: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.width() + 1 + word.width() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
