//! Every kind of step about Auto Scaling groups, RDS and Aurora: what its card says, what keeps it back, what it sends, how far it has come, and
//! whether a request whose answer was lost was carried out.

use drdeck::model::facts::Answer;
use drdeck::model::facts::autoscaling::{Activity, Group};
use drdeck::model::facts::rds::{DbInstance, Pending, Replication};
use drdeck::model::{Place, Query};
use drdeck::runbook::kinds::Reversibility;
use drdeck::runbook::{Mode, Plane, Work};
use serde_json::json;

use crate::fixture_steps::*;
use crate::model_readings;

pub(crate) fn instances(place: &Place, list: Vec<DbInstance>) -> (Query, Answer) {
    (Query::DbInstances(place.clone()), Answer::DbInstances(list))
}

pub(crate) trait With {
    fn with(self, reading: (Query, Answer)) -> Self;
}

impl With for Scene {
    fn with(self, (query, answer): (Query, Answer)) -> Self {
        self.put(query, answer)
    }
}

// Auto Scaling groups.

const SCALE: &str = "kind = \"asg-scale\"\ngroup = \"web\"\nregion = \"us-west-2\"\ndesired = 6\n";

pub(crate) fn group(min: u32, max: u32, desired: u32, in_service: u32) -> Group {
    Group {
        name: t("web"),
        arn: t("arn:aws:autoscaling:us-west-2:111122223333:autoScalingGroup:x:autoScalingGroupName/web"),
        min,
        max,
        desired,
        in_service,
        suspended: Vec::new(),
    }
}

pub(crate) fn groups(group: Group) -> (Query, Answer) {
    (Query::Groups(west()), Answer::Groups(vec![group]))
}

fn activities(list: &[(i64, &str, &str)]) -> (Query, Answer) {
    let activity = |(seconds, status, message): &(i64, &str, &str)| Activity {
        at: Some(ago(*seconds)),
        status: t(status),
        message: (!message.is_empty()).then(|| t(message)),
        what: t("Launching a new EC2 instance"),
    };
    (Query::ScalingActivities(west(), "web".to_owned()), Answer::ScalingActivities(list.iter().map(activity).collect()))
}

const NO_CAPACITY: &str =
    "We currently do not have sufficient m6i.large capacity in the Availability Zone you requested (us-west-2a).";

#[test]
fn more_than_was_asked_for_stay_unless_the_runbook_says_exactly() {
    let least = kind(SCALE);
    let exact = kind(&format!("{SCALE}exactly = true\n"));
    let at = |desired, in_service| Scene::new().with(groups(group(6, 16, desired, in_service)));
    assert!(matches!(least.step().work(&at(8, 8).world()), Work::Already(_)));
    assert_eq!(request(&exact, &at(8, 8)).2["DesiredCapacity"], 6);
    assert_eq!(progress(&exact, &at(6, 7)).0, "running", "one too many is on its way out");
    assert_eq!(progress(&exact, &at(6, 6)).0, "done");
}

#[test]
fn a_group_is_scaled_within_limits_that_are_moved_if_they_must() {
    let scale = kind(SCALE);
    let facts = scale.step().facts();
    assert_eq!((facts.reversibility, facts.plane), (Reversibility::Reversible, Some(Plane::Control)));
    assert_eq!(facts.permissions, ["autoscaling:UpdateAutoScalingGroup"]);
    let scene = Scene::new().with(groups(group(1, 4, 2, 2)));
    let card = scale.step().describe(&scene.world()).to_string();
    assert!(card.contains("autoScalingGroupName/web in us-west-2: from 2 instances (of 1 to 4) to 6"), "{card}");
    assert_eq!(blockers(&scale, &scene), Vec::<String>::new());
    let sent = json!({"AutoScalingGroupName": "web", "MinSize": 6, "MaxSize": 6, "DesiredCapacity": 6});
    assert_eq!(request(&scale, &scene), ("us-west-2".into(), "UpdateAutoScalingGroup".into(), sent));
    let limits = kind(&format!("{SCALE}min = 2\nmax = 20\n"));
    let sent = json!({"AutoScalingGroupName": "web", "MinSize": 2, "MaxSize": 20, "DesiredCapacity": 6});
    assert_eq!(request(&limits, &scene).2, sent);
    // Scaling is done in a drill, too.
    assert!(matches!(scale.step().work(&scene.clone().mode(Mode::Drill).world()), Work::Calls(_)));
    let wide = Scene::new().with(groups(group(6, 16, 8, 8)));
    assert!(matches!(scale.step().work(&wide.world()), Work::Already(_)), "a policy asked for more");
    assert_eq!(progress(&scale, &wide).0, "done");
    assert!(problems(&format!("{SCALE}min = 7\n")).contains("`min` is 7, more than desired = 6"));
    assert!(problems(&format!("{SCALE}max = 5\n")).contains("`max` is 5, less than desired = 6"));
}

#[test]
fn a_group_that_cannot_scale_says_why() {
    let scale = kind(SCALE);
    let stopped = Group { suspended: vec![t("Launch")], ..group(1, 4, 2, 2) };
    for (scene, says) in [
        (Scene::new(), "was not read yet"),
        (Scene::new().silent(Query::Groups(west())), "did not answer within 5 s"),
        (Scene::new().stale(Query::Groups(west()), groups(group(1, 4, 2, 2)).1), "did not answer within 5 s"),
        (Scene::new().put(Query::Groups(west()), Answer::Groups(vec![])), "there is no Auto Scaling group web"),
        (Scene::new().with(groups(stopped)), "process Launch is suspended"),
    ] {
        let blockers = blockers(&scale, &scene);
        assert!(blockers.len() == 1 && blockers[0].contains(says), "{blockers:?}: {says}");
    }
    let short = Scene::new().with(groups(group(1, 4, 2, 2))).with(activities(&[(60, "Failed", NO_CAPACITY)]));
    assert!(warnings(&scale, &short)[0].contains("do not have sufficient m6i.large capacity"));
    assert_eq!(reads(scale.step(), &short).len(), 2, "its activities are read while it is short");
}

#[test]
fn a_group_is_there_when_so_many_are_in_service() {
    let scale = kind(SCALE);
    let wanting = |in_service| Scene::new().with(groups(group(6, 16, 6, in_service))).sent(None, 120, applied());
    assert_eq!(progress(&scale, &wanting(6)), ("done", "6 of 6 in service".into()));
    assert_eq!(progress(&scale, &wanting(3)), ("running", "3 of 6 in service".into()));
    assert_eq!(progress(&scale, &Scene::new().with(groups(group(1, 4, 2, 2)))).0, "not begun");
    assert_eq!(progress(&scale, &Scene::new().silent(Query::Groups(west()))).0, "unknown");
    let failed = wanting(3).with(activities(&[(30, "Failed", NO_CAPACITY), (100, "Successful", "")]));
    let (word, says) = progress(&scale, &failed);
    assert_eq!(word, "failed");
    assert!(
        says.contains("3 of 6 in service; its last launch failed") && says.contains("sufficient m6i.large"),
        "{says}"
    );
    let trying = wanting(3).with(activities(&[(10, "InProgress", ""), (30, "Failed", NO_CAPACITY)]));
    assert_eq!(progress(&scale, &trying).0, "running", "another launch is under way");
    let before = wanting(3).with(activities(&[(600, "Failed", NO_CAPACITY)]));
    assert_eq!(progress(&scale, &before).0, "running", "that was before the request");
    let empty = kind("kind = \"asg-scale\"\ngroup = \"web\"\nregion = \"us-west-2\"\ndesired = 0\n");
    assert_eq!(progress(&empty, &Scene::new().with(groups(group(0, 16, 0, 2)))).0, "running");
    assert_eq!(progress(&empty, &Scene::new().with(groups(group(0, 16, 0, 0)))).0, "done");
    assert_eq!(progress(&empty, &Scene::new().with(groups(group(0, 16, 3, 0)))).0, "not begun");
}

#[test]
fn a_lost_scaling_is_found_by_what_the_group_wants() {
    let scale = kind(SCALE);
    let before = Scene::new().with(groups(group(1, 4, 2, 2)));
    let sent = Some(call(&scale, &before));
    assert_eq!(found(&scale, &before, sent.clone()).0, "not applied");
    assert_eq!(found(&scale, &Scene::new().with(groups(group(6, 6, 6, 2))), sent.clone()).0, "applied");
    assert_eq!(found(&scale, &Scene::new().silent(Query::Groups(west())), sent.clone()).0, "unread");
    assert_eq!(
        found(&scale, &Scene::new().stale(Query::Groups(west()), groups(group(1, 4, 2, 2)).1), sent).0,
        "unread"
    );
}

// RDS: promotion.

const PROMOTE: &str = "kind = \"rds-promote-read-replica\"\ninstance = \"orders-db-west\"\nregion = \"us-west-2\"\nbackup_retention_days = 7\nrpo = \"5m\"\n";

pub(crate) fn primary() -> DbInstance {
    DbInstance {
        kms_key: Some(t("arn:aws:kms:us-east-1:111122223333:key/k")),
        ..model_readings::instance("orders-db", "us-east-1")
    }
}

fn replica() -> DbInstance {
    DbInstance {
        multi_az: false,
        backup_retention_days: 0,
        latest_restorable: None,
        ..model_readings::replica("orders-db-west", "us-west-2", &primary())
    }
}

pub(crate) fn alone() -> DbInstance {
    DbInstance { replica_source: None, replication: None, ..replica() }
}

pub(crate) fn is(status: &str, instance: DbInstance) -> Scene {
    Scene::new().with(instances(&west(), vec![DbInstance { status: t(status), ..instance }]))
}

pub(crate) fn lagging(seconds: f64) -> Scene {
    is("available", replica()).series(&west(), "ReplicaLag", ("DBInstanceIdentifier", "orders-db-west"), seconds, 60)
}

#[test]
fn the_card_of_a_promotion_says_what_is_lost() {
    let promote = kind(PROMOTE);
    let facts = promote.step().facts();
    assert_eq!(facts.reversibility, Reversibility::OneWay);
    assert_eq!(facts.permissions, ["rds:PromoteReadReplica"]);
    let scene = lagging(20.0);
    let card = promote.step().describe(&scene.world()).to_string();
    assert!(
        card.contains("arn:aws:rds:us-west-2:111122223333:db:orders-db-west, which follows orders-db in us-east-1,"),
        "{card}"
    );
    let lost = |scene: &Scene| promote.step().loses(&scene.world()).unwrap().to_string();
    assert_eq!(
        lost(&scene),
        "writes after 14:08:40Z that had not reached orders-db-west: up to 1 min 20 s until now (lag 20 s at 14:09:00Z)"
    );
    assert!(
        lost(&scene.clone().began(70)).contains("up to 10 s until the disruption at 14:08:50Z"),
        "{}",
        lost(&scene.clone().began(70))
    );
    assert!(lost(&lagging(-1.0)).contains("not known how much: its lag is -1"), "{}", lost(&lagging(-1.0)));
    assert!(lost(&is("available", replica())).contains("its lag cannot be read"));
    assert_eq!(promote.step().loses(&is("available", alone()).world()), None);
    let sent = json!({"DBInstanceIdentifier": "orders-db-west", "BackupRetentionPeriod": 7});
    assert_eq!(request(&promote, &scene), ("us-west-2".into(), "PromoteReadReplica".into(), sent));
    assert!(matches!(promote.step().work(&is("available", alone()).world()), Work::Already(_)));
    assert!(matches!(promote.step().work(&scene.mode(Mode::Drill).world()), Work::NotInThisMode(_)));
}

#[test]
fn a_promotion_waits_for_what_aws_would_refuse() {
    let promote = kind(PROMOTE);
    assert_eq!(blockers(&promote, &lagging(20.0)), Vec::<String>::new());
    assert_eq!(warnings(&promote, &lagging(20.0)), Vec::<String>::new());
    let aurora = DbInstance { cluster: Some(t("shop")), ..alone() };
    for (scene, says) in [
        (Scene::new(), "was not read yet"),
        (Scene::new().silent(Query::DbInstances(west())), "did not answer"),
        (Scene::new().with(instances(&west(), vec![])), "there is no RDS instance orders-db-west in us-west-2"),
        (is("backing-up", replica()), "is being backed up, and AWS refuses a promotion meanwhile"),
        (is("modifying", replica()), "is modifying; wait until it is available"),
        (is("storage-full", replica()), "is storage-full; AWS refuses"),
        (is("available", aurora), "belongs to the Aurora cluster shop"),
    ] {
        let blockers = blockers(&promote, &scene);
        assert!(blockers.len() == 1 && blockers[0].contains(says), "{blockers:?}: {says}");
    }
    assert_eq!(blockers(&promote, &is("available", alone())), Vec::<String>::new(), "it stands alone already");
    let broken = Replication { status: t("error"), normal: false, message: Some(t("Duplicate entry")) };
    for (scene, says) in [
        (lagging(600.0), "11 min would be lost, more than the 5 min of the runbook"),
        (lagging(-1.0), "its lag is -1: it does not replicate"),
        (is("available", replica()), "its lag cannot be read"),
        (
            is("available", DbInstance { replication: Some(broken), ..replica() }),
            "its replication is error: Duplicate entry",
        ),
    ] {
        let warnings = warnings(&promote, &scene);
        assert!(warnings.len() == 1 && warnings[0].contains(says), "{warnings:?}: {says}");
    }
}

#[test]
fn a_promotion_is_done_when_the_source_is_gone_and_the_instance_available() {
    let promote = kind(PROMOTE);
    for (status, instance, sent, word, said) in [
        ("available", replica(), 10, "not begun", "not applied"),
        ("available", replica(), 300, "failed", "not applied"),
        ("modifying", replica(), 300, "running", "not yet"),
        ("rebooting", replica(), 300, "running", "not yet"),
        ("modifying", alone(), 300, "running", "applied"),
        ("rebooting", alone(), 300, "running", "applied"),
        ("backing-up", alone(), 300, "done", "applied"),
        ("available", alone(), 300, "done", "applied"),
        ("incompatible-network", alone(), 300, "failed", "applied"),
    ] {
        let scene = is(status, instance).sent(None, sent, applied());
        assert_eq!(progress(&promote, &scene).0, word, "{status} {sent}");
        assert_eq!(found(&promote, &scene, None).0, said, "{status}");
    }
    assert_eq!(
        progress(&promote, &is("available", replica()).sent(None, 300, refused())).0,
        "not begun",
        "it was refused"
    );
    let silent = Scene::new().silent(Query::DbInstances(west()));
    assert_eq!((progress(&promote, &silent).0, found(&promote, &silent, None).0), ("unknown", "unread"));
    let stale = Scene::new().stale(Query::DbInstances(west()), Answer::DbInstances(vec![alone()]));
    assert_eq!((progress(&promote, &stale).0, found(&promote, &stale, None).0), ("unknown", "unread"));
    let kept = DbInstance { backup_retention_days: 7, latest_restorable: Some(ago(60)), ..alone() };
    assert_eq!(
        progress(&promote, &is("available", kept)).1,
        "orders-db-west stands alone and is available, backups kept for 7 days, restorable to 14:09:00Z"
    );
}

// RDS: settings, replicas, stopping.

#[test]
fn settings_are_asked_for_as_far_as_they_differ() {
    let modify = kind(
        "kind = \"rds-modify\"\ninstance = \"orders-db-west\"\nregion = \"us-west-2\"\nbackup_retention_days = 7\nmulti_az = true\n",
    );
    assert_eq!(modify.step().facts().reversibility, Reversibility::Reversible);
    assert_eq!(modify.step().facts().permissions, ["rds:ModifyDBInstance"]);
    let sent = json!({"DBInstanceIdentifier": "orders-db-west", "ApplyImmediately": true, "BackupRetentionPeriod": 7, "MultiAZ": true});
    assert_eq!(request(&modify, &is("available", alone())), ("us-west-2".into(), "ModifyDBInstance".into(), sent));
    let half = DbInstance { backup_retention_days: 7, ..alone() };
    let sent = json!({"DBInstanceIdentifier": "orders-db-west", "ApplyImmediately": true, "MultiAZ": true});
    assert_eq!(request(&modify, &is("available", half.clone())).2, sent);
    let all = DbInstance { multi_az: true, ..half.clone() };
    assert!(matches!(modify.step().work(&is("available", all.clone()).world()), Work::Already(_)));
    assert!(blockers(&modify, &is("backing-up", half.clone()))[0].contains("is being backed up"));
    assert!(blockers(&modify, &Scene::new().silent(Query::DbInstances(west())))[0].contains("did not answer"));
    let pending = DbInstance { pending: Pending { multi_az: Some(true), ..Pending::default() }, ..half.clone() };
    for (status, instance, word, said) in [
        ("available", alone(), "failed", "not applied"),
        ("modifying", alone(), "running", "not yet"),
        ("available", pending, "running", "applied"),
        ("modifying", half, "running", "not yet"),
        ("modifying", all.clone(), "running", "applied"),
        ("backing-up", all.clone(), "done", "applied"),
        ("available", all, "done", "applied"),
    ] {
        let scene = is(status, instance).sent(None, 300, applied());
        assert_eq!((progress(&modify, &scene).0, found(&modify, &scene, None).0), (word, said), "{status}");
    }
    let off = kind(
        "kind = \"rds-modify\"\ninstance = \"orders-db-west\"\nregion = \"us-west-2\"\nbackup_retention_days = 0\n",
    );
    assert_eq!(off.step().facts().reversibility, Reversibility::WithLoss);
    let kept = DbInstance { backup_retention_days: 7, replicas: vec![t("orders-db-reader")], ..alone() };
    assert!(
        off.step().loses(&is("available", kept.clone()).world()).unwrap().as_str().contains("every automated backup")
    );
    assert!(blockers(&off, &is("available", kept))[0].contains("orders-db-reader follow it"));
    assert!(
        problems("kind = \"rds-modify\"\ninstance = \"a\"\nregion = \"us-west-2\"\n").contains("something to change")
    );
    let too_long = "kind = \"rds-modify\"\ninstance = \"a\"\nregion = \"us-west-2\"\nbackup_retention_days = 36\n";
    assert!(problems(too_long).contains("is more than 35"));
}

const CREATE: &str = "kind = \"rds-create-read-replica\"\ninstance = \"orders-db-east\"\nregion = \"us-east-1\"\nsource = \"orders-db-west\"\n\
     source_region = \"us-west-2\"\nclass = \"db.r6g.large\"\nsubnet_group = \"orders\"\nparameter_group = \"orders-mysql80\"\n\
     security_groups = [\"sg-1\", \"sg-2\"]\n";

#[test]
fn a_new_replica_is_made_once_and_as_the_runbook_says() {
    let create = kind(&format!("{CREATE}kms_key = \"alias/orders\"\nmulti_az = true\n"));
    assert_eq!(create.step().facts().permissions, ["rds:CreateDBInstanceReadReplica", "rds:AddTagsToResource"]);
    let source = DbInstance {
        backup_retention_days: 7,
        kms_key: Some(t("arn:aws:kms:us-west-2:111122223333:key/k")),
        ..alone()
    };
    let at = |source: DbInstance, here: Vec<DbInstance>| {
        Scene::new().with(instances(&west(), vec![source])).with(instances(&east(), here))
    };
    let scene = at(source.clone(), vec![primary()]);
    let sent = json!({
        "DBInstanceIdentifier": "orders-db-east",
        "SourceDBInstanceIdentifier": "arn:aws:rds:us-west-2:111122223333:db:orders-db-west",
        "DBInstanceClass": "db.r6g.large",
        "DBSubnetGroupName": "orders",
        "DBParameterGroupName": "orders-mysql80",
        "VpcSecurityGroupIds": ["sg-1", "sg-2"],
        "KmsKeyId": "alias/orders",
        "MultiAZ": true,
        "Tags": [
            {"Key": "dr-intent", "Value": intent().to_string()},
            {"Key": "dr-run", "Value": run_id().to_string()},
        ],
    });
    assert_eq!(request(&create, &scene), ("us-east-1".into(), "CreateDBInstanceReadReplica".into(), sent));
    assert_eq!((blockers(&create, &scene), warnings(&create, &scene)), (vec![], vec![]));
    let named = DbInstance { id: t("orders-db-east"), ..primary() };
    let off = DbInstance { backup_retention_days: 0, ..source.clone() };
    for (scene, says) in [
        (
            Scene::new().with(instances(&west(), vec![source.clone()])).silent(Query::DbInstances(east())),
            "did not answer",
        ),
        (Scene::new().with(instances(&east(), vec![])).silent(Query::DbInstances(west())), "did not answer"),
        (
            at(source.clone(), vec![named.clone()]),
            "an instance of that name is available there and does not follow orders-db-west",
        ),
        (at(off, vec![]), "they are off, and AWS makes no replica without them"),
        (at(DbInstance { status: t("backing-up"), ..source.clone() }, vec![]), "is being backed up"),
    ] {
        let blockers = blockers(&create, &scene);
        assert!(blockers.len() == 1 && blockers[0].contains(says), "{blockers:?}: {says}");
    }
    assert!(blockers(&kind(CREATE), &scene)[0].contains("orders-db-west is encrypted: name a key of us-east-1"));
    let bare = "kind = \"rds-create-read-replica\"\ninstance = \"a\"\nregion = \"us-east-1\"\nsource = \"orders-db-west\"\n\
         source_region = \"us-west-2\"\nclass = \"db.r6g.large\"\nkms_key = \"k\"\n";
    assert!(
        warnings(&kind(bare), &scene)[0].contains("does not say subnet_group, parameter_group and security_groups")
    );

    let made = |status: &str, tag: Option<&str>, follows: bool| DbInstance {
        id: t("orders-db-east"),
        status: t(status),
        intent: tag.map(t),
        ..if follows { model_readings::replica("orders-db-east", "us-east-1", &source) } else { primary() }
    };
    let ours = intent().to_string();
    for (here, word, said) in [
        (vec![], "failed", "not applied"),
        (vec![made("creating", Some(&ours), true)], "running", "applied"),
        (vec![made("available", None, true)], "done", "applied"),
        (vec![made("available", Some("01ARZ3NDEKTSV4RRFFQ69G5FAV-9"), true)], "done", "not applied"),
        (vec![made("available", None, false)], "failed", "not applied"),
        (vec![made("incompatible-parameters", Some(&ours), true)], "failed", "applied"),
    ] {
        let scene = at(source.clone(), here).sent(None, 300, applied());
        assert_eq!((progress(&create, &scene).0, found(&create, &scene, None).0), (word, said));
    }
    assert!(matches!(
        create.step().work(&at(source.clone(), vec![made("available", None, true)]).world()),
        Work::Already(_)
    ));
    assert!(matches!(create.step().work(&scene.mode(Mode::Drill).world()), Work::NotInThisMode(_)));
}

#[test]
fn an_old_primary_is_stopped_unless_aws_would_refuse() {
    let stop = kind("kind = \"rds-stop\"\ninstance = \"orders-db\"\nregion = \"us-east-1\"\n");
    let at = |status: &str, instance: DbInstance| {
        Scene::new().with(instances(&east(), vec![DbInstance { status: t(status), ..instance }]))
    };
    let scene = at("available", primary());
    assert_eq!(
        request(&stop, &scene),
        ("us-east-1".into(), "StopDBInstance".into(), json!({"DBInstanceIdentifier": "orders-db"}))
    );
    assert!(stop.step().describe(&scene.world()).as_str().contains("AWS starts it again after seven days"));
    assert_eq!(blockers(&stop, &scene), Vec::<String>::new());
    for (scene, says) in [
        (Scene::new().silent(Query::DbInstances(east())), "did not answer"),
        (Scene::new().with(instances(&east(), vec![])), "it is gone and takes no writes; skip this step"),
        (
            at("available", DbInstance { replicas: vec![t("arn:aws:rds:us-west-2:1:db:orders-db-west")], ..primary() }),
            "orders-db-west follow it",
        ),
        (at("available", DbInstance { replica_source: Some(t("other")), ..primary() }), "it is a replica of other"),
        (at("available", DbInstance { cluster: Some(t("shop")), ..primary() }), "belongs to the Aurora cluster shop"),
        (at("backing-up", primary()), "is being backed up"),
    ] {
        let blockers = blockers(&stop, &scene);
        assert!(blockers.len() == 1 && blockers[0].contains(says), "{blockers:?}: {says}");
    }
    let until = DbInstance { restarts: Some(ago(-60)), ..primary() };
    for (status, word, said) in [
        ("available", "failed", "not applied"),
        ("stopping", "running", "applied"),
        ("stopped", "done", "applied"),
        ("starting", "failed", "not yet"),
        ("modifying", "running", "not yet"),
    ] {
        let scene = at(status, until.clone()).sent(None, 300, applied());
        assert_eq!((progress(&stop, &scene).0, found(&stop, &scene, None).0), (word, said), "{status}");
    }
    assert_eq!(progress(&stop, &at("stopped", until)).1, "orders-db is stopped; AWS starts it again at 14:11:00Z");
    assert!(matches!(stop.step().work(&at("stopping", primary()).world()), Work::Already(_)));
}
