//! One row for each kind of step: a step that the shop allows, and what happens where the answer to its request is lost. A kind without a row
//! fails `never_twice`; a new kind is one row here.

use drdeck::runbook::{Kind, Mode};

/// A kind, and a step of it that the demo's shop allows.
pub(crate) struct Row {
    /// The word in `kind`.
    pub(crate) word: &'static str,
    /// Its other keys.
    pub(crate) keys: &'static str,
    /// Steps that go before it, each with its word and its other keys.
    pub(crate) before: &'static [(&'static str, &'static str)],
    /// What the operator chooses on its card.
    pub(crate) choices: &'static [(&'static str, &'static str)],
    pub(crate) mode: Mode,
    pub(crate) way: Way,
}

/// Who finds out what came of a request whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// drdeck, by reading: AWS tells.
    Finds,
    /// The person: AWS does not tell.
    Asks,
    /// The program's own check, where it says that the work is done; else the person.
    Program,
    /// Nobody: it sends nothing.
    SendsNothing,
}

const fn row(word: &'static str, way: Way, keys: &'static str) -> Row {
    Row { word, keys, before: &[], choices: &[], mode: Mode::Live, way }
}

impl Row {
    const fn after(mut self, before: &'static [(&'static str, &'static str)]) -> Self {
        self.before = before;
        self
    }

    const fn choosing(mut self, choices: &'static [(&'static str, &'static str)]) -> Self {
        self.choices = choices;
        self
    }

    const fn in_a_drill(mut self) -> Self {
        self.mode = Mode::Drill;
        self
    }

    /// The row of a kind.
    ///
    /// # Panics
    /// Where there is none: a kind without a row is a kind of which nobody has shown that it never acts twice.
    pub(crate) fn of(kind: &str) -> &'static Self {
        let rows: Vec<&Self> = ROWS.iter().filter(|row| row.word == kind).collect();
        let [row] = rows.as_slice() else {
            panic!("{} rows of {kind} in tests/all/never_table.rs: every kind needs exactly one", rows.len())
        };
        row
    }

    /// Every kind's row, those that send something first.
    pub(crate) fn all() -> Vec<&'static Self> {
        let mut rows: Vec<&Self> = Kind::ALL.iter().map(|entry| Self::of(entry.word)).collect();
        assert_eq!(rows.len(), ROWS.len(), "a row of tests/all/never_table.rs is of no kind");
        rows.sort_by_key(|row| row.way == Way::SendsNothing);
        rows
    }
}

const WEB: &str = "region = \"us-west-2\"\ntags = { App = \"legacy-web\" }\n";
const ERP: &str =
    "region = \"us-west-2\"\nservers = [\"s-8c5d2e91f0b7a4361\", \"s-8c5d2e91f0b7a4362\", \"s-8c5d2e91f0b7a4363\"]\n";
const DETACH: &str = "global_cluster = \"shop\"\ncluster = \"shop-usw2\"\nregion = \"us-west-2\"\n";

static ROWS: &[Row] = &[
    row("manual", Way::SendsNothing, ""),
    row("approval", Way::SendsNothing, "by = \"the owner\"\n"),
    row("decision", Way::SendsNothing, "declares = \"us-east-1 is lost\"\n"),
    row("fence", Way::SendsNothing, "old = \"rds-instance\"\nname = \"orders-db\"\nregion = \"us-east-1\"\n"),
    row("wait-until", Way::SendsNothing, "reading = \"replica-lag\"\nname = \"orders-db-west\"\nregion = \"us-west-2\"\nbelow = \"1m\"\n"),
    row("http-check", Way::SendsNothing, "url = \"http://127.0.0.1:4566/_site/us-west-2/orders/health\"\n"),
    row("dns-check", Way::SendsNothing, "name = \"orders.shop.example\"\nexpect = [\"198.51.100.1\"]\n"),
    row("command", Way::Program, "argv = [\"true\"]\ncheck = [\"true\"]\n"),
    row("sns-publish", Way::Asks, "topic = \"arn:aws:sns:us-west-2:111122223333:dr-incidents\"\nsubject = \"{system}\"\nmessage = [\"It's \\\"here\\\"\", \"{runbook}\"]\n"),
    row("asg-scale", Way::Finds, "group = \"storefront-web\"\nregion = \"us-west-2\"\ndesired = 6\n"),
    row("aurora-global-failover", Way::Finds, "global_cluster = \"shop\"\nregion = \"us-west-2\"\n"),
    row("aurora-global-switchover", Way::Finds, "global_cluster = \"shop\"\nfrom = \"us-east-1\"\nregion = \"us-west-2\"\n"),
    row("aurora-global-detach", Way::Finds, DETACH),
    row("aurora-add-secondary", Way::Finds, "global_cluster = \"shop\"\ncluster = \"shop-usw2-b\"\nregion = \"us-west-2\"\nsubnet_group = \"shop\"\nkms_key = \"alias/shop\"\n")
        .after(&[("aurora-global-detach", DETACH)]),
    row("aurora-add-instance", Way::Finds, "cluster = \"shop-usw2\"\nregion = \"us-west-2\"\ninstance = \"shop-usw2-2\"\nclass = \"db.r6g.large\"\n"),
    row("rds-promote-read-replica", Way::Finds, "instance = \"orders-db-west\"\nregion = \"us-west-2\"\nbackup_retention_days = 7\n"),
    row("rds-modify", Way::Finds, "instance = \"orders-db\"\nregion = \"us-east-1\"\nbackup_retention_days = 14\nclass = \"db.r6g.2xlarge\"\n"),
    row("rds-create-read-replica", Way::Finds, "instance = \"orders-db-west-2\"\nregion = \"us-west-2\"\nsource = \"orders-db\"\nsource_region = \"us-east-1\"\nclass = \"db.r6g.large\"\nsubnet_group = \"orders\"\nparameter_group = \"orders-mysql80\"\nsecurity_groups = [\"sg-1\"]\nkms_key = \"alias/orders\"\n"),
    row("rds-failover-db-cluster", Way::Finds, "cluster = \"shop-use1\"\nregion = \"us-east-1\"\ntarget = \"shop-use1-2\"\n"),
    row("rds-reboot-with-failover", Way::Finds, "instance = \"orders-db\"\nregion = \"us-east-1\"\n"),
    row("rds-restore-to-point-in-time", Way::Finds, "instance = \"orders-db-restored\"\nregion = \"us-east-1\"\nsource = \"orders-db\"\npoint = \"2026-11-20T11:40:00Z\"\nclass = \"db.r6g.large\"\nsubnet_group = \"orders\"\nparameter_group = \"orders-mysql80\"\nsecurity_groups = [\"sg-1\"]\nmulti_az = true\n"),
    row("dynamodb-restore-to-point-in-time", Way::Finds, "table = \"sessions-restored\"\nregion = \"us-east-1\"\nsource = \"sessions\"\n")
        .choosing(&[("point", "2026-11-20T11:40:00Z")]),
    row("elasticache-global-failover", Way::Finds, "global_datastore = \"ldgnf-content\"\nregion = \"us-west-2\"\n"),
    row("rds-rename", Way::Finds, "instance = \"analytics-db\"\nregion = \"us-east-1\"\nto = \"analytics-db-before\"\n"),
    row(
        "rds-replicate-backups",
        Way::Finds,
        "instance = \"analytics-db\"\nregion = \"us-east-1\"\nto_region = \"us-west-2\"\nbackup_retention_days = 14\nkms_key = \"alias/orders\"\n",
    ),
    row("rds-stop", Way::Finds, "instance = \"analytics-db\"\nregion = \"us-east-1\"\n"),
    row("drs-start-recovery", Way::Finds, WEB),
    row("drs-reverse-replication", Way::Finds, WEB).after(&[("drs-start-recovery", WEB)]),
    row("drs-start-failback-launch", Way::Finds, ERP).after(&[("drs-start-recovery", ERP)]),
    row("drs-stop-replication", Way::Finds, WEB)
        .after(&[("drs-start-recovery", WEB), ("drs-reverse-replication", WEB)]),
    row("drs-terminate-recovery-instances", Way::Finds, WEB).after(&[("drs-start-recovery", WEB)]).in_a_drill(),
    row("route53-change-records", Way::Finds, "zone = \"Z0273916SHOP4EXMPL7\"\n[[step.record]]\nname = \"legacy.shop.example\"\nset = \"legacy-web-1\"\nfrom = [\"198.51.100.11\"]\nto = [\"198.51.100.111\"]\n"),
    row("route53-force-unhealthy", Way::Finds, "check = \"3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101\"\nzone = \"Z0273916SHOP4EXMPL7\"\nrecord = \"www.shop.example\"\n"),
    row("runbook", Way::SendsNothing, "runbook = \"orders-failover\"\n"),
    row("arc-routing-control", Way::Finds, "endpoints = [\"us-west-2\"]\ncontrols = { payments-us-east-1 = \"Off\" }\n"),
    row("arc-region-switch", Way::Finds, "plan = \"arn:aws:arc-region-switch::111122223333:plan/storefront:be98ce\"\nregion = \"us-west-2\"\nmode = \"ungraceful\"\n"),
    row("drs-recovery-plan", Way::Finds, "plan = \"arn:aws:drs:us-west-2:111122223333:recovery-plan/3703399a-f882-4a3a-a6e7-d62ec7fdf71a\"\nregion = \"us-west-2\"\n"),
    row("backup-start-backup", Way::Finds, "resource = \"arn:aws:rds:us-east-1:111122223333:db:analytics-db\"\nregion = \"us-east-1\"\nvault = \"shop\"\nbackup_role = \"arn:aws:iam::111122223333:role/backup\"\nkeep_days = 30\n"),
    row("backup-start-copy", Way::Finds, "resource = \"arn:aws:rds:us-east-1:111122223333:db:analytics-db\"\nregion = \"us-west-2\"\nvault = \"shop-dr\"\ndestination = \"arn:aws:backup:us-east-2:111122223333:backup-vault:shop-third\"\nbackup_role = \"arn:aws:iam::111122223333:role/backup\"\nkeep_days = 30\n"),
    row("backup-start-restore", Way::Finds, "resource = \"arn:aws:rds:us-east-1:111122223333:db:analytics-db\"\nregion = \"us-west-2\"\nvault = \"shop-dr\"\nbackup_role = \"arn:aws:iam::111122223333:role/backup\"\nmetadata = { DBInstanceIdentifier = \"analytics-db-west\", DBSubnetGroupName = \"analytics\" }\n"),
];
