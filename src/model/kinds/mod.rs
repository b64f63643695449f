//! The kinds of Component. A new kind is one file here and one line in [`Kind`].

/// What a Component is and where.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {}
