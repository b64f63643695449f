//! Figures three rows high, to be read from across the room.

/// The rows of a character, three columns wide.
const fn glyph(c: char) -> Option<[&'static str; 3]> {
    Some(match c {
        '0' => ["█▀█", "█ █", "▀▀▀"],
        '1' => ["▀█ ", " █ ", "▀▀▀"],
        '2' => ["▀▀█", "█▀▀", "▀▀▀"],
        '3' => ["▀▀█", " ▀█", "▀▀▀"],
        '4' => ["█ █", "▀▀█", "  ▀"],
        '5' => ["█▀▀", "▀▀█", "▀▀▀"],
        '6' => ["█▀▀", "█▀█", "▀▀▀"],
        '7' => ["▀▀█", "  █", "  ▀"],
        '8' => ["█▀█", "█▀█", "▀▀▀"],
        '9' => ["█▀█", "▀▀█", "▀▀▀"],
        ':' => ["▄", " ", "▀"],
        '-' => ["  ", "▀▀", "  "],
        '+' => [" ▄ ", "▀█▀", "   "],
        ' ' => [" ", " ", " "],
        _ => return None,
    })
}

/// The three rows of `text`: digits, colons, signs and spaces; whatever else is left out.
pub fn rows(text: &str) -> [String; 3] {
    let mut rows = [const { String::new() }; 3];
    for glyph in text.chars().filter_map(glyph) {
        for (row, part) in rows.iter_mut().zip(glyph) {
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(part);
        }
    }
    rows
}
