//! Runbooks as people write them: one bad file for each error, with its text beside it, and what lint finds in those that can be read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use drdeck::{
    config::{self, Overrides},
    demo,
    model::Estate,
    runbook::{
        Runbook,
        lint::{Severity, lint},
        parse::parse,
    },
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The text beside a bad file; written anew when DRDECK_WRITE_EXPECTED is set, to be looked at.
fn expect(path: &Path, text: &str) {
    if std::env::var_os("DRDECK_WRITE_EXPECTED").is_some() {
        fs::write(path, text).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, expected, "{}", path.display());
}

#[test]
fn every_bad_runbook_is_answered_with_its_text() {
    let mut files: Vec<PathBuf> =
        fs::read_dir(root().join("tests/runbooks/bad")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 24, "the bad runbooks are gone");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let name = PathBuf::from(file.file_name().unwrap());
        let error = match parse(&text, &name, &[]) {
            Ok(_) => panic!("{} was accepted", file.display()),
            Err(error) => error.to_string(),
        };
        expect(&file.with_extension("txt"), &(error + "\n"));
    }
}

#[test]
fn a_runbook_is_called_as_its_file_is() {
    let text = fs::read_to_string(root().join("tests/runbooks/bad/worst-below-estimate.toml")).unwrap();
    let good = text.replace("worst = \"1m\"\n", "");
    assert_eq!(parse(&good, Path::new("runbooks/orders-failover.toml"), &[]).unwrap().name, "orders-failover");
    let error = parse(&good, Path::new("runbooks/Orders Failover.toml"), &[]).unwrap_err().to_string();
    assert!(error.contains("rename the file"), "{error}");
}

/// The shop, which promised orders an RTO of one hour.
fn shop() -> Estate {
    config::parse(demo::CONFIG, Path::new("config.toml"), &Overrides::default()).unwrap().estate
}

const HEAD: &str = r#"
system = "orders"
direction = "failover"
version = "1"
owner = "orders team"
summary = "Promote the replica"
back = "orders-failback"
regions = ["us-west-2"]
"#;

const DECLARE: &str = r#"
[[step]]
id = "declare"
kind = "decision"
phase = "decide"
title = "Declare"
estimate = "2m"
"#;

const FENCE: &str = r#"
[[step]]
id = "fence"
kind = "fence"
phase = "decide"
title = "No writes there"
old = "rds-instance"
name = "orders-db"
region = "us-east-1"
estimate = "2m"
"#;

const PROMOTE: &str = r#"
[[step]]
id = "promote"
kind = "rds-promote-read-replica"
phase = "execute"
title = "Promote"
instance = "orders-db-west"
region = "us-west-2"
estimate = "6m"
"#;

const CHECK: &str = r#"
[[step]]
id = "check"
kind = "http-check"
phase = "verify"
title = "It answers"
url = "https://orders.shop.example/health"
estimate = "1m"
"#;

fn read(name: &str, text: &str) -> Runbook {
    parse(text, Path::new(&format!("{name}.toml")), &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn back() -> Runbook {
    let text = [HEAD, CHECK].concat().replace("failover\"", "failback\"").replace("back = \"orders-failback\"\n", "");
    read("orders-failback", &text)
}

fn found(text: &str) -> Vec<(Severity, Option<String>, String)> {
    let (runbook, back) = (read("orders-failover", text), back());
    lint(&runbook, &[&runbook, &back], &shop(), Some("111122223333"))
        .into_iter()
        .map(|finding| (finding.severity, finding.step, finding.message.to_string()))
        .collect()
}

fn finds(text: &str, severity: Severity, step: Option<&str>, words: &str) {
    let found = found(text);
    let hit = found.iter().find(|(_, _, message)| message.contains(words));
    let (hit, of, _) = hit.unwrap_or_else(|| panic!("no \"{words}\" in {found:#?}"));
    assert_eq!((*hit, of.as_deref()), (severity, step), "{found:#?}");
}

#[test]
fn lint_finds_nothing_in_the_runbooks_of_the_shop() {
    let all: Vec<Runbook> = demo::RUNBOOKS.iter().map(|(name, _)| crate::run_tabletop::shop(name)).collect();
    let beside: Vec<&Runbook> = all.iter().collect();
    let found = |runbook| lint(runbook, &beside, &shop(), Some("111122223333"));
    let findings: Vec<_> =
        all.iter().flat_map(|runbook| found(runbook).into_iter().map(|one| (&runbook.name, one))).collect();
    // What it finds in the whole shop is true: storefront waits for so much that its promise cannot be kept when all of us-east-1 is lost.
    let (known, others): (Vec<_>, Vec<_>) = findings.into_iter().partition(|(name, finding)| {
        let late = finding.message.as_str().starts_with("users of storefront are served after");
        *name == "shop-failover" && finding.severity == Severity::Warning && late
    });
    assert_eq!((others, known.len()), (Vec::new(), 1));
}

#[test]
fn lint_finds_nothing_in_a_sound_runbook() {
    assert_eq!(found(&[HEAD, DECLARE, FENCE, PROMOTE, CHECK].concat()), []);
}

#[test]
fn lint_finds_what_would_leave_somebody_stuck() {
    let sound = [HEAD, DECLARE, FENCE, PROMOTE, CHECK].concat();
    finds(&[HEAD, DECLARE, PROMOTE, CHECK].concat(), Severity::Error, Some("promote"), "no fence stands before it");
    finds(
        &[HEAD, DECLARE, FENCE, PROMOTE].concat(),
        Severity::Error,
        Some("promote"),
        "no step of phase verify comes after",
    );
    finds(&[HEAD, DECLARE, FENCE, PROMOTE].concat(), Severity::Error, None, "no step of phase verify");
    finds(&[HEAD, FENCE, PROMOTE, CHECK].concat(), Severity::Warning, None, "no step of kind decision");
    finds(
        &sound.replace("system = \"orders\"", "system = \"order\""),
        Severity::Error,
        None,
        "no system is called \"order\"",
    );
    finds(&sound.replace("back = \"orders-failback\"\n", ""), Severity::Error, None, "no way home");
    finds(&sound.replace("orders-failback", "orders-home"), Severity::Error, None, "no such runbook beside it");
    finds(
        &sound.replace("[\"us-west-2\"]", "[\"us-east-1\"]"),
        Severity::Error,
        Some("promote"),
        "not among the runbook's regions",
    );
    finds(
        &sound.replace("version = \"1\"", "version = \"1\"\naccount = \"999999999999\""),
        Severity::Error,
        None,
        "account is 999999999999",
    );
    finds(&sound.replace("\"6m\"", "\"70m\""), Severity::Warning, None, "the RTO is 1 h");
    let wait = "\n[[step]]\nid = \"lag\"\nkind = \"wait-until\"\nphase = \"return\"\ntitle = \"Lag\"\nreading = \"replica-lag\"\nname = \"a\"\nregion = \"us-west-2\"\nbelow = \"5s\"\nsince = \"promotion\"\nestimate = \"1m\"\n";
    finds(&[&sound, wait].concat(), Severity::Error, Some("lag"), "since names \"promotion\"");
    // A fence that stands somewhere, but not on the way to the step.
    let beside = PROMOTE.replace("estimate", "needs = [\"declare\"]\nestimate");
    let check = CHECK.replace("estimate", "needs = [\"fence\", \"promote\"]\nestimate");
    finds(
        &[HEAD, DECLARE, FENCE, &beside, &check].concat(),
        Severity::Error,
        Some("promote"),
        "no fence stands before it",
    );
}
