//! Every key a config may hold: its shape, its default, what it means and an example. The checks, the suggestions and docs/config.toml
//! come from these tables.

use crate::model::{Criticality, Strategy};

pub use super::kind_keys::{KINDS, KindKeys};
pub use crate::document::{Key, Need, Shape};
use crate::document::{optional, required};

const CRITICALITIES: &[&str] = &[
    Criticality::Critical.as_str(),
    Criticality::High.as_str(),
    Criticality::Medium.as_str(),
    Criticality::Low.as_str(),
];

const STRATEGIES: &[&str] = &[
    Strategy::BackupAndRestore.as_str(),
    Strategy::PilotLight.as_str(),
    Strategy::WarmStandby.as_str(),
    Strategy::ActiveActive.as_str(),
];

/// The keys outside any table.
pub const TOP: &[Key] = &[
    required("name", Shape::Text, r#""shop""#, "What this estate is called; shown in the top line."),
    optional(
        "simulator",
        Shape::Flag,
        "false",
        "true",
        "Take all time from the simulator's clock and wear the DEMO badge. Only with an endpoint on this machine.",
    ),
    optional(
        "endpoint_url",
        Shape::Url,
        "AWS itself",
        r#""http://127.0.0.1:4566""#,
        "Send every call to this AWS-compatible endpoint. --endpoint-url wins over it.",
    ),
    optional(
        "profile",
        Shape::Text,
        "AWS_PROFILE, then the default profile",
        r#""dr""#,
        "The AWS profile to read with. --profile wins over it.",
    ),
    optional(
        "account",
        Shape::Account,
        "any account",
        r#""111122223333""#,
        "The account that must answer. Credentials of another one are not used to judge anything.",
    ),
    optional(
        "extra_regions",
        Shape::Texts,
        "[]",
        r#"["eu-foo-1"]"#,
        "Regions that opened after this release of drdeck.",
    ),
    optional(
        "polling",
        Shape::Table,
        "the defaults below",
        "",
        "How often AWS is read, and how long an answer may take.",
    ),
    optional("console", Shape::Table, "the defaults below", "", "The screen."),
    optional("dns", Shape::Table, "the defaults below", "", "Whom drdeck asks what DNS answers."),
    optional("arc", Shape::Table, "nothing of it is shown", "", "Application Recovery Controller."),
    required("system", Shape::Tables, "", "What the business recovers as one. One [[system]] for each."),
];

/// The keys of `[polling]`.
pub const POLLING: &[Key] = &[
    optional(
        "interval",
        Shape::Duration,
        "30s",
        r#""30s""#,
        "How often health, lag and state are read; 10s or more. With a simulator these are its seconds.",
    ),
    optional("timeout", Shape::Duration, "5s", r#""5s""#, "How long one attempt of one call may take; 1s to 1m."),
    optional(
        "slow_interval",
        Shape::Duration,
        "15m",
        r#""15m""#,
        "How often tables, vaults, hosted zones, restore testing plans and DRS snapshots are read, unless a promised RPO needs it sooner; not less than interval.",
    ),
];

/// The keys of `[console]`.
pub const CONSOLE: &[Key] = &[optional(
    "theme",
    Shape::Text,
    "default",
    r#""default""#,
    "The colours: default, high-contrast, colour-blind-safe, or a file of your own. --theme wins over it.",
)];

/// The keys of `[dns]`.
pub const DNS: &[Key] = &[
    optional(
        "resolvers",
        Shape::Servers,
        "this machine's",
        r#"["10.0.0.2", "127.0.0.1:5353"]"#,
        "The resolvers that are asked what clients get, besides the servers of the zone. Two of them are tried.",
    ),
    optional(
        "authoritative",
        Shape::Servers,
        "the zone's name servers, as the resolvers name them",
        r#"["10.0.0.2"]"#,
        "The servers that are asked for the zones' own answers: where drdeck sees other zones than the public ones.",
    ),
];

/// The keys of `[arc]`.
pub const ARC: &[Key] = &[
    optional(
        "region_switch",
        Shape::Regions,
        "[]",
        r#"["us-west-2"]"#,
        "The Regions whose Region switch plans are shown.",
    ),
    optional(
        "endpoint",
        Shape::Tables,
        "routing controls are not read",
        "",
        "The endpoints of the ARC cluster, one [[arc.endpoint]] for each of the five.",
    ),
];

/// The keys of `[[arc.endpoint]]`.
pub const ARC_ENDPOINT: &[Key] = &[
    required("region", Shape::Region, r#""us-west-2""#, "Its Region, for which requests to it are signed."),
    required(
        "url",
        Shape::Url,
        r#""https://host-aaaaaa.us-west-2.example.com/v1""#,
        "Its URL, as `aws route53-recovery-control-config describe-cluster` shows it.",
    ),
];

/// The keys of `[[system]]`.
pub const SYSTEM: &[Key] = &[
    required("name", Shape::Text, r#""storefront""#, "What it is called; no two Systems have the same name."),
    required(
        "criticality",
        Shape::Word(CRITICALITIES),
        r#""critical""#,
        "How much it matters: critical, high, medium or low.",
    ),
    required(
        "strategy",
        Shape::Word(STRATEGIES),
        r#""warm-standby""#,
        "How it is to be recovered: backup-and-restore, pilot-light, warm-standby or active-active.",
    ),
    required("primary", Shape::Site, r#""us-east-1""#, r#"Where it is meant to run: a Region, or "on-premises"."#),
    required("recovery", Shape::Region, r#""us-west-2""#, "The Region it is recovered to."),
    optional("depends_on", Shape::Texts, "[]", r#"["sessions"]"#, "The Systems that must be there first."),
    optional(
        "role_arn",
        Shape::Arn,
        "the identity drdeck was started with",
        r#""arn:aws:iam::111122223333:role/drdeck-observe""#,
        "The role to assume for reading its components.",
    ),
    optional("objective", Shape::Table, "nothing promised", "", "What was promised, for each disruption."),
    optional(
        "probe",
        Shape::Tables,
        "it is not looked at",
        "",
        "Pages that drdeck gets by itself to see whether a site serves. One [[system.probe]] for each.",
    ),
    required("component", Shape::Tables, "", "The AWS things it is made of. One [[system.component]] for each."),
];

/// The keys of `[[system.probe]]`.
pub const PROBE: &[Key] = &[
    required(
        "site",
        Shape::Site,
        r#""us-east-1""#,
        "The site that the page belongs to: the System's primary or recovery.",
    ),
    required(
        "url",
        Shape::Url,
        r#""https://use1.storefront.shop.example/health""#,
        "The page. Any answer that is no error (200 to 399) is good; it is asked for without credentials.",
    ),
];

/// The keys of `[system.objective]`.
pub const OBJECTIVE: &[Key] = &[
    optional(
        "region",
        Shape::Table,
        "nothing promised",
        "",
        "The active Region is gone: only what is usable from the other one counts.",
    ),
    optional(
        "data",
        Shape::Table,
        "nothing promised",
        "",
        "Data were deleted, corrupted or encrypted: backups and point-in-time recovery count, live replication has copied the damage.",
    ),
];

/// The keys of `[system.objective.region]` and `[system.objective.data]`.
pub const PROMISE: &[Key] = &[
    optional(
        "rpo",
        Shape::Duration,
        "none promised",
        r#""5m""#,
        r#"How much may be lost. "0s" is met only by synchronous replication."#,
    ),
    optional("rto", Shape::Duration, "none promised", r#""15m""#, "How long recovery may take."),
];

/// The keys every `[[system.component]]` has, whatever its kind.
pub const COMPONENT: &[Key] = &[
    required("kind", Shape::Text, "", "What it is; see below."),
    optional(
        "name",
        Shape::Text,
        "the first key of its kind",
        r#""shop-db""#,
        "What it is called; unique in its System.",
    ),
    optional(
        "role_arn",
        Shape::Arn,
        "the System's",
        r#""arn:aws:iam::111122223333:role/drdeck-observe-data""#,
        "The role to assume for reading it.",
    ),
    optional(
        "counts_for",
        Shape::Words(&["region", "data"]),
        "what its kind can do",
        r#"["region", "data"]"#,
        "The disruptions its recovery points count for.",
    ),
    optional(
        "rpo",
        Shape::Duration,
        "the System's",
        r#""7d""#,
        "An RPO of its own. It is then judged against this alone and stays out of the System's RPO.",
    ),
];
