//! Health: where traffic goes and why. Health checks, the record sets that rest on them, what DNS really answers, what drdeck's own probes
//! bring, alarms, and the switches of ARC.

mod alarm;
mod answer;
mod check;
mod control;
mod plan;
mod probe;
mod record;
mod strip;

use super::listing::{BY_NAME, By, Head, Listing, Order, WORST_FIRST};
use crate::console::format;
use crate::console::theme::Role;
use crate::console::widgets::Line;
use crate::model::Span;

/// Its lists.
pub const LISTINGS: &[&Listing] = &[&CHECKS, &RECORDS, &ANSWERS, &PROBES, &ALARMS, &CONTROLS, &PLANS];

const CHECKS: Listing = Listing {
    title: "health checks",
    noun: "check",
    heads: &[
        Head::names("CHECK", 18, 0),
        Head::names("SYSTEM", 12, 3).up_to(24),
        Head::new("STATE", 12, 1).aged().up_to(14),
        Head::new("FOR", 6, 2).right(),
        Head::names("WATCHES", 7, 4),
        Head::new("POINT", 5, 5).right(),
        Head::names("KIND", 10, 6).up_to(17),
        Head::names("TARGET", 18, 7).up_to(44),
        Head::names("USED BY", 16, 8).up_to(40),
        Head::names("ID", 36, 9),
    ],
    orders: &[WORST_FIRST, BY_NAME, Order { words: "longest failing first", by: By::Figure(0) }],
    rows: check::rows,
    unasked: "No component of the config is of the kind health-check or dns-record.",
    none: "Route 53 has no health check.",
};

const RECORDS: Listing = Listing {
    title: "records",
    noun: "record",
    heads: &[
        Head::names("RECORD", 22, 0),
        Head::new("ANSWERED", 17, 1).aged().up_to(24),
        Head::new("HEALTH", 13, 2).up_to(26),
        Head::names("SYSTEM", 12, 3).up_to(24),
        Head::new("TTL", 5, 4).right(),
        Head::names("ROUTING", 8, 5).up_to(12),
        Head::new("WHY", 24, 6).prose().up_to(120),
        Head::names("TYPE", 5, 7),
    ],
    orders: &[WORST_FIRST, BY_NAME, Order { words: "longest kept first", by: By::Figure(0) }],
    rows: record::rows,
    unasked: "No component of the config is of the kind dns-record.",
    none: "The hosted zones have no record that could be answered in more than one way.",
};

const ANSWERS: Listing = Listing {
    title: "DNS answers",
    noun: "name",
    heads: &[
        Head::names("NAME", 18, 0),
        Head::new("ROUTE 53 ANSWERS", 21, 1).aged().up_to(44),
        Head::new("TTL", 4, 3).right(),
        Head::new("CLIENTS GET", 16, 2).up_to(44),
        Head::new("LEFT", 4, 4).right(),
        Head::names("TYPE", 5, 5),
        Head::names("SYSTEM", 12, 6).up_to(24),
        Head::names("ASKED", 18, 7).up_to(44),
    ],
    orders: &[WORST_FIRST, BY_NAME],
    rows: answer::rows,
    unasked: "No component of the config is of the kind dns-record.",
    none: "No name was asked for.",
};

const PROBES: Listing = Listing {
    title: "probes",
    noun: "probe",
    heads: &[
        Head::names("PAGE", 18, 0),
        Head::names("SYSTEM", 12, 3).up_to(24),
        Head::names("SITE", 6, 4),
        Head::new("STATUS", 20, 1).aged().up_to(60),
        Head::new("TOOK", 6, 2).right(),
        Head::new("SEEN", 5, 5).right(),
    ],
    orders: &[WORST_FIRST, BY_NAME, Order { words: "slowest first", by: By::Figure(0) }],
    rows: probe::rows,
    unasked: "The config has no [[system.probe]].",
    none: "The config has no [[system.probe]].",
};

const ALARMS: Listing = Listing {
    title: "alarms",
    noun: "alarm",
    heads: &[
        Head::names("ALARM", 18, 0),
        Head::names("SYSTEM", 12, 4).up_to(24),
        Head::new("STATE", 17, 1).aged().up_to(22),
        Head::new("FOR", 5, 2).right(),
        Head::names("REGION", 6, 3),
        Head::names("TELLS", 6, 5),
        Head::new("REASON", 24, 6).prose().up_to(120),
        Head::names("METRIC", 30, 7).up_to(44),
    ],
    orders: &[WORST_FIRST, BY_NAME, Order { words: "newest change first", by: By::Figure(0) }],
    rows: alarm::rows,
    unasked: "No component of the config is of the kind alarm.",
    none: "CloudWatch has no alarm there.",
};

const CONTROLS: Listing = Listing {
    title: "routing controls",
    noun: "routing control",
    heads: &[
        Head::names("ROUTING CONTROL", 18, 0),
        Head::names("SYSTEM", 12, 3).up_to(24),
        Head::new("STATE", 8, 1).aged().up_to(12),
        Head::names("PANEL", 14, 4).up_to(30),
        Head::names("USED BY", 16, 2).up_to(60),
    ],
    orders: &[WORST_FIRST, BY_NAME],
    rows: control::rows,
    unasked: "The config has no [[arc.endpoint]]: there is no cluster to ask.",
    none: "The ARC cluster has no routing control.",
};

const PLANS: Listing = Listing {
    title: "Region switch",
    noun: "plan",
    heads: &[
        Head::names("SWITCH PLAN", 18, 0),
        Head::new("LAST EXECUTION", 22, 1).aged().up_to(34),
        Head::new("WHAT", 20, 2).up_to(30),
        Head::new("TOOK", 6, 3).right(),
        Head::names("GOAL", 5, 4).right(),
        Head::names("APPROACH", 13, 5),
        Head::names("REGIONS", 12, 6).up_to(24),
    ],
    orders: &[WORST_FIRST, BY_NAME],
    rows: plan::rows,
    unasked: "The config names no Region in [arc] region_switch.",
    none: "ARC Region switch has no plan there.",
};

/// How long, in at most six columns; `at_least` puts a plus behind it.
fn lasting(role: Role, span: Span, more: &str) -> Line {
    Line::new(role, format!("{}{more}", format::elapsed(span.max(Span::ZERO))))
}
