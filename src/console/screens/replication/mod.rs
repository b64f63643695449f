//! Replication: every DRS source server, and all else that replicates; DRS jobs with their servers and logs; DRS recovery plans.

mod job;
mod link;
mod plan;
mod server;

use super::listing::{BY_NAME, By, Head, Listing, Order, Rows, Sources, WORST_FIRST};
use crate::console::world::World;
use crate::model::{Moment, Query};

/// Its lists.
pub const LISTINGS: &[&Listing] = &[&LINKS, &JOBS, &PLANS];

const LINKS: Listing = Listing {
    title: "servers and replicas",
    noun: "replica",
    heads: &[
        Head::names("REPLICA", 14, 0),
        Head::names("SYSTEM", 12, 4).up_to(24),
        Head::new("STATE", 14, 1).aged().up_to(20),
        Head::new("LAG", 6, 2).right(),
        Head::new("BACKLOG", 8, 3).right(),
        Head::new("DIRECTION", 9, 6).up_to(14),
        Head::new("SEEN", 6, 5).right(),
        Head::new("LAST LAUNCH", 11, 7),
        Head::names("KIND", 8, 8).up_to(22),
        Head::names("REGION", 6, 9),
        Head::names("ID", 20, 10).up_to(48),
    ],
    orders: &[
        WORST_FIRST,
        BY_NAME,
        Order { words: "by lag", by: By::Figure(0) },
        Order { words: "by backlog", by: By::Figure(1) },
        Order { words: "longest not seen first", by: By::Figure(2) },
    ],
    rows: links,
    unasked: "No component of the config replicates.",
    none: "AWS lists no DRS source server, and no other component replicates.",
};

fn links(world: &World, now: Moment) -> Rows {
    let Some(snapshot) = world.snapshot() else { return Rows::default() };
    let sources = Sources::of(snapshot, |query| matches!(query, Query::SourceServers(_)));
    let mut items = server::rows(&sources, world, now);
    items.extend(link::rows(world));
    Rows { items, sources }
}

const JOBS: Listing = Listing {
    title: "DRS jobs",
    noun: "job",
    heads: &[
        Head::names("JOB", 14, 0),
        Head::new("STATE", 11, 1).aged().up_to(16),
        Head::new("WHAT", 14, 2).up_to(28),
        Head::new("SERVERS", 18, 3).up_to(40),
        Head::new("STARTED", 12, 4),
        Head::new("TOOK", 5, 5).right(),
        Head::names("SYSTEM", 12, 6).up_to(24),
        Head::names("REGION", 6, 7),
    ],
    orders: &[WORST_FIRST, Order { words: "newest first", by: By::Figure(0) }],
    rows: job::rows,
    unasked: "No component of the config is of the kind drs.",
    none: "DRS ran no job in the last 24 hours.",
};

const PLANS: Listing = Listing {
    title: "DRS recovery plans",
    noun: "plan",
    heads: &[
        Head::names("PLAN", 14, 0),
        Head::new("STATE", 9, 1).aged().up_to(14),
        Head::new("LAST EXECUTION", 22, 2),
        Head::new("MODE", 8, 3),
        Head::new("CHANGED", 12, 4),
        Head::names("REGION", 6, 5),
    ],
    orders: &[WORST_FIRST, BY_NAME],
    rows: plan::rows,
    unasked: "DRS recovery plans are not read.",
    none: "There is no DRS recovery plan.",
};
