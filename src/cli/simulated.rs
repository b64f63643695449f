//! What `demo` and `simulate` have in common: the built-in shop, scenarios by name or file, and a config that points to the simulator.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::exit::Failure;
use crate::demo;
use crate::document::suggest;
use crate::model::words;
use crate::sim::{self, Estate, Running, Scenario, Simulator, StartError};

/// The built-in scenario of that name, or the one in that file.
pub(super) fn scenario(name: &str) -> Result<Scenario, Failure> {
    if let Some((_, text)) = demo::SCENARIOS.iter().find(|(built_in, _)| *built_in == name) {
        return sim::parse_scenario(name, text).map_err(|error| Failure::Input(error.to_string()));
    }
    let path = Path::new(name);
    if path.exists() || name.contains('/') || path.extension().is_some() {
        return sim::load_scenario(path).map_err(|error| Failure::Input(error.to_string()));
    }
    let names = || demo::SCENARIOS.iter().map(|(built_in, _)| *built_in);
    let otherwise = format!("; there are {}, or name a file", words::listed(names()));
    Err(Failure::Usage(format!("there is no scenario \"{name}\"{}", suggest::hint(name, names(), &otherwise))))
}

/// The estate in that file, the large one of that seed, or the built-in shop.
pub(super) fn estate(file: Option<&Path>, seed: u64) -> Result<Estate, Failure> {
    let estate = match file {
        Some(name) if is_large(name) => return Ok(Estate::large(seed)),
        Some(file) => sim::load_estate(file),
        None => sim::parse_estate("estate.toml", demo::ESTATE),
    };
    estate.map_err(|error| Failure::Input(error.to_string()))
}

/// Whether an estate's name is that of the large one, which is made and not read. A file of that name is `./large`.
pub(super) fn is_large(name: &Path) -> bool {
    name == Path::new(LARGE)
}

/// What the large estate is called.
pub(super) const LARGE: &str = "large";

/// Starts the simulator on its own thread.
pub(super) fn start(
    listen: SocketAddr,
    estate: Estate,
    scenario: Scenario,
    speed: f64,
    seed: u64,
) -> Result<Running, Failure> {
    let options = sim::Options { listen, estate, scenario, seed, speed, start: None };
    Simulator::start(options).map_err(|error| match error {
        StartError::Scenario { .. } => Failure::Input(error.to_string()),
        StartError::NotLoopback(_) | StartError::Listen(..) => {
            Failure::Unavailable(format!("{error}; name another address with --listen 127.0.0.1:PORT"))
        }
    })
}

/// The same config for that simulator: `simulator = true`, and its addresses for the endpoint, DNS, every probe and every endpoint
/// of ARC; everything else, comments too, as it was.
pub fn pointed_at(config: &str, running: &Running) -> String {
    let document = DeTable::parse(config).map(toml::Spanned::into_inner).unwrap_or_default();
    let (url, names) = (running.url(), format!("[\"{}\"]", running.dns));
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut head = String::new();
    for (key, value) in [("endpoint_url", format!("\"{url}\"")), ("simulator", "true".to_owned())] {
        match document.get(key) {
            Some(old) => edits.push((old.span(), value)),
            None => head.push_str(&format!("{key} = {value}\n")),
        }
    }
    let dns = document.get("dns").and_then(|dns| dns.get_ref().as_table());
    let known = DNS_KEYS.iter().filter_map(|key| dns?.get(*key));
    edits.extend(known.map(|old| (old.span(), names.clone())));
    let tail = match dns {
        Some(_) => String::new(),
        None => DNS_KEYS.iter().fold("\n[dns]\n".to_owned(), |text, key| text + &format!("{key} = {names}\n")),
    };
    for system in tables(document.get("system")) {
        let name = text(system.get("name"));
        for probe in tables(system.get("probe")) {
            if let Some(old) = probe.get("url") {
                edits.push((
                    old.span(),
                    format!("\"{url}/_site/{}/{}/health\"", segment(text(probe.get("site"))), segment(name)),
                ));
            }
        }
    }
    let arc = document.get("arc").and_then(|arc| arc.get_ref().as_table());
    let endpoints = tables(arc.and_then(|arc| arc.get("endpoint")));
    edits.extend(endpoints.filter_map(|endpoint| Some((endpoint.get("url")?.span(), format!("\"{url}\"")))));
    // From the end of the file to its beginning: what was replaced does not move what is still to be.
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = config.to_owned();
    for (span, value) in edits {
        text.replace_range(span, &value);
    }
    text.insert_str(0, &head);
    text.push_str(&tail);
    text
}

/// Where the shop's config and runbooks look for the simulator.
const SHOP: &str = "http://127.0.0.1:4566";

/// A runbook of the shop for that simulator: its pages are there.
pub fn runbook_pointed_at(runbook: &str, running: &Running) -> String {
    runbook.replace(SHOP, &running.url())
}

/// Writes runbooks into the folder beside a config. Those that are there already are somebody's, and stay.
pub(super) fn write_runbooks(config: &Path, runbooks: &[(&str, String)], existing: Existing) -> Result<(), Failure> {
    let folder = config.parent().unwrap_or(Path::new("")).join("runbooks");
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .map_err(|error| Failure::CannotWrite(format!("{} cannot be made: {error}", folder.display())))?;
    runbooks.iter().try_for_each(|(name, text)| write_private(&folder.join(format!("{name}.toml")), text, existing))
}

/// The keys of `[dns]` that name servers.
const DNS_KEYS: [&str; 2] = ["authoritative", "resolvers"];

/// The tables of an array of tables; none where there is no such array.
fn tables<'a>(value: Option<&'a Spanned<DeValue<'_>>>) -> impl Iterator<Item = &'a DeTable<'a>> {
    let all = value.and_then(|value| value.get_ref().as_array());
    all.into_iter().flat_map(|all| all.iter()).filter_map(|one| one.get_ref().as_table())
}

/// A string, or nothing.
fn text<'a>(value: Option<&'a Spanned<DeValue<'_>>>) -> &'a str {
    value.and_then(|value| value.get_ref().as_str()).unwrap_or_default()
}

/// What is written as it is in a path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A word as a part of a path.
fn segment(word: &str) -> PercentEncode<'_> {
    utf8_percent_encode(word, PATH)
}

/// Whether a file that is there already may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    /// It may.
    Replace,
    /// It is somebody's work.
    Keep,
}

/// Writes a file that only its owner can read and write.
pub(super) fn write_private(path: &Path, text: &str, existing: Existing) -> Result<(), Failure> {
    let cannot = |error: io::Error| Failure::CannotWrite(format!("{} cannot be written: {error}", path.display()));
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    match existing {
        Existing::Replace => options.create(true).truncate(true),
        Existing::Keep => options.create_new(true),
    };
    let mut file = options.open(path).map_err(cannot)?;
    make_private(&file).and_then(|()| file.write_all(text.as_bytes())).map_err(cannot)
}

/// The mode given at opening counts for new files only. A pipe or a device keeps its own.
fn make_private(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() { file.set_permissions(Permissions::from_mode(0o600)) } else { Ok(()) }
}
