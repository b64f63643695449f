//! Every key a config may hold: its shape, its default, what it means and an example. The checks, the suggestions and docs/config.toml
//! come from these tables.

use crate::model::{Criticality, Strategy};

/// What a key's value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string, never empty.
    Text,
    /// A string from a list.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Count,
    /// A duration, `"1h 30m"`.
    Duration,
    /// A Region's API name.
    Region,
    /// A Region's API name or `"on-premises"`.
    Site,
    /// An ARN.
    Arn,
    /// `http://` or `https://`, host and port.
    Url,
    /// An AWS account: 12 digits, in quotes.
    Account,
    /// A list of strings.
    Texts,
    /// A list of strings from a list.
    Words(&'static [&'static str]),
    /// A list of Regions.
    Regions,
    /// A table of names and strings.
    Pairs,
    /// A table of its own.
    Table,
    /// A list of tables.
    Tables,
}

impl Shape {
    /// What to write, in words that follow "must be".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text | Self::Word(_) => "a string in quotes",
            Self::Flag => "true or false, without quotes",
            Self::Count => "a whole number, without quotes",
            Self::Duration => "a duration in quotes",
            Self::Region => "a Region in quotes",
            Self::Site => "a Region or on-premises, in quotes",
            Self::Arn => "an ARN in quotes",
            Self::Url => "a URL in quotes",
            Self::Account => "an account of 12 digits in quotes",
            Self::Texts | Self::Words(_) => "a list of strings",
            Self::Regions => "a list of Regions",
            Self::Pairs => "a table of names and strings",
            Self::Table => "a table",
            Self::Tables => "a list of tables",
        }
    }
}

/// Whether a key has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It has to be.
    Required,
    /// It need not; what is assumed without it, in words.
    Default(&'static str),
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As written in the file.
    pub name: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// Whether it has to be there.
    pub need: Need,
    /// What it means, in a sentence.
    pub doc: &'static str,
    /// A value as written in the file; empty for tables.
    pub example: &'static str,
}

const fn required(name: &'static str, shape: Shape, example: &'static str, doc: &'static str) -> Key {
    Key { name, shape, need: Need::Required, doc, example }
}

const fn optional(
    name: &'static str,
    shape: Shape,
    default: &'static str,
    example: &'static str,
    doc: &'static str,
) -> Key {
    Key { name, shape, need: Need::Default(default), doc, example }
}

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
        "How often vaults, the recovery of tables to a point in time and DRS snapshots are read; not less than interval.",
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
    required("component", Shape::Tables, "", "The AWS things it is made of. One [[system.component]] for each."),
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

/// One kind of component and the keys it adds.
#[derive(Clone, Copy, Debug)]
pub struct KindKeys {
    /// The word in `kind`.
    pub kind: &'static str,
    /// What it is, in a sentence.
    pub doc: &'static str,
    /// Its keys; the first names the component where `name` does not.
    pub keys: &'static [Key],
}

/// Kinds of component that drdeck knows about but cannot judge yet.
pub const LATER_KINDS: &[&str] = &["dns-record", "alarm"];

const PRIMARY: &str = "the System's primary";
const RECOVERY: &str = "the System's recovery";

/// Every kind of component.
pub const KINDS: &[KindKeys] = &[
    KindKeys {
        kind: "drs",
        doc: "Servers replicated by Elastic Disaster Recovery. Either servers or tags. Counts for region and data.",
        keys: &[
            optional(
                "servers",
                Shape::Texts,
                "those with the tags",
                r#"["s-1111111111aaaaaaa"]"#,
                "The ids of its source servers.",
            ),
            optional(
                "tags",
                Shape::Pairs,
                "the servers named",
                r#"{ App = "legacy-web" }"#,
                "All source servers that carry all these tags.",
            ),
            optional("region", Shape::Region, RECOVERY, r#""us-west-2""#, "The Region they are recovered to."),
        ],
    },
    KindKeys {
        kind: "rds-instance",
        doc: "An RDS instance and its automated backups. Counts for data, and for region where backup_region is set.",
        keys: &[
            required("instance", Shape::Text, r#""reports-db""#, "Its DB instance identifier."),
            optional("region", Shape::Region, PRIMARY, r#""us-east-1""#, "Where it runs."),
            optional(
                "backup_region",
                Shape::Region,
                "none",
                r#""us-west-2""#,
                "Where its automated backups are replicated to.",
            ),
        ],
    },
    KindKeys {
        kind: "rds-replica",
        doc: "An RDS instance and its read replica in another Region. Counts for region and data.",
        keys: &[
            required(
                "source",
                Shape::Text,
                r#""orders-db""#,
                "The DB instance identifier of the one that is followed.",
            ),
            required(
                "replica",
                Shape::Text,
                r#""orders-db-replica""#,
                "The DB instance identifier of the one that follows.",
            ),
            optional("source_region", Shape::Region, PRIMARY, r#""us-east-1""#, "Where the source runs."),
            optional("replica_region", Shape::Region, RECOVERY, r#""us-west-2""#, "Where the replica runs."),
        ],
    },
    KindKeys {
        kind: "aurora-global",
        doc: "An Aurora global database. Counts for region and data.",
        keys: &[
            required("global_cluster", Shape::Text, r#""shop""#, "Its global cluster identifier."),
            optional(
                "regions",
                Shape::Regions,
                "primary and recovery",
                r#"["us-east-1", "us-west-2"]"#,
                "The Regions of its clusters.",
            ),
        ],
    },
    KindKeys {
        kind: "dynamodb-table",
        doc: "A DynamoDB table of one Region and its point-in-time recovery. Counts for data.",
        keys: &[
            required("table", Shape::Text, r#""sessions""#, "Its name."),
            optional("region", Shape::Region, PRIMARY, r#""us-east-1""#, "Where it is."),
        ],
    },
    KindKeys {
        kind: "dynamodb-global-table",
        doc: "A DynamoDB table with replicas in several Regions. Counts for region and data.",
        keys: &[
            required("table", Shape::Text, r#""payments""#, "Its name, the same in every Region."),
            optional(
                "regions",
                Shape::Regions,
                "primary and recovery",
                r#"["us-east-1", "us-west-2"]"#,
                "The Regions of its replicas, a witness not among them.",
            ),
        ],
    },
    KindKeys {
        kind: "s3-replication",
        doc: "A rule that replicates a bucket, with replication metrics on. Counts for region.",
        keys: &[
            required("source_bucket", Shape::Text, r#""images-use1""#, "The bucket replicated from."),
            required("destination_bucket", Shape::Text, r#""images-usw2""#, "The bucket replicated to."),
            required("rule_id", Shape::Text, r#""all""#, "The id of the rule."),
            optional("source_region", Shape::Region, PRIMARY, r#""us-east-1""#, "Where the source is."),
            optional("destination_region", Shape::Region, RECOVERY, r#""us-west-2""#, "Where the destination is."),
        ],
    },
    KindKeys {
        kind: "efs-replication",
        doc: "The replication of an EFS file system. Counts for region.",
        keys: &[
            required(
                "file_system",
                Shape::Text,
                r#""fs-0123456789abcdef0""#,
                "The id of the file system replicated from.",
            ),
            required(
                "destination_file_system",
                Shape::Text,
                r#""fs-0fedcba9876543210""#,
                "The id of the file system replicated to.",
            ),
            optional("source_region", Shape::Region, PRIMARY, r#""us-east-1""#, "Where the source is."),
            optional("destination_region", Shape::Region, RECOVERY, r#""us-west-2""#, "Where the destination is."),
        ],
    },
    KindKeys {
        kind: "elasticache-global",
        doc: "An ElastiCache global datastore. Counts for region.",
        keys: &[
            required("global_datastore", Shape::Text, r#""ldgnf-content""#, "Its id."),
            required(
                "dimensions",
                Shape::Pairs,
                r#"{ ReplicationGroupId = "content-usw2" }"#,
                "The dimensions of the secondary's GlobalDatastoreReplicationLag, as CloudWatch shows them.",
            ),
            optional("region", Shape::Region, RECOVERY, r#""us-west-2""#, "Where the secondary is."),
        ],
    },
    KindKeys {
        kind: "backup",
        doc: "Anything AWS Backup protects. Counts for data, and for region where copies go to another Region.",
        keys: &[
            required(
                "resource",
                Shape::Arn,
                r#""arn:aws:rds:us-east-1:111122223333:db:orders-db""#,
                "The ARN of what is backed up.",
            ),
            required("vault", Shape::Text, r#""shop-vault""#, "The vault its recovery points are in."),
            optional("region", Shape::Region, PRIMARY, r#""us-east-1""#, "Where that vault is."),
            optional(
                "copy_vault",
                Shape::Text,
                "no copies",
                r#""shop-vault-copy""#,
                "The vault its recovery points are copied to.",
            ),
            optional("copy_region", Shape::Region, RECOVERY, r#""us-west-2""#, "Where the copies are."),
            optional(
                "every",
                Shape::Duration,
                "24h",
                r#""6h""#,
                "How often it is backed up; a later backup is overdue.",
            ),
        ],
    },
    KindKeys {
        kind: "asg",
        doc: "An Auto Scaling group that takes the load after a failover. Holds no data.",
        keys: &[
            required("group", Shape::Text, r#""storefront-web""#, "Its name."),
            required("capacity", Shape::Count, "4", "How many instances are needed after a failover."),
            optional("region", Shape::Region, RECOVERY, r#""us-west-2""#, "Where it is."),
        ],
    },
    KindKeys {
        kind: "health-check",
        doc: "A Route 53 health check that tells whether users are served. Holds no data.",
        keys: &[
            required("id", Shape::Text, r#""9f7c1a52-0000-4000-8000-0123456789ab""#, "Its id."),
            optional(
                "watches",
                Shape::Site,
                PRIMARY,
                r#""us-east-1""#,
                r#"The site whose users' path it checks: a Region, or "on-premises"."#,
            ),
        ],
    },
    KindKeys {
        kind: "metric",
        doc: "Any replication whose lag is a CloudWatch metric. Counts for region.",
        keys: &[
            required("metric", Shape::Text, r#""ReplicationLag""#, "The metric."),
            required("namespace", Shape::Text, r#""Acme/Search""#, "Its namespace."),
            required(
                "unit",
                Shape::Word(&["seconds", "milliseconds"]),
                r#""seconds""#,
                "What it counts: seconds or milliseconds.",
            ),
            optional("dimensions", Shape::Pairs, "none", r#"{ Cluster = "search" }"#, "Its dimensions."),
            optional(
                "statistic",
                Shape::Word(&["Maximum", "Average", "Minimum", "Sum"]),
                "Maximum",
                r#""Maximum""#,
                "The statistic of each minute: Maximum, Average, Minimum or Sum.",
            ),
            optional("region", Shape::Region, RECOVERY, r#""us-west-2""#, "Where it is published."),
        ],
    },
];
