//! A runbook that takes in others: several Systems in one run, each step belonging to a System of its own.
//!
//! The steps of each are put in the place of the step that names it, so that a run has one list of steps, one journal and one order. What needs
//! the naming step waits until the users of that System are served, and no longer: it must not wait for a replica that can be built only once
//! the lost Region is back. One decision is enough for a tired person: where one stands before the naming step, the taken-in runbook's own is
//! left out.

use super::definition::{Part, Phase, Runbook, Step};
use super::kinds::Kind;
use super::lint::before;
use super::work::Question;
use crate::document::suggest::hint;
use crate::model::words;

/// Whether a runbook names others that it does not hold yet.
pub fn names_others(runbook: &Runbook) -> bool {
    runbook.steps.iter().any(|step| matches!(step.kind, Kind::Nested(_)))
}

/// The runbook with the steps of those that it names, out of `others` with their texts.
///
/// # Errors
/// What is wrong with each that it names, in sentences.
pub fn take_in(runbook: Runbook, others: &[(&Runbook, &str)]) -> Result<Runbook, Vec<String>> {
    if !names_others(&runbook) {
        return Ok(runbook);
    }
    let mut whole = Whole::default();
    let mut wrong = Vec::new();
    for (at, step) in runbook.steps.iter().enumerate() {
        let needs = whole.after(&step.needs);
        let Kind::Nested(nested) = &step.kind else {
            let index = whole.steps.len();
            whole.steps.push(Step { needs, ..step.clone() });
            whole.after.push(vec![index]);
            continue;
        };
        let found = others.iter().find(|(other, _)| other.name == nested.runbook);
        let Some((other, text)) = found else {
            let names = || others.iter().map(|(other, _)| other.name.as_str()).filter(|name| *name != runbook.name);
            let near = hint(&nested.runbook, names(), &format!("; there are {}", words::listed(names())));
            wrong.push(format!("step {}: there is no runbook \"{}\" beside it{near}", step.id, nested.runbook));
            whole.after.push(Vec::new());
            continue;
        };
        if let Some(why) = unfit(&runbook, other, &whole.parts) {
            wrong.push(format!("step {}: {} {why}", step.id, nested.runbook));
        }
        let decided = before(&runbook, at).iter().any(|earlier| runbook.steps.get(*earlier).is_some_and(is_decision));
        whole.take_in(step, other, text, &needs, decided);
    }
    if wrong.is_empty() { Ok(Runbook { steps: whole.steps, parts: whole.parts, ..runbook }) } else { Err(wrong) }
}

/// Why a runbook cannot be taken in, in words that follow its name.
fn unfit(parent: &Runbook, other: &Runbook, parts: &[Part]) -> Option<String> {
    if names_others(other) || !other.parts.is_empty() {
        return Some("takes in runbooks itself; name those here instead".to_owned());
    }
    if other.direction != parent.direction {
        let (own, wanted) = (other.direction.as_str(), parent.direction.as_str());
        return Some(format!("is a {own}, and this is a {wanted}"));
    }
    if other.system == parent.system {
        return Some(format!(
            "moves {}, but `system` here is a word for all of the Systems; choose another",
            other.system
        ));
    }
    if let Some(twin) = parts.iter().find(|part| part.system == other.system) {
        return Some(format!("moves {}, which step {} moves already", other.system, twin.step));
    }
    match (&parent.account, &other.account) {
        (Some(own), Some(theirs)) if own != theirs => Some(format!("is for account {theirs}, and this for {own}")),
        (_, _) => None,
    }
}

fn is_decision(step: &Step) -> bool {
    step.kind.step().asks() == Some(Question::Decision)
}

/// What is made of a runbook and those that it names.
#[derive(Default)]
struct Whole {
    steps: Vec<Step>,
    parts: Vec<Part>,
    /// For each step of the naming runbook: what whoever needs it has to wait for.
    after: Vec<Vec<usize>>,
}

impl Whole {
    /// What has to be done before something that needs these steps of the naming runbook.
    fn after(&self, needs: &[usize]) -> Vec<usize> {
        sorted(needs.iter().filter_map(|need| self.after.get(*need)).flatten().copied().collect())
    }

    fn take_in(&mut self, step: &Step, other: &Runbook, text: &str, needs: &[usize], decided: bool) {
        let begin = self.steps.len();
        // For each step of the other runbook: where it stands now, or, if it was left out, what it needed.
        let mut places: Vec<Vec<usize>> = Vec::with_capacity(other.steps.len());
        for own in &other.steps {
            let mut mapped = sorted(own.needs.iter().filter_map(|need| places.get(*need)).flatten().copied().collect());
            if mapped.is_empty() {
                mapped = needs.to_vec();
            }
            if decided && is_decision(own) {
                places.push(mapped);
                continue;
            }
            places.push(vec![self.steps.len()]);
            self.steps.push(Step { id: format!("{}/{}", step.id, own.id), needs: mapped, ..own.clone() });
        }
        let steps = begin..self.steps.len();
        self.after.push(self.ends(begin, needs));
        self.parts.push(Part {
            step: step.id.clone(),
            runbook: other.name.clone(),
            system: other.system.clone(),
            version: other.version.clone(),
            owner: other.owner.clone(),
            variant: other.variant,
            regions: other.regions.clone(),
            steps,
            sha256: other.sha256.clone(),
            text: text.to_owned(),
        });
    }

    /// The last of the steps from `begin` on that have to be done before users are served; all of the last ones, if none is.
    fn ends(&self, begin: usize, needs: &[usize]) -> Vec<usize> {
        let of = |counts: &dyn Fn(&Step) -> bool| -> Vec<usize> {
            let own = || self.steps.iter().enumerate().skip(begin).filter(|(_, step)| counts(step));
            let needed: Vec<usize> = own().flat_map(|(_, step)| step.needs.iter().copied()).collect();
            own().map(|(at, _)| at).filter(|at| !needed.contains(at)).collect()
        };
        let served = of(&|step| step.phase <= Phase::Verify);
        match (served.is_empty(), self.steps.len() > begin) {
            (false, _) => served,
            (true, true) => of(&|_| true),
            // A runbook of a decision alone.
            (true, false) => needs.to_vec(),
        }
    }
}

fn sorted(mut all: Vec<usize>) -> Vec<usize> {
    all.sort_unstable();
    all.dedup();
    all
}
