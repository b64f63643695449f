//! docs/runbook-reference.md is what the code says of every kind of step. `UPDATE_DOCS=1` writes it anew, to be looked at.

use std::fs;
use std::path::Path;

use drdeck::document::{Key, Need, Shape};
use drdeck::runbook::call::Plane;
use drdeck::runbook::keys;
use drdeck::runbook::kinds::{Entry, Kind, Reversibility};

use crate::fixture_steps::{Scene, kind};
use crate::kinds_proof::written;
use crate::never_table::Row;

const HEAD: &str = "\
# Runbooks: every key and every kind of step

This page is written from the code and checked in CI: it cannot be out of date. `drdeck demo --export DIR` writes runbooks to copy from;
`drdeck runbook lint` says what would not work.

A runbook is a TOML file in the folder `runbooks/` beside the config. Its name is the file's. Steps stand in the order in which they can be done;
each waits for those that it `needs`, and those that need nothing of each other can run side by side.
";

fn shape(shape: Shape) -> String {
    match shape {
        Shape::Word(words) | Shape::Words(words) => {
            words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ")
        }
        other => other.words().to_owned(),
    }
}

fn table(keys: &[Key]) -> String {
    let mut text = String::from("| key | what it is | without it | example |\n|---|---|---|---|\n");
    for key in keys {
        let without = match key.need {
            Need::Required => "it must be there".to_owned(),
            Need::Default(what) => what.to_owned(),
        };
        let example = if key.example.is_empty() { String::new() } else { format!("`{}`", key.example) };
        let row = format!("| `{}` | {} ({}) | {without} | {example} |", key.name, key.doc, shape(key.shape));
        text.push_str(&row.replace('\n', " "));
        text.push('\n');
    }
    text
}

fn undone(reversibility: Reversibility) -> &'static str {
    match reversibility {
        Reversibility::Harmless => "changes nothing in AWS",
        Reversibility::Reversible => "reversible",
        Reversibility::WithLoss => "reversible, with loss of data; the System's name is typed to confirm it",
        Reversibility::OneWay => "one-way: the System's name is typed to confirm it",
    }
}

fn section(entry: &Entry) -> String {
    let row = Row::of(entry.word);
    let step = kind(&written(row.word, row.keys));
    let step = step.step();
    let (facts, evidence) = (step.facts(), step.evidence());
    let mut text = format!("\n## `{}`\n\n{}\n\n", entry.word, entry.doc);
    if entry.keys.is_empty() {
        text.push_str("No keys of its own.\n");
    } else {
        text.push_str(&table(entry.keys));
    }
    let plane = match facts.plane {
        None => String::new(),
        Some(Plane::Data) => ", answered by a data plane".to_owned(),
        Some(Plane::Control) => ", answered by the control plane of the Region asked".to_owned(),
        Some(Plane::GlobalControl) => ", answered by the global control plane in us-east-1 alone".to_owned(),
    };
    let calls = match facts.permissions.as_slice() {
        [] => "none".to_owned(),
        actions => actions.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", "),
    };
    let mut reads: Vec<String> = step
        .reads(&Scene::new().world())
        .iter()
        .map(|query| {
            let (service, operation) = query.operation();
            format!("`{service}:{operation}`")
        })
        .collect();
    reads.sort();
    reads.dedup();
    let reads = if reads.is_empty() { "nothing".to_owned() } else { reads.join(", ") };
    for (label, words) in [
        ("Calls and permissions", format!("{calls}{plane}")),
        ("Reads first", reads),
        ("Done when", evidence.done.to_owned()),
        ("If an answer is lost", evidence.lost.to_owned()),
        ("Can it be undone", format!("{}; {}", undone(facts.reversibility), facts.undo)),
        ("If it fails", facts.on_failure.to_string()),
    ] {
        text.push_str(&format!("\n* **{label}**: {words}"));
    }
    text.push('\n');
    text
}

fn reference() -> String {
    let mut kinds: Vec<&Entry> = Kind::ALL.iter().collect();
    kinds.sort_by_key(|entry| entry.word);
    let mut text = HEAD.to_owned();
    text.push_str("\n## Keys of the file\n\n");
    text.push_str(&table(keys::TOP));
    text.push_str("\n## Keys of every step\n\n");
    text.push_str(&table(keys::STEP));
    text.push_str("\n# Kinds of steps\n\n");
    for entry in &kinds {
        text.push_str(&format!(
            "* [`{0}`](#{0}): {1}\n",
            entry.word,
            entry.doc.split(". ").next().unwrap_or(entry.doc).trim_end_matches('.')
        ));
    }
    text.extend(kinds.iter().map(|entry| section(entry)));
    text
}

#[test]
fn the_reference_says_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/runbook-reference.md");
    let text = reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/runbook-reference.md is not what the code says: UPDATE_DOCS=1 cargo test the_reference writes it anew"
    );
}
