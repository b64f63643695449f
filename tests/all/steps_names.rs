//! Steps that keep a database's names and backups in order: an old primary gives its name away, and what takes its place is backed up elsewhere
//! as it was; and what tells where such things stand.

use drdeck::model::facts::Answer;
use drdeck::model::facts::drs::RecoverySnapshot;
use drdeck::model::facts::look::DnsAnswer;
use drdeck::model::facts::rds::{AutomatedBackup, DbInstance, Pending};
use drdeck::model::query::{DnsQuestion, DnsServer};
use drdeck::model::{Place, Query};
use drdeck::runbook::{Mode, Work};
use serde_json::json;

use crate::fixture_steps::*;
use crate::model_readings;
use crate::steps_rds::{With, instances, lagging, primary};

const RENAME: &str =
    "kind = \"rds-rename\"\ninstance = \"orders-db\"\nregion = \"us-east-1\"\nto = \"orders-db-before\"\n";

fn before(status: &str) -> DbInstance {
    DbInstance { status: t(status), ..model_readings::instance("orders-db-before", "us-east-1") }
}

fn named(status: &str) -> DbInstance {
    DbInstance { status: t(status), ..primary() }
}

fn at(list: Vec<DbInstance>) -> Scene {
    Scene::new().with(instances(&east(), list))
}

#[test]
fn an_old_primary_gives_its_name_away() {
    let rename = kind(RENAME);
    let scene = at(vec![named("available")]);
    assert_eq!(
        request(&rename, &scene),
        (
            "us-east-1".into(),
            "ModifyDBInstance".into(),
            json!({"DBInstanceIdentifier": "orders-db", "NewDBInstanceIdentifier": "orders-db-before", "ApplyImmediately": true})
        )
    );
    assert!(
        rename.step().describe(&scene.world()).as_str().contains("is called orders-db-before from then on, at once")
    );
    assert_eq!(blockers(&rename, &scene), Vec::<String>::new());
    let follower = t("arn:aws:rds:us-west-2:111122223333:db:orders-db-west");
    let followed = at(vec![DbInstance { replicas: vec![follower], ..named("available") }]);
    assert_eq!((blockers(&rename, &followed).len(), warnings(&rename, &followed).len()), (0, 1));
    for (scene, says) in [
        (Scene::new().silent(Query::DbInstances(east())), "did not answer"),
        (at(vec![]), "there is no RDS instance orders-db"),
        (at(vec![named("available"), before("stopped")]), "choose orders-db NEW-NAME"),
        (at(vec![named("backing-up")]), "is being backed up"),
        (at(vec![named("stopped")]), "is stopped"),
        (at(vec![DbInstance { cluster: Some(t("shop")), ..named("available") }]), "belongs to the Aurora cluster shop"),
    ] {
        let blockers = blockers(&rename, &scene);
        assert!(blockers.len() == 1 && blockers[0].contains(says), "{blockers:?}: {says}");
    }
    assert!(matches!(rename.step().work(&at(vec![before("available")]).world()), Work::Already(_)));
    assert!(matches!(rename.step().work(&scene.clone().mode(Mode::Drill).world()), Work::NotInThisMode(_)));
    for (to, says) in [
        ("orders-db", "the name that it has"),
        ("9-orders", "begin with a letter"),
        ("orders--db", "two in a row"),
        ("orders_db", "letters, digits and hyphens"),
    ] {
        assert!(problems(&RENAME.replace("orders-db-before", to)).contains(says), "{to}");
    }
}

#[test]
fn the_operator_chooses_another_name_where_the_first_is_taken() {
    let rename = kind(RENAME);
    let chosen = |name: &str| {
        let mut scene = at(vec![named("available"), before("stopped")]);
        scene.run.choices.insert("orders-db".to_owned(), name.to_owned());
        scene
    };
    assert_eq!(blockers(&rename, &chosen("orders-db-2026")), Vec::<String>::new());
    assert_eq!(request(&rename, &chosen("orders-db-2026")).2["NewDBInstanceIdentifier"], "orders-db-2026");
    let blockers = blockers(&rename, &chosen("orders db"));
    assert!(blockers.len() == 1 && blockers[0].contains("letters, digits and hyphens"), "{blockers:?}");
    // The fence follows the choice too.
    let fence = kind(
        "kind = \"fence\"\nold = \"rds-instance\"\nname = \"orders-db\"\nregion = \"us-east-1\"\naside = \"orders-db-before\"\n",
    );
    let mut scene = at(vec![DbInstance { id: t("orders-db-2026"), ..named("available") }]);
    scene.run.choices.insert("orders-db".to_owned(), "orders-db-2026".to_owned());
    assert_eq!(progress(&fence, &scene).0, "not begun");
}

#[test]
fn a_renaming_is_done_when_the_instance_is_well_under_its_new_name() {
    let rename = kind(RENAME);
    let pending =
        DbInstance { pending: Pending { id: Some(t("orders-db-before")), ..Pending::default() }, ..named("available") };
    for (list, word, said) in [
        (vec![named("available")], "failed", "not applied"),
        (vec![pending], "running", "applied"),
        (vec![named("renaming")], "running", "applied"),
        (vec![named("modifying")], "running", "not yet"),
        (vec![], "running", "not yet"),
        (vec![before("rebooting")], "running", "applied"),
        (vec![before("failed")], "failed", "applied"),
        (vec![before("available")], "done", "applied"),
    ] {
        let shown = format!("{:?}", list.iter().map(|one| one.status.to_string()).collect::<Vec<_>>());
        let scene = at(list).sent(None, 300, applied());
        assert_eq!((progress(&rename, &scene).0, found(&rename, &scene, None).0), (word, said), "{shown}");
    }
    let silent = Scene::new().silent(Query::DbInstances(east()));
    assert_eq!((progress(&rename, &silent).0, found(&rename, &silent, None).0), ("unknown", "unread"));
}

#[test]
fn a_fence_looks_at_what_was_put_aside_and_not_at_who_has_its_name_now() {
    let fence = kind(
        "kind = \"fence\"\nold = \"rds-instance\"\nname = \"orders-db\"\nregion = \"us-east-1\"\naside = \"orders-db-before\"\n",
    );
    let follows = || DbInstance {
        replica_source: Some(t("arn:aws:rds:us-west-2:111122223333:db:orders-db-west")),
        ..named("available")
    };
    for (list, word) in [
        (vec![named("available")], "not begun"),
        (vec![before("available")], "not begun"),
        (vec![before("available"), follows()], "not begun"),
        (vec![before("stopped"), follows()], "done"),
        (vec![], "done"),
    ] {
        let (is, said) = progress(&fence, &at(list));
        assert_eq!(is, word, "{said}");
    }
    let group =
        "kind = \"fence\"\nold = \"auto-scaling-group\"\nname = \"web\"\nregion = \"us-east-1\"\naside = \"x\"\n";
    assert!(problems(group).contains("of an rds-instance only"));
}

fn kept(status: &str, latest: bool) -> Vec<AutomatedBackup> {
    vec![AutomatedBackup {
        instance: t("orders-db"),
        instance_arn: t("arn:aws:rds:us-east-1:111122223333:db:orders-db"),
        arn: Some(t("arn:aws:rds:us-west-2:111122223333:auto-backup:ab-1")),
        resource_id: Some(t("db-1")),
        source_region: t("us-east-1"),
        status: t(status),
        earliest: latest.then(|| ago(600)),
        latest: latest.then(|| ago(300)),
    }]
}

#[test]
fn backups_go_to_another_region_again() {
    let keys = "kind = \"rds-replicate-backups\"\ninstance = \"orders-db\"\nregion = \"us-east-1\"\nto_region = \"us-west-2\"\nbackup_retention_days = 14\nkms_key = \"alias/orders\"\n";
    let replicate = kind(keys);
    let scene = |list: Vec<AutomatedBackup>| {
        at(vec![named("available")]).put(Query::DbAutomatedBackups(west()), Answer::DbAutomatedBackups(list))
    };
    let none = scene(vec![]);
    assert_eq!(
        request(&replicate, &none),
        (
            "us-west-2".into(),
            "StartDBInstanceAutomatedBackupsReplication".into(),
            json!({"SourceDBInstanceArn": primary().arn.as_str(), "BackupRetentionPeriod": 14, "KmsKeyId": "alias/orders"})
        )
    );
    assert_eq!(blockers(&replicate, &none), Vec::<String>::new());
    let bare = kind(&keys.replace("kms_key = \"alias/orders\"\n", ""));
    assert!(blockers(&bare, &none)[0].contains("is encrypted: name a key of us-west-2"));
    let off = at(vec![DbInstance { backup_retention_days: 0, ..named("available") }])
        .put(Query::DbAutomatedBackups(west()), Answer::DbAutomatedBackups(vec![]));
    assert!(blockers(&replicate, &off)[0].contains("they are off"));
    let unread = at(vec![named("available")]).silent(Query::DbAutomatedBackups(west()));
    assert!(blockers(&replicate, &unread)[0].contains("did not answer"));
    for (list, word, said) in [
        (vec![], "failed", "not applied"),
        (kept("retained", true), "failed", "not applied"),
        (kept("pending", false), "running", "applied"),
        (kept("replicating", true), "done", "applied"),
    ] {
        let scene = scene(list).sent(None, 300, applied());
        assert_eq!((progress(&replicate, &scene).0, found(&replicate, &scene, None).0), (word, said));
    }
    assert!(matches!(replicate.step().work(&scene(kept("replicating", true)).world()), Work::Already(_)));
    assert!(matches!(replicate.step().work(&none.mode(Mode::Drill).world()), Work::NotInThisMode(_)));
    assert!(problems(&keys.replace("\"us-west-2\"", "\"us-east-1\"")).contains("name another one"));
    assert!(problems(&keys.replace("= 14", "= 36")).contains("1 to 35 days"));
}

#[test]
fn a_name_has_to_lead_where_another_one_does() {
    let dns = kind("kind = \"dns-check\"\nname = \"orders.shop.example\"\nsame_as = \"usw2.orders.shop.example\"\n");
    let answers = |name: &str, values: &[&str]| {
        [DnsServer::Authoritative, DnsServer::Resolver].map(|server| {
            let question = DnsQuestion { name: name.to_owned(), kind: "A".to_owned(), server };
            let values = values.iter().map(|value| t(value)).collect();
            let answer = DnsAnswer { server: t("192.0.2.53:53"), code: t("NOERROR"), values, ttl: Some(60) };
            (Query::DnsAnswer(Place::home(Place::EVERYWHERE), question), Answer::DnsAnswer(answer))
        })
    };
    let scene = |is: &[&str], should: &[&str]| {
        let all = answers("orders.shop.example", is).into_iter().chain(answers("usw2.orders.shop.example", should));
        all.fold(Scene::new(), |scene, (query, answer)| scene.put(query, answer))
    };
    assert_eq!(dns.step().reads(&Scene::new().world()).len(), 4);
    let both = ["203.0.113.20", "203.0.113.21"];
    assert_eq!(progress(&dns, &scene(&both, &both)).0, "done");
    assert_eq!(progress(&dns, &scene(&both[..1], &both)).0, "done");
    let (word, said) = progress(&dns, &scene(&["198.51.100.20"], &both));
    assert_eq!(word, "running");
    assert_eq!(
        said,
        "the zone's servers answer 198.51.100.20; usw2.orders.shop.example is 203.0.113.20 and 203.0.113.21"
    );
    assert_eq!(progress(&dns, &scene(&both, &[])).0, "running", "a name that leads nowhere proves nothing");
    assert!(problems("kind = \"dns-check\"\nname = \"a.example\"\n").contains("needs `expect`, or same_as"));
    let two = "kind = \"dns-check\"\nname = \"a.example\"\nexpect = [\"192.0.2.1\"]\nsame_as = \"b.example\"\n";
    assert!(problems(two).contains("leave one of them out"));
}

#[test]
fn a_server_is_protected_again_when_it_has_a_new_point() {
    let id = "s-1111111111111111a";
    let wait = kind(&format!(
        "kind = \"wait-until\"\nreading = \"drs-point-age\"\nname = \"{id}\"\nregion = \"us-west-2\"\nbelow = \"30m\"\n"
    ));
    let scene = |points: &[Option<i64>]| {
        let point = |taken: &Option<i64>| RecoverySnapshot::new("pit-1", taken.map(ago));
        let points = points.iter().map(point).collect();
        Scene::new().put(Query::RecoverySnapshots(west(), id.to_owned()), Answer::RecoverySnapshots(points))
    };
    assert_eq!(progress(&wait, &scene(&[None])).0, "not begun");
    let (word, said) = progress(&wait, &scene(&[Some(86_400), Some(3_600)]));
    assert!(word == "running" && said.contains("1 h old"), "{said}");
    assert_eq!(progress(&wait, &scene(&[Some(3_600), Some(600)])).0, "done");
    assert_eq!(progress(&wait, &Scene::new()).0, "unknown");
    let without = "kind = \"wait-until\"\nreading = \"drs-point-age\"\nname = \"s-1\"\nregion = \"us-west-2\"\n";
    assert!(problems(without).contains("`below`"));
}

#[test]
fn the_last_writes_have_arrived_when_the_lag_was_measured_after_them() {
    let keys = "kind = \"wait-until\"\nreading = \"replica-lag\"\nname = \"orders-db-west\"\nregion = \"us-west-2\"\nbelow = \"5s\"\n";
    let wait = kind(&format!("{keys}since = \"stop-app\"\n"));
    let stopped = |seconds: i64| {
        let mut scene = lagging(2.0);
        scene.run.done.push(("stop-app".to_owned(), ago(seconds), t("0 of 0 in service")));
        scene
    };
    let (word, said) = progress(&wait, &stopped(30));
    assert!(word == "running" && said.contains("measured before stop-app was done at 14:09:30Z"), "{said}");
    assert_eq!(progress(&wait, &stopped(90)).0, "done");
    assert_eq!(progress(&wait, &lagging(2.0)).0, "done", "a step that was left out asks for nothing");
    let status = "kind = \"wait-until\"\nreading = \"db-instance-status\"\nname = \"a\"\nregion = \"us-west-2\"\nsince = \"x\"\n";
    assert!(problems(status).contains("leave it out"));
}
