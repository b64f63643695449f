//! The kinds of steps against the simulated shop: each is sent once, comes to its end, and would have been found again had its answer been lost.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use drdeck::aws::Session;
use drdeck::demo;
use drdeck::model::{Failure, Moment, Query, Reading, Snapshot, Span};
use drdeck::runbook::check::Standing;
use drdeck::runbook::kinds::Kind;
use drdeck::runbook::{Attempt, Found, IntentId, Mode, Outcome, Progress, RunFacts, RunId, Work, World};
use drdeck::sim::Running;

use crate::aws_stub::session_at;
use crate::fixture_steps::{kind, t};
use crate::sim_kit;

const PATIENCE: Duration = Duration::from_secs(20);

/// A shop, who works on it, and how late it is there.
pub(crate) struct Desk {
    pub(crate) server: Running,
    session: Session,
    minutes: u32,
    sent: u32,
    pub(crate) run: RunFacts,
}

impl Desk {
    pub(crate) async fn open(acts: &str) -> Self {
        let server = sim_kit::simulator(demo::ESTATE, acts);
        let session = session_at(&server.url(), Duration::from_secs(20)).await;
        let run = RunFacts {
            id: RunId::new(1_700_000_000_000, 7),
            mode: Mode::Live,
            runbook: "orders-failover".to_owned(),
            system: "orders".to_owned(),
            incident: None,
            operator: t("kim"),
            account: t("111122223333"),
            opened: sim_kit::START.parse().unwrap(),
            began: None,
            repair: None,
            choices: BTreeMap::new(),
            done: Vec::new(),
        };
        let mut desk = Self { server, session, minutes: 0, sent: 0, run };
        desk.wait(30);
        desk
    }

    pub(crate) fn wait(&mut self, minutes: u32) {
        self.minutes += minutes;
        sim_kit::at(&self.server, &format!("{}m", self.minutes));
    }

    fn now(&self) -> Moment {
        let start: Moment = sim_kit::START.parse().unwrap();
        start.checked_add(Span::from_mins(self.minutes.into())).unwrap()
    }

    /// What a step sees now: its queries read until it names nothing new.
    async fn look(&self, kind: &Kind, attempts: &[Attempt]) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for _ in 0..3 {
            let world = World { snapshot: &snapshot, now: self.now(), run: &self.run, attempts };
            let queries: Vec<Query> = kind.step().reads(&world);
            for query in queries {
                if snapshot.readings.contains_key(&query) {
                    continue;
                }
                let reading = match self.session.read(&query, self.now()).await.result {
                    Ok(answer) => Reading::fresh(Arc::new(answer), self.now(), Span::from_mins(1)),
                    Err(unread) => {
                        let (since, at) = (self.now(), self.now());
                        Reading::failed(Failure { since, at, kind: unread.kind, error: unread.error })
                    }
                };
                snapshot.readings.insert(Arc::new(query), reading);
            }
        }
        snapshot
    }

    /// What keeps a step back now.
    async fn blockers(&self, kind: &Kind) -> Vec<String> {
        let snapshot = self.look(kind, &[]).await;
        let checks = kind.step().check(&World { snapshot: &snapshot, now: self.now(), run: &self.run, attempts: &[] });
        checks
            .iter()
            .filter(|check| check.is_blocker())
            .map(|check| match &check.standing {
                Standing::Blocks(why) | Standing::Warns(why) => why.to_string(),
                Standing::Holds => String::new(),
            })
            .collect()
    }

    /// How far it is now.
    async fn progress(&self, kind: &Kind, attempts: &[Attempt]) -> Progress {
        let snapshot = self.look(kind, attempts).await;
        kind.step().verify(&World { snapshot: &snapshot, now: self.now(), run: &self.run, attempts })
    }

    /// Confirms a step, sends what it sends, and waits until it is done: what it says then. `patience` is in minutes.
    /// On the heap: a test that confirms ten steps has no room for ten of these.
    pub(crate) fn confirm<'a>(
        &'a mut self,
        step: &'a str,
        patience: u32,
    ) -> Pin<Box<dyn Future<Output = String> + 'a>> {
        Box::pin(self.carry_out(step, patience))
    }

    async fn carry_out(&mut self, step: &str, patience: u32) -> String {
        let kind = kind(step);
        assert_eq!(self.blockers(&kind).await, Vec::<String>::new(), "{step}");
        let before = self.look(&kind, &[]).await;
        let world = World { snapshot: &before, now: self.now(), run: &self.run, attempts: &[] };
        let mut attempts: Vec<Attempt> = Vec::new();
        let work = kind.step().work(&world);
        if let Work::Calls(calls) | Work::OneOf(calls) = &work {
            let most = if matches!(work, Work::OneOf(_)) { 1 } else { calls.len() };
            for call in calls.iter().take(most) {
                self.sent += 1;
                let intent = IntentId { run: self.run.id, number: self.sent };
                let lost = Attempt { intent, call: Some(call.clone()), at: self.now(), outcome: None };
                let long_ago = Attempt { at: self.run.opened, ..lost.clone() };
                let found = kind.step().reconcile(&world, &long_ago);
                assert!(matches!(found, Found::NotApplied(_)), "{step} before it is sent: {found:?}");
                let outcome = self.session.change(call, intent, PATIENCE).await;
                assert!(matches!(outcome, Outcome::Applied { .. }), "{step}: {outcome:?}");
                attempts.push(Attempt { outcome: Some(outcome), ..lost });
            }
        }
        for minute in 0..patience {
            let snapshot = self.look(&kind, &attempts).await;
            let world = World { snapshot: &snapshot, now: self.now(), run: &self.run, attempts: &attempts };
            if let Some(attempt) = attempts.last() {
                let lost = Attempt { outcome: None, ..attempt.clone() };
                let found = kind.step().reconcile(&world, &lost);
                assert!(!matches!(found, Found::NotApplied(_)), "{step}, {minute} min after it was sent: {found:?}");
            }
            match kind.step().verify(&world) {
                Progress::Done(text) => {
                    let work = kind.step().work(&world);
                    assert!(matches!(work, Work::Already(_) | Work::Watch), "{step} would be sent again: {work:?}");
                    if let Some(attempt) = attempts.last() {
                        let lost = Attempt { outcome: None, ..attempt.clone() };
                        assert!(matches!(kind.step().reconcile(&world, &lost), Found::Applied(_)), "{step}");
                    }
                    return text.to_string();
                }
                Progress::Running { .. } | Progress::NotBegun(_) => self.wait(1),
                other => panic!("{step}, {minute} min after it was sent: {other:?}"),
            }
        }
        panic!("{step} is not done after {patience} min: {:?}", self.progress(&kind, &attempts).await);
    }
}

const PROMOTE: &str = "kind = \"rds-promote-read-replica\"\ninstance = \"orders-db-west\"\nregion = \"us-west-2\"\nbackup_retention_days = 7\n";
const BACKUPS: &str = "kind = \"rds-modify\"\ninstance = \"orders-db-west\"\nregion = \"us-west-2\"\nbackup_retention_days = 14\nmulti_az = true\n";
const SCALE: &str = "kind = \"asg-scale\"\ngroup = \"orders-app\"\nregion = \"us-west-2\"\ndesired = 4\nmin = 3\n";
pub(crate) const STOP: &str = "kind = \"rds-stop\"\ninstance = \"orders-db\"\nregion = \"us-east-1\"\n";
const FENCE: &str = "kind = \"fence\"\nold = \"rds-instance\"\nname = \"orders-db\"\nregion = \"us-east-1\"\n";
pub(crate) const REPLICA: &str = "kind = \"rds-create-read-replica\"\ninstance = \"orders-db-east\"\nregion = \"us-east-1\"\nsource = \"orders-db-west\"\n\
     source_region = \"us-west-2\"\nclass = \"db.r6g.large\"\nsubnet_group = \"orders\"\nparameter_group = \"orders-mysql80\"\n\
     security_groups = [\"sg-1\"]\nkms_key = \"alias/orders\"\n";

#[tokio::test]
async fn orders_moves_and_is_protected_again() {
    let mut desk = Desk::open("").await;
    let said = desk.confirm(PROMOTE, 20).await;
    assert!(said.contains("orders-db-west stands alone") && said.contains("backups kept for 7 days"), "{said}");
    assert_eq!(desk.confirm(SCALE, 20).await, "4 of 4 in service");
    desk.wait(20);
    desk.confirm(BACKUPS, 40).await;
    assert!(matches!(desk.progress(&kind(FENCE), &[]).await, Progress::NotBegun(_)));
    let said = desk.confirm(STOP, 20).await;
    assert!(said.starts_with("orders-db is stopped; AWS starts it again"), "{said}");
    assert!(matches!(desk.progress(&kind(FENCE), &[]).await, Progress::Done(_)));
    desk.confirm("kind = \"wait-until\"\nreading = \"db-instance-restorable\"\nname = \"orders-db-west\"\nregion = \"us-west-2\"\n", 60).await;
    assert_eq!(desk.confirm(REPLICA, 60).await, "orders-db-east follows orders-db-west and is available");
    desk.confirm("kind = \"wait-until\"\nreading = \"replica-lag\"\nname = \"orders-db-east\"\nregion = \"us-east-1\"\nbelow = \"1m\"\n", 30).await;
}

const FAILOVER: &str = "kind = \"aurora-global-failover\"\nglobal_cluster = \"shop\"\nregion = \"us-west-2\"\n";

fn switchover(from: &str, to: &str) -> String {
    format!("kind = \"aurora-global-switchover\"\nglobal_cluster = \"shop\"\nfrom = \"{from}\"\nregion = \"{to}\"\n")
}

#[tokio::test]
async fn storefront_switches_over_and_back() {
    let mut desk = Desk::open("").await;
    let said = desk.confirm(&switchover("us-east-1", "us-west-2"), 20).await;
    assert_eq!(said, "shop-usw2 in us-west-2 takes the writes and is available");
    let fence = kind(
        "kind = \"fence\"\nold = \"aurora-cluster\"\nname = \"shop-use1\"\nregion = \"us-east-1\"\nglobal_cluster = \"shop\"\n",
    );
    assert!(matches!(desk.progress(&fence, &[]).await, Progress::Done(_)));
    desk.confirm(
        "kind = \"wait-until\"\nreading = \"aurora-synchronization\"\nname = \"shop\"\nregion = \"us-east-1\"\n",
        60,
    )
    .await;
    desk.confirm(&switchover("us-west-2", "us-east-1"), 20).await;
}

#[tokio::test]
async fn storefront_fails_over_without_its_region() {
    let mut desk = Desk::open(
        "[[act]]\nat = \"20m\"\nfault.outage = { site = \"us-east-1\" }\n\
         [[act]]\nat = \"20m\"\nfault.endpoint = { service = \"rds\", region = \"us-east-1\", how = \"reset\" }\n",
    )
    .await;
    desk.run.began = Some(sim_kit::START.parse::<Moment>().unwrap().checked_add(Span::from_mins(20)).unwrap());
    let failover = kind(FAILOVER);
    let snapshot = desk.look(&failover, &[]).await;
    let world = World { snapshot: &snapshot, now: desk.now(), run: &desk.run, attempts: &[] };
    let lost = failover.step().loses(&world).unwrap().to_string();
    assert!(lost.contains("that had not reached shop-usw2 in us-west-2: up to"), "{lost}");
    assert!(lost.contains("until the disruption at 12:20:00Z"), "{lost}");
    let blocked = desk.blockers(&kind(&switchover("us-east-1", "us-west-2"))).await;
    assert_eq!(blocked.len(), 1, "{blocked:?}");
    let said = desk.confirm(FAILOVER, 20).await;
    assert_eq!(said, "shop-usw2 in us-west-2 takes the writes and is available");
    let fence = kind(
        "kind = \"fence\"\nold = \"aurora-cluster\"\nname = \"shop-use1\"\nregion = \"us-east-1\"\nglobal_cluster = \"shop\"\n",
    );
    assert!(matches!(desk.progress(&fence, &[]).await, Progress::Unknown(_)), "a Region that is gone proves nothing");
}

#[tokio::test]
async fn storefront_is_detached_and_built_anew() {
    let mut desk = Desk::open("").await;
    let said = desk.confirm("kind = \"aurora-global-detach\"\nglobal_cluster = \"shop\"\ncluster = \"shop-usw2\"\nregion = \"us-west-2\"\n", 20).await;
    assert_eq!(said, "shop-usw2 stands alone and is available");
    let add = "kind = \"aurora-add-secondary\"\nglobal_cluster = \"shop\"\ncluster = \"shop-usw2-b\"\nregion = \"us-west-2\"\nsubnet_group = \"shop\"\nkms_key = \"alias/shop\"\n";
    let said = desk.confirm(add, 120).await;
    assert_eq!(said, "shop-usw2-b is available and follows in shop");
    let blocked = desk.blockers(&kind(FAILOVER)).await;
    assert!(blocked.len() == 1 && blocked[0].contains("headless"), "{blocked:?}");
    let instance = "kind = \"aurora-add-instance\"\ncluster = \"shop-usw2-b\"\nregion = \"us-west-2\"\ninstance = \"shop-usw2-b-1\"\nclass = \"db.r6g.large\"\n";
    desk.confirm(instance, 30).await;
    desk.confirm(FAILOVER, 20).await;
}

const RESTORE: &str = "kind = \"rds-restore-to-point-in-time\"\ninstance = \"orders-db-restored\"\nregion = \"REGION\"\nsource = \"orders-db\"\n\
     source_region = \"us-east-1\"\nclass = \"db.r6g.large\"\nsubnet_group = \"orders\"\nparameter_group = \"orders-mysql80\"\n\
     security_groups = [\"sg-1\"]\nmulti_az = true\n";

#[tokio::test]
async fn orders_comes_back_as_of_a_moment_in_either_region() {
    let mut desk = Desk::open("").await;
    desk.run.choices.insert("point".to_owned(), "2026-11-20T12:10:00Z".to_owned());
    for region in ["us-east-1", "us-west-2"] {
        let said = desk.confirm(&RESTORE.replace("REGION", region), 60).await;
        let from = if region == "us-east-1" { "orders-db" } else { "orders-db of us-east-1" };
        assert!(
            said.starts_with(&format!("orders-db-restored holds {from} as of 12:10:00Z and answers at ")),
            "{said}"
        );
        assert!(said.contains(&format!(".{region}.rds.amazonaws.com:3306")), "{said}");
    }
    let restorable = "kind = \"wait-until\"\nreading = \"db-instance-restorable\"\nname = \"orders-db-restored\"\nregion = \"us-east-1\"\n";
    desk.confirm(restorable, 60).await;
}

#[tokio::test]
async fn a_cluster_and_an_instance_move_within_their_region_and_back() {
    let mut desk = Desk::open("").await;
    let cluster = |target: &str| {
        format!(
            "kind = \"rds-failover-db-cluster\"\ncluster = \"shop-use1\"\nregion = \"us-east-1\"\ntarget = \"{target}\"\n"
        )
    };
    for target in ["shop-use1-2", "shop-use1-1"] {
        let said = desk.confirm(&cluster(target), 10).await;
        assert_eq!(said, format!("{target} takes the writes of shop-use1, which is available"));
    }
    let reboot = "kind = \"rds-reboot-with-failover\"\ninstance = \"orders-db\"\nregion = \"us-east-1\"\n";
    let there = desk.confirm(reboot, 10).await;
    assert!(there.contains("and no more in us-east-1a; it is available"), "{there}");
    // A second one is another request: what came of the first one says nothing of it.
    desk.wait(1);
    desk.run.opened = desk.now();
    let home = desk.confirm(reboot, 10).await;
    assert!(home.starts_with("orders-db runs in us-east-1a and no more in "), "{home}");
}

#[tokio::test]
async fn a_table_comes_back_as_of_a_moment_and_a_cache_moves_and_comes_home() {
    let mut desk = Desk::open("[[act]]\nat = \"20m\"\nfault.emptied-table = { table = \"sessions\" }\n").await;
    desk.run.choices.insert("point".to_owned(), "2026-11-20T12:19:00Z".to_owned());
    let restore = "kind = \"dynamodb-restore-to-point-in-time\"\ntable = \"sessions-restored\"\nregion = \"us-east-1\"\nsource = \"sessions\"\n";
    let said = desk.confirm(restore, 60).await;
    assert_eq!(
        said,
        "sessions-restored is ACTIVE and holds sessions as of 12:19:00Z, with 912407 items as AWS last counted"
    );
    desk.run.choices.insert("point".to_owned(), "2026-11-20T12:25:00Z".to_owned());
    let late = desk.confirm(&restore.replace("sessions-restored", "sessions-empty"), 60).await;
    assert!(late.contains("with 0 items"), "{late}");
    let cache = |region: &str, node: &str| {
        format!(
            "kind = \"elasticache-global-failover\"\nglobal_datastore = \"ldgnf-content\"\nregion = \"{region}\"\ndimensions = {{ CacheClusterId = \"{node}\", CacheNodeId = \"0001\" }}\n"
        )
    };
    let lost = |desk: &Desk, kind: &Kind, snapshot: &Snapshot| {
        let world = World { snapshot, now: desk.now(), run: &desk.run, attempts: &[] };
        kind.step().loses(&world).unwrap().to_string()
    };
    for (region, node, group) in
        [("us-west-2", "content-usw2-001", "content-usw2"), ("us-east-1", "content-use1-001", "content-use1")]
    {
        let kind = kind(&cache(region, node));
        let snapshot = desk.look(&kind, &[]).await;
        let lost = lost(&desk, &kind, &snapshot);
        assert!(
            lost.contains(&format!("that had not reached {group} in {region}: up to ")),
            "its lag is known: {lost}"
        );
        let said = desk.confirm(&cache(region, node), 20).await;
        assert_eq!(said, format!("{group} in {region} takes the writes of ldgnf-content, which is available"));
        desk.wait(10);
    }
}
