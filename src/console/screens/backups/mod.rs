//! Backups: every resource that AWS Backup protects, overdue ones first; its jobs, restore tests, vaults and plans.

mod job;
mod plan;
mod protected;
mod schedule;
mod states;
mod test;
mod vault;

use super::listing::{BY_NAME, By, Head, Listing, Order, WORST_FIRST};
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::model::{Moment, Span};

/// Its lists.
pub const LISTINGS: &[&Listing] = &[&PROTECTED, &BACKUP_JOBS, &COPY_JOBS, &RESTORE_JOBS, &TESTS, &VAULTS, &PLANS];

const NEWEST_FIRST: Order = Order { words: "newest first", by: By::Figure(0) };

const PROTECTED: Listing = Listing {
    title: "protected",
    noun: "resource",
    heads: &[
        Head::names("RESOURCE", 19, 0),
        Head::names("SYSTEM", 12, 4).up_to(24),
        Head::new("STATE", 13, 1).aged().up_to(16),
        Head::new("LAST", 5, 2).right(),
        Head::new("NEXT", 6, 3).right(),
        Head::new("COPY", 8, 5).right(),
        Head::names("REGION", 6, 6),
        Head::names("KIND", 8, 7).up_to(14),
        Head::names("PLAN", 12, 8).up_to(24),
        Head::names("ARN", 24, 9).up_to(80),
    ],
    orders: &[WORST_FIRST, BY_NAME, Order { words: "oldest backup first", by: By::Figure(0) }],
    rows: protected::rows,
    unasked: "No component of the config is of the kind backup.",
    none: "AWS Backup protects nothing in the Regions of the config.",
};

const BACKUP_JOBS: Listing = Listing {
    title: "backup jobs",
    noun: "job",
    heads: &[
        Head::names("RESOURCE", 19, 0),
        Head::names("SYSTEM", 10, 5).up_to(24),
        Head::new("STATE", 13, 1).aged().up_to(16),
        Head::new("STARTED", 12, 2),
        Head::new("TOOK", 5, 3).right(),
        Head::names("VAULT", 12, 4).up_to(30),
        Head::names("KIND", 8, 6).up_to(14),
        Head::names("REGION", 6, 7),
        Head::names("JOB", 12, 8).up_to(40),
    ],
    orders: &[WORST_FIRST, NEWEST_FIRST, BY_NAME],
    rows: job::backups,
    unasked: "No component of the config is of the kind backup.",
    none: "AWS Backup ran no backup job in the last days.",
};

const COPY_JOBS: Listing = Listing {
    title: "copies",
    noun: "copy job",
    heads: &[
        Head::names("RESOURCE", 19, 0),
        Head::names("SYSTEM", 10, 5).up_to(24),
        Head::new("STATE", 13, 1).aged().up_to(16),
        Head::new("STARTED", 12, 2),
        Head::new("TOOK", 5, 3).right(),
        Head::names("TO VAULT", 14, 4).up_to(40),
        Head::names("REGION", 6, 6),
        Head::names("JOB", 12, 7).up_to(40),
    ],
    orders: &[WORST_FIRST, NEWEST_FIRST, BY_NAME],
    rows: job::copies,
    unasked: "No component of the config copies backups.",
    none: "AWS Backup copied nothing in the last days.",
};

const RESTORE_JOBS: Listing = Listing {
    title: "restores",
    noun: "restore",
    heads: &[
        Head::names("RESOURCE", 19, 0),
        Head::names("SYSTEM", 10, 6).up_to(24),
        Head::new("STATE", 13, 1).aged().up_to(16),
        Head::new("VALIDATION", 10, 2).up_to(12),
        Head::new("STARTED", 12, 3),
        Head::new("TOOK", 5, 4).right(),
        Head::new("CLEAN-UP", 10, 5),
        Head::names("KIND", 8, 7).up_to(14),
        Head::names("REGION", 6, 8),
        Head::names("JOB", 12, 9).up_to(40),
    ],
    orders: &[WORST_FIRST, NEWEST_FIRST, BY_NAME],
    rows: job::restores,
    unasked: "No component of the config is of the kind backup.",
    none: "Nothing was restored in the last days, for a test or in earnest.",
};

const TESTS: Listing = Listing {
    title: "tests",
    noun: "test plan",
    heads: &[
        Head::names("TEST PLAN", 14, 0),
        Head::new("RESULT", 11, 1).aged().up_to(20),
        Head::new("LAST", 6, 2).right(),
        Head::new("NEXT", 6, 3).right(),
        Head::names("TESTS", 18, 4).up_to(40),
        Head::names("REGION", 6, 5),
        Head::names("SCHEDULE", 20, 6).up_to(40),
    ],
    orders: &[WORST_FIRST, BY_NAME],
    rows: test::rows,
    unasked: "No component of the config is of the kind backup.",
    none: "There is no restore testing plan: nobody knows whether the backups can be restored.",
};

const VAULTS: Listing = Listing {
    title: "vaults",
    noun: "vault",
    heads: &[
        Head::names("VAULT", 14, 0),
        Head::names("SYSTEM", 12, 5).up_to(24),
        Head::new("STATE", 8, 1).aged().up_to(12),
        Head::new("POINTS", 6, 2).right(),
        Head::new("NEWEST", 6, 3).right(),
        Head::new("LOCK", 10, 4).up_to(20),
        Head::names("REGION", 6, 6),
        Head::names("KEY", 12, 7).up_to(30),
    ],
    orders: &[WORST_FIRST, BY_NAME, Order { words: "most points first", by: By::Figure(0) }],
    rows: vault::rows,
    unasked: "No component of the config is of the kind backup.",
    none: "None of the vaults of the config is there.",
};

const PLANS: Listing = Listing {
    title: "plans",
    noun: "plan",
    heads: &[
        Head::names("PLAN", 14, 0),
        Head::new("STATE", 8, 1).aged().up_to(14),
        Head::new("LAST", 6, 2).right(),
        Head::new("NEXT", 6, 3).right(),
        Head::names("RULES", 5, 6).right(),
        Head::names("VAULT", 12, 4).up_to(30),
        Head::names("COPIES TO", 12, 5).up_to(40),
        Head::names("REGION", 6, 7),
        Head::names("SCHEDULE", 20, 8).up_to(40),
    ],
    orders: &[WORST_FIRST, BY_NAME, Order { words: "next first", by: By::Figure(0) }],
    rows: plan::rows,
    unasked: "No component of the config is of the kind backup.",
    none: "There is no backup plan: nothing is backed up by itself.",
};

/// What a resource is called: the end of its ARN.
fn short(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or(arn)
}

/// How long ago: `3h`.
fn ago(at: Option<Moment>, now: Moment) -> Line {
    at.map_or_else(
        || Line::new(Role::TextMuted, "-"),
        |at| Line::new(Role::Text, format::age(now.duration_since(at).max(Span::ZERO))),
    )
}

/// How far ahead: `in 3h`.
fn ahead(at: Option<Moment>, now: Moment) -> Line {
    at.map_or_else(
        || Line::new(Role::TextMuted, "-"),
        |at| Line::new(Role::Text, format!("in {}", format::age(at.duration_since(now).max(Span::ZERO)))),
    )
}
