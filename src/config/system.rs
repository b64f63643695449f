//! `[[system]]`: what the business recovers as one, and what was promised for it.

use std::collections::BTreeMap;

use super::component;
use super::keys;
use super::look;
use crate::document::suggest::hint;
use crate::document::{Found, Section, Unknown};
use crate::model::{Criticality, Objective, PerDisruption, Region, Site, Span, Strategy, System};

/// What a System says that its components need to know.
pub(super) struct Sites {
    pub(super) primary: Option<Site>,
    pub(super) recovery: Option<Region>,
    pub(super) role: Option<std::sync::Arc<str>>,
    /// How long recovery from the loss of a Region may take.
    pub(super) rto: Option<Span>,
}

/// Every System. Those that lack something are left out; the problem was noted.
pub(super) fn systems(top: &Section<'_>, simulator: bool) -> Vec<System> {
    let sections: Vec<Section<'_>> = top
        .tables("system")
        .into_iter()
        .map(|Found { value, span }| {
            Section::open(top.walk, "[[system]]", span, value, keys::SYSTEM.iter().collect(), Unknown::Refuse)
        })
        .collect();
    if sections.is_empty() && top.has("system") && top.texts("system").is_some_and(|list| list.is_empty()) {
        top.wrong("system", "is empty; begin each System with [[system]]");
    }
    refuse_twins(&sections);
    refuse_bad_dependencies(&sections);
    sections.iter().filter_map(|section| system(section, simulator)).collect()
}

fn system(section: &Section<'_>, simulator: bool) -> Option<System> {
    let name = section.text("name");
    let criticality = section.word(
        "criticality",
        &[Criticality::Critical, Criticality::High, Criticality::Medium, Criticality::Low],
        Criticality::as_str,
    );
    let strategy = section.word(
        "strategy",
        &[Strategy::BackupAndRestore, Strategy::PilotLight, Strategy::WarmStandby, Strategy::ActiveActive],
        Strategy::as_str,
    );
    let primary = section.site("primary");
    let recovery = section.region("recovery");
    if let (Some(Found { value: Site::Region(primary), .. }), Some(recovery)) = (&primary, &recovery)
        && *primary == recovery.value
    {
        section
            .wrong("recovery", format!("is {primary}, which is the primary, too; name another Region to recover to"));
    }
    let objectives = objectives(section);
    let depends_on = section.texts("depends_on").unwrap_or_default();
    let sites = Sites {
        primary: primary.map(|found| found.value),
        recovery: recovery.map(|found| found.value),
        role: section.role("role_arn").map(Into::into),
        rto: objectives.region.and_then(|objective| objective.rto),
    };
    let probes = look::probes(section, sites.primary.as_ref(), sites.recovery.as_ref(), simulator);
    let components = component::components(section, &sites);
    Some(System {
        name: name?.value.to_owned(),
        criticality: criticality?,
        strategy: strategy?,
        primary: sites.primary?,
        recovery: sites.recovery?,
        depends_on: depends_on.into_iter().map(|found| found.value.to_owned()).collect(),
        objectives,
        components,
        probes,
    })
}

fn objectives(section: &Section<'_>) -> PerDisruption<Option<Objective>> {
    let Some(objective) = section.table("objective", "[system.objective]", keys::OBJECTIVE) else {
        return PerDisruption::default();
    };
    PerDisruption {
        region: promise(&objective, "region", "[system.objective.region]"),
        data: promise(&objective, "data", "[system.objective.data]"),
    }
}

fn promise(objective: &Section<'_>, name: &str, title: &'static str) -> Option<Objective> {
    let section = objective.table(name, title, keys::PROMISE)?;
    if !section.has("rpo") && !section.has("rto") {
        section
            .walk
            .wrong(&section.span, format!("{title} promises nothing; write rpo = \"5m\", rto = \"15m\" or both"));
    }
    let rpo = section.duration("rpo").map(|found| found.value);
    let rto = section.duration("rto");
    if rto.as_ref().is_some_and(|rto| rto.value.is_zero()) {
        section.wrong("rto", "is zero, but no recovery takes no time; write for example rto = \"15m\"");
    }
    Some(Objective { rpo, rto: rto.map(|found| found.value) })
}

fn refuse_twins(sections: &[Section<'_>]) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for section in sections {
        let Some(name) = section.text("name") else { continue };
        let count = seen.entry(name.value).or_default();
        *count += 1;
        if *count > 1 {
            let what =
                format!("is \"{}\", as of another System before it; each System needs a name of its own", name.value);
            section.wrong("name", what);
        }
    }
}

fn refuse_bad_dependencies(sections: &[Section<'_>]) {
    let mut depends_on: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for section in sections {
        if let Some(name) = section.text("name") {
            let on = section.texts("depends_on").unwrap_or_default();
            depends_on.entry(name.value).or_insert_with(|| on.iter().map(|found| found.value).collect());
        }
    }
    let mut told: Vec<Vec<&str>> = Vec::new();
    for section in sections {
        let Some(name) = section.text("name") else { continue };
        for on in section.texts("depends_on").unwrap_or_default() {
            if !depends_on.contains_key(on.value) {
                let otherwise = "; it must be the name of another [[system]]";
                let hint = hint(on.value, depends_on.keys().copied(), otherwise);
                section
                    .walk
                    .wrong(&on.span, format!("`depends_on` names \"{}\", which is no System here{hint}", on.value));
            } else if let Some(circle) = path(&depends_on, on.value, name.value) {
                let mut members = circle.clone();
                members.sort_unstable();
                members.dedup();
                if !told.contains(&members) {
                    told.push(members);
                    let way = std::iter::once(name.value).chain(circle).collect::<Vec<_>>().join(" -> ");
                    section.walk.wrong(
                        &on.span,
                        format!("`depends_on` goes in a circle: {way}; none of them could be recovered first"),
                    );
                }
            }
        }
    }
}

/// The Systems from `from` to `to` along `depends_on`, both included, on a shortest way; `None` if there is none.
fn path<'a>(depends_on: &BTreeMap<&'a str, Vec<&'a str>>, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut ways = std::collections::VecDeque::from([vec![from]]);
    let mut visited = vec![from];
    while let Some(way) = ways.pop_front() {
        let end = way.last().copied()?;
        if end == to {
            return Some(way);
        }
        for next in depends_on.get(end).into_iter().flatten().copied().filter(|next| depends_on.contains_key(next)) {
            if !visited.contains(&next) {
                visited.push(next);
                ways.push_back(way.iter().copied().chain([next]).collect());
            }
        }
    }
    None
}
