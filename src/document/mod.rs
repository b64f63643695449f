//! TOML files that people write, walked along tables of keys: what is unknown, missing, empty or of the wrong type in them is found all at
//! once, and every problem names line and column, shows the line, and says what to write instead.

mod file;
mod key;
mod problem;
pub mod regions;
pub mod suggest;
mod syntax;
pub mod values;
mod walk;

pub use file::{FileError, read};
pub use key::{Key, Need, Shape, optional, required};
pub use problem::{Problem, Problems, shown_path};
pub use syntax::parse;
pub use walk::{Found, Section, Unknown, Walk, readable};
