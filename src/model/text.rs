//! Strings from outside.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest text kept, in characters; what is longer ends in `…`.
const LONGEST: usize = 2_000;

/// How many combining marks one letter may carry before the rest are spelt out.
const MARKS_PER_BASE: usize = 2;

/// A string from outside (AWS, config, network), cheap to clone, made harmless when it entered: control, bidi, zero-width and tag characters are visible as `<U+202E>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Text(Arc<str>);

impl From<String> for Text {
    fn from(raw: String) -> Self {
        Self::new(raw)
    }
}

impl Text {
    /// The harmless form of `raw`. What is harmless already comes out as it is.
    pub fn new(raw: impl AsRef<str>) -> Self {
        let raw = raw.as_ref();
        if raw.len() <= LONGEST && raw.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
            return Self(raw.into());
        }
        Self(capped(spelt_out(raw)).into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether some word mixes Latin letters with those of a script that looks like it: `pаyments` with a Cyrillic `а`.
    pub fn mixes_scripts(&self) -> bool {
        self.0.split(|c: char| !c.is_alphanumeric()).any(|word| {
            word.chars().any(|c| c.is_ascii_alphabetic())
                && word.chars().any(|c| LOOK_ALIKES.iter().any(|range| range.contains(&c)))
        })
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters that cannot be seen, or change what is seen around them.
fn is_treacherous(c: char) -> bool {
    c.is_control() // C0, DEL and C1
        || matches!(c,
            '\u{00AD}' // soft hyphen
            | '\u{034F}' // combining grapheme joiner
            | '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' // bidi
            | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' // Hangul fillers
            | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' // Khmer and Mongolian invisibles
            | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{FEFF}' // zero width
            | '\u{2028}' | '\u{2029}' // line and paragraph separators
            | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' // annotations, never characters
            | '\u{1D173}'..='\u{1D17A}' // musical formatting
            | '\u{E0000}'..='\u{E0FFF}') // tags, variation selectors supplement
}

/// Marks that are drawn on the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}'
        | '\u{05C4}' | '\u{05C5}' | '\u{05C7}' | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}'
        | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E4}' | '\u{06E7}' | '\u{06E8}' | '\u{06EA}'..='\u{06ED}'
        | '\u{0730}'..='\u{074A}' | '\u{07EB}'..='\u{07F3}' | '\u{0816}'..='\u{082D}' | '\u{0859}'..='\u{085B}'
        | '\u{08D3}'..='\u{0902}' | '\u{0E31}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}' | '\u{0EB1}'
        | '\u{0EB4}'..='\u{0EBC}' | '\u{0EC8}'..='\u{0ECE}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{302A}'..='\u{302F}' | '\u{3099}' | '\u{309A}' | '\u{A66F}'..='\u{A672}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}')
}

/// Scripts with letters that look like Latin ones: Greek, Cyrillic, Armenian, Cherokee, full-width forms and mathematical letters.
const LOOK_ALIKES: [std::ops::RangeInclusive<char>; 7] = [
    '\u{0370}'..='\u{03FF}',
    '\u{0400}'..='\u{052F}',
    '\u{0530}'..='\u{058F}',
    '\u{13A0}'..='\u{13FF}',
    '\u{1D400}'..='\u{1D7FF}',
    '\u{1F00}'..='\u{1FFF}',
    '\u{FF21}'..='\u{FF5A}',
];

fn spelt_out(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    // A mark before any letter would be drawn on whatever the terminal shows before the text.
    let mut marks = MARKS_PER_BASE;
    for c in raw.chars() {
        let mark = is_mark(c) && !is_treacherous(c);
        if is_treacherous(c) || (mark && marks >= MARKS_PER_BASE) {
            text.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            text.push(c);
        }
        // What was spelt out ends in a letter of its own, but the marks of one letter stay counted together.
        marks = if mark { marks + 1 } else { 0 };
    }
    text
}

fn capped(text: String) -> String {
    if text.chars().nth(LONGEST).is_none() {
        return text;
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
