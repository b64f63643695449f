//! Which series a Region has: aws-facts of what publishes where under which dimensions, for each kind of resource.

use std::collections::BTreeMap;

use super::series::{Series, Source};
use crate::sim::World;
use crate::sim::estate::cloudwatch::LagUnit;
use crate::sim::estate::dynamodb::{Consistency, Table, Writes};
use crate::sim::estate::link::Link;
use crate::sim::estate::route53::CheckKind;
use crate::sim::services::backup::Ended;
use crate::sim::services::drs;
use crate::sim::time::Span;

/// Where Route 53 publishes.
const ROUTE53_REGION: &str = "us-east-1";

/// All series of a Region.
pub(super) fn of_region<'a>(world: &'a World, region: &str) -> Vec<Series<'a>> {
    let mut all = Vec::new();
    databases(world, &mut all);
    world.estate.dynamodb.tables.iter().for_each(|table| table_series(table, &mut all));
    storage(world, &mut all);
    servers(world, &mut all);
    health_checks(world, &mut all);
    custom(world, &mut all);
    vaults(world, &mut all);
    all.retain(|series| series.region == region);
    all
}

fn databases<'a>(world: &'a World, all: &mut Vec<Series<'a>>) {
    let mut replicas: BTreeMap<(&str, &str), Vec<Link>> = BTreeMap::new();
    for replica in &world.estate.rds.instances {
        if let Some(link) = replica.link() {
            // One that was deleted and one that was created anew have one series.
            replicas.entry((&replica.region, &replica.id)).or_default().push(link);
        }
    }
    for ((region, id), links) in replicas {
        all.push(Series {
            namespace: "AWS/RDS",
            metric: "ReplicaLag",
            dimensions: vec![("DBInstanceIdentifier", id)],
            region,
            source: Source::ReplicaLag(links),
        });
    }
    for global in &world.estate.rds.global_clusters {
        for follower in global.followers() {
            for metric in ["AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"] {
                all.push(Series {
                    namespace: "AWS/RDS",
                    metric,
                    dimensions: vec![("DBClusterIdentifier", &follower.id)],
                    region: &follower.region,
                    source: Source::Follower(global, follower),
                });
            }
        }
    }
    for cluster in &world.estate.rds.clusters {
        for reader in cluster.instances.iter().skip(1) {
            all.push(Series {
                namespace: "AWS/RDS",
                metric: "AuroraReplicaLag",
                dimensions: vec![("DBInstanceIdentifier", reader)],
                region: &cluster.region,
                source: Source::Around(18.0, reader),
            });
        }
    }
}

fn table_series<'a>(table: &'a Table, all: &mut Vec<Series<'a>>) {
    if table.writes == Writes::None {
        return;
    }
    let Some(home) = table.regions.first() else { return };
    // The users of a strongly consistent table write in every Region, those of any other in the first.
    let written = match table.consistency {
        Some(Consistency::Strong) => table.regions.iter().collect(),
        Some(Consistency::Eventual) | None => vec![home],
    };
    for region in written {
        all.push(Series {
            namespace: "AWS/DynamoDB",
            metric: "ConsumedWriteCapacityUnits",
            dimensions: vec![("TableName", &table.name)],
            region,
            source: Source::Writes(table),
        });
    }
    // A link goes to each other Region, in their order.
    for (to, link) in table.regions.iter().skip(1).zip(table.links()) {
        all.push(Series {
            namespace: "AWS/DynamoDB",
            metric: "ReplicationLatency",
            dimensions: vec![("TableName", &table.name), ("ReceivingRegion", to)],
            region: home,
            source: Source::Milliseconds(link),
        });
    }
}

fn storage<'a>(world: &'a World, all: &mut Vec<Series<'a>>) {
    for rule in &world.estate.s3.replications {
        let sources = [
            ("ReplicationLatency", Source::Seconds(rule.link())),
            ("BytesPendingReplication", Source::Waiting(rule.link(), 350_000.0)),
            ("OperationsPendingReplication", Source::Waiting(rule.link(), 0.8)),
            ("OperationsFailedReplication", Source::Steady(0.0)),
        ];
        for (metric, source) in sources {
            all.push(Series {
                namespace: "AWS/S3",
                metric,
                dimensions: vec![
                    ("SourceBucket", &rule.source_bucket),
                    ("DestinationBucket", &rule.destination_bucket),
                    ("RuleId", &rule.rule_id),
                ],
                region: &rule.to,
                source,
            });
        }
    }
    for replication in &world.estate.efs.replications {
        all.push(Series {
            namespace: "AWS/EFS",
            metric: "TimeSinceLastSync",
            dimensions: vec![
                ("FileSystemId", &replication.file_system),
                ("DestinationFileSystemId", &replication.destination_file_system),
            ],
            region: &replication.from,
            source: Source::Seconds(replication.link()),
        });
    }
    for store in &world.estate.elasticache.global_datastores {
        all.push(Series {
            namespace: "AWS/ElastiCache",
            metric: "GlobalDatastoreReplicationLag",
            dimensions: store.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            region: &store.to,
            source: Source::Turns(store.links_into(&store.to)),
        });
        // The Region that wrote first has a series from when on it followed.
        if let Some(failover) = store.failovers.iter().find(|failover| failover.to != store.from) {
            all.push(Series {
                namespace: "AWS/ElastiCache",
                metric: "GlobalDatastoreReplicationLag",
                dimensions: vec![("CacheClusterId", &failover.follower), ("CacheNodeId", "0001")],
                region: &store.from,
                source: Source::Turns(store.links_into(&store.from)),
            });
        }
    }
}

fn servers<'a>(world: &'a World, all: &mut Vec<Series<'a>>) {
    for server in world.estate.drs.servers.iter().filter(|server| server.course.deleted.is_none()) {
        let mut sources = vec![
            ("LagDuration", Source::Seconds(world.server_link(server))),
            ("Backlog", Source::Waiting(world.server_link(server), 2_500_000.0)),
            ("ElapsedReplicationDuration", Source::Since(world.start - server.age)),
        ];
        if let Some(launched) = drs::last_launch(world, server) {
            sources.push(("DurationSinceLastSuccessfulRecoveryLaunch", Source::Since(launched)));
        }
        for (metric, source) in sources {
            all.push(Series {
                namespace: "AWS/DRS",
                metric,
                dimensions: vec![("SourceServerID", &server.id)],
                region: &server.region,
                source,
            });
        }
    }
}

fn health_checks<'a>(world: &'a World, all: &mut Vec<Series<'a>>) {
    for check in &world.estate.route53.health_checks {
        let seen = match check.kind {
            CheckKind::Http | CheckKind::Https | CheckKind::Tcp => {
                Some(("HealthCheckPercentageHealthy", Source::Checkers(check)))
            }
            CheckKind::Calculated => Some(("ChildHealthCheckHealthyCount", Source::Children(check))),
            CheckKind::RecoveryControl => None,
        };
        for (metric, source) in [("HealthCheckStatus", Source::Health(check))].into_iter().chain(seen) {
            all.push(Series {
                namespace: "AWS/Route53",
                metric,
                dimensions: vec![("HealthCheckId", &check.id)],
                region: ROUTE53_REGION,
                source,
            });
        }
    }
}

fn custom<'a>(world: &'a World, all: &mut Vec<Series<'a>>) {
    for lag in &world.estate.cloudwatch.lags {
        let source = match lag.unit {
            LagUnit::Seconds => Source::Seconds(lag.link()),
            LagUnit::Milliseconds => Source::Milliseconds(lag.link()),
        };
        all.push(Series {
            namespace: &lag.namespace,
            metric: &lag.metric,
            dimensions: lag.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            region: &lag.to,
            source,
        });
    }
}

fn vaults<'a>(world: &'a World, all: &mut Vec<Series<'a>>) {
    for vault in &world.estate.backup.vaults {
        let sources = [
            ("NumberOfBackupJobsCompleted", Ended::BackupCompleted),
            ("NumberOfBackupJobsFailed", Ended::BackupFailed),
            ("NumberOfCopyJobsCompleted", Ended::CopyCompleted),
            ("NumberOfCopyJobsFailed", Ended::CopyFailed),
        ];
        for (metric, ended) in sources {
            all.push(Series {
                namespace: "AWS/Backup",
                metric,
                dimensions: vec![("BackupVaultName", &vault.name)],
                region: &vault.region,
                source: Source::Jobs(&vault.name, ended),
            });
        }
    }
}

/// How long CloudWatch keeps points of a period.
pub(super) fn kept(period: Span) -> Span {
    if period < Span::from_minutes(5) {
        Span::from_days(15)
    } else if period < Span::HOUR {
        Span::from_days(63)
    } else {
        Span::from_days(455)
    }
}
