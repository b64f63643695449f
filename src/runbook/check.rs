//! Preconditions, as just read.

use crate::model::Text;

/// One precondition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What must be so: "orders-db-west is a replica".
    pub what: Text,
    /// Whether it is.
    pub standing: Standing,
}

/// How a precondition stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is so.
    Holds,
    /// It is not, or is not known; the person may go on. Why, and what follows.
    Warns(Text),
    /// The step cannot be confirmed. Why, and the way on.
    Blocks(Text),
}

impl Check {
    /// It is so.
    pub fn holds(what: impl AsRef<str>) -> Self {
        Self { what: Text::new(what), standing: Standing::Holds }
    }

    /// It is not, or is not known, and the person may go on.
    pub fn warns(what: impl AsRef<str>, why: impl AsRef<str>) -> Self {
        Self { what: Text::new(what), standing: Standing::Warns(Text::new(why)) }
    }

    /// The step cannot be confirmed.
    pub fn blocks(what: impl AsRef<str>, why: impl AsRef<str>) -> Self {
        Self { what: Text::new(what), standing: Standing::Blocks(Text::new(why)) }
    }

    /// Whether it keeps the step from being confirmed.
    pub const fn is_blocker(&self) -> bool {
        matches!(self.standing, Standing::Blocks(_))
    }
}
