//! A runbook from its text.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::definition::{Direction, Phase, Runbook, Step, Variant};
use super::keys;
use super::kinds::{Around, Entry, Kind};
use crate::document::suggest::hint;
use crate::document::{self, Found, Problem, Problems, Section, Unknown, Walk};
use crate::model::{Span, Text, words};

/// The runbook that `text` says. Its name is its file's; `path` is what errors call it; `extra_regions` are Regions newer than this
/// program, as the config names them.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn parse(text: &str, path: &Path, extra_regions: &[String]) -> Result<Runbook, Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = document::parse(text, path)?;
    let walk = Walk::default();
    walk.extra_regions.borrow_mut().extend_from_slice(extra_regions);
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let runbook = {
        let keys = keys::TOP.iter().collect();
        let top = Section::open(&walk, "the file", 0..0, document.get_ref(), keys, Unknown::Refuse);
        if !is_name(&name) {
            walk.wrong(
                &(0..0),
                format!("the file is called \"{name}\", but a runbook's name is {NAME}; rename the file"),
            );
        }
        runbook(&top, name, text)
    };
    let problems = walk.into_problems();
    let list: Vec<Problem> = problems.iter().map(|(span, message)| Problem::at(text, span, message)).collect();
    match runbook {
        Some(runbook) if list.is_empty() => Ok(runbook),
        Some(_) | None => Err(Problems { path: path.to_owned(), list, unfinished: None }),
    }
}

/// What names are made of: they stand in questions, files and AWS's tags.
const NAME: &str = "small letters, digits and -, at most 63, and begins with a letter";

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.len() <= 63 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(fits)
}

/// The SHA-256 of a text, 64 hexadecimal digits.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn runbook(top: &Section<'_>, name: String, text: &str) -> Option<Runbook> {
    let system = top.text("system").map(|found| found.value.to_owned());
    let direction = top.word("direction", &Direction::ALL, Direction::as_str);
    let variant = if top.flag("planned").unwrap_or_default() { Variant::Planned } else { Variant::Unplanned };
    let words = |key: &str| top.text(key).map(|found| Text::new(found.value));
    let (version, owner, summary) = (words("version"), words("owner"), words("summary"));
    let back = top.text("back").map(|found| found.value.to_owned());
    let regions = top.regions("regions");
    let role = top.role("role_arn");
    let account = top.account("account");
    let steps = steps(top, &Around { role: role.as_deref().map(Arc::from) });
    Some(Runbook {
        name,
        system: system?,
        direction: direction?,
        variant,
        version: version?,
        owner: owner?,
        summary: summary?,
        back,
        account,
        regions: regions?,
        role,
        steps: steps?,
        parts: Vec::new(),
        sha256: sha256(text),
    })
}

/// A step as far as it could be read by itself.
struct Draft<'a> {
    id: Option<Found<&'a str>>,
    needs: Option<Vec<Found<&'a str>>>,
    step: Option<Step>,
}

fn steps(top: &Section<'_>, around: &Around) -> Option<Vec<Step>> {
    let tables = top.tables("step");
    if tables.is_empty() && top.has("step") {
        top.wrong("step", "is empty; begin each step with [[step]]");
        return None;
    }
    let kinds: Vec<Option<&'static Entry>> = tables.iter().map(|found| kind_of(top, found)).collect();
    let sections: Vec<Section<'_>> = tables
        .iter()
        .zip(&kinds)
        .map(|(Found { value, span }, kind)| {
            let own = kind.map_or(&[][..], |kind| kind.keys);
            let unknown = if kind.is_some() { Unknown::Refuse } else { Unknown::Ignore };
            Section::open(top.walk, "[[step]]", span.clone(), value, keys::STEP.iter().chain(own).collect(), unknown)
        })
        .collect();
    let drafts: Vec<Draft<'_>> =
        sections.iter().zip(&kinds).map(|(section, kind)| draft(section, *kind, around)).collect();
    refuse_twins(top, &drafts);
    let needs: Vec<Vec<usize>> = (0..drafts.len()).map(|index| needs(top, &drafts, index)).collect();
    drafts.into_iter().zip(needs).map(|(draft, needs)| draft.step.map(|step| Step { needs, ..step })).collect()
}

fn kind_of(top: &Section<'_>, Found { value, span }: &Found<&toml::de::DeTable<'_>>) -> Option<&'static Entry> {
    let section = Section::open(top.walk, "[[step]]", span.clone(), value, Vec::new(), Unknown::Ignore);
    // A missing one is noted with the step's other keys.
    let found = section.text("kind")?;
    let hit = Kind::ALL.iter().find(|entry| entry.word == found.value);
    if hit.is_none() {
        let names = || Kind::ALL.iter().map(|entry| entry.word);
        let near = hint(found.value, names(), &format!("; there are {}", words::listed(names())));
        section.wrong("kind", format!("\"{}\" is no kind of step{near}", found.value));
    }
    hit
}

fn draft<'a>(section: &Section<'a>, kind: Option<&'static Entry>, around: &Around) -> Draft<'a> {
    let id = section.text("id");
    if let Some(id) = id.as_ref().filter(|id| !is_name(id.value)) {
        section.walk.wrong(&id.span, format!("`id` is \"{}\", but a step's name is {NAME}", id.value));
    }
    let words = |key: &str| section.text(key).map(|found| Text::new(found.value));
    let phase = section.word("phase", &Phase::ALL, Phase::as_str);
    let (title, text) = (words("title"), words("text").unwrap_or_default());
    let estimate = section.duration("estimate").map(|found| found.value);
    let worst = section.duration("worst").map(|found| found.value);
    if let (Some(estimate), Some(worst)) = (estimate, worst)
        && worst < estimate
    {
        section.wrong("worst", "is shorter than the estimate; it is the longest that the step may take");
    }
    let of_kind = kind.and_then(|kind| (kind.read)(section, around));
    let made = || {
        let estimate = estimate?;
        let usual = estimate.saturating_add(estimate).saturating_add(estimate).saturating_add(Span::from_mins(1));
        Some(Step {
            id: id.as_ref()?.value.to_owned(),
            phase: phase?,
            title: title.clone()?,
            text: text.clone(),
            needs: Vec::new(),
            kind: of_kind?,
            on_failure: words("on_failure"),
            undo: words("undo"),
            alternative: words("alternative"),
            estimate,
            worst: worst.unwrap_or(usual),
        })
    };
    Draft { step: made(), needs: section.texts("needs"), id }
}

fn refuse_twins(top: &Section<'_>, drafts: &[Draft<'_>]) {
    let ids: Vec<&Found<&str>> = drafts.iter().filter_map(|draft| draft.id.as_ref()).collect();
    for (index, id) in ids.iter().enumerate() {
        if ids.iter().take(index).any(|before| before.value == id.value) {
            top.walk.wrong(&id.span, format!("there are two steps \"{}\"; give each a name of its own", id.value));
        }
    }
}

/// The steps that a step needs. Each must stand before it, so that there is no circle, and a person reads them in an order that works.
fn needs(top: &Section<'_>, drafts: &[Draft<'_>], index: usize) -> Vec<usize> {
    let Some(named) = drafts.get(index).and_then(|draft| draft.needs.as_ref()) else {
        return index.checked_sub(1).into_iter().collect();
    };
    let mut needs = Vec::new();
    for found in named {
        let name = found.value;
        let ids = || drafts.iter().filter_map(|draft| draft.id.as_ref()).map(|id| id.value);
        let position = drafts.iter().position(|draft| draft.id.as_ref().is_some_and(|id| id.value == name));
        match position {
            Some(before) if before < index => needs.push(before),
            Some(at) if at == index => {
                top.walk.wrong(&found.span, format!("the step \"{name}\" needs itself; take it out of `needs`"));
            }
            Some(after) => {
                let why = match circle(drafts, index, after) {
                    Some(circle) => format!("`needs` goes round in a circle: {circle}; take one of them out"),
                    None => format!("`needs` names \"{name}\", which stands after it; move that step up"),
                };
                top.walk.wrong(&found.span, why);
            }
            None => {
                let near = hint(name, ids(), &format!("; there are {}", words::listed(ids())));
                top.walk.wrong(&found.span, format!("`needs` names \"{name}\", which is no step{near}"));
            }
        }
    }
    needs.sort_unstable();
    needs.dedup();
    needs
}

/// The way from `from` over `to` back to `from`, if there is one, in words.
fn circle(drafts: &[Draft<'_>], from: usize, to: usize) -> Option<String> {
    let name = |index: usize| drafts.get(index).and_then(|draft| draft.id.as_ref()).map_or("?", |id| id.value);
    let direct = |index: usize| -> Vec<usize> {
        match drafts.get(index).and_then(|draft| draft.needs.as_ref()) {
            None => index.checked_sub(1).into_iter().collect(),
            Some(named) => {
                let position = |found: &Found<&str>| {
                    drafts.iter().position(|draft| draft.id.as_ref().is_some_and(|id| id.value == found.value))
                };
                named.iter().filter_map(position).collect()
            }
        }
    };
    let mut ways = vec![vec![from, to]];
    let mut seen = vec![to];
    while let Some(way) = ways.pop() {
        for next in direct(*way.last()?) {
            if next == from {
                let names: Vec<&str> = way.iter().chain([&from]).map(|index| name(*index)).collect();
                return Some(names.join(" needs "));
            }
            if !seen.contains(&next) {
                seen.push(next);
                ways.push(way.iter().copied().chain([next]).collect());
            }
        }
    }
    None
}
