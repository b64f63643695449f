//! Every kind of step about Aurora global databases: what its card says, what keeps it back, what it sends, how far it has come, and whether a
//! request whose answer was lost was carried out.

use drdeck::model::facts::rds::{DbCluster, DbInstance, FailoverState, GlobalCluster, Synchronization};
use drdeck::model::facts::{Answer, Known};
use drdeck::model::{Place, Query};
use drdeck::runbook::kinds::{Kind, Reversibility};
use drdeck::runbook::{Attempt, Found, Mode, Work};
use serde_json::json;

use crate::fixture_steps::*;
use crate::model_readings;

const WEST: &str = "arn:aws:rds:us-west-2:111122223333:cluster:shop-usw2";
const EAST: &str = "arn:aws:rds:us-east-1:111122223333:cluster:shop-use1";

fn failover() -> Kind {
    kind("kind = \"aurora-global-failover\"\nglobal_cluster = \"shop\"\nregion = \"us-west-2\"\n")
}

fn switchover() -> Kind {
    kind(
        "kind = \"aurora-global-switchover\"\nglobal_cluster = \"shop\"\nfrom = \"us-east-1\"\nregion = \"us-west-2\"\n",
    )
}

fn detach() -> Kind {
    kind(
        "kind = \"aurora-global-detach\"\nglobal_cluster = \"shop\"\ncluster = \"shop-usw2\"\nregion = \"us-west-2\"\n",
    )
}

fn writing(region: &str) -> GlobalCluster {
    model_readings::global(region)
}

fn moving(status: &str, to: &str) -> GlobalCluster {
    let failover = Some(FailoverState { status: t(status), from: Some(t(EAST)), to: Some(t(to)) });
    GlobalCluster { failover, ..writing("us-east-1") }
}

fn ours() -> DbCluster {
    model_readings::cluster("shop-usw2", "us-west-2")
}

fn with(global: GlobalCluster, cluster: DbCluster) -> Scene {
    let globals = Answer::GlobalClusters(vec![global]);
    Scene::new()
        .put(Query::GlobalClusters(west()), globals)
        .put(Query::DbClusters(west()), Answer::DbClusters(vec![cluster]))
        .put(Query::DbClusters(east()), Answer::DbClusters(vec![model_readings::cluster("shop-use1", "us-east-1")]))
}

fn calm() -> Scene {
    with(writing("us-east-1"), ours()).series(
        &west(),
        "AuroraGlobalDBRPOLag",
        ("DBClusterIdentifier", "shop-usw2"),
        350.0,
        60,
    )
}

#[test]
fn a_failover_always_allows_data_loss_and_says_how_much() {
    let failover = failover();
    let facts = failover.step().facts();
    assert_eq!(facts.reversibility, Reversibility::WithLoss);
    assert_eq!(facts.permissions, ["rds:FailoverGlobalCluster"]);
    let scene = calm();
    let sent = json!({"GlobalClusterIdentifier": "shop", "TargetDbClusterIdentifier": WEST, "AllowDataLoss": true});
    assert_eq!(request(&failover, &scene), ("us-west-2".into(), "FailoverGlobalCluster".into(), sent));
    let card = failover.step().describe(&scene.world()).to_string();
    assert!(
        card.contains(&format!("global-cluster:shop: the writes go to {WEST} from shop-use1 in us-east-1")),
        "{card}"
    );
    let lost = |scene: &Scene| failover.step().loses(&scene.world()).map(|text| text.to_string()).unwrap_or_default();
    assert!(
        lost(&scene).contains("not reached shop-usw2 in us-west-2: up to 1 min until now (lag 350 ms at 14:09:00Z)"),
        "{}",
        lost(&scene)
    );
    assert!(
        lost(&scene.clone().began(59)).contains("up to 1 s until the disruption at 14:09:01Z"),
        "{}",
        lost(&scene.clone().began(59))
    );
    assert!(lost(&with(writing("us-east-1"), ours())).contains("its lag cannot be read"));
    let older = with(writing("us-east-1"), ours())
        .put(
            series_query(&west(), "AuroraGlobalDBRPOLag", ("DBClusterIdentifier", "shop-usw2")),
            Answer::Series(drdeck::model::facts::cloudwatch::Series {
                status: drdeck::model::facts::cloudwatch::SeriesStatus::Complete,
                points: vec![],
            }),
        )
        .series(&west(), "AuroraGlobalDBReplicationLag", ("DBClusterIdentifier", "shop-usw2"), 900.0, 60);
    assert!(lost(&older).contains("lag 900 ms"), "{}", lost(&older));
    assert_eq!(lost(&with(writing("us-west-2"), ours())), "", "it takes the writes already");
    assert!(matches!(failover.step().work(&with(writing("us-west-2"), ours()).world()), Work::Already(_)));
    assert!(matches!(failover.step().work(&scene.mode(Mode::Drill).world()), Work::NotInThisMode(_)));
}

#[test]
fn the_region_that_is_gone_is_not_asked() {
    let reads = reads(failover().step(), &calm());
    assert!(reads.iter().all(|(_, region)| region == "us-west-2"), "{reads:?}");
    assert_eq!(reads.len(), 4, "two lists, and the lag once the cluster is known");
}

fn release(version: &str) -> DbCluster {
    DbCluster { engine_version: t(version), ..ours() }
}

#[test]
fn what_cannot_take_over_is_told_before() {
    let (failover, switchover) = (failover(), switchover());
    let mut resync = writing("us-east-1");
    resync.members[1].synchronization = Some(Known::Is(Synchronization::PendingResync));
    let single = GlobalCluster { members: vec![writing("us-east-1").members[0].clone()], ..writing("us-east-1") };
    assert_eq!(blockers(&failover, &calm()), Vec::<String>::new());
    assert_eq!(blockers(&switchover, &calm()), Vec::<String>::new());
    assert_eq!(blockers(&failover, &with(writing("us-east-1"), release("16.4.1"))), Vec::<String>::new());
    for (scene, says) in [
        (Scene::new(), "was not read yet"),
        (Scene::new().silent(Query::GlobalClusters(west())), "did not answer"),
        (
            with(GlobalCluster { id: t("other"), ..writing("us-east-1") }, ours()),
            "there is no Aurora global database shop",
        ),
        (with(single, ours()), "it has shop-use1 in us-east-1; correct the runbook"),
        (with(moving("failing-over", WEST), ours()), "it is failing-over to shop-usw2 in us-west-2 now"),
        (with(writing("us-east-1"), DbCluster { members: vec![], ..ours() }), "it has none (headless)"),
        (with(writing("us-east-1"), DbCluster { status: t("backing-up"), ..ours() }), "it is being backed up"),
        (with(writing("us-east-1"), DbCluster { status: t("failed"), ..ours() }), "it is failed"),
        (with(writing("us-east-1"), release("16.3")), "it runs aurora-postgresql 16.3, shop runs 16.4"),
        (with(writing("us-east-1"), DbCluster { id: t("else"), ..ours() }), "there is no Aurora cluster shop-usw2"),
    ] {
        for kind in [&failover, &switchover] {
            let blockers = blockers(kind, &scene);
            assert!(blockers.len() == 1 && blockers[0].contains(says), "{blockers:?}: {says}");
        }
    }
    assert_eq!(blockers(&failover, &with(resync.clone(), ours())), Vec::<String>::new());
    assert!(warnings(&failover, &with(resync.clone(), ours()))[0].contains("more is lost than its lag says"));
    assert!(
        failover.step().loses(&with(resync.clone(), ours()).world()).unwrap().as_str().contains("not known how much")
    );
    assert!(blockers(&switchover, &with(resync, ours()))[0].contains("pending-resync"));
    assert!(blockers(&switchover, &calm().silent(Query::DbClusters(east())))[0].contains("did not answer"));
    let sick = model_readings::cluster("shop-use1", "us-east-1");
    let sick = Answer::DbClusters(vec![DbCluster { status: t("modifying"), ..sick }]);
    assert!(blockers(&switchover, &calm().put(Query::DbClusters(east()), sick))[0].contains("it is modifying"));
}

#[test]
fn a_switchover_is_asked_where_the_writer_is() {
    let switchover = switchover();
    assert_eq!(switchover.step().facts().reversibility, Reversibility::Reversible);
    assert_eq!(switchover.step().loses(&calm().world()), None);
    let sent = json!({"GlobalClusterIdentifier": "shop", "TargetDbClusterIdentifier": WEST});
    assert_eq!(request(&switchover, &calm()), ("us-east-1".into(), "SwitchoverGlobalCluster".into(), sent));
    let same = "kind = \"aurora-global-switchover\"\nglobal_cluster = \"shop\"\nfrom = \"us-west-2\"\nregion = \"us-west-2\"\n";
    assert!(problems(same).contains("where the writes come from"));
}

#[test]
fn the_writer_is_where_aws_says_it_is() {
    let gone = GlobalCluster { members: vec![writing("us-east-1").members[0].clone()], ..writing("us-east-1") };
    for kind in [failover(), switchover()] {
        for (scene, sent, word, said) in [
            (with(writing("us-east-1"), ours()), 10, "not begun", "not applied"),
            (with(writing("us-east-1"), ours()), 300, "failed", "not applied"),
            (with(moving("pending", WEST), ours()), 300, "running", "applied"),
            (with(moving("failing-over", WEST), ours()), 300, "running", "applied"),
            (with(moving("switching-over", WEST), ours()), 300, "running", "applied"),
            (with(moving("failing-over", EAST), ours()), 300, "running", "not yet"),
            (with(writing("us-west-2"), DbCluster { status: t("failing-over"), ..ours() }), 300, "running", "applied"),
            (with(writing("us-west-2"), ours()), 300, "done", "applied"),
            (with(gone.clone(), ours()), 300, "failed", "cannot tell"),
            (Scene::new().silent(Query::GlobalClusters(west())), 300, "unknown", "unread"),
        ] {
            let scene = scene.sent(None, sent, applied());
            let (is, text) = progress(&kind, &scene);
            assert_eq!((is, found(&kind, &scene, None).0), (word, said), "{text}");
        }
    }
}

#[test]
fn a_cluster_leaves_for_good() {
    let detach = detach();
    assert_eq!(detach.step().facts().reversibility, Reversibility::OneWay);
    let sent = json!({"GlobalClusterIdentifier": "shop", "DbClusterIdentifier": WEST});
    assert_eq!(request(&detach, &calm()), ("us-west-2".into(), "RemoveFromGlobalCluster".into(), sent));
    assert!(detach.step().loses(&calm().world()).unwrap().as_str().contains("lag 350 ms"));
    assert_eq!(blockers(&detach, &calm()), Vec::<String>::new());
    // Another version is no obstacle: this is the way on where a failover is refused.
    assert_eq!(blockers(&detach, &with(writing("us-east-1"), release("15.2"))), Vec::<String>::new());
    let alone = GlobalCluster { members: vec![writing("us-east-1").members[0].clone()], ..writing("us-east-1") };
    for (scene, says) in [
        (Scene::new().silent(Query::DbClusters(west())), "did not answer"),
        (
            Scene::new()
                .silent(Query::GlobalClusters(west()))
                .put(Query::DbClusters(west()), Answer::DbClusters(vec![ours()])),
            "did not answer",
        ),
        (with(writing("us-west-2"), ours()), "it takes the writes of the others"),
        (with(moving("failing-over", WEST), ours()), "it is failing-over"),
    ] {
        let blockers = blockers(&detach, &scene);
        assert!(blockers.len() == 1 && blockers[0].contains(says), "{blockers:?}: {says}");
    }
    assert!(matches!(detach.step().work(&with(alone.clone(), ours()).world()), Work::Already(_)));
    assert!(matches!(detach.step().work(&calm().mode(Mode::Drill).world()), Work::NotInThisMode(_)));
    let leaving = DbCluster { status: t("promoting"), ..ours() };
    for (scene, word, said) in [
        (calm(), "not begun", "not yet"),
        (with(writing("us-east-1"), leaving.clone()), "running", "not yet"),
        (with(alone.clone(), leaving), "running", "applied"),
        (with(alone, ours()), "done", "applied"),
        (Scene::new().silent(Query::DbClusters(west())), "unknown", "unread"),
    ] {
        let scene = scene.sent(None, 300, applied());
        assert_eq!((progress(&detach, &scene).0, found(&detach, &scene, None).0), (word, said));
    }
    // To leave takes minutes and may not show; after five it would.
    assert_eq!(progress(&detach, &calm().sent(None, 301, applied())).0, "failed");
    let old = Attempt { intent: intent(), call: None, at: ago(301), outcome: None };
    assert!(matches!(detach.step().reconcile(&calm().world(), &old), Found::NotApplied(_)));
}

const ADD: &str = "kind = \"aurora-add-secondary\"\nglobal_cluster = \"shop\"\ncluster = \"shop-usw2\"\nregion = \"us-west-2\"\nsubnet_group = \"shop\"\n\
     parameter_group = \"shop-pg16\"\nsecurity_groups = [\"sg-1\"]\n";

fn clusters(place: &Place, list: Vec<DbCluster>) -> (Query, Answer) {
    (Query::DbClusters(place.clone()), Answer::DbClusters(list))
}

#[test]
fn a_secondary_is_added_once_with_the_writers_engine() {
    let add = kind(&format!("{ADD}kms_key = \"alias/shop\"\n"));
    let alone = GlobalCluster { members: vec![writing("us-east-1").members[0].clone()], ..writing("us-east-1") };
    let at = |global: GlobalCluster, list: Vec<DbCluster>| {
        let (query, answer) = clusters(&west(), list);
        Scene::new().put(Query::GlobalClusters(west()), Answer::GlobalClusters(vec![global])).put(query, answer)
    };
    let scene = at(alone.clone(), vec![]);
    let sent = json!({
        "DBClusterIdentifier": "shop-usw2",
        "GlobalClusterIdentifier": "shop",
        "Engine": "aurora-postgresql",
        "EngineVersion": "16.4",
        "DBSubnetGroupName": "shop",
        "DBClusterParameterGroupName": "shop-pg16",
        "VpcSecurityGroupIds": ["sg-1"],
        "StorageEncrypted": true,
        "KmsKeyId": "alias/shop",
        "Tags": [
            {"Key": "dr-intent", "Value": intent().to_string()},
            {"Key": "dr-run", "Value": run_id().to_string()},
        ],
    });
    assert_eq!(request(&add, &scene), ("us-west-2".into(), "CreateDBCluster".into(), sent));
    assert_eq!((blockers(&add, &scene), warnings(&add, &scene)), (vec![], vec![]));
    let mut other = writing("us-east-1");
    other.members[1].cluster_arn = t("arn:aws:rds:us-west-2:111122223333:cluster:shop-other");
    let headless = GlobalCluster { members: vec![], ..alone.clone() };
    for (scene, says) in [
        (Scene::new().silent(Query::GlobalClusters(west())), "did not answer"),
        (at(other, vec![]), "it has shop-other in us-west-2; there is room for one"),
        (at(alone.clone(), vec![ours()]), "a cluster of that name is available there and stands alone"),
        (at(headless, vec![]), "no cluster takes the writes"),
        (
            at(GlobalCluster { members: alone.members.clone(), ..moving("failing-over", EAST) }, vec![]),
            "it is failing-over",
        ),
    ] {
        let blockers = blockers(&add, &scene);
        assert!(blockers.len() == 1 && blockers[0].contains(says), "{blockers:?}: {says}");
    }
    assert!(blockers(&kind(ADD), &scene)[0].contains("shop is encrypted: name a key of us-west-2"));
    let mut resync = writing("us-east-1");
    resync.members[1].synchronization = Some(Known::Is(Synchronization::PendingResync));
    let tagged = |status: &str| DbCluster { status: t(status), intent: Some(t(&intent().to_string())), ..ours() };
    for (scene, word, said) in [
        (at(alone.clone(), vec![]), "failed", "not applied"),
        (at(alone.clone(), vec![tagged("creating")]), "running", "applied"),
        (at(resync, vec![tagged("available")]), "running", "applied"),
        (at(writing("us-east-1"), vec![ours()]), "done", "applied"),
        (at(alone, vec![ours()]), "failed", "not applied"),
        (Scene::new().silent(Query::DbClusters(west())), "unknown", "unread"),
    ] {
        let scene = scene.sent(None, 300, applied());
        assert_eq!((progress(&add, &scene).0, found(&add, &scene, None).0), (word, said));
    }
    assert!(matches!(add.step().work(&at(writing("us-east-1"), vec![ours()]).world()), Work::Already(_)));
}

#[test]
fn a_headless_cluster_gets_an_instance() {
    let add = kind(
        "kind = \"aurora-add-instance\"\ncluster = \"shop-usw2\"\nregion = \"us-west-2\"\ninstance = \"shop-usw2-1\"\nclass = \"db.r6g.large\"\n",
    );
    let at = |cluster: &str, list: Vec<DbInstance>| {
        let (query, answer) = clusters(&west(), vec![DbCluster { status: t(cluster), members: vec![], ..ours() }]);
        Scene::new().put(query, answer).put(Query::DbInstances(west()), Answer::DbInstances(list))
    };
    let member = |status: &str| DbInstance {
        status: t(status),
        cluster: Some(t("shop-usw2")),
        ..model_readings::instance("shop-usw2-1", "us-west-2")
    };
    let (region, operation, sent) = request(&add, &at("available", vec![]));
    assert_eq!((region.as_str(), operation.as_str()), ("us-west-2", "CreateDBInstance"));
    assert_eq!(sent["DBClusterIdentifier"], "shop-usw2");
    assert_eq!(sent["Engine"], "aurora-postgresql");
    assert_eq!(sent["DBInstanceClass"], "db.r6g.large");
    assert_eq!(sent["Tags"][0], json!({"Key": "dr-intent", "Value": intent().to_string()}));
    assert!(blockers(&add, &at("creating", vec![]))[0].contains("it is creating; wait"));
    let other = DbInstance { cluster: None, ..member("available") };
    assert!(blockers(&add, &at("available", vec![other.clone()]))[0].contains("choose another name"));
    for (scene, word, said) in [
        (at("available", vec![]), "failed", "not applied"),
        (at("available", vec![member("creating")]), "running", "applied"),
        (at("available", vec![member("available")]), "done", "applied"),
        (at("available", vec![other]), "failed", "not applied"),
        (Scene::new().silent(Query::DbInstances(west())), "unknown", "unread"),
    ] {
        let scene = scene.sent(None, 300, applied());
        assert_eq!((progress(&add, &scene).0, found(&add, &scene, None).0), (word, said));
    }
}
