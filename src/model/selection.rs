//! Which backup plans take in a resource.

use std::collections::{HashMap, HashSet};

use super::facts::Answer;
use super::facts::backup_plans::{Plan, PlanSummary, Selection};
use super::{Place, Query, Text};

/// Whether a selection takes in a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Takes {
    /// It does if the resource has the right tags, which AWS Backup does not tell.
    Perhaps,
    /// It does.
    Certainly,
}

/// All backup plans that were read, so that each resource finds its own without walking through them.
#[derive(Debug, Default)]
pub struct Plans<'a> {
    places: HashMap<&'a Place, PlacePlans<'a>>,
}

/// The plans of one Place, and their selections: those that name ARNs only by the ARN, and those that have to be looked at.
#[derive(Debug, Default)]
struct PlacePlans<'a> {
    listed: Option<HashMap<&'a str, &'a PlanSummary>>,
    plans: HashMap<&'a str, &'a Plan>,
    selections: HashMap<&'a str, &'a [Text]>,
    read: HashSet<(&'a str, &'a str)>,
    named: HashMap<&'a str, Vec<&'a str>>,
    open: Vec<(&'a str, &'a Selection)>,
    complete: bool,
}

/// A plan that takes in a resource.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken<'a> {
    /// The plan as listed.
    pub summary: &'a PlanSummary,
    /// Its rules; `None` while they were not read.
    pub plan: Option<&'a Plan>,
    /// Whether it really does.
    pub takes: Takes,
}

impl<'a> Plans<'a> {
    /// Takes down `answer`, if it is one about plans.
    #[allow(clippy::wildcard_enum_match_arm, reason = "few answers are about plans")]
    pub(crate) fn add(&mut self, query: &'a Query, answer: &'a Answer) {
        let place = self.places.entry(query.place()).or_default();
        match (query, answer) {
            (_, Answer::BackupPlans(list)) => {
                place.listed = Some(list.iter().map(|plan| (plan.id.as_str(), plan)).collect());
            }
            (Query::BackupPlan(_, id), Answer::BackupPlan(plan)) => drop(place.plans.insert(id, plan)),
            (Query::BackupSelections(_, id), Answer::BackupSelections(ids)) => drop(place.selections.insert(id, ids)),
            (Query::BackupSelection(_, plan, id), Answer::BackupSelection(selection)) => {
                place.read.insert((plan, id));
                place.select(plan, selection);
            }
            _ => {}
        }
    }

    /// All answers were added.
    pub(crate) fn settle(&mut self) {
        for place in self.places.values_mut() {
            place.complete = place.is_complete();
        }
    }

    /// Whether every plan of `place` was read, with all that it takes in.
    pub fn are_complete(&self, place: &Place) -> bool {
        self.places.get(place).is_some_and(|plans| plans.complete)
    }

    /// The plans of `place` that take in `resource`, each once.
    pub fn of(&self, place: &Place, resource: &str) -> Vec<Taken<'a>> {
        let Some(place) = self.places.get(place) else { return Vec::new() };
        let Some(listed) = &place.listed else { return Vec::new() };
        let named = place.named.get(resource).map_or(&[][..], Vec::as_slice);
        let named = named.iter().map(|plan| (*plan, Takes::Certainly));
        let open = place.open.iter().filter_map(|(plan, selection)| Some((*plan, takes(selection, resource)?)));
        let mut plans: Vec<Taken<'a>> = Vec::new();
        for (id, takes) in named.chain(open) {
            // A selection of a plan that is not there any more is left over from an earlier reading.
            let Some(summary) = listed.get(id).copied() else { continue };
            match plans.iter_mut().find(|known| known.summary.id == summary.id) {
                Some(known) => known.takes = known.takes.max(takes),
                None => plans.push(Taken { summary, plan: place.plans.get(id).copied(), takes }),
            }
        }
        plans
    }
}

impl<'a> PlacePlans<'a> {
    fn select(&mut self, plan: &'a str, selection: &'a Selection) {
        let plain = selection.tags.is_empty()
            && !selection.has_conditions
            && selection.not_resources.is_empty()
            && selection.resources.iter().all(|arn| !arn.as_str().contains('*'));
        if plain {
            for arn in &selection.resources {
                self.named.entry(arn.as_str()).or_default().push(plan);
            }
        } else {
            self.open.push((plan, selection));
        }
    }

    fn is_complete(&self) -> bool {
        self.listed.as_ref().is_some_and(|listed| {
            listed.keys().all(|plan| {
                self.plans.contains_key(plan)
                    && self
                        .selections
                        .get(plan)
                        .is_some_and(|ids| ids.iter().all(|id| self.read.contains(&(*plan, id.as_str()))))
            })
        })
    }
}

/// How `selection` takes in `resource`; `None` if it does not.
pub fn takes(selection: &Selection, resource: &str) -> Option<Takes> {
    if selection.not_resources.iter().any(|pattern| matches(pattern.as_str(), resource)) {
        return None;
    }
    let named = selection.resources.iter().any(|pattern| matches(pattern.as_str(), resource));
    match (named, selection.tags.is_empty(), selection.has_conditions) {
        (true, true, false) => Some(Takes::Certainly),
        // Which resources carry a tag, or meet a condition, is not told.
        (true, _, _) | (false, false, _) => Some(Takes::Perhaps),
        (false, true, true) => selection.resources.is_empty().then_some(Takes::Perhaps),
        (false, true, false) => None,
    }
}

/// Whether `pattern`, with `*` for anything, is `text`.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    text.ends_with(tail)
}
