//! Runs: past and present runs of this machine, and behind each its timeline, its steps and what it came to. They are read from the state
//! folder, whatever AWS does.

mod account;
mod head;
mod record;
mod row;
pub mod sheet;
mod steps;
mod timeline;
pub mod words;

pub use head::head;

use super::listing::{By, Head, Item, Listing, Order, Rows, Sources, WORST_FIRST};
use crate::console::world::World;
use crate::model::Moment;
use row::Row;

/// The one list of the Runs screen.
pub const LISTINGS: &[&Listing] = &[&RUNS];

/// The lists of one run.
pub const OF_ONE: &[&Listing] = &[&timeline::TIMELINE, &steps::STEPS, &account::ACCOUNT];

const RUNS: Listing = Listing {
    title: "runs",
    noun: "run",
    heads: &[
        Head::names("RUNBOOK", 19, 0),
        Head::names("STANDS", 10, 1),
        Head::names("MODE", 8, 2),
        Head::names("RTO REACHED", 12, 3),
        Head::names("DOUBT", 5, 4).right(),
        Head::names("FENCES", 6, 5).right(),
        Head::names("OPENED", 12, 6),
        Head::names("BY", 8, 7).up_to(16),
        Head::names("UNPROT", 7, 8).right(),
        Head::names("STEPS", 5, 9).right(),
        Head::names("SYSTEM", 10, 10).up_to(20),
    ],
    orders: &[OPEN_FIRST, NEWEST_FIRST, WORST_FIRST],
    rows,
    unasked: NONE,
    none: NONE,
};

const NONE: &str = "No run was recorded on this machine yet. drdeck runbook run NAME begins one.";

const OPEN_FIRST: Order = Order { words: "open ones first", by: By::Figure(row::OPEN) };
const NEWEST_FIRST: Order = Order { words: "newest first", by: By::Figure(row::NEWEST) };

fn rows(world: &World, now: Moment) -> Rows {
    let all = world.runs.iter().flat_map(|runs| &runs.all);
    let items = all.map(|run| Box::new(Row::new(run, now)) as Box<dyn Item>);
    Rows { items: items.collect(), sources: Sources::default() }
}
