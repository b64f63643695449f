//! The pieces that screens are made of. Each draws on a part of the buffer, from values alone.

pub mod bottom_line;
pub mod cursor;
pub mod digits;
pub mod filter;
pub mod form;
pub mod frame;
pub mod line;
pub mod palette;
pub mod popup;
pub mod prompt;
pub mod run_line;
pub mod sparkline;
pub mod table;
pub mod toast;
pub mod top_line;

pub use cursor::{Cursor, Move};
pub use filter::Filter;
pub use line::Line;
