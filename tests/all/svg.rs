//! A screen as an SVG picture: the cells a terminal gets, on a dark terminal with common colours.

use std::fmt::Write;

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 12.0;
const FOREGROUND: (u8, u8, u8) = (0xd8, 0xde, 0xe9);
const BACKGROUND: (u8, u8, u8) = (0x16, 0x19, 0x20);

/// The 16 colours, in their order.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0x2e, 0x34, 0x40),
    (0xe0, 0x6c, 0x75),
    (0x98, 0xc3, 0x79),
    (0xe5, 0xc0, 0x7b),
    (0x61, 0xaf, 0xef),
    (0xc6, 0x78, 0xdd),
    (0x56, 0xb6, 0xc2),
    (0xab, 0xb2, 0xbf),
    (0x5c, 0x63, 0x70),
    (0xff, 0x8a, 0x93),
    (0xb5, 0xe0, 0x90),
    (0xff, 0xd7, 0x87),
    (0x82, 0xc4, 0xff),
    (0xe0, 0x9b, 0xf5),
    (0x7f, 0xd8, 0xe3),
    (0xff, 0xff, 0xff),
];

/// Red, green and blue of a colour; `None` for the terminal's own.
pub(crate) fn rgb(colour: Color) -> Option<(u8, u8, u8)> {
    let index = match colour {
        Color::Reset => return None,
        Color::Rgb(red, green, blue) => return Some((red, green, blue)),
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    let step = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
    Some(match index {
        0..16 => SIXTEEN[usize::from(index)],
        16..232 => (step((index - 16) / 36), step((index - 16) / 6 % 6), step((index - 16) % 6)),
        232.. => (8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)),
    })
}

/// What a cell looks like once reverse is carried out.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    ink: (u8, u8, u8),
    paper: Option<(u8, u8, u8)>,
    modifiers: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let (mut ink, mut paper) = (rgb(cell.fg).unwrap_or(FOREGROUND), rgb(cell.bg));
        if cell.modifier.contains(Modifier::REVERSED) {
            (ink, paper) = (paper.unwrap_or(BACKGROUND), Some(ink));
        }
        Self { ink, paper, modifiers: cell.modifier.difference(Modifier::REVERSED) }
    }
}

/// One rectangle per run of background, one text per run of style.
pub(crate) fn picture(buffer: &Buffer, title: &str) -> String {
    let Rect { width, height, .. } = buffer.area;
    let (total_width, total_height) =
        (f64::from(width) * CELL.0 + 2.0 * MARGIN, f64::from(height) * CELL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {total_width:.1} {total_height:.1}\" width=\"{total_width:.0}\" role=\"img\">\n\
         <title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n\
         <g font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\" xml:space=\"preserve\">\n",
        escaped(title),
        hex(BACKGROUND)
    );
    for y in 0..height {
        for (x, columns, look, text) in runs(buffer, y) {
            let (left, top) = (MARGIN + f64::from(x) * CELL.0, MARGIN + f64::from(y) * CELL.1);
            let long = f64::from(columns) * CELL.0;
            if let Some(paper) = look.paper {
                let paper = hex(paper);
                writeln!(
                    svg,
                    "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{long:.1}\" height=\"{:.0}\" fill=\"{paper}\"/>",
                    CELL.1
                )
                .unwrap();
            }
            if text.trim().is_empty() && !look.modifiers.contains(Modifier::UNDERLINED) {
                continue;
            }
            writeln!(
                svg,
                "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{long:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{}>{}</text>",
                top + CELL.1 * 0.75,
                hex(look.ink),
                attributes(look.modifiers),
                escaped(&text)
            )
            .unwrap();
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// The runs of one look in a row: first column, columns, look, text. Blanks at the end of a run without a background do not count.
fn runs(buffer: &Buffer, y: u16) -> Vec<(u16, u16, Look, String)> {
    let mut runs: Vec<(u16, u16, Look, String)> = Vec::new();
    let mut x = 0;
    while x < buffer.area.width {
        let cell = &buffer[(x, y)];
        let look = Look::of(cell);
        let columns = u16::try_from(cell.symbol().width()).unwrap().max(1);
        match runs.last_mut().filter(|(_, _, last, _)| *last == look) {
            Some((_, length, _, text)) => {
                *length += columns;
                text.push_str(cell.symbol());
            }
            None => runs.push((x, columns, look, cell.symbol().to_owned())),
        }
        x += columns;
    }
    for (x, columns, look, text) in &mut runs {
        if look.paper.is_none() && !look.modifiers.contains(Modifier::UNDERLINED) {
            let short = text.trim_end().to_owned();
            *columns -= u16::try_from(text.width() - short.width()).unwrap();
            let start = short.trim_start().to_owned();
            let indent = u16::try_from(short.width() - start.width()).unwrap();
            (*x, *columns, *text) = (*x + indent, *columns - indent, start);
        }
    }
    runs
}

fn attributes(modifiers: Modifier) -> String {
    let mut attributes = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::DIM, " opacity=\"0.6\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::CROSSED_OUT, " text-decoration=\"line-through\""),
    ] {
        if modifiers.contains(modifier) {
            attributes.push_str(attribute);
        }
    }
    attributes
}

fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
