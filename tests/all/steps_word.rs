//! Steps that send nothing: a person's word, the fence, and waiting for a reading.

use drdeck::model::Query;
use drdeck::model::facts::Answer;
use drdeck::model::facts::rds::{DbInstance, FailoverState};
use drdeck::model::facts::{Known, rds::GlobalCluster, rds::Synchronization};
use drdeck::runbook::kinds::{Kind, Reversibility};
use drdeck::runbook::{Mode, Question, Work};

use crate::fixture_steps::*;
use crate::model_readings;
use crate::steps_rds::{With, alone, group, groups, instances, is, lagging, primary};

#[test]
fn a_person_is_asked() {
    let scene = Scene::new();
    let approval = kind("kind = \"approval\"\nby = \"the incident commander\"\n");
    assert_eq!(approval.step().work(&scene.world()), Work::Ask(Question::Approval));
    assert!(approval.step().describe(&scene.world()).as_str().contains("the incident commander consents"));
    let decision = kind("kind = \"decision\"\ndeclares = \"us-east-1 is lost\"\n");
    assert_eq!(decision.step().work(&scene.world()), Work::Ask(Question::Decision));
    assert!(decision.step().describe(&scene.world()).as_str().contains("no reading shows a disruption"));
    assert_eq!(warnings(&decision, &scene).len(), 1);
    let began = scene.began(90);
    let card = decision.step().describe(&began.world()).to_string();
    assert!(card.contains("us-east-1 is lost; the disruption began at 14:08:30Z (1 min 30 s ago)"), "{card}");
    assert_eq!(warnings(&decision, &began), Vec::<String>::new());
    for kind in [approval, decision, kind("kind = \"manual\"\n")] {
        assert!(kind.step().asks().is_some());
        assert_eq!(kind.step().facts().reversibility, Reversibility::Harmless);
        assert_eq!(found(&kind, &began, None).0, "cannot tell");
    }
}

fn fence(old: &str, name: &str, more: &str) -> Kind {
    kind(&format!("kind = \"fence\"\nold = \"{old}\"\nname = \"{name}\"\nregion = \"us-east-1\"\n{more}"))
}

#[test]
fn a_fence_is_proven_by_what_aws_says_and_by_nothing_else() {
    let of_instance = fence("rds-instance", "orders-db", "");
    let at = |list: Vec<DbInstance>| Scene::new().with(instances(&east(), list));
    let with = |status: &str| at(vec![DbInstance { status: t(status), ..primary() }]);
    let follows = DbInstance { replica_source: Some(t("arn:aws:rds:us-west-2:1:db:orders-db-west")), ..primary() };
    for (scene, word, says) in [
        (with("available"), "not begun", "it takes writes"),
        (with("stopping"), "running", "stopping"),
        (with("stopped"), "done", "stopped"),
        (with("deleting"), "done", "deleting"),
        (at(vec![]), "done", "there is no RDS instance orders-db in us-east-1 any more"),
        (at(vec![follows]), "done", "follows orders-db-west and takes no writes"),
        (Scene::new().silent(Query::DbInstances(east())), "unknown", "a Region that does not answer proves nothing"),
        (Scene::new().stale(Query::DbInstances(east()), Answer::DbInstances(vec![])), "unknown", "proves nothing"),
        (Scene::new(), "unknown", "was not read yet"),
    ] {
        let (is, said) = progress(&of_instance, &scene);
        assert_eq!(is, word, "{said}");
        assert!(said.contains(says), "{said}: {says}");
        assert_eq!(of_instance.step().loses(&scene.world()).is_none(), word == "done");
        assert_eq!(blockers(&of_instance, &scene), Vec::<String>::new(), "the risk may be accepted");
        assert_eq!(of_instance.step().work(&scene.world()), Work::Ask(Question::Fence));
    }
    assert!(matches!(of_instance.step().work(&with("available").mode(Mode::Drill).world()), Work::NotInThisMode(_)));

    let of_group = fence("auto-scaling-group", "web", "");
    for (group, word) in [
        (group(0, 0, 0, 0), "done"),
        (group(0, 0, 0, 2), "running"),
        (group(0, 4, 0, 0), "not begun"),
        (group(1, 4, 2, 2), "not begun"),
    ] {
        let scene = Scene::new().put(Query::Groups(east()), Answer::Groups(vec![group]));
        assert_eq!(progress(&of_group, &scene).0, word);
    }
    assert!(
        problems("kind = \"fence\"\nold = \"aurora-cluster\"\nname = \"a\"\nregion = \"us-east-1\"\n")
            .contains("global_cluster")
    );
    assert!(
        problems("kind = \"fence\"\nold = \"site\"\nname = \"a\"\nregion = \"us-east-1\"\n")
            .contains("must be \"rds-instance\"")
    );
}

#[test]
fn a_fence_of_an_aurora_cluster_asks_its_global_database_there() {
    let fence = fence("aurora-cluster", "shop-use1", "global_cluster = \"shop\"\n");
    let clusters =
        (Query::DbClusters(east()), Answer::DbClusters(vec![model_readings::cluster("shop-use1", "us-east-1")]));
    let global = |global: GlobalCluster| (Query::GlobalClusters(east()), Answer::GlobalClusters(vec![global]));
    let detached = GlobalCluster { members: vec![], ..model_readings::global("us-west-2") };
    let moving = GlobalCluster {
        failover: Some(FailoverState { status: t("failing-over"), from: None, to: None }),
        ..model_readings::global("us-east-1")
    };
    for (scene, word, says) in [
        (
            Scene::new().with(clusters.clone()).with(global(model_readings::global("us-east-1"))),
            "not begun",
            "is the writer of shop",
        ),
        (
            Scene::new().with(clusters.clone()).with(global(model_readings::global("us-west-2"))),
            "done",
            "follows shop-usw2 in us-west-2",
        ),
        (Scene::new().with(clusters.clone()).with(global(detached)), "not begun", "takes writes of its own"),
        (Scene::new().with(clusters.clone()).with(global(moving)), "running", "failing-over"),
        (Scene::new().with(clusters.clone()).silent(Query::GlobalClusters(east())), "unknown", "proves nothing"),
        (
            Scene::new().silent(Query::DbClusters(east())).with(global(model_readings::global("us-west-2"))),
            "unknown",
            "proves nothing",
        ),
        (Scene::new().put(Query::DbClusters(east()), Answer::DbClusters(vec![])), "done", "there is no Aurora cluster"),
    ] {
        let (is, said) = progress(&fence, &scene);
        assert_eq!(is, word, "{said}");
        assert!(said.contains(says), "{said}: {says}");
    }
}

#[test]
fn waiting_ends_when_the_reading_is_as_it_should_be() {
    let wait = |keys: &str| kind(&format!("kind = \"wait-until\"\n{keys}"));
    let lag = wait("reading = \"replica-lag\"\nname = \"orders-db-west\"\nregion = \"us-west-2\"\nbelow = \"30s\"\n");
    assert_eq!(progress(&lag, &lagging(20.0)).0, "done");
    assert_eq!(progress(&lag, &lagging(31.0)).0, "running");
    assert_eq!(progress(&lag, &lagging(-1.0)).0, "running");
    assert_eq!(progress(&lag, &Scene::new()).0, "unknown");
    let status = wait("reading = \"db-instance-status\"\nname = \"orders-db-west\"\nregion = \"us-west-2\"\n");
    assert_eq!(progress(&status, &is("available", alone())).0, "done");
    assert_eq!(
        progress(&status, &is("creating", alone())),
        ("running", "RDS instance orders-db-west in us-west-2 is creating".into())
    );
    assert_eq!(progress(&status, &Scene::new().with(instances(&west(), vec![]))).0, "not begun");
    let restorable = wait("reading = \"db-instance-restorable\"\nname = \"orders-db-west\"\nregion = \"us-west-2\"\n");
    assert_eq!(progress(&restorable, &is("available", alone())).0, "running");
    let kept = DbInstance { latest_restorable: Some(ago(60)), ..alone() };
    assert_eq!(progress(&restorable, &is("available", kept)).0, "done");
    let in_service = wait("reading = \"asg-in-service\"\nname = \"web\"\nregion = \"us-west-2\"\nat_least = 4\n");
    assert_eq!(progress(&in_service, &Scene::new().with(groups(group(4, 4, 4, 3)))).0, "running");
    assert_eq!(progress(&in_service, &Scene::new().with(groups(group(4, 4, 4, 4)))).0, "done");
    let synchronized = wait("reading = \"aurora-synchronization\"\nname = \"shop\"\nregion = \"us-east-1\"\n");
    let at =
        |global: GlobalCluster| Scene::new().put(Query::GlobalClusters(east()), Answer::GlobalClusters(vec![global]));
    let mut resync = model_readings::global("us-west-2");
    assert_eq!(progress(&synchronized, &at(resync.clone())).0, "done");
    resync.members[0].synchronization = Some(Known::Is(Synchronization::PendingResync));
    assert_eq!(progress(&synchronized, &at(resync)).0, "running");
    for kind in [&lag, &status, &restorable, &in_service, &synchronized] {
        assert_eq!(kind.step().work(&Scene::new().world()), Work::Watch);
        assert!(!reads(kind.step(), &Scene::new()).is_empty());
    }
    for (keys, says) in [
        ("reading = \"replica-lag\"\nname = \"a\"\nregion = \"us-west-2\"\n", "needs `below`"),
        (
            "reading = \"replica-lag\"\nname = \"a\"\nregion = \"us-west-2\"\nbelow = \"30s\"\nis = \"x\"\n",
            "nothing that replica-lag can be compared with",
        ),
        ("reading = \"health-check\"\nname = \"a\"\nregion = \"us-west-2\"\n", "in us-east-1 only"),
        ("reading = \"mood\"\nname = \"a\"\nregion = \"us-west-2\"\n", "must be \"db-instance-status\""),
    ] {
        let problems = problems(&format!("kind = \"wait-until\"\n{keys}"));
        assert!(problems.contains(says), "{problems}: {says}");
    }
}
