//! The keys that a table may hold: the checks, the suggestions and the documentation come from them.

/// What a key's value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string, never empty.
    Text,
    /// A string from a list.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Count,
    /// A whole number that may be 0.
    Number,
    /// A duration, `"1h 30m"`.
    Duration,
    /// A Region's API name.
    Region,
    /// A Region's API name or `"on-premises"`.
    Site,
    /// An ARN.
    Arn,
    /// `http://` or `https://`, host and port.
    Url,
    /// An AWS account: 12 digits, in quotes.
    Account,
    /// A list of strings.
    Texts,
    /// A list of strings from a list.
    Words(&'static [&'static str]),
    /// A list of Regions.
    Regions,
    /// A list of addresses of DNS servers.
    Servers,
    /// A table of names and strings.
    Pairs,
    /// A table of its own.
    Table,
    /// A list of tables.
    Tables,
}

impl Shape {
    /// What to write, in words that follow "must be".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text | Self::Word(_) => "a string in quotes",
            Self::Flag => "true or false, without quotes",
            Self::Count | Self::Number => "a whole number, without quotes",
            Self::Duration => "a duration in quotes",
            Self::Region => "a Region in quotes",
            Self::Site => "a Region or on-premises, in quotes",
            Self::Arn => "an ARN in quotes",
            Self::Url => "a URL in quotes",
            Self::Account => "an account of 12 digits in quotes",
            Self::Texts | Self::Words(_) => "a list of strings",
            Self::Regions => "a list of Regions",
            Self::Servers => "a list of addresses in quotes",
            Self::Pairs => "a table of names and strings",
            Self::Table => "a table",
            Self::Tables => "a list of tables",
        }
    }
}

/// Whether a key has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It has to be.
    Required,
    /// It need not; what is assumed without it, in words.
    Default(&'static str),
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As written in the file.
    pub name: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// Whether it has to be there.
    pub need: Need,
    /// What it means, in a sentence.
    pub doc: &'static str,
    /// A value as written in the file; empty for tables.
    pub example: &'static str,
}

/// A key that has to be there.
pub const fn required(name: &'static str, shape: Shape, example: &'static str, doc: &'static str) -> Key {
    Key { name, shape, need: Need::Required, doc, example }
}

/// A key that need not be there, and what is assumed without it.
pub const fn optional(
    name: &'static str,
    shape: Shape,
    default: &'static str,
    example: &'static str,
    doc: &'static str,
) -> Key {
    Key { name, shape, need: Need::Default(default), doc, example }
}
