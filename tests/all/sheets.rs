//! `runbook print`: a sheet for the day that drdeck is not there. Every kind of step says what a person does instead of it, and the real AWS CLI
//! takes every line of every sheet, as it stands on the paper.

use std::fs;
use std::process::Command;

use drdeck::demo;
use drdeck::runbook::Kind;
use drdeck::runbook::by_hand::Deed;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr as _;

use crate::fixture_steps::kind;
use crate::kinds_proof::written;
use crate::never_table::{Row, Way};
use crate::python::passes;

/// The shop's config and runbooks in a folder, and a runbook of one step of each kind beside them.
fn folder() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("config.toml"), demo::CONFIG).unwrap();
    fs::create_dir(home.path().join("runbooks")).unwrap();
    let mut each = String::from(
        "system = \"orders\"\ndirection = \"failover\"\nversion = \"1\"\nowner = \"us\"\nsummary = \"One of each kind.\"\n\
         regions = [\"us-east-1\", \"us-west-2\", \"us-east-2\"]\nrole_arn = \"arn:aws:iam::111122223333:role/dr-operator\"\n",
    );
    // Another runbook is no step of its own once it is taken in; the shop's take others in.
    for entry in Kind::ALL.iter().filter(|entry| entry.word != "runbook") {
        let keys = Row::of(entry.word).keys;
        each.push_str(&format!(
            "\n[[step]]\nid = \"{0}\"\nphase = \"execute\"\ntitle = \"A step of this kind\"\nneeds = []\nestimate = \"5m\"\nkind = \"{0}\"\n{keys}",
            entry.word
        ));
    }
    let own = [("each-kind", each.as_str())];
    for (name, text) in demo::RUNBOOKS.iter().chain(&own) {
        fs::write(home.path().join("runbooks").join(format!("{name}.toml")), text).unwrap();
    }
    home
}

fn printed(home: &TempDir, name: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drdeck"));
    command.arg("--config").arg(home.path().join("config.toml")).args(["runbook", "print", name]);
    let output = command.env_clear().env("HOME", home.path()).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

#[test]
fn every_kind_says_what_a_person_does_instead() {
    for row in Row::all() {
        let kind = kind(&written(row.word, row.keys));
        let (step, by_hand) = (kind.step(), kind.step().by_hand());
        let word = row.word;
        assert!(!by_hand.then.is_empty() || !by_hand.last.is_empty(), "{word} prints nothing: StepKind::by_hand");
        let deeds = by_hand.then.iter().filter_map(|deed| if let Deed::Line(line) = deed { Some(line) } else { None });
        let entered: Vec<String> = deeds.map(|line| letters(&line.words().concat())).collect();
        // The others are what AWS does for it.
        if let Some(action) = step.facts().permissions.first() {
            let (_, operation) = action.split_once(':').unwrap();
            let is_there = entered.iter().any(|line| line.contains(&letters(operation)));
            assert!(is_there, "{word}: no line under DO makes {action}: {entered:?}");
        }
        match row.way {
            Way::SendsNothing => assert!(entered.is_empty(), "{word} sends nothing: {entered:?}"),
            Way::Finds | Way::Asks | Way::Program => {
                assert!(
                    !entered.is_empty() && !by_hand.last.is_empty(),
                    "{word} says what to enter, and what proves it"
                );
            }
        }
        let says: Vec<&str> = by_hand.first.iter().chain(&by_hand.last).map(|look| look.see.as_str()).collect();
        assert!(says.iter().all(|says| says.len() > 4), "{word}: each line says what has to be seen: {says:?}");
        // A mark that nothing before explains could not be filled in.
        let mut told = says.join(" ");
        told.push_str("<TOKEN> <FROM> <TO> <SYSTEM> <RUNBOOK> <ACCOUNT> <INCIDENT> <BEGAN> <OPERATOR>");
        for line in by_hand.lines() {
            for mark in line.words().iter().flat_map(|word| marks(word)) {
                let known = told.contains(&mark) || mark.starts_with("<ENDPOINT-");
                assert!(known, "{word}: nothing says what {mark} is: {told}");
            }
        }
    }
}

/// `<WORDS>` in a text.
fn marks(text: &str) -> Vec<String> {
    let ends = text.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(mark, _)| mark);
    let is_mark = |mark: &&str| {
        !mark.is_empty()
            && mark
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "-_".contains(c) || c.is_ascii_lowercase())
    };
    ends.filter(is_mark).map(|mark| format!("<{mark}>")).collect()
}

#[test]
fn the_real_cli_takes_every_line_of_every_sheet() {
    let home = folder();
    let names = demo::RUNBOOKS.iter().map(|(name, _)| *name).chain(["each-kind"]);
    let sheets: Vec<Json> = names.map(|name| json!({ "name": name, "text": printed(&home, name) })).collect();
    assert!(sheets.len() > 20, "{} sheets", sheets.len());
    let file = home.path().join("sheets.json");
    fs::write(&file, serde_json::to_string(&sheets).unwrap()).unwrap();
    passes("sheets.py", &[file.to_str().unwrap()]);
}

#[test]
fn a_sheet_fits_on_paper_and_says_what_is_needed_in_its_order() {
    let home = folder();
    for (name, _) in demo::RUNBOOKS {
        let text = printed(&home, name);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{name}: no colour, no tab");
        for line in text.lines() {
            let alone = line.split_whitespace().any(|word| word.width() > 60);
            assert!(line.width() <= 80 || alone, "{name}: {} columns: {line}", line.width());
        }
        let heads = ["way back", "printed", "sha256", "How to use this sheet", "First, in the shell", "At the end"];
        let at: Vec<Option<usize>> = heads.iter().map(|head| text.find(head)).collect();
        assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{name}: {at:?}");
        assert!(!text.contains("this one's card"), "{name}");
    }
    let sheet = printed(&home, "shop-failover");
    let (steps, systems) = (sheet.matches("[ ] ").count(), ["PAYMENTS: ", "ORDERS: ", "STOREFRONT: "]);
    assert!(steps > 70 && systems.iter().all(|head| sheet.contains(head)), "the steps of every System: {steps}");
    let (one_way, name) = (sheet.find("!! ONE-WAY").unwrap(), "say aloud that it is orders");
    assert!(sheet.get(one_way..).unwrap().contains(name), "the name of the System whose step it is");
}

#[test]
fn a_sheet_of_orders() {
    let sheet = printed(&folder(), "orders-failover");
    let stable: Vec<&str> = sheet.lines().filter(|line| !line.starts_with("printed ")).collect();
    insta::assert_snapshot!(stable.join("\n"));
}
