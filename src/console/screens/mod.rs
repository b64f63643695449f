//! One file per screen: its state, what its actions do, and how it looks.

pub mod glossary;
pub mod help;
pub mod system;
pub mod system_page;
pub mod systems;
pub mod systems_list;
pub mod systems_panel;
pub mod systems_table;
pub mod welcome;
