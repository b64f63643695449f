//! Lists: a row for each thing that was read, worst first, and a page of details behind each row. A list is a [`Listing`], written down as
//! data, and a type for its rows that is an [`Item`]; everything else is the same for all of them and is here.

pub mod detail;
pub mod list;
pub mod owners;
pub mod screen;
pub mod source;
mod view;

use std::fmt;

use crate::console::figures::Trust;
use crate::console::mark;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::console::world::World;
use crate::model::{Moment, Verdict};

pub use detail::Detail;
pub use list::List;
pub use owners::{Owners, Owns};
pub use screen::ListScreen;
pub use source::{Fact, Source, Sources};

/// A list: its columns and orders, and where its rows come from.
#[derive(Debug)]
pub struct Listing {
    /// One or two words: the name of the list where a screen has several.
    pub title: &'static str,
    /// What a row is, in the singular: `server`.
    pub noun: &'static str,
    /// The heads, from left to right. The first one is that of [`Item::name`].
    pub heads: &'static [Head],
    /// The orders `s` goes through; the first one is that at the beginning.
    pub orders: &'static [Order],
    /// The rows, made anew with each Observation while the list is shown. They hold what they need, and share the answers ([`Fact`]).
    pub rows: fn(&World, Moment) -> Rows,
    /// What to say when nothing of it is read, because no component needs it.
    pub unasked: &'static str,
    /// What to say when AWS has none.
    pub none: &'static str,
}

/// The rows of a list, and the readings they rest on.
#[derive(Debug, Default)]
pub struct Rows {
    /// In any order.
    pub items: Vec<Box<dyn Item>>,
    /// What cannot be read of it is said above the list.
    pub sources: Sources,
}

/// One row. Cells and details are asked for only when they are seen.
pub trait Item: fmt::Debug {
    /// Tells it from all others of its list, from one Observation to the next: an ARN, an id.
    fn id(&self) -> &str;

    /// What a person calls it.
    fn name(&self) -> &str;

    /// How bad it was when it was read. That it was read too long ago is seen to elsewhere.
    fn severity(&self) -> Severity;

    /// Its glyph and the role of that, where they are other than those of how bad it is: what is neither good nor bad.
    fn mark(&self) -> Option<(&'static str, Role)> {
        None
    }

    /// Of rows that are equally bad the one with the larger weight comes first.
    fn weight(&self) -> i64 {
        0
    }

    /// The figure that [`By::Figure`] sorts by, the largest first.
    fn figure(&self, _which: usize) -> i64 {
        0
    }

    /// How far the reading it comes from can be trusted.
    fn trust(&self, now: Moment) -> Trust;

    /// What the panel below the list says of it, from the most important to the least: its name, its Systems, its id.
    fn headline(&self) -> Vec<String> {
        let mut said = vec![self.name().to_owned()];
        said.extend((!self.owners().names().is_empty()).then(|| self.owners().names().join(", ")));
        said.extend((self.id() != self.name()).then(|| self.id().to_owned()));
        said
    }

    /// The Systems it belongs to.
    fn owners(&self) -> &Owners;

    /// What is seen of it, in the order of the heads, without the name.
    fn cells(&self, now: Moment) -> Vec<Line>;

    /// By what it is found, besides its name, its id and its Systems: states, kinds, Regions.
    fn words(&self) -> String;

    /// Why it is as bad as it is, or what it does if it is well, in a sentence.
    fn why(&self, now: Moment) -> String;

    /// All there is to know of it.
    fn detail(&self, world: &World, now: Moment) -> Detail;
}

/// How bad a row is, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// As it should be.
    Fine,
    /// Under way.
    Busy,
    /// Not as it should be, but it does its work.
    Watch,
    /// It cannot be told.
    Unknown,
    /// It failed, or it does not do its work.
    Bad,
}

impl Severity {
    /// Its glyph.
    pub const fn glyph(self) -> &'static str {
        match self {
            Self::Fine => mark::GOOD,
            Self::Busy => mark::BUSY,
            Self::Watch => mark::glyph(Verdict::AtRisk),
            Self::Unknown => mark::UNKNOWN,
            Self::Bad => mark::BAD,
        }
    }

    /// Its role.
    pub const fn role(self) -> Role {
        match self {
            Self::Fine => Role::VerdictMet,
            Self::Busy => Role::SeverityInfo,
            Self::Watch => Role::VerdictAtRisk,
            Self::Unknown => Role::VerdictUnknown,
            Self::Bad => Role::VerdictBreached,
        }
    }

    /// Whether `problems only` leaves it.
    pub const fn is_problem(self) -> bool {
        match self {
            Self::Fine | Self::Busy => false,
            Self::Watch | Self::Unknown | Self::Bad => true,
        }
    }
}

impl From<Verdict> for Severity {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Met => Self::Fine,
            Verdict::AtRisk => Self::Watch,
            Verdict::Unknown => Self::Unknown,
            Verdict::Breached | Verdict::Split => Self::Bad,
        }
    }
}

/// An order of a list.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Its words below the list: `worst first`.
    pub words: &'static str,
    /// What is compared.
    pub by: By,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Severity, then weight, then name.
    Severity,
    /// The name.
    Name,
    /// That figure of the item, the largest first, then severity.
    Figure(usize),
}

/// The orders every list has.
pub const WORST_FIRST: Order = Order { words: "worst first", by: By::Severity };
/// See above.
pub const BY_NAME: Order = Order { words: "by name", by: By::Name };

/// The head of a column.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// What stands there; in Help's list of abbreviations.
    pub title: &'static str,
    /// The columns of the terminal it needs; at least those of its title.
    pub width: u16,
    /// The columns it can make use of.
    pub max_width: u16,
    /// Which columns a narrow terminal leaves out first: the highest.
    pub rank: u8,
    /// At which side its cells stand.
    pub side: Side,
    /// What its cells are made of.
    pub holds: Holds,
    /// Where a cell that is too long ends.
    pub cut: Cut,
}

/// Where a cell that is longer than its column ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// At the end of the column: ids, states.
    Anywhere,
    /// Behind a word: sentences.
    BetweenWords,
}

/// At which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Side {
    Left,
    Right,
}

/// What a cell is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A name, or what the config says: it does not age.
    Names,
    /// A reading: stale ones are never in the role of good ones.
    Reading,
    /// A reading that shows its age when it is stale: `CONTINUOUS·3m`. One column of each list.
    AgedReading,
}

impl Head {
    /// A column of readings of that width, at the left side.
    pub const fn new(title: &'static str, width: u16, rank: u8) -> Self {
        Self { title, width, max_width: width, rank, side: Side::Left, holds: Holds::Reading, cut: Cut::Anywhere }
    }

    /// The same, for names.
    pub const fn names(title: &'static str, width: u16, rank: u8) -> Self {
        Self { title, width, max_width: width, rank, side: Side::Left, holds: Holds::Names, cut: Cut::Anywhere }
    }

    /// The same, wider where there is room.
    #[must_use]
    pub const fn up_to(mut self, max_width: u16) -> Self {
        self.max_width = max_width;
        self
    }

    /// The same, for sentences.
    #[must_use]
    pub const fn prose(mut self) -> Self {
        self.cut = Cut::BetweenWords;
        self
    }

    /// The same, at the right side: figures.
    #[must_use]
    pub const fn right(mut self) -> Self {
        self.side = Side::Right;
        self
    }

    /// The same, with the age of what is stale.
    #[must_use]
    pub const fn aged(mut self) -> Self {
        self.holds = Holds::AgedReading;
        self
    }
}
