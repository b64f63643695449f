//! Which Systems the overview shows, in which order.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use crate::console::mark;
use crate::model::{Disruption, SystemAssessment, Up};

/// The orders of the table; `s` goes through them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The worst verdict first; of equals those whose users are not served, then tier, then name.
    #[default]
    Worst,
    /// The tier, then the worst verdict.
    Tier,
    /// The name.
    Name,
    /// The largest RPO now for the loss of a Region; what is not known counts as largest.
    Rpo,
}

impl Sort {
    /// The order after this one.
    pub const fn next(self) -> Self {
        match self {
            Self::Worst => Self::Tier,
            Self::Tier => Self::Name,
            Self::Name => Self::Rpo,
            Self::Rpo => Self::Worst,
        }
    }

    /// Its words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Worst => "worst first",
            Self::Tier => "by tier",
            Self::Name => "by name",
            Self::Rpo => "by RPO now",
        }
    }

    fn compare(self, a: &SystemAssessment, b: &SystemAssessment) -> Ordering {
        let worst = || Reverse((a.verdict, is_down(a))).cmp(&Reverse((b.verdict, is_down(b))));
        let tier = || a.criticality.cmp(&b.criticality);
        let name = || a.name.cmp(&b.name);
        match self {
            Self::Worst => worst().then_with(tier).then_with(name),
            Self::Tier => tier().then_with(worst).then_with(name),
            Self::Name => name(),
            Self::Rpo => rpo_rank(b).cmp(&rpo_rank(a)).then_with(worst).then_with(name),
        }
    }
}

const fn is_down(system: &SystemAssessment) -> bool {
    match system.up {
        Up::Down { .. } => true,
        Up::Up | Up::Unknown => false,
    }
}

/// Nothing declared nor known, known, not known.
fn rpo_rank(system: &SystemAssessment) -> (u8, i64) {
    let judgement = system.rpo.get(Disruption::Region);
    match (judgement.now, judgement.objective) {
        (Some(now), _) => (1, now.as_secs()),
        (None, Some(_)) => (2, 0),
        (None, None) => (0, 0),
    }
}

/// Which Systems are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// All.
    #[default]
    All,
    /// Those that are down, not MET, or not known to be neither.
    Problems,
}

/// The places in `systems` of those that are shown, in order. Every word of `filter` must be found in a System.
pub fn list(systems: &[Arc<SystemAssessment>], sort: Sort, show: Show, filter: &str) -> Vec<usize> {
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let mut shown: Vec<(usize, &SystemAssessment)> = systems
        .iter()
        .map(Arc::as_ref)
        .enumerate()
        .filter(|(_, system)| match show {
            Show::All => true,
            Show::Problems => mark::is_problem(system),
        })
        .filter(|(_, system)| {
            words.is_empty() || {
                let text = searchable(system);
                words.iter().all(|word| text.contains(word.as_str()))
            }
        })
        .collect();
    shown.sort_by(|(_, a), (_, b)| sort.compare(a, b));
    shown.into_iter().map(|(i, _)| i).collect()
}

/// The words by which a System is found, in small letters.
fn searchable(system: &SystemAssessment) -> String {
    let up = match system.up {
        Up::Up => "up",
        Up::Down { .. } => "down",
        Up::Unknown => "",
    };
    let mut text = format!(
        "{} {} {} {} {} {} {} {} {up}",
        system.name,
        system.verdict.words(),
        system.criticality.as_str(),
        system.criticality.short(),
        system.strategy.as_str(),
        system.primary.as_str(),
        system.recovery.as_str(),
        system.recovery.short(),
    );
    for site in &system.active {
        text.push(' ');
        text.push_str(&site.short());
    }
    for component in &system.components {
        text.push(' ');
        text.push_str(component.kind);
    }
    text.to_lowercase()
}
