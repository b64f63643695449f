//! Every key that a runbook may hold beside those of its kinds of steps.

use super::definition::{Direction, Phase};
use crate::document::{Key, Shape, optional, required};

const DIRECTIONS: &[&str] = &[
    Direction::Failover.as_str(),
    Direction::Failback.as_str(),
    Direction::Restore.as_str(),
    Direction::Exercise.as_str(),
];

const PHASES: &[&str] = &[
    Phase::Detect.as_str(),
    Phase::Decide.as_str(),
    Phase::Execute.as_str(),
    Phase::Verify.as_str(),
    Phase::Communicate.as_str(),
    Phase::Return.as_str(),
];

/// Keys at the top of the file.
pub const TOP: &[Key] = &[
    required(
        "system",
        Shape::Text,
        r#""orders""#,
        "The System that it moves, as the config calls it; where its steps take in other runbooks, a word for all of their Systems.",
    ),
    required(
        "direction",
        Shape::Word(DIRECTIONS),
        r#""failover""#,
        "Which way: failover, failback, restore (data come back beside what is there), or exercise (something is tried out, and nothing moves).",
    ),
    optional("planned", Shape::Flag, "false", "true", "Both sides are expected to be well: nothing may be lost."),
    required("version", Shape::Text, r#""3""#, "As its owner counts; shown and recorded."),
    required("owner", Shape::Text, r#""orders team""#, "Whom to ask about it."),
    required("summary", Shape::Text, r#""Promote the replica""#, "What it is for, in a sentence or two."),
    optional("back", Shape::Text, "none", r#""orders-failback""#, "The runbook that leads back."),
    optional("account", Shape::Account, "the config's", r#""111122223333""#, "The only account it may be run in."),
    required(
        "regions",
        Shape::Regions,
        r#"["us-east-1", "us-west-2"]"#,
        "The only Regions in which it may change anything.",
    ),
    optional(
        "role_arn",
        Shape::Arn,
        "the identity that reads",
        r#""arn:aws:iam::111122223333:role/dr-operator""#,
        "The role assumed for its changes; its session carries the incident's name.",
    ),
    required("step", Shape::Tables, "", "Its steps, in their order."),
];

/// Keys of every step.
pub const STEP: &[Key] = &[
    required("id", Shape::Text, r#""promote-replica""#, "Its name: small letters, digits and -."),
    required("kind", Shape::Text, r#""manual""#, "What it is."),
    required("phase", Shape::Word(PHASES), r#""execute""#, "What it belongs to."),
    required("title", Shape::Text, r#""Promote the replica""#, "What it does, in a few words."),
    optional("text", Shape::Text, "nothing more", r#""…""#, "What the person has to know before confirming."),
    optional(
        "needs",
        Shape::Texts,
        "the step before it",
        r#"["declare"]"#,
        "The steps that must be done before it; [] for none. Steps that do not need each other can run side by side.",
    ),
    optional("on_failure", Shape::Text, "the kind's own words", r#""…""#, "What to do if it fails."),
    optional("undo", Shape::Text, "the kind's own words", r#""…""#, "How to undo it."),
    optional(
        "alternative",
        Shape::Text,
        "none",
        r#""…""#,
        "What to do where the endpoint that its call needs does not answer.",
    ),
    required("estimate", Shape::Duration, r#""5m""#, "How long it usually takes."),
    optional(
        "worst",
        Shape::Duration,
        "three times the estimate and a minute",
        r#""20m""#,
        "The longest it may take before it counts as stuck.",
    ),
];
