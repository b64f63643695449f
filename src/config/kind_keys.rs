//! The keys that each kind of component adds.

use crate::document::{Key, Shape, optional, required};

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
                "as its backup plans say",
                r#""6h""#,
                "How often it is backed up; a later backup is overdue. While its plans cannot be read: 24h.",
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
        kind: "dns-record",
        doc: "A name that users ask for, in Route 53: where it sends them, and what stands in the way of another answer. Holds no data.",
        keys: &[
            required("record", Shape::Text, r#""www.shop.example""#, "The name."),
            required("zone", Shape::Text, r#""Z0273916SHOP4EXMPL7""#, "The id of its hosted zone."),
            optional(
                "type",
                Shape::Word(&["A", "AAAA", "CNAME"]),
                "A",
                r#""A""#,
                "What is asked for: A, AAAA or CNAME.",
            ),
        ],
    },
    KindKeys {
        kind: "alarm",
        doc: "A CloudWatch alarm that is worth a look: raised, it puts the System at risk. Holds no data.",
        keys: &[
            required("alarm", Shape::Text, r#""storefront-5xx""#, "Its name."),
            optional("region", Shape::Region, PRIMARY, r#""us-east-1""#, "Where it is."),
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
