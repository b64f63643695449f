//! One row for each kind of step: a step of it that nobody could run, and what `runbook lint` says of it. A kind without a row fails.

use std::path::Path;

use drdeck::config::{self, Overrides};
use drdeck::demo;
use drdeck::runbook::lint::{Severity, lint};
use drdeck::runbook::{Kind, parse::parse};

/// What is wrong with a step, and where that is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bad {
    /// Its keys cannot be read.
    Keys,
    /// It can be read, and would leave somebody stuck or do harm.
    Lint,
}

/// The word in `kind`, where the mistake is found, the other keys, and what is said.
const ROWS: &[(&str, Bad, &str, &str)] = &[
    ("manual", Bad::Lint, "", "asks the operator for something, and its text says nothing"),
    ("approval", Bad::Lint, "by = \"somebody\"\n", "asks somebody else for something, and its text says nothing"),
    ("decision", Bad::Keys, "declares = \"\"\n", "`declares`"),
    (
        "fence",
        Bad::Keys,
        "old = \"rds-instances\"\nname = \"orders-db\"\nregion = \"us-east-1\"\n",
        "`old` is \"rds-instances\"",
    ),
    (
        "wait-until",
        Bad::Keys,
        "reading = \"replica-lag\"\nname = \"orders-db-west\"\nregion = \"us-west-2\"\nat_least = 4\n",
        "`at_least` is nothing that replica-lag can be compared with",
    ),
    (
        "asg-scale",
        Bad::Keys,
        "group = \"web\"\nregion = \"us-west-2\"\ndesired = 6\nmin = 7\n",
        "`min` is 7, more than desired = 6",
    ),
    (
        "aurora-global-failover",
        Bad::Lint,
        "global_cluster = \"shop\"\nregion = \"eu-west-1\"\n",
        "changes eu-west-1, which is not among the runbook's regions",
    ),
    (
        "aurora-global-switchover",
        Bad::Keys,
        "global_cluster = \"shop\"\nfrom = \"us-west-2\"\nregion = \"us-west-2\"\n",
        "`region` is us-west-2, where the writes come from",
    ),
    (
        "aurora-global-detach",
        Bad::Lint,
        "global_cluster = \"shop\"\ncluster = \"shop-usw2\"\nregion = \"us-west-2\"\n",
        "cannot be undone, and no fence stands before it",
    ),
    (
        "aurora-add-secondary",
        Bad::Keys,
        "global_cluster = \"shop\"\ncluster = \"b\"\nregion = \"us-west-2\"\n",
        "`subnet_group`",
    ),
    ("aurora-add-instance", Bad::Keys, "cluster = \"b\"\nregion = \"us-west-2\"\ninstance = \"b-1\"\n", "`class`"),
    (
        "rds-promote-read-replica",
        Bad::Lint,
        "instance = \"orders-db-west\"\nregion = \"us-west-2\"\n",
        "cannot be undone, and no fence stands before it",
    ),
    (
        "rds-modify",
        Bad::Keys,
        "instance = \"orders-db\"\nregion = \"us-east-1\"\nbackup_retention_days = 36\n",
        "`backup_retention_days` is more than 35, the most that RDS keeps",
    ),
    (
        "rds-create-read-replica",
        Bad::Keys,
        "instance = \"a\"\nregion = \"us-east-1\"\nsource = \"a\"\nsource_region = \"us-east-1\"\nclass = \"db.r6g.large\"\n",
        "`source` is the replica itself",
    ),
    ("rds-rename", Bad::Keys, "instance = \"a\"\nregion = \"us-east-1\"\nto = \"A\"\n", "`to` is the name that it has"),
    (
        "rds-replicate-backups",
        Bad::Keys,
        "instance = \"a\"\nregion = \"us-east-1\"\nto_region = \"us-east-1\"\n",
        "`to_region` is the Region of the instance",
    ),
    (
        "rds-stop",
        Bad::Lint,
        "instance = \"orders-db\"\nregion = \"us-east-1\"\n",
        "needs us-east-1, the Region that is left",
    ),
    ("rds-failover-db-cluster", Bad::Keys, "cluster = \"shop-use1\"\nregion = \"us-east-1\"\n", "`target`"),
    (
        "rds-reboot-with-failover",
        Bad::Lint,
        "instance = \"orders-db\"\nregion = \"us-east-1\"\n",
        "needs us-east-1, the Region that is left",
    ),
    (
        "rds-restore-to-point-in-time",
        Bad::Keys,
        "instance = \"orders-db\"\nregion = \"us-east-1\"\nsource = \"orders-db\"\nclass = \"db.r6g.large\"\nsubnet_group = \"orders\"\nparameter_group = \"orders\"\nsecurity_groups = [\"sg-1\"]\nmulti_az = true\n",
        "`instance` is the source itself; a restore makes a new instance",
    ),
    (
        "dynamodb-restore-to-point-in-time",
        Bad::Keys,
        "table = \"sessions-restored\"\nregion = \"us-east-1\"\nsource = \"sessions\"\npoint = \"yesterday\"\n",
        "`point` is \"yesterday\"; write \"chosen\", \"newest\", or a time like \"2026-11-20T09:30:00Z\"",
    ),
    (
        "elasticache-global-failover",
        Bad::Keys,
        "global_datastore = \"ldgnf-content\"\nregion = \"us-west-2\"\ndimensions = {}\n",
        "`dimensions` is empty",
    ),
    ("drs-start-recovery", Bad::Keys, "region = \"us-west-2\"\n", "`servers`"),
    (
        "drs-reverse-replication",
        Bad::Keys,
        "region = \"us-west-2\"\nservers = [\"web-1\"]\n",
        "a source server is s- and 17 letters or digits",
    ),
    ("drs-start-failback-launch", Bad::Keys, "region = \"us-west-2\"\ntags = {}\n", "`tags` is empty"),
    (
        "drs-stop-replication",
        Bad::Lint,
        "region = \"us-west-2\"\ntags = { App = \"legacy-web\" }\n",
        "cannot be undone, and no fence stands before it",
    ),
    (
        "drs-terminate-recovery-instances",
        Bad::Keys,
        "region = \"us-west-2\"\nservers = [\"s-8c5d2e91f0b7a4361\"]\ntags = { App = \"legacy-web\" }\n",
        "`tags` stands beside `servers`",
    ),
    (
        "route53-change-records",
        Bad::Lint,
        "zone = \"Z0273916SHOP4EXMPL7\"\n[[step.record]]\nname = \"orders.shop.example\"\nfrom_weight = 1\nto_weight = 0\n",
        "needs the control plane in us-east-1",
    ),
    (
        "route53-force-unhealthy",
        Bad::Lint,
        "check = \"3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101\"\nzone = \"Z0273916SHOP4EXMPL7\"\nrecord = \"www.shop.example\"\n",
        "needs the control plane in us-east-1",
    ),
    ("sns-publish", Bad::Keys, "topic = \"dr-incidents\"\nsubject = \"x\"\nmessage = [\"x\"]\n", "`topic`"),
    ("http-check", Bad::Keys, "url = \"orders.shop.example\"\n", "`url`"),
    (
        "dns-check",
        Bad::Lint,
        "name = \"orders.shop.example\"\nexpect = [\"192.0.2.1\"]\nold_ttl = \"1h\"\n",
        "resolvers keep the old answer for 1 h",
    ),
    ("runbook", Bad::Keys, "", "`runbook`"),
    (
        "arc-routing-control",
        Bad::Keys,
        "endpoints = [\"us-west-2\"]\ncontrols = { payments-us-east-1 = \"off\" }\n",
        "says \"off\" of payments-us-east-1; a routing control is On or Off",
    ),
    (
        "arc-region-switch",
        Bad::Keys,
        "plan = \"arn:aws:arc-region-switch::111122223333:plan/shop:0a1b2c\"\nregion = \"us-west-2\"\nmode = \"ungraceful\"\napprove = \"agree\"\n",
        "`mode` says how a plan is started, but this step approves",
    ),
    (
        "drs-recovery-plan",
        Bad::Lint,
        "plan = \"arn:aws:drs:eu-west-1:111122223333:recovery-plan/1\"\nregion = \"eu-west-1\"\n",
        "changes eu-west-1, which is not among the runbook's regions",
    ),
    (
        "backup-start-backup",
        Bad::Keys,
        "resource = \"analytics-db\"\nregion = \"us-east-1\"\nvault = \"shop\"\nbackup_role = \"arn:aws:iam::111122223333:role/backup\"\n",
        "`resource`",
    ),
    (
        "backup-start-copy",
        Bad::Keys,
        "resource = \"arn:aws:s3:::images\"\nregion = \"us-east-1\"\nvault = \"shop\"\ndestination = \"arn:aws:s3:::images\"\nbackup_role = \"arn:aws:iam::111122223333:role/backup\"\n",
        "`destination` is no ARN of a backup vault",
    ),
    (
        "backup-start-restore",
        Bad::Keys,
        "resource = \"arn:aws:s3:::images\"\nregion = \"us-east-1\"\nvault = \"shop\"\npoint = \"yesterday\"\nbackup_role = \"arn:aws:iam::111122223333:role/backup\"\n",
        "`point` is \"yesterday\"",
    ),
    ("command", Bad::Keys, "argv = [\"true\"]\n", "`check`"),
];

const HEAD: &str = "system = \"orders\"\ndirection = \"failover\"\nversion = \"1\"\nowner = \"us\"\nsummary = \"A test.\"\n\
                    regions = [\"us-east-1\", \"us-west-2\"]\n";

#[test]
fn a_bad_step_of_every_kind_is_found_before_the_worst_night() {
    let estate = config::parse(demo::CONFIG, Path::new("config.toml"), &Overrides::default()).unwrap().estate;
    let mut wrong = Vec::new();
    for entry in Kind::ALL {
        let rows: Vec<_> = ROWS.iter().filter(|(word, ..)| *word == entry.word).collect();
        let [(word, bad, keys, says)] = rows.as_slice() else {
            panic!("{} rows of {} in tests/all/kinds_lint.rs: every kind needs exactly one", rows.len(), entry.word)
        };
        let step = format!(
            "{HEAD}\n[[step]]\nid = \"it\"\nphase = \"execute\"\ntitle = \"It\"\nestimate = \"5m\"\nkind = \"{word}\"\n{keys}"
        );
        let (found, said) = match parse(&step, Path::new("orders-failover.toml"), &[]) {
            Err(problems) => (Bad::Keys, problems.to_string()),
            Ok(runbook) => {
                let findings = lint(&runbook, &[&runbook], &estate, None);
                let of_step = findings.iter().filter(|finding| finding.step.as_deref() == Some("it"));
                let said: Vec<String> = of_step
                    .map(|finding| match finding.severity {
                        Severity::Error => format!("error: {}", finding.message),
                        Severity::Warning => format!("warning: {}", finding.message),
                    })
                    .collect();
                (Bad::Lint, said.join("\n"))
            }
        };
        if found != *bad || !said.contains(says) {
            wrong.push(format!("{word}: not \"{says}\" as {bad:?}, but as {found:?}:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(ROWS.len(), Kind::ALL.len(), "a row of tests/all/kinds_lint.rs is of no kind");
}
