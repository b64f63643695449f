//! One file per screen: its state, what its actions do, and how it looks.

pub mod backups;
pub mod begin;
pub mod databases;
pub mod events;
pub mod glossary;
pub mod health;
pub mod help;
pub mod listing;
pub mod replication;
pub mod runbook;
pub mod runs;
pub mod system;
pub mod system_page;
pub mod systems;
pub mod systems_list;
pub mod systems_panel;
pub mod systems_table;
pub mod welcome;

use super::action::Topic;
use listing::Listing;

/// The lists of each screen of lists.
pub const fn listings(topic: Topic) -> &'static [&'static Listing] {
    match topic {
        Topic::Replication => replication::LISTINGS,
        Topic::Backups => backups::LISTINGS,
        Topic::Databases => databases::LISTINGS,
        Topic::Health => health::LISTINGS,
        Topic::Events => events::LISTINGS,
        Topic::Runs => runs::LISTINGS,
        Topic::Run => runs::OF_ONE,
    }
}
