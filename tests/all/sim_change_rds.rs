//! What is asked of databases in a failover and home again: each state rule, how long it takes, and where all it shows.

use drdeck::demo;
use drdeck::sim::Running;
use serde_json::json;

use crate::sim_kit::{Reply, at, control, query, series, simulator};

fn shop(acts: &str) -> Running {
    simulator(demo::ESTATE, acts)
}

const WEST: &str = "us-west-2";
const EAST: &str = "us-east-1";
const ORDERS: &str = "arn:aws:rds:us-east-1:111122223333:db:orders-db";
const ORDERS_WEST: &str = "arn:aws:rds:us-west-2:111122223333:db:orders-db-west";
const SHOP_WEST: &str = "arn:aws:rds:us-west-2:111122223333:cluster:shop-usw2";
const SHOP_EAST: &str = "arn:aws:rds:us-east-1:111122223333:cluster:shop-use1";

fn ask(server: &Running, region: &str, form: &str) -> Reply {
    query(server, "rds", region, &format!("Action={form}&Version=2014-10-31")).unwrap()
}

/// An answer that must be good.
fn done(server: &Running, region: &str, form: &str) -> Reply {
    let reply = ask(server, region, form);
    assert_eq!(reply.status, 200, "{form}: {}", reply.text());
    reply
}

/// The code of a refusal.
fn refused(server: &Running, region: &str, form: &str) -> String {
    let reply = ask(server, region, form);
    assert!(reply.status >= 400, "{form} is accepted: {}", reply.text());
    reply.element("Code").unwrap()
}

fn instance(server: &Running, region: &str, id: &str) -> Reply {
    ask(server, region, &format!("DescribeDBInstances&DBInstanceIdentifier={id}"))
}

fn status(server: &Running, region: &str, id: &str) -> String {
    let reply = instance(server, region, id);
    reply.element("DBInstanceStatus").unwrap_or_else(|| reply.element("Code").unwrap())
}

fn messages(server: &Running, region: &str) -> String {
    done(server, region, "DescribeEvents&Duration=20160").text()
}

fn global(server: &Running, region: &str) -> Reply {
    done(server, region, "DescribeGlobalClusters&GlobalClusterIdentifier=shop")
}

/// The writer's ARN, and the state of each follower.
fn members(server: &Running, region: &str) -> (String, Vec<(String, String)>) {
    let text = global(server, region).text();
    let mut writer = String::new();
    let mut followers = Vec::new();
    for member in text.split("<GlobalClusterMember><DBClusterArn>").skip(1) {
        let arn = member.split_once('<').unwrap().0.to_owned();
        if member.contains("<IsWriter>true") {
            writer = arn;
        } else {
            let state = member.split_once("<SynchronizationStatus>").unwrap().1.split_once('<').unwrap().0;
            followers.push((arn, state.to_owned()));
        }
    }
    (writer, followers)
}

/// The first of these moments at which something holds.
fn first(server: &Running, step: i64, most: i64, mut holds: impl FnMut() -> bool) -> i64 {
    (0..=most / step)
        .map(|number| number * step)
        .find(|seconds| {
            at(server, &format!("{seconds}s"));
            holds()
        })
        .expect("it comes to hold")
}

#[test]
fn a_replica_is_promoted_once_and_stands_alone() {
    let server = shop("");
    let promote = "PromoteReadReplica&DBInstanceIdentifier=orders-db-west&BackupRetentionPeriod=7";
    let before = instance(&server, WEST, "orders-db-west");
    assert_eq!(before.element("ReadReplicaSourceDBInstanceIdentifier").as_deref(), Some(ORDERS));
    let reply = done(&server, WEST, promote);
    assert!(reply.text().starts_with("<PromoteReadReplicaResponse"), "{}", reply.text());
    assert_eq!(reply.element("DBInstanceStatus").as_deref(), Some("modifying"));
    assert_eq!(refused(&server, WEST, promote), "InvalidDBInstanceState", "a second promotion while the first runs");
    let mut seen: Vec<String> = Vec::new();
    let took = first(&server, 5, 600, || {
        let now = status(&server, WEST, "orders-db-west");
        if seen.last() != Some(&now) {
            seen.push(now.clone());
        }
        now == "available"
    });
    assert_eq!(seen, ["modifying", "rebooting", "available"]);
    assert!((105..=275).contains(&took), "{took} s");
    let after = instance(&server, WEST, "orders-db-west");
    assert_eq!(after.element("ReadReplicaSourceDBInstanceIdentifier"), None);
    assert!(!after.text().contains("StatusInfo"), "{}", after.text());
    assert_eq!(after.element("BackupRetentionPeriod").as_deref(), Some("7"));
    assert!(!instance(&server, EAST, "orders-db").text().contains(ORDERS_WEST), "the source no longer names it");
    assert_eq!(refused(&server, WEST, promote), "InvalidDBInstanceState", "it is no replica any more");
    assert_eq!(refused(&server, EAST, promote), "DBInstanceNotFound");
    let told = messages(&server, WEST);
    assert!(told.contains("Replication on the read replica was terminated"), "{told}");
    assert!(told.contains("DB instance restarted"), "{told}");
    at(&server, "30m");
    let lag = ("AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", "orders-db-west");
    assert!(series(&server, WEST, lag, 25).is_empty(), "it follows nobody");
    assert!(!series(&server, WEST, lag, 60).is_empty(), "but it did");
    server.stop();
}

#[test]
fn a_replica_that_is_backed_up_is_not_promoted() {
    let server = shop("[[act]]\nuntil = \"10m\"\nfault.backing-up = { database = \"orders-db-west\" }\n");
    let promote = "PromoteReadReplica&DBInstanceIdentifier=orders-db-west";
    assert_eq!(status(&server, WEST, "orders-db-west"), "backing-up");
    assert_eq!(refused(&server, WEST, promote), "InvalidDBInstanceState");
    assert_eq!(status(&server, WEST, "orders-db-west"), "backing-up", "a refusal leaves no trace");
    at(&server, "10m");
    done(&server, WEST, promote);
    server.stop();
}

#[test]
fn the_old_source_is_alive_again_when_its_region_is_back() {
    let server = shop("[[act]]\nat = \"1m\"\nuntil = \"1h\"\nfault.outage = { site = \"us-east-1\" }\n");
    at(&server, "2m");
    done(&server, WEST, "PromoteReadReplica&DBInstanceIdentifier=orders-db-west");
    let arn = ORDERS.replace(':', "%3A");
    at(&server, "10m");
    let east = format!(
        "CreateDBInstanceReadReplica&DBInstanceIdentifier=orders-db-2&KmsKeyId=k&SourceDBInstanceIdentifier={arn}"
    );
    assert_eq!(refused(&server, WEST, &east), "InvalidDBInstanceState", "a source that cannot be reached");
    at(&server, "61m");
    let old = instance(&server, EAST, "orders-db");
    assert_eq!(old.element("DBInstanceStatus").as_deref(), Some("available"));
    assert_eq!(old.element("ReadReplicaSourceDBInstanceIdentifier"), None);
    assert!(!old.text().contains(ORDERS_WEST), "two instances that know nothing of each other: {}", old.text());
    server.stop();
}

#[test]
fn a_new_replica_is_created_from_the_other_region_and_catches_up() {
    let server = shop("");
    done(&server, WEST, "PromoteReadReplica&DBInstanceIdentifier=orders-db-west");
    at(&server, "10m");
    let arn = ORDERS_WEST.replace(':', "%3A");
    let create = |id: &str| {
        format!(
            "CreateDBInstanceReadReplica&DBInstanceIdentifier={id}&KmsKeyId=alias/aws/rds&SourceDBInstanceIdentifier={arn}"
        )
    };
    assert_eq!(refused(&server, EAST, &create("orders-db")), "DBInstanceAlreadyExists");
    assert_eq!(refused(&server, EAST, &create("-orders")), "InvalidParameterValue");
    assert_eq!(
        refused(&server, EAST, &create("orders-db-home").replace("orders-db-west", "nowhere")),
        "DBInstanceNotFound"
    );
    assert_eq!(
        refused(&server, EAST, &create("orders-db-home").replace("&KmsKeyId=alias/aws/rds", "")),
        "InvalidParameterCombination"
    );
    let tagged = "&Tags.Tag.1.Key=dr-intent&Tags.Tag.1.Value=i-1&DBSubnetGroupName=orders";
    let reply = done(&server, EAST, &format!("{}{tagged}", create("orders-db-home")));
    assert!(reply.text().contains("<Tag><Key>dr-intent</Key><Value>i-1</Value></Tag>"), "{}", reply.text());
    assert_eq!(reply.element("DBSubnetGroupName").as_deref(), Some("orders"));
    assert_eq!(reply.element("DBInstanceStatus").as_deref(), Some("creating"));
    assert_eq!(reply.element("ReadReplicaSourceDBInstanceIdentifier").as_deref(), Some(ORDERS_WEST));
    assert_eq!(reply.element("Address"), None, "no address before it is there");
    assert_eq!(refused(&server, EAST, &create("orders-db-home")), "DBInstanceAlreadyExists");
    assert_eq!(
        refused(&server, EAST, "PromoteReadReplica&DBInstanceIdentifier=orders-db-home"),
        "InvalidDBInstanceState"
    );
    at(&server, "20m");
    assert!(!instance(&server, EAST, "orders-db-home").text().contains("<Status>replicating"));
    assert!(instance(&server, WEST, "orders-db-west").text().contains(":db:orders-db-home"));
    at(&server, "36m");
    let there = instance(&server, EAST, "orders-db-home");
    assert_eq!(there.element("DBInstanceStatus").as_deref(), Some("available"));
    assert_eq!(there.element("Status").as_deref(), Some("replicating"));
    let lag = ("AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", "orders-db-home");
    at(&server, "60m");
    let points: Vec<f64> = series(&server, EAST, lag, 45).into_iter().map(|(_, value)| value).collect();
    assert!(points.last().unwrap() > &100.0, "it was behind: {points:?}");
    assert!(points.first().unwrap() < &10.0, "it caught up: {points:?}");
    assert!(points.len() < 40, "no point before it was there");
    assert_eq!(refused(&server, WEST, "StopDBInstance&DBInstanceIdentifier=orders-db-west"), "InvalidDBInstanceState");
    assert_eq!(refused(&server, EAST, "StopDBInstance&DBInstanceIdentifier=orders-db-home"), "InvalidDBInstanceState");
    server.stop();
}

#[test]
fn a_source_needs_backups_before_it_has_replicas() {
    let server = shop("");
    let change = |form: &str| format!("ModifyDBInstance&DBInstanceIdentifier=analytics-db&{form}");
    assert_eq!(
        refused(&server, EAST, &change("BackupRetentionPeriod=36&ApplyImmediately=true")),
        "InvalidParameterValue"
    );
    done(&server, EAST, &change("BackupRetentionPeriod=0"));
    let waiting = instance(&server, EAST, "analytics-db");
    assert_eq!(waiting.element("DBInstanceStatus").as_deref(), Some("available"));
    assert!(waiting.text().contains("<PendingModifiedValues><BackupRetentionPeriod>0<"), "{}", waiting.text());
    assert_eq!(waiting.text().matches("<BackupRetentionPeriod>7<").count(), 1);
    done(&server, EAST, &change("BackupRetentionPeriod=0&ApplyImmediately=true"));
    assert_eq!(status(&server, EAST, "analytics-db"), "modifying");
    at(&server, "5m");
    let off = instance(&server, EAST, "analytics-db");
    assert_eq!(
        (off.element("DBInstanceStatus").as_deref(), off.element("LatestRestorableTime")),
        (Some("available"), None)
    );
    let create = "CreateDBInstanceReadReplica&DBInstanceIdentifier=copy&SourceDBInstanceIdentifier=analytics-db";
    assert_eq!(refused(&server, EAST, create), "InvalidDBInstanceState");
    let gone = ask(&server, EAST, "DescribeDBInstanceAutomatedBackups&DBInstanceIdentifier=analytics-db");
    assert_eq!(gone.status, 404);
    done(&server, EAST, &change("BackupRetentionPeriod=7&ApplyImmediately=true"));
    at(&server, "8m");
    assert_eq!(status(&server, EAST, "analytics-db"), "backing-up", "its first backup");
    at(&server, "16m");
    assert_eq!(status(&server, EAST, "analytics-db"), "available");
    done(&server, EAST, create);
    assert!(messages(&server, EAST).contains("Automatic backups for this DB instance have been enabled"));
    let protect = "ModifyDBInstance&DBInstanceIdentifier=orders-db&";
    assert_eq!(refused(&server, EAST, &format!("{protect}BackupRetentionPeriod=0")), "InvalidDBInstanceState");
    done(&server, EAST, &format!("{protect}DeletionProtection=true"));
    let delete = "DeleteDBInstance&DBInstanceIdentifier=orders-db";
    assert_eq!(refused(&server, EAST, delete), "InvalidParameterCombination", "a last snapshot, or none");
    let last = format!("{delete}&FinalDBSnapshotIdentifier=orders-last");
    assert_eq!(refused(&server, EAST, &last), "InvalidParameterCombination", "protected");
    done(&server, EAST, &format!("{protect}DeletionProtection=false"));
    done(&server, EAST, &last);
    assert_eq!(status(&server, EAST, "orders-db"), "deleting");
    assert_eq!(refused(&server, EAST, &last), "InvalidDBInstanceState");
    let orphan = instance(&server, WEST, "orders-db-west");
    assert_eq!(orphan.element("Status").as_deref(), Some("terminated"), "it follows nobody, and is not promoted");
    at(&server, "30m");
    assert_eq!(status(&server, EAST, "orders-db"), "DBInstanceNotFound");
    let kept = done(&server, EAST, "DescribeDBSnapshots&DBInstanceIdentifier=orders-db");
    assert_eq!(kept.element("DBSnapshotIdentifier").as_deref(), Some("orders-last"));
    assert_eq!(kept.element("Status").as_deref(), Some("available"));
    done(&server, WEST, "PromoteReadReplica&DBInstanceIdentifier=orders-db-west");
    server.stop();
}

#[test]
fn an_instance_stops_starts_and_reboots() {
    let server = shop("");
    let of = |verb: &str, id: &str| format!("{verb}&DBInstanceIdentifier={id}");
    assert_eq!(
        refused(&server, EAST, &of("StopDBInstance", "orders-db")),
        "InvalidDBInstanceState",
        "it has a replica"
    );
    assert_eq!(refused(&server, EAST, &of("StartDBInstance", "analytics-db")), "InvalidDBInstanceState");
    done(&server, EAST, &of("StopDBInstance", "analytics-db"));
    assert_eq!(status(&server, EAST, "analytics-db"), "stopping");
    at(&server, "5m");
    assert_eq!(status(&server, EAST, "analytics-db"), "stopped");
    assert_eq!(refused(&server, EAST, &of("RebootDBInstance", "analytics-db")), "InvalidDBInstanceState");
    done(&server, EAST, &of("StartDBInstance", "analytics-db"));
    assert_eq!(status(&server, EAST, "analytics-db"), "starting");
    at(&server, "11m");
    assert_eq!(status(&server, EAST, "analytics-db"), "available");
    let forced = of("RebootDBInstance&ForceFailover=true", "analytics-db");
    assert_eq!(refused(&server, EAST, &forced), "InvalidParameterCombination", "it has no standby");
    done(&server, EAST, &of("StopDBInstance", "analytics-db"));
    at(&server, "175h");
    assert_eq!(status(&server, EAST, "analytics-db"), "available", "AWS starts it after seven days");
    let before = instance(&server, EAST, "orders-db").element("AvailabilityZone");
    done(&server, EAST, &of("RebootDBInstance&ForceFailover=true", "orders-db"));
    assert_eq!(status(&server, EAST, "orders-db"), "rebooting");
    at(&server, "176h");
    assert_ne!(instance(&server, EAST, "orders-db").element("AvailabilityZone"), before);
    assert!(messages(&server, EAST).contains("Multi-AZ instance failover completed"));
    server.stop();
}

#[test]
fn a_global_failover_turns_everything_round() {
    let server = shop("[[act]]\nat = \"1m\"\nuntil = \"2h\"\nfault.outage = { site = \"us-east-1\" }\n");
    at(&server, "5m");
    let to = SHOP_WEST.replace(':', "%3A");
    let ways = |flags: &str| {
        format!("FailoverGlobalCluster&GlobalClusterIdentifier=shop&TargetDbClusterIdentifier={to}{flags}")
    };
    assert_eq!(refused(&server, WEST, &ways("")), "InvalidGlobalClusterStateFault", "a switchover needs the primary");
    assert_eq!(refused(&server, WEST, &ways("&Switchover=true")), "InvalidGlobalClusterStateFault");
    assert_eq!(refused(&server, WEST, &ways("&AllowDataLoss=true&Switchover=true")), "InvalidParameterCombination");
    assert_eq!(refused(&server, "us-east-2", &ways("&AllowDataLoss=true")), "InvalidDBClusterStateFault");
    assert_eq!(
        refused(&server, WEST, &ways("&AllowDataLoss=true").replace("=shop&", "=nothing&")),
        "GlobalClusterNotFoundFault"
    );
    assert_eq!(refused(&server, WEST, &ways("&AllowDataLoss=true").replace("usw2", "usw3")), "DBClusterNotFoundFault");
    let reply = done(&server, WEST, &ways("&AllowDataLoss=true"));
    assert!(reply.text().contains("<FailoverState><Status>pending<"), "{}", reply.text());
    assert_eq!(reply.element("FromDbClusterArn").as_deref(), Some(SHOP_EAST));
    assert_eq!(reply.element("IsDataLossAllowed").as_deref(), Some("true"));
    assert_eq!(
        refused(&server, WEST, &ways("&AllowDataLoss=true")),
        "InvalidGlobalClusterStateFault",
        "one is running"
    );
    at(&server, "5m20s");
    assert!(global(&server, WEST).text().contains("<FailoverState><Status>failing-over<"));
    assert_eq!(members(&server, WEST).0, SHOP_EAST, "not yet");
    at(&server, "9m");
    let pending = (SHOP_WEST.to_owned(), vec![(SHOP_EAST.to_owned(), "pending-resync".to_owned())]);
    assert_eq!(members(&server, WEST), pending);
    assert!(!global(&server, WEST).text().contains("FailoverState"));
    let west = done(&server, WEST, "DescribeDBClusters&DBClusterIdentifier=shop-usw2");
    assert!(west.text().contains("<IsClusterWriter>true"), "{}", west.text());
    assert!(west.element("Endpoint").unwrap().starts_with("shop-usw2.cluster-"));
    assert_eq!(refused(&server, WEST, &ways("&AllowDataLoss=true")), "InvalidDBClusterStateFault", "it is the primary");
    let (west, east) = (
        ("AWS/RDS", "AuroraGlobalDBRPOLag", "DBClusterIdentifier", "shop-usw2"),
        ("AWS/RDS", "AuroraGlobalDBRPOLag", "DBClusterIdentifier", "shop-use1"),
    );
    at(&server, "119m");
    assert_eq!(members(&server, WEST), pending, "its Region is not back");
    assert!(!done(&server, EAST, "DescribeDBClusterSnapshots").text().contains("unplanned"));
    assert!(series(&server, WEST, west, 60).is_empty(), "the writer lags behind nobody");
    at(&server, "121m");
    assert_eq!(members(&server, WEST), pending, "it is being brought into line");
    let kept = done(&server, EAST, "DescribeDBClusterSnapshots&DBClusterIdentifier=shop-use1");
    assert!(
        kept.text().contains("<DBClusterSnapshotIdentifier>rds:unplanned-global-failover-shop-use1-2026-11-20-14-00<"),
        "{}",
        kept.text()
    );
    at(&server, "150m");
    let connected = (SHOP_WEST.to_owned(), vec![(SHOP_EAST.to_owned(), "connected".to_owned())]);
    assert_eq!(members(&server, EAST), connected);
    assert!(!series(&server, EAST, east, 5).is_empty(), "the link runs the other way");
    let old = done(&server, EAST, "DescribeDBClusters&DBClusterIdentifier=shop-use1");
    assert!(!old.text().contains("<IsClusterWriter>true") && old.element("Endpoint").is_none());
    assert!(messages(&server, WEST).contains("Global failover to DB cluster shop-usw2 in Region us-west-2 completed."));
    assert!(messages(&server, EAST).contains("Finished resynchronizing members"));
    // And home again, without loss.
    let home = format!(
        "SwitchoverGlobalCluster&GlobalClusterIdentifier=shop&TargetDbClusterIdentifier={}",
        SHOP_EAST.replace(':', "%3A")
    );
    let reply = done(&server, WEST, &home);
    assert_eq!(reply.element("IsDataLossAllowed").as_deref(), Some("false"));
    at(&server, "150m20s");
    assert!(global(&server, WEST).text().contains("<FailoverState><Status>switching-over<"));
    at(&server, "155m");
    assert_eq!(members(&server, WEST), (SHOP_EAST.to_owned(), vec![(SHOP_WEST.to_owned(), "connected".to_owned())]));
    at(&server, "160m");
    assert_eq!(series(&server, WEST, west, 3).len(), 3);
    assert!(series(&server, EAST, east, 3).is_empty());
    server.stop();
}

#[test]
fn what_cannot_write_is_no_target_of_a_failover() {
    let to = SHOP_WEST.replace(':', "%3A");
    let failover =
        format!("FailoverGlobalCluster&GlobalClusterIdentifier=shop&TargetDbClusterIdentifier={to}&AllowDataLoss=true");
    for (what, instead) in [
        ("instances = [\"shop-usw2-1\"]", "instances = []"),
        (
            "id = \"shop-usw2\"\nregion = \"us-west-2\"\nengine = \"aurora-postgresql\"\nversion = \"16.8\"",
            "id = \"shop-usw2\"\nregion = \"us-west-2\"\nengine = \"aurora-postgresql\"\nversion = \"16.6\"",
        ),
    ] {
        assert!(demo::ESTATE.contains(what));
        let server = simulator(&demo::ESTATE.replace(what, instead), "");
        assert_eq!(refused(&server, WEST, &failover), "InvalidDBClusterStateFault", "{instead}");
        server.stop();
    }
    let server = shop("[[act]]\nfault.stop = { link = \"shop-usw2\" }\n");
    assert_eq!(
        refused(&server, WEST, &failover.replace("&AllowDataLoss=true", "")),
        "InvalidGlobalClusterStateFault",
        "not in line"
    );
    done(&server, WEST, &failover);
    server.stop();
}

#[test]
fn a_cluster_leaves_stands_alone_and_another_is_built() {
    let server = shop("");
    let leave = |arn: &str| {
        format!("RemoveFromGlobalCluster&GlobalClusterIdentifier=shop&DbClusterIdentifier={}", arn.replace(':', "%3A"))
    };
    assert_eq!(refused(&server, EAST, &leave(SHOP_EAST)), "InvalidGlobalClusterStateFault", "others follow it");
    done(&server, WEST, &leave(SHOP_WEST));
    at(&server, "3m");
    assert_eq!(members(&server, WEST), (SHOP_EAST.to_owned(), Vec::new()));
    assert_eq!(refused(&server, WEST, &leave(SHOP_WEST)), "DBClusterNotFoundFault");
    let alone = done(&server, WEST, "DescribeDBClusters&DBClusterIdentifier=shop-usw2");
    assert!(alone.text().contains("<IsClusterWriter>true") && alone.element("GlobalClusterIdentifier").is_none());
    let again = "CreateDBCluster&DBClusterIdentifier=shop-new&Engine=aurora-postgresql&GlobalClusterIdentifier=shop";
    assert_eq!(refused(&server, WEST, &again.replace("-new", "-usw2")), "DBClusterAlreadyExistsFault");
    assert_eq!(refused(&server, EAST, again), "InvalidGlobalClusterStateFault", "one to a Region");
    assert_eq!(refused(&server, WEST, &again.replace("postgresql", "mysql")), "InvalidParameterCombination");
    let reply = done(&server, WEST, again);
    assert_eq!(reply.element("Status").as_deref(), Some("creating"));
    at(&server, "12m");
    let to = SHOP_WEST.replace(':', "%3A").replace("shop-usw2", "shop-new");
    let failover =
        format!("FailoverGlobalCluster&GlobalClusterIdentifier=shop&TargetDbClusterIdentifier={to}&AllowDataLoss=true");
    assert_eq!(refused(&server, WEST, &failover), "InvalidDBClusterStateFault", "headless");
    let member = "CreateDBInstance&DBInstanceIdentifier=shop-new-1&DBClusterIdentifier=shop-new&DBInstanceClass=db.r7g.large&Tags.Tag.1.Key=k&Tags.Tag.1.Value=v&Engine=aurora-postgresql";
    done(&server, WEST, member);
    assert_eq!(status(&server, WEST, "shop-new-1"), "creating");
    at(&server, "24m");
    let new = instance(&server, WEST, "shop-new-1");
    assert_eq!(new.element("DBInstanceStatus").as_deref(), Some("available"));
    assert_eq!(new.element("DBInstanceClass").as_deref(), Some("db.r7g.large"));
    assert!(new.text().contains("<Tag><Key>k</Key><Value>v</Value></Tag>"), "{}", new.text());
    let lag = ("AWS/RDS", "AuroraGlobalDBRPOLag", "DBClusterIdentifier", "shop-new");
    assert!(!series(&server, WEST, lag, 5).is_empty());
    // The one that left is deleted: first its instance.
    let gone = "DeleteDBCluster&DBClusterIdentifier=shop-usw2&SkipFinalSnapshot=true";
    assert_eq!(refused(&server, WEST, gone), "InvalidDBClusterStateFault", "it has an instance");
    assert_eq!(
        refused(&server, WEST, &gone.replace("usw2", "new")),
        "InvalidDBClusterStateFault",
        "it belongs to a global cluster"
    );
    done(&server, WEST, "DeleteDBInstance&DBInstanceIdentifier=shop-usw2-1&SkipFinalSnapshot=true");
    done(&server, WEST, gone);
    at(&server, "40m");
    assert_eq!(ask(&server, WEST, "DescribeDBClusters&DBClusterIdentifier=shop-usw2").status, 404);
    assert_eq!(status(&server, WEST, "shop-usw2-1"), "DBInstanceNotFound");
    done(&server, WEST, &failover);
    server.stop();
}

#[test]
fn a_cluster_fails_over_to_the_reader_that_is_named() {
    let server = shop("");
    let failover = "FailoverDBCluster&DBClusterIdentifier=shop-use1&TargetDBInstanceIdentifier=shop-use1-2";
    assert_eq!(
        refused(&server, EAST, &failover.replace("-1-2", "-1-9").replace("use1-2", "use1-9")),
        "InvalidDBClusterStateFault"
    );
    assert_eq!(refused(&server, WEST, "FailoverDBCluster&DBClusterIdentifier=shop-usw2"), "InvalidDBClusterStateFault");
    done(&server, EAST, failover);
    assert_eq!(refused(&server, EAST, failover), "InvalidDBClusterStateFault", "one is running");
    at(&server, "2m");
    let text = done(&server, EAST, "DescribeDBClusters&DBClusterIdentifier=shop-use1").text();
    let writer = text.split("<DBClusterMember>").find(|member| member.contains("<IsClusterWriter>true")).unwrap();
    assert!(writer.contains("shop-use1-2"), "{text}");
    assert!(messages(&server, EAST).contains("Completed failover to DB instance: shop-use1-2"));
    assert_eq!(refused(&server, EAST, failover), "InvalidDBClusterStateFault", "it writes already");
    server.stop();
}

#[test]
fn an_answer_that_is_lost_was_given_to_a_change_that_was_carried_out() {
    let server = shop("");
    control(
        &server,
        "/_drdeck/faults",
        &json!([{ "until": "1m", "fault": { "lost-answer": { "operation": "PromoteReadReplica" } } }]),
    );
    let promote = "Action=PromoteReadReplica&DBInstanceIdentifier=orders-db-west";
    assert!(query(&server, "rds", WEST, promote).is_err());
    assert_eq!(status(&server, WEST, "orders-db-west"), "modifying");
    server.stop();
}

#[test]
fn an_instance_gives_its_name_away_and_stays_what_it_is() {
    let server = shop("");
    let rename = |from: &str, to: &str| {
        format!("ModifyDBInstance&DBInstanceIdentifier={from}&NewDBInstanceIdentifier={to}&ApplyImmediately=true")
    };
    let id = |region: &str, name: &str| instance(&server, region, name).element("DbiResourceId");
    assert_eq!(refused(&server, EAST, &rename("orders-db", "analytics-db")), "DBInstanceAlreadyExists");
    assert_eq!(refused(&server, EAST, &rename("orders-db", "9")), "InvalidParameterValue");
    assert_eq!(refused(&server, EAST, &rename("nobody", "somebody")), "DBInstanceNotFound");
    let (was, zone) = (id(EAST, "orders-db"), instance(&server, EAST, "orders-db").element("AvailabilityZone"));
    let answer = done(&server, EAST, &rename("orders-db", "orders-db-before"));
    let pending = answer.text().split("<PendingModifiedValues>").nth(1).unwrap().to_owned();
    assert!(pending.starts_with("<DBInstanceIdentifier>orders-db-before<"), "{pending}");
    assert_eq!(status(&server, EAST, "orders-db"), "renaming");
    assert_eq!(status(&server, EAST, "orders-db-before"), "DBInstanceNotFound");
    let replica =
        "CreateDBInstanceReadReplica&DBInstanceIdentifier=orders-db-before&SourceDBInstanceIdentifier=analytics-db";
    assert_eq!(refused(&server, EAST, replica), "DBInstanceAlreadyExists", "the name is promised");
    assert_eq!(refused(&server, EAST, &rename("orders-db", "orders-db-x")), "InvalidDBInstanceState");
    at(&server, "10m");
    assert_eq!(status(&server, EAST, "orders-db"), "DBInstanceNotFound");
    let renamed = instance(&server, EAST, "orders-db-before");
    assert_eq!(renamed.element("DBInstanceStatus").as_deref(), Some("available"));
    assert_eq!((renamed.element("DbiResourceId"), renamed.element("AvailabilityZone")), (was.clone(), zone));
    assert!(renamed.element("Address").unwrap().starts_with("orders-db-before."), "its endpoint has its name");
    assert!(renamed.text().contains(&format!("<ReadReplicaDBInstanceIdentifier>{ORDERS_WEST}<")));
    let follows = |name: &str| instance(&server, WEST, name).element("ReadReplicaSourceDBInstanceIdentifier");
    assert_eq!(follows("orders-db-west"), Some(format!("{ORDERS}-before")), "its replica goes on following it");
    assert!(messages(&server, EAST).contains("Renamed instance from orders-db to orders-db-before"));
    // The name is free for another one, which is not the old one.
    let replica = format!(
        "CreateDBInstanceReadReplica&DBInstanceIdentifier=orders-db&SourceDBInstanceIdentifier={}",
        "orders-db-before"
    );
    done(&server, EAST, &replica);
    at(&server, "50m");
    assert_eq!(status(&server, EAST, "orders-db"), "available");
    assert_ne!(id(EAST, "orders-db"), was);
    assert_eq!(follows("orders-db-west"), Some(format!("{ORDERS}-before")), "of the two it follows the one it did");
    // And back.
    done(&server, EAST, &rename("orders-db", "orders-db-new"));
    at(&server, "60m");
    done(&server, EAST, &rename("orders-db-before", "orders-db"));
    at(&server, "70m");
    assert_eq!(id(EAST, "orders-db"), was);
    assert_eq!(follows("orders-db-west").as_deref(), Some(ORDERS));
    server.stop();
}

#[test]
fn backups_are_replicated_from_when_somebody_asks() {
    let server = shop("");
    let ask_for = |source: &str, more: &str| {
        format!(
            "StartDBInstanceAutomatedBackupsReplication&SourceDBInstanceArn=arn:aws:rds:us-east-1:111122223333:db:{source}{more}"
        )
    };
    let key = "&BackupRetentionPeriod=7&KmsKeyId=alias/bi";
    assert_eq!(refused(&server, WEST, &ask_for("orders-db", key)), "InvalidDBInstanceState", "they are already");
    assert_eq!(
        refused(&server, EAST, &ask_for("analytics-db", key)),
        "InvalidParameterValue",
        "at home they are kept anyway"
    );
    assert_eq!(refused(&server, WEST, &ask_for("analytics-db", "")), "InvalidParameterCombination", "no key");
    assert_eq!(refused(&server, WEST, &ask_for("nobody", key)), "DBInstanceNotFound");
    let of = "DescribeDBInstanceAutomatedBackups&DBInstanceIdentifier=analytics-db";
    assert_eq!(refused(&server, WEST, of), "DBInstanceAutomatedBackupNotFound");
    done(&server, WEST, &ask_for("analytics-db", key));
    assert_eq!(done(&server, WEST, of).element("Status").as_deref(), Some("pending"));
    assert_eq!(refused(&server, WEST, &ask_for("analytics-db", key)), "InvalidDBInstanceState", "once");
    at(&server, "30m");
    let kept = done(&server, WEST, of);
    assert_eq!(kept.element("Status").as_deref(), Some("replicating"));
    assert!(kept.element("LatestTime").is_some(), "{}", kept.text());
    assert!(instance(&server, EAST, "analytics-db").text().contains("<DBInstanceAutomatedBackupsReplication>"));
    server.stop();
}
