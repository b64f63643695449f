//! TOML files that people write, walked along tables of keys: what is unknown, missing, empty or of the wrong type in them is found all at
//! once, and every problem names line and column, shows the line, and says what to write instead.

mod key;
mod problem;
pub mod regions;
pub mod suggest;
pub mod values;
mod walk;

pub use key::{Key, Need, Shape, optional, required};
pub use problem::{Problem, Problems, shown_path};
pub use walk::{Found, Section, Unknown, Walk, readable};
