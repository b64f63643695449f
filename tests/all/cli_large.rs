//! `--estate large`: what `simulate` serves and writes for it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use drdeck::config::{self, Overrides};

#[test]
fn the_config_of_the_large_estate_has_its_thousand_systems() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("large.toml");
    let mut simulator = Command::new(env!("CARGO_BIN_EXE_drdeck"))
        .args(["simulate", "--estate", "large", "--seed", "3", "--write-config", file.to_str().unwrap()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(simulator.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let loaded = config::load(Some(&file), &Overrides::default());
    simulator.kill().unwrap();
    simulator.wait().unwrap();
    let loaded = loaded.unwrap();
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    assert_eq!(loaded.estate.systems.len(), 1_000);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in text.lines().filter_map(|line| line.strip_prefix("kind = \"")) {
        *kinds.entry(kind.trim_end_matches('"')).or_default() += 1;
    }
    // One in four systems is critical, and every other one has a check: drdeck looks at those itself.
    let records = kinds.remove("dns-record").unwrap();
    assert!((90..=160).contains(&records), "{records}");
    assert_eq!(text.matches("[[system.probe]]").count(), records);
    let strategies = ["backup-and-restore", "pilot-light", "warm-standby", "active-active"];
    let of = |strategy: &str| text.matches(&format!("strategy = \"{strategy}\"")).count();
    assert!(strategies.iter().all(|strategy| of(strategy) >= 50), "{:?}", strategies.map(of));
    let expected =
        [("backup", 334), ("drs", 1_000), ("dynamodb-global-table", 300), ("health-check", 500), ("rds-replica", 300)];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
    // What was written points to the simulator that wrote it, and to nothing else.
    let url = line.strip_prefix("listening on ").unwrap().trim_end();
    assert_eq!(text.matches("http://").count(), text.matches(url).count());
    assert!(!text.contains(":4566") && !text.contains(":4567"));
    // Every system of another account is read under a role of it.
    for (account, systems) in [("222233334444", 333), ("333344445555", 333)] {
        assert_eq!(
            text.matches(&format!("role_arn = \"arn:aws:iam::{account}:role/drdeck-observe\"")).count(),
            systems
        );
    }
}
