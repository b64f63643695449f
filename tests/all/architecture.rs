//! The house keeps its shape: imports run one way, foreign types stay in their room, the model is pure, files stay small.
//!
//! Each rule is a function over sources, proved twice: it finds nothing in the repository, and it finds what is wrong in a
//! made-up source.

use std::fs;
use std::path::Path;

/// A file of the repository: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The module it is, from the crate's root: `src/aws/read/rds.rs` is `aws, read, rds`.
    fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut module: Vec<&str> = path.split('/').collect();
        if matches!(module.last(), Some(&"mod" | &"lib" | &"main")) {
            module.pop();
        }
        module
    }

    /// The top-level module it is in; empty for `lib.rs` and `main.rs`.
    fn room(&self) -> &str {
        self.module().first().copied().unwrap_or("")
    }

    /// Its text without comments, strings and characters.
    fn code(&self) -> String {
        code_of(&self.text)
    }
}

fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let quoted_raw = rest[0] == 'r' && !chars[..at].last().is_some_and(|c| c.is_alphanumeric() || *c == '_');
        let hashes = rest.iter().skip(1).take_while(|c| **c == '#').count();
        if rest.starts_with(&['/', '/']) {
            at += rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
        } else if rest.starts_with(&['/', '*']) {
            at += 2 + rest.windows(2).skip(2).position(|pair| pair == ['*', '/']).map_or(rest.len(), |end| end + 2);
        } else if quoted_raw && rest.get(1 + hashes) == Some(&'"') {
            let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let start = 2 + hashes;
            let end = rest[start..].windows(closing.len()).position(|window| window == closing);
            at += end.map_or(rest.len(), |end| start + end + closing.len());
        } else if rest[0] == '"' {
            let mut end = 1;
            while end < rest.len() && rest[end] != '"' {
                end += if rest[end] == '\\' { 2 } else { 1 };
            }
            at += end + 1;
            code.push_str("\"\"");
        } else if rest[0] == '\'' && (rest.get(1) == Some(&'\\') || rest.get(2) == Some(&'\'')) {
            at += 2 + rest.iter().skip(2).position(|c| *c == '\'').map_or(rest.len(), |end| end + 1);
        } else {
            code.push(rest[0]);
            at += 1;
        }
    }
    code
}

fn is_ident(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every identifier of the code with what follows it, so that `aws_sdk_rds` is not found inside `my_aws_sdk_rds`.
fn identifiers(code: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(is_ident) {
        let tail = &rest[start..];
        let end = tail.find(|c| !is_ident(c)).unwrap_or(tail.len());
        found.push((&tail[..end], &tail[end..]));
        rest = &tail[end..];
    }
    found
}

/// The first names of a path that goes on after `::`, those of a group in braces included.
fn first_names(after: &str) -> Vec<&str> {
    let Some(after) = after.trim_start().strip_prefix("::") else { return Vec::new() };
    let after = after.trim_start();
    let Some(group) = after.strip_prefix('{') else {
        return identifiers(after).first().map(|(name, _)| *name).into_iter().collect();
    };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut expects_name = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expects_name = true,
            _ if is_ident(c) && depth == 0 && expects_name => {
                names.extend(identifiers(&group[at..]).first().map(|(name, _)| *name));
                expects_name = false;
            }
            _ => {}
        }
    }
    names
}

/// The top-level modules that a source names, by `crate::`, `drdeck::` or by climbing up with `super::`.
fn rooms_named(source: &Source) -> Vec<String> {
    let code = source.code();
    let depth = source.module().len();
    let mut rooms = Vec::new();
    let names = identifiers(&code);
    for (at, (name, after)) in names.iter().enumerate() {
        match *name {
            "crate" | "drdeck" => rooms.extend(first_names(after)),
            "super" => {
                let follows_super =
                    at > 0 && names[at - 1].0 == "super" && names[at - 1].1.trim_start().starts_with("::");
                if follows_super {
                    continue;
                }
                let ups = names[at..].iter().take_while(|(name, _)| *name == "super").count();
                if ups >= depth {
                    rooms.extend(first_names(names[at + ups - 1].1));
                }
            }
            _ => {}
        }
    }
    rooms.iter().map(|room| (*room).to_owned()).collect()
}

/// The steps of the house: a room may import from lower steps only.
const STEPS: [&[&str]; 8] = [
    &["model"],
    &["document"],
    &["config", "runbook"],
    &["journal", "aws"],
    &["look"],
    &["observe", "engine"],
    &["console"],
    &["cli"],
];

/// Rooms that import nothing of ours; only `cli` imports them.
const APART: [&str; 2] = ["sim", "demo"];

fn step(room: &str) -> Option<usize> {
    STEPS.iter().position(|rooms| rooms.contains(&room))
}

fn is_room(name: &str) -> bool {
    step(name).is_some() || APART.contains(&name)
}

fn may_import(room: &str, other: &str) -> bool {
    if room == other {
        return true;
    }
    match (room, other) {
        ("", "cli") => true,
        ("cli", apart) if APART.contains(&apart) => true,
        _ => matches!((step(room), step(other)), (Some(upper), Some(lower)) if lower < upper),
    }
}

fn wrong_imports(source: &Source) -> Vec<String> {
    rooms_named(source)
        .into_iter()
        .filter(|other| is_room(other) && !may_import(source.room(), other))
        .map(|other| format!("{}: `{}` must not import `{other}`", source.path, source.room()))
        .collect()
}

fn unknown_rooms(source: &Source) -> Vec<String> {
    let room = source.room();
    if room.is_empty() || is_room(room) {
        Vec::new()
    } else {
        vec![format!(
            "{}: `{room}` is not a room of the house: add it to the map in lib.rs and to STEPS here",
            source.path
        )]
    }
}

fn names_sdk(name: &str) -> bool {
    ["aws_sdk_", "aws_smithy_", "aws_config", "aws_credential_types", "aws_runtime", "aws_types"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

fn names_terminal(name: &str) -> bool {
    name == "crossterm" || name == "tui_input" || name.starts_with("ratatui")
}

fn names_outside(source: &Source, room: &str, foreign: fn(&str) -> bool) -> Vec<String> {
    if source.room() == room {
        return Vec::new();
    }
    identifiers(&source.code())
        .into_iter()
        .filter(|(name, _)| foreign(name))
        .map(|(name, _)| format!("{}: only `{room}` names `{name}`", source.path))
        .collect()
}

/// I/O and clocks, as a pure room would have to write them.
const IMPURE: [&str; 12] = [
    "std::fs",
    "std::net",
    "std::io",
    "std::env",
    "std::process",
    "std::thread",
    "tokio",
    "Instant::now",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "elapsed()",
];

/// Clocks and network: the config reads files, and is otherwise pure.
const TIMED: [&str; 7] =
    ["std::net", "std::thread", "tokio", "Instant::now", "SystemTime", "Timestamp::now", "Zoned::now"];

fn impurities(source: &Source) -> Vec<String> {
    let forbidden: &[&str] = match source.room() {
        "model" | "runbook" => &IMPURE,
        "engine" if source.module().get(1) == Some(&"core") => &IMPURE,
        "config" => &TIMED,
        _ => &[],
    };
    let code = source.code();
    let unspaced: String = code.split_whitespace().collect();
    let grouped = ["fs", "net", "io", "env", "process", "thread"];
    let from_std = identifiers(&code)
        .into_iter()
        .filter(|(name, _)| *name == "std")
        .flat_map(|(_, after)| first_names(after))
        .filter(|name| grouped.contains(name))
        .map(|name| format!("std::{name}"))
        .filter(|name| forbidden.contains(&name.as_str()));
    forbidden
        .iter()
        .filter(|what| !what.starts_with("std::") && unspaced.contains(*what))
        .map(|what| (*what).to_owned())
        .chain(from_std)
        .map(|what| format!("{}: `{}` is pure and must not use `{what}`", source.path, source.room()))
        .collect()
}

/// Lines at which a file is too long to hold one thing.
const TOO_LONG: usize = 600;

fn too_long(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if lines < TOO_LONG {
        Vec::new()
    } else {
        vec![format!("{}: {lines} lines, split it before {TOO_LONG}", source.path)]
    }
}

fn vague_names(source: &Source) -> Vec<String> {
    let vague = ["Manager", "Helper", "Util", "Utils", "Handler"];
    let code = source.code();
    let names = identifiers(&code);
    let of_types = names.windows(2).filter_map(|pair| match pair[0].0 {
        "struct" | "enum" | "trait" | "type" => Some(pair[1].0),
        _ => None,
    });
    let of_files = source
        .module()
        .into_iter()
        .filter(|name| matches!(*name, "util" | "utils" | "helper" | "helpers" | "common" | "misc"));
    of_types
        .filter(|name| vague.iter().any(|vague| name.ends_with(vague)))
        .chain(of_files)
        .map(|name| format!("{}: `{name}` does not say what it holds", source.path))
        .collect()
}

fn read_below(folder: &Path, ends: &str, sources: &mut Vec<Source>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden {
            read_below(&path, ends, sources);
        } else if path.to_string_lossy().ends_with(ends) {
            let text = fs::read_to_string(&path).expect("a source in UTF-8");
            let path = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            sources.push(Source { path, text });
        }
    }
}

/// The sources below a folder of the repository.
fn sources(folder: &str, ends: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    read_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), ends, &mut sources);
    assert!(!sources.is_empty(), "{folder} has sources");
    sources
}

fn holds(rule: impl Fn(&Source) -> Vec<String>, sources: &[Source]) {
    let wrong: Vec<String> = sources.iter().flat_map(rule).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn finds(rule: impl Fn(&Source) -> Vec<String>, path: &str, text: &str) {
    let wrong = rule(&Source::new(path, text));
    assert_eq!(wrong.len(), 1, "one finding in {path}, not {wrong:?}:\n{text}");
}

fn accepts(rule: impl Fn(&Source) -> Vec<String>, path: &str, text: &str) {
    let wrong = rule(&Source::new(path, text));
    assert!(wrong.is_empty(), "nothing wrong in {path}, but {wrong:?}:\n{text}");
}

#[test]
fn imports_run_one_way() {
    let sources = sources("src", ".rs");
    holds(wrong_imports, &sources);
    holds(unknown_rooms, &sources);
    assert!(
        sources.iter().any(|source| source.room() == "cli" && rooms_named(source).iter().any(|room| room == "observe")),
        "the rule sees the imports there are"
    );
}

#[test]
fn an_import_against_the_stream_is_found() {
    finds(wrong_imports, "src/model/verdict.rs", "use crate::config::Config;");
    finds(wrong_imports, "src/model/kinds/drs.rs", "use crate::{model::Text, aws::{session, read}};");
    finds(wrong_imports, "src/model/kinds/mod.rs", "use super::super::observe::Clock;");
    finds(wrong_imports, "src/aws/error.rs", "fn f() { crate::journal::append() }");
    finds(wrong_imports, "src/config/load.rs", "use super::super::super::runbook::Step;".trim_start());
    finds(wrong_imports, "src/observe/mod.rs", "use super::engine::Run;");
    finds(wrong_imports, "src/console/mod.rs", "use crate::sim::Simulator;");
    finds(wrong_imports, "src/sim/clock.rs", "use crate::model::Moment;");
    finds(wrong_imports, "src/demo/mod.rs", "use crate::config::Config;");
    finds(wrong_imports, "src/main.rs", "use drdeck::observe::Clock;");
    finds(unknown_rooms, "src/shared/mod.rs", "");
}

#[test]
fn an_import_with_the_stream_is_accepted() {
    accepts(wrong_imports, "src/cli/demo.rs", "use crate::{config::Config, console, demo, observe, sim};");
    accepts(
        wrong_imports,
        "src/model/kinds/drs.rs",
        "use super::super::{Text, verdict::Verdict};\nuse crate::model::facts;",
    );
    accepts(wrong_imports, "src/model/text.rs", "//! As crate::console shows it.\nconst A: &str = \"crate::aws\";");
    accepts(
        wrong_imports,
        "src/model/text.rs",
        "const A: &str = r#\"a \" crate::aws\"#; const B: char = '\"'; const C: char = '\\'';",
    );
    accepts(wrong_imports, "src/main.rs", "use drdeck::cli;");
}

#[test]
fn foreign_types_stay_in_their_room() {
    let sources = sources("src", ".rs");
    holds(|source| names_outside(source, "aws", names_sdk), &sources);
    holds(|source| names_outside(source, "console", names_terminal), &sources);
    for (room, foreign) in [("aws", names_sdk as fn(&str) -> bool), ("console", names_terminal)] {
        let named =
            sources.iter().any(|s| s.room() == room && identifiers(&s.code()).iter().any(|(name, _)| foreign(name)));
        assert!(named, "`{room}` itself names them");
    }
}

#[test]
fn a_foreign_type_elsewhere_is_found() {
    finds(|s| names_outside(s, "aws", names_sdk), "src/observe/mod.rs", "use aws_sdk_rds::Client;");
    finds(|s| names_outside(s, "aws", names_sdk), "src/sim/wire/cbor.rs", "fn f(x: aws_smithy_types::DateTime) {}");
    finds(|s| names_outside(s, "console", names_terminal), "src/cli/status.rs", "use crossterm::style::Color;");
    finds(|s| names_outside(s, "console", names_terminal), "src/model/text.rs", "use ratatui_core::text::Line;");
    accepts(|s| names_outside(s, "aws", names_sdk), "src/aws/read/rds.rs", "use aws_sdk_rds::Client;");
    accepts(|s| names_outside(s, "aws", names_sdk), "src/observe/mod.rs", "// aws_sdk_rds would be wrong here");
}

#[test]
fn the_model_is_pure() {
    holds(impurities, &sources("src", ".rs"));
}

#[test]
fn an_impurity_is_found() {
    finds(impurities, "src/model/assess.rs", "let now = Timestamp::now();");
    finds(impurities, "src/model/assess.rs", "let now = std::time::SystemTime::UNIX_EPOCH;");
    finds(impurities, "src/model/assess.rs", "use std::{collections::BTreeMap, fs};");
    finds(impurities, "src/model/kinds/drs.rs", "std::net::TcpStream::connect(address)");
    finds(impurities, "src/model/kinds/drs.rs", "tokio::spawn(read)");
    finds(impurities, "src/runbook/plan.rs", "let since = Instant::now ();");
    finds(impurities, "src/config/load.rs", "let now = jiff::Timestamp::now();");
    accepts(impurities, "src/config/load.rs", "let text = std::fs::read_to_string(path)?;");
    accepts(impurities, "src/observe/mod.rs", "let now = Instant::now();");
    finds(impurities, "src/engine/core/drive.rs", "tokio::spawn(read)");
    accepts(impurities, "src/engine/hands.rs", "tokio::spawn(read)");
    accepts(impurities, "src/model/assess.rs", "// never Timestamp::now()\nuse std::{collections::BTreeMap, fmt};");
}

#[test]
fn files_stay_small() {
    for (folder, ends) in [("src", ".rs"), ("tests", ".rs"), ("tests/python", ".py")] {
        holds(too_long, &sources(folder, ends));
    }
}

#[test]
fn a_long_file_is_found() {
    finds(too_long, "src/model/assess.rs", &"//\n".repeat(TOO_LONG));
    accepts(too_long, "src/model/assess.rs", &"//\n".repeat(TOO_LONG - 1));
}

#[test]
fn names_say_what_they_hold() {
    holds(vague_names, &sources("src", ".rs"));
}

#[test]
fn a_vague_name_is_found() {
    finds(vague_names, "src/observe/mod.rs", "pub struct CircuitManager;");
    finds(vague_names, "src/console/utils.rs", "");
    accepts(vague_names, "src/observe/mod.rs", "// the Manager\npub struct Circuit;");
}
