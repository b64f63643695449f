//! Restores to a point in time, failovers within a Region and of a cache: what each card says, what keeps it back, what it sends, how far it has
//! come, and whether a request whose answer was lost was carried out.

use drdeck::model::facts::dynamodb::{ContinuousBackups, Restored, Table};
use drdeck::model::facts::efs::{Destination, Replication};
use drdeck::model::facts::elasticache::{GlobalDatastore, Member};
use drdeck::model::facts::rds::{AutomatedBackup, DbCluster, DbInstance, Event};
use drdeck::model::facts::{Answer, cloudwatch};
use drdeck::model::{FailureKind, Moment, Query, Reading, Region};
use drdeck::runbook::kinds::Reversibility;
use drdeck::runbook::{ChoiceForm, Mode, Work};
use serde_json::json;

use crate::fixture_steps::*;
use crate::model_readings;
use crate::steps_rds::{With, instances, primary};

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

// A table from point-in-time recovery.

const UNDELETE: &str = "kind = \"dynamodb-restore-to-point-in-time\"\ntable = \"carts-restored\"\nregion = \"us-east-1\"\nsource = \"carts\"\n";

fn carts() -> (Query, Answer) {
    (
        Query::Table(east(), "carts".to_owned()),
        Answer::Table(Box::new(model_readings::table("us-east-1", &["us-west-2"], None))),
    )
}

fn window(enabled: bool) -> (Query, Answer) {
    let (earliest, latest) = (Some(at("2026-10-16T14:05:00Z")), Some(at("2026-11-20T14:05:00Z")));
    let backups = ContinuousBackups { enabled, earliest, latest };
    (Query::ContinuousBackups(east(), "carts".to_owned()), Answer::ContinuousBackups(backups))
}

/// Nothing of that name yet.
fn free(scene: Scene) -> Scene {
    let failure = drdeck::model::Failure {
        since: now(),
        at: now(),
        kind: FailureKind::NotFound,
        error: t("Requested resource not found"),
    };
    let mut scene = scene;
    let query = Query::Table(east(), "carts-restored".to_owned());
    scene.snapshot.readings.insert(query.into(), Reading::failed(failure));
    scene
}

fn chosen(scene: Scene, moment: &str) -> Scene {
    let mut scene = scene;
    scene.run.choices.insert("point".to_owned(), moment.to_owned());
    scene
}

fn restored(status: &str, source: &str, point: &str) -> (Query, Answer) {
    let table = Table {
        name: t("carts-restored"),
        status: t(status),
        items: Some(7),
        restored: Some(Restored {
            source: Some(t(&format!("arn:aws:dynamodb:us-east-1:111122223333:table/{source}"))),
            point: Some(at(point)),
            in_progress: status != "ACTIVE",
        }),
        ..model_readings::table("us-east-1", &[], None)
    };
    (Query::Table(east(), "carts-restored".to_owned()), Answer::Table(Box::new(table)))
}

const CLEAN: &str = "2026-11-20T13:52:48Z";

#[test]
fn a_moment_is_chosen_from_a_window_and_its_loss_is_said_before() {
    let undelete = kind(UNDELETE);
    let facts = undelete.step().facts();
    assert_eq!((facts.reversibility, facts.regions.len()), (Reversibility::Reversible, 1));
    // The deletion began at 14:00.
    let open = free(Scene::new().with(carts()).with(window(true))).began(600);
    let choices = undelete.step().choices(&open.world());
    let [choice] = choices.as_slice() else { panic!("{choices:?}") };
    assert_eq!((choice.name.as_str(), choice.form.word(), &choice.chosen), ("point", "TIME", &None));
    let ChoiceForm::Moment { earliest: Some(_), latest: Some(latest) } = choice.form else { panic!("{choice:?}") };
    assert_eq!(latest, at("2026-11-20T14:05:00Z"));
    let says = "can be restored to any moment from 2026-10-16 14:05:00Z to 14:05:00Z";
    assert!(choice.what.as_str().contains(says), "{}", choice.what);
    let blocked = blockers(&undelete, &open);
    assert!(blocked.len() == 1 && blocked[0].contains("no moment was chosen yet"), "{blocked:?}");
    assert!(blocked[0].contains(says.trim_start_matches("can ")), "{blocked:?}");
    let lost = undelete.step().loses(&open.world()).unwrap();
    assert_eq!(lost.as_str(), "not known how much: no moment was chosen yet");
    assert!(matches!(undelete.step().work(&open.world()), Work::Watch));

    let ready = chosen(open.clone(), CLEAN);
    assert_eq!(blockers(&undelete, &ready), Vec::<String>::new());
    let lost = undelete.step().loses(&ready.world()).unwrap().to_string();
    assert!(lost.starts_with("you lose 00:07:12 of writes: carts-restored will hold carts as of 13:52:48Z"), "{lost}");
    assert!(lost.contains("the disruption began at 14:00:00Z"), "{lost}");
    let sent = json!({"SourceTableName": "carts", "TargetTableName": "carts-restored", "RestoreDateTime": CLEAN});
    assert_eq!(request(&undelete, &ready), ("us-east-1".into(), "RestoreTableToPointInTime".into(), sent));
    let left_out = warnings(&undelete, &ready).join("\n");
    for setting in ["point-in-time recovery is off", "tags", "auto scaling", "TTL", "streams"] {
        assert!(left_out.contains(setting), "{setting}: {left_out}");
    }
    // Without a declared beginning it counts up to now.
    let mut undeclared = ready.clone();
    undeclared.run.began = None;
    let lost = undelete.step().loses(&undeclared.world()).unwrap().to_string();
    assert!(lost.starts_with("you lose 00:17:12 of writes") && lost.contains("it is 14:10:00Z now"), "{lost}");
    let late = chosen(open.clone(), "2026-11-20T14:03:00Z");
    assert_eq!(blockers(&undelete, &late), Vec::<String>::new());
    let warned = warnings(&undelete, &late).join("\n");
    assert!(warned.contains("14:03:00Z is before the damage: it is 3 min after the disruption began"), "{warned}");
    for (moment, says) in [
        ("2026-11-20T14:06:00Z", "14:06:00Z is too new"),
        ("2026-10-16T14:00:00Z", "2026-10-16 14:00:00Z is too old"),
        ("noon", "\"noon\" is no time; choose one like"),
    ] {
        let blocked = blockers(&undelete, &chosen(open.clone(), moment));
        assert!(blocked.len() == 1 && blocked[0].contains(says), "{blocked:?}");
    }
    let newest = kind(&format!("{UNDELETE}point = \"newest\"\n"));
    assert_eq!(newest.step().choices(&open.world()), []);
    let sent =
        json!({"SourceTableName": "carts", "TargetTableName": "carts-restored", "UseLatestRestorableTime": true});
    assert_eq!(request(&newest, &open).2, sent);
    assert!(matches!(undelete.step().work(&ready.mode(Mode::Drill).world()), Work::NotInThisMode(_)));
}

#[test]
fn a_table_that_cannot_be_restored_says_why() {
    let undelete = kind(UNDELETE);
    let ready = |scene| chosen(scene, CLEAN);
    let source = Query::Table(east(), "carts".to_owned());
    for (scene, says) in [
        (ready(free(Scene::new().silent(source).with(window(true)))), "did not answer within 5 s"),
        (ready(free(Scene::new().with(carts()).with(window(false)))), "it is off; restore from a backup"),
        (
            ready(Scene::new().with(carts()).with(window(true)).with(restored("ACTIVE", "other", CLEAN))),
            "a table of that name is ACTIVE there",
        ),
        (
            ready(Scene::new().with(carts()).with(window(true)).silent(Query::Table(east(), "carts-restored".into()))),
            "the name carts-restored is free in us-east-1: dynamodb:DescribeTable",
        ),
    ] {
        let blocked = blockers(&undelete, &scene);
        assert!(blocked.len() == 1 && blocked[0].contains(says), "{blocked:?}: {says}");
    }
}

#[test]
fn a_restored_table_is_done_when_it_is_active_and_ours() {
    let undelete = kind(UNDELETE);
    let ready = chosen(free(Scene::new().with(carts()).with(window(true))), CLEAN);
    let sent = Some(call(&undelete, &ready));
    let after = |answer| ready.clone().with(answer).sent(sent.clone(), 300, applied());
    let (word, says) = progress(&undelete, &after(restored("ACTIVE", "carts", CLEAN)));
    assert_eq!(word, "done");
    assert_eq!(says, "carts-restored is ACTIVE and holds carts as of 13:52:48Z, with 7 items as AWS last counted");
    assert!(matches!(undelete.step().work(&after(restored("ACTIVE", "carts", CLEAN)).world()), Work::Already(_)));
    assert_eq!(progress(&undelete, &after(restored("CREATING", "carts", CLEAN))).0, "running");
    assert_eq!(progress(&undelete, &after(restored("ACTIVE", "carts", "2026-11-20T13:00:00Z"))).0, "failed");
    assert_eq!(progress(&undelete, &after(restored("ACTIVE", "other", CLEAN))).0, "failed");
    assert_eq!(progress(&undelete, &ready).0, "not begun");
    assert_eq!(progress(&undelete, &ready.clone().sent(sent.clone(), 300, applied())).0, "failed");
    assert_eq!(progress(&undelete, &ready.clone().sent(sent.clone(), 30, applied())).0, "not begun");

    assert_eq!(found(&undelete, &ready, sent.clone()).0, "not applied");
    assert_eq!(found(&undelete, &after(restored("CREATING", "carts", CLEAN)), sent.clone()).0, "applied");
    assert_eq!(
        found(&undelete, &after(restored("ACTIVE", "carts", "2026-11-20T13:00:00Z")), sent.clone()).0,
        "not applied"
    );
    let dark = Scene::new().silent(Query::Table(east(), "carts-restored".to_owned()));
    assert_eq!(found(&undelete, &dark, sent).0, "unread");
}

// An instance from automated backups.

const RESTORE: &str = "kind = \"rds-restore-to-point-in-time\"\ninstance = \"orders-db-restored\"\nregion = \"us-east-1\"\nsource = \"orders-db\"\n\
     class = \"db.r6g.large\"\nsubnet_group = \"orders\"\nparameter_group = \"orders-mysql80\"\nsecurity_groups = [\"sg-1\"]\nmulti_az = true\n";

fn backups(region: &drdeck::model::Place, status: &str) -> (Query, Answer) {
    let backup = AutomatedBackup {
        arn: Some(t("arn:aws:rds:us-west-2:111122223333:auto-backup:ab-1")),
        resource_id: Some(t("db-ABC")),
        instance: t("orders-db"),
        instance_arn: t("arn:aws:rds:us-east-1:111122223333:db:orders-db"),
        source_region: t("us-east-1"),
        status: t(status),
        earliest: Some(at("2026-11-13T14:05:00Z")),
        latest: Some(at("2026-11-20T14:05:00Z")),
    };
    (Query::DbAutomatedBackups(region.clone()), Answer::DbAutomatedBackups(vec![backup]))
}

fn made(status: &str, tag: Option<&str>) -> DbInstance {
    DbInstance {
        id: t("orders-db-restored"),
        status: t(status),
        intent: tag.map(t),
        endpoint: (status == "available").then(|| t("orders-db-restored.x.us-east-1.rds.amazonaws.com:3306")),
        ..primary()
    }
}

#[test]
fn an_instance_is_restored_with_everything_that_aws_would_choose_wrongly() {
    let restore = kind(RESTORE);
    let open = Scene::new().with(backups(&east(), "active")).with(instances(&east(), vec![primary()])).began(600);
    assert!(blockers(&restore, &open)[0].contains("no moment was chosen yet"));
    let ready = chosen(open, CLEAN);
    assert_eq!(blockers(&restore, &ready), Vec::<String>::new());
    let lost = restore.step().loses(&ready.world()).unwrap().to_string();
    assert!(lost.starts_with("you lose 00:07:12 of writes: orders-db-restored will hold orders-db"), "{lost}");
    let (region, operation, sent) = request(&restore, &ready);
    assert_eq!((region.as_str(), operation.as_str()), ("us-east-1", "RestoreDBInstanceToPointInTime"));
    let tag = intent().to_string();
    let run = run_id().to_string();
    assert_eq!(
        sent,
        json!({
            "TargetDBInstanceIdentifier": "orders-db-restored",
            "SourceDBInstanceIdentifier": "orders-db",
            "RestoreTime": CLEAN,
            "DBInstanceClass": "db.r6g.large",
            "DBSubnetGroupName": "orders",
            "DBParameterGroupName": "orders-mysql80",
            "VpcSecurityGroupIds": ["sg-1"],
            "MultiAZ": true,
            "Tags": [{"Key": "dr-intent", "Value": tag}, {"Key": "dr-run", "Value": run}],
        })
    );
    for key in ["class", "subnet_group", "parameter_group", "security_groups", "multi_az"] {
        let without: String =
            RESTORE.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        assert!(problems(&without).contains(&format!("`{key}`")), "{key}");
    }
    let gone = chosen(Scene::new().with(backups(&east(), "retained")).with(instances(&east(), vec![])), CLEAN);
    let sent = request(&restore, &gone).2;
    assert_eq!((&sent["SourceDbiResourceId"], sent.get("SourceDBInstanceIdentifier")), (&json!("db-ABC"), None));
    let elsewhere = kind(&format!(
        "{}source_region = \"us-east-1\"\n",
        RESTORE.replace("region = \"us-east-1\"", "region = \"us-west-2\"")
    ));
    let west_side = chosen(Scene::new().with(backups(&west(), "replicating")).with(instances(&west(), vec![])), CLEAN);
    let (region, _, sent) = request(&elsewhere, &west_side);
    assert_eq!(region, "us-west-2");
    assert_eq!(sent["SourceDBInstanceAutomatedBackupsArn"], "arn:aws:rds:us-west-2:111122223333:auto-backup:ab-1");
    let none = chosen(
        Scene::new()
            .put(Query::DbAutomatedBackups(east()), Answer::DbAutomatedBackups(vec![]))
            .with(instances(&east(), vec![])),
        CLEAN,
    );
    assert!(blockers(&restore, &none)[0].contains("us-east-1 keeps no automated backups of orders-db"));
    let taken = chosen(
        Scene::new().with(backups(&east(), "active")).with(instances(&east(), vec![made("available", None)])),
        CLEAN,
    );
    assert!(blockers(&restore, &taken)[0].contains("an instance of that name is available there"));
}

#[test]
fn a_restored_instance_shows_its_endpoint_and_whose_it_is() {
    let restore = kind(RESTORE);
    let ready = chosen(Scene::new().with(backups(&east(), "active")).with(instances(&east(), vec![])), CLEAN);
    let sent = Some(call(&restore, &ready));
    let tag = intent().to_string();
    let after = |status: &str, tag: Option<&str>| {
        ready.clone().with(instances(&east(), vec![made(status, tag)])).sent(sent.clone(), 300, applied())
    };
    let (word, says) = progress(&restore, &after("available", Some(&tag)));
    assert_eq!(word, "done");
    assert_eq!(
        says,
        "orders-db-restored holds orders-db as of 13:52:48Z and answers at orders-db-restored.x.us-east-1.rds.amazonaws.com:3306"
    );
    assert!(matches!(restore.step().work(&after("available", Some(&tag)).world()), Work::Already(_)));
    for (status, tag, word) in [
        ("creating", Some(tag.as_str()), "running"),
        ("backing-up", Some(tag.as_str()), "running"),
        ("failed", Some(tag.as_str()), "failed"),
        ("available", Some("another"), "failed"),
        ("available", None, "failed"),
    ] {
        assert_eq!(progress(&restore, &after(status, tag)).0, word, "{status} {tag:?}");
    }
    assert_eq!(found(&restore, &after("creating", Some(&tag)), sent.clone()).0, "applied");
    assert_eq!(found(&restore, &after("creating", Some("another")), sent.clone()).0, "not applied");
    assert_eq!(found(&restore, &after("creating", None), sent.clone()).0, "cannot tell");
    assert_eq!(found(&restore, &ready, sent.clone()).0, "not applied");
    assert_eq!(found(&restore, &Scene::new().silent(Query::DbInstances(east())), sent).0, "unread");
}

// Failovers within a Region.

const CLUSTER: &str =
    "kind = \"rds-failover-db-cluster\"\ncluster = \"shop-use1\"\nregion = \"us-east-1\"\ntarget = \"shop-use1-2\"\n";

fn cluster(status: &str, writer: &str) -> Scene {
    let member = |id: &str| (t(id), id == writer);
    let cluster = DbCluster {
        status: t(status),
        members: vec![member("shop-use1-1"), member("shop-use1-2")],
        ..model_readings::cluster("shop-use1", "us-east-1")
    };
    let reader = DbInstance { id: t("shop-use1-2"), cluster: Some(t("shop-use1")), ..primary() };
    Scene::new()
        .put(Query::DbClusters(east()), Answer::DbClusters(vec![cluster]))
        .with(instances(&east(), vec![reader]))
}

#[test]
fn a_cluster_fails_over_to_the_instance_that_is_named() {
    let failover = kind(CLUSTER);
    let before = cluster("available", "shop-use1-1");
    assert_eq!(blockers(&failover, &before), Vec::<String>::new());
    let sent = json!({"DBClusterIdentifier": "shop-use1", "TargetDBInstanceIdentifier": "shop-use1-2"});
    assert_eq!(request(&failover, &before), ("us-east-1".into(), "FailoverDBCluster".into(), sent));
    for (scene, says) in [
        (cluster("failing-over", "shop-use1-1"), "somebody moves its writer now"),
        (cluster("available", "nobody"), "it follows the cluster of another Region"),
        (Scene::new().silent(Query::DbClusters(east())), "did not answer within 5 s"),
    ] {
        let blocked = blockers(&failover, &scene);
        assert!(blocked.len() == 1 && blocked[0].contains(says), "{blocked:?}: {says}");
    }
    let stranger = kind(&CLUSTER.replace("shop-use1-2", "shop-use1-9"));
    assert!(blockers(&stranger, &before)[0].contains("it has shop-use1-1 and shop-use1-2; correct the runbook"));
    let sent = Some(call(&failover, &before));
    let after = |status: &str, writer: &str, ago: i64| cluster(status, writer).sent(sent.clone(), ago, applied());
    assert_eq!(progress(&failover, &after("available", "shop-use1-2", 60)).0, "done");
    assert_eq!(progress(&failover, &after("failing-over", "shop-use1-1", 10)).0, "running");
    assert_eq!(progress(&failover, &after("failing-over", "shop-use1-2", 30)).0, "running");
    assert_eq!(progress(&failover, &after("available", "shop-use1-1", 10)).0, "not begun");
    assert_eq!(progress(&failover, &after("available", "shop-use1-1", 300)).0, "failed");
    assert!(matches!(failover.step().work(&after("available", "shop-use1-2", 60).world()), Work::Already(_)));
    assert_eq!(found(&failover, &before, sent.clone()).0, "not applied");
    assert_eq!(found(&failover, &cluster("failing-over", "shop-use1-1"), sent.clone()).0, "not yet");
    assert_eq!(found(&failover, &cluster("available", "shop-use1-2"), sent).0, "applied");
}

const REBOOT: &str = "kind = \"rds-reboot-with-failover\"\ninstance = \"orders-db\"\nregion = \"us-east-1\"\n";

fn zone(status: &str, zone: &str, events: &[i64]) -> Scene {
    let instance = DbInstance { status: t(status), zone: Some(t(zone)), ..primary() };
    let event = |seconds: &i64| Event {
        source: t("orders-db"),
        source_kind: t("db-instance"),
        at: Some(ago(*seconds)),
        message: t("Multi-AZ instance failover started."),
        categories: vec![t("failover")],
    };
    Scene::new()
        .with(instances(&east(), vec![instance]))
        .put(Query::DbEvents(east()), Answer::DbEvents(events.iter().map(event).collect()))
}

#[test]
fn an_instance_has_failed_over_when_its_zone_has_changed() {
    let reboot = kind(REBOOT);
    let before = zone("available", "us-east-1a", &[]);
    assert_eq!(blockers(&reboot, &before), Vec::<String>::new());
    let sent = json!({"DBInstanceIdentifier": "orders-db", "ForceFailover": true});
    assert_eq!(request(&reboot, &before), ("us-east-1".into(), "RebootDBInstance".into(), sent));
    let card = reboot.step().describe(&before.world()).to_string();
    assert!(card.contains("from us-east-1a to its standby in us-east-1b"), "{card}");
    let single = DbInstance { multi_az: false, ..primary() };
    assert!(
        blockers(&reboot, &Scene::new().with(instances(&east(), vec![single])))[0]
            .contains("it has none, and AWS refuses")
    );
    let sent = Some(call(&reboot, &before));
    let after = |status: &str, place: &str, events: &[i64], ago: i64| {
        zone(status, place, events).sent(sent.clone(), ago, applied())
    };
    assert_eq!(progress(&reboot, &before).0, "not begun");
    assert_eq!(progress(&reboot, &after("rebooting", "us-east-1a", &[50], 60)).0, "running");
    let (word, says) = progress(&reboot, &after("available", "us-east-1b", &[50], 100));
    assert_eq!(
        (word, says.as_str()),
        ("done", "orders-db runs in us-east-1b and no more in us-east-1a; it is available")
    );
    assert_eq!(
        progress(&reboot, &after("available", "us-east-1a", &[250], 300)).0,
        "running",
        "AWS tells the Zone late"
    );
    assert_eq!(progress(&reboot, &after("available", "us-east-1a", &[], 300)).0, "failed");
    assert_eq!(
        progress(&reboot, &after("available", "us-east-1a", &[900], 300)).0,
        "failed",
        "that was an earlier one"
    );
    // Another one is not asked for while the first has been.
    assert!(matches!(reboot.step().work(&after("available", "us-east-1b", &[50], 100).world()), Work::Already(_)));
    assert_eq!(found(&reboot, &before, sent.clone()).0, "not applied");
    assert_eq!(found(&reboot, &zone("rebooting", "us-east-1a", &[]), sent.clone()).0, "not yet");
    assert_eq!(found(&reboot, &zone("rebooting", "us-east-1a", &[80]), sent.clone()).0, "applied");
    assert_eq!(found(&reboot, &zone("available", "us-east-1b", &[]), sent.clone()).0, "applied");
    let dark = zone("available", "us-east-1a", &[]).silent(Query::DbEvents(east()));
    assert_eq!(found(&reboot, &dark, sent).0, "unread");
}

// A cache.

const CACHE: &str = "kind = \"elasticache-global-failover\"\nglobal_datastore = \"content\"\nregion = \"us-west-2\"\n";

fn datastore(status: &str, primary: &str, west_status: &str) -> Scene {
    let member = |region: &str, group: &str, status: &str| Member {
        group: t(group),
        region: Region::new(region),
        role: t(if region == primary { "PRIMARY" } else { "SECONDARY" }),
        status: t(status),
        automatic_failover: t("enabled"),
    };
    let found = GlobalDatastore {
        id: t("ldgnf-content"),
        status: t(status),
        members: vec![
            member("us-east-1", "content-use1", "associated"),
            member("us-west-2", "content-usw2", west_status),
        ],
    };
    Scene::new().put(Query::GlobalDatastores(west()), Answer::GlobalDatastores(vec![found]))
}

#[test]
fn a_cache_of_another_region_takes_the_writes() {
    let failover = kind(CACHE);
    let before = datastore("available", "us-east-1", "associated");
    assert_eq!(blockers(&failover, &before), Vec::<String>::new());
    let sent = json!({
        "GlobalReplicationGroupId": "ldgnf-content",
        "PrimaryRegion": "us-west-2",
        "PrimaryReplicationGroupId": "content-usw2",
    });
    assert_eq!(request(&failover, &before), ("us-west-2".into(), "FailoverGlobalReplicationGroup".into(), sent));
    let lost = failover.step().loses(&before.world()).unwrap().to_string();
    assert!(lost.contains("does not name the `dimensions` of its lag"), "{lost}");
    let named = kind(&format!("{CACHE}dimensions = {{ CacheClusterId = \"c-001\", CacheNodeId = \"0001\" }}\n"));
    let [_, series] = named.step().reads(&before.world()).try_into().unwrap();
    let points = cloudwatch::Series { status: cloudwatch::SeriesStatus::Complete, points: vec![(ago(60), 2.0)] };
    let lost = named.step().loses(&before.clone().put(series, Answer::Series(points)).world()).unwrap().to_string();
    assert!(lost.contains("that had not reached content-usw2 in us-west-2: up to 1 min 2 s until now"), "{lost}");
    for (scene, says) in [
        (datastore("modifying", "us-east-1", "associated"), "it is modifying; AWS refuses"),
        (datastore("primary-only", "us-east-1", "disassociated"), "it is disassociated: it cannot take over"),
        (Scene::new().silent(Query::GlobalDatastores(west())), "did not answer within 5 s"),
    ] {
        let blocked = blockers(&failover, &scene);
        assert!(blocked.iter().any(|line| line.contains(says)), "{blocked:?}: {says}");
    }
    let sent = Some(call(&failover, &before));
    let after = |status: &str, primary: &str, ago: i64| {
        datastore(status, primary, "associated").sent(sent.clone(), ago, applied())
    };
    assert_eq!(progress(&failover, &after("available", "us-west-2", 90)).0, "done");
    assert_eq!(progress(&failover, &after("modifying", "us-east-1", 30)).0, "running");
    assert_eq!(progress(&failover, &after("modifying", "us-west-2", 60)).0, "running");
    assert_eq!(progress(&failover, &after("available", "us-east-1", 300)).0, "failed");
    assert_eq!(progress(&failover, &before).0, "not begun");
    assert!(matches!(failover.step().work(&after("available", "us-west-2", 90).world()), Work::Already(_)));
    assert_eq!(found(&failover, &before, sent.clone()).0, "not applied");
    assert_eq!(found(&failover, &datastore("modifying", "us-east-1", "associated"), sent.clone()).0, "not yet");
    assert_eq!(found(&failover, &datastore("available", "us-west-2", "associated"), sent).0, "applied");
}

// What is waited for around them.

#[test]
fn tables_and_file_systems_are_waited_for() {
    let wait = |reading: &str, name: &str, more: &str| {
        kind(&format!(
            "kind = \"wait-until\"\nreading = \"{reading}\"\nname = \"{name}\"\nregion = \"us-east-1\"\n{more}"
        ))
    };
    let table = wait("table-status", "carts-restored", "");
    assert_eq!(progress(&table, &Scene::new().with(restored("ACTIVE", "carts", CLEAN))).0, "done");
    assert_eq!(progress(&table, &Scene::new().with(restored("CREATING", "carts", CLEAN))).0, "running");
    assert_eq!(progress(&table, &free(Scene::new())).0, "not begun");
    assert_eq!(progress(&table, &Scene::new()).0, "unknown");
    let recovery = wait("table-restorable", "carts", "");
    assert_eq!(progress(&recovery, &Scene::new().with(window(true))).0, "done");
    assert_eq!(progress(&recovery, &Scene::new().with(window(false))).0, "running");
    assert_eq!(
        progress(&recovery, &Scene::new().silent(Query::ContinuousBackups(east(), "carts".into()))).0,
        "unknown"
    );
    let files = wait("efs-lag", "fs-1", "below = \"5m\"\n");
    let replicated = |status: &str, seconds: Option<i64>| {
        let destination = Destination {
            file_system: t("fs-2"),
            region: Region::new("us-west-2"),
            status: t(status),
            message: None,
            last_replicated: seconds.map(ago),
        };
        let found =
            Replication { source: t("fs-1"), source_region: Region::new("us-east-1"), destinations: vec![destination] };
        Scene::new().put(Query::FileSystemReplications(east()), Answer::FileSystemReplications(vec![found]))
    };
    assert_eq!(progress(&files, &replicated("ENABLED", Some(120))).0, "done");
    assert_eq!(progress(&files, &replicated("ENABLED", Some(600))).0, "running");
    assert_eq!(progress(&files, &replicated("ERROR", Some(120))).0, "running");
    assert_eq!(progress(&files, &replicated("ENABLING", None)).0, "running");
    let none = Scene::new().put(Query::FileSystemReplications(east()), Answer::FileSystemReplications(vec![]));
    assert_eq!(progress(&files, &none).0, "not begun");
    assert!(
        problems("kind = \"wait-until\"\nreading = \"efs-lag\"\nname = \"fs-1\"\nregion = \"us-east-1\"\n")
            .contains("`below`")
    );
}
