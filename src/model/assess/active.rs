//! Where a System serves now, as its Components show.

use std::collections::BTreeSet;

use super::Judged;
use crate::model::kinds::Serving;
use crate::model::words::{listed, sites};
use crate::model::{Site, Strategy, Text, Told};

/// Where a System serves.
#[derive(Debug, Default)]
pub(super) struct Active {
    /// The sites it is active at. Empty if nothing tells.
    pub(super) sites: BTreeSet<Site>,
    /// The sites that DNS sends users to. Empty if nothing tells.
    pub(super) sent_to: BTreeSet<Site>,
    /// Why it is a split, if it is one.
    pub(super) split: Option<Text>,
    /// Why users are sent past where it writes, if they are.
    pub(super) astray: Option<Text>,
}

impl Active {
    /// Whether DNS, which is asked in time or not at all, says the same.
    pub(super) fn told(&self) -> Told {
        if !self.sites.is_empty() && self.sites == self.sent_to { Told::Now } else { Told::Before }
    }
}

/// What the Components say. Who writes says more than where users are sent, and that more than where things are.
pub(super) fn observe(strategy: Strategy, judged: &[Judged<'_>]) -> Active {
    let (mut writers, mut anywhere, mut located) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut sent_to = BTreeSet::new();
    for each in judged {
        match &each.evidence.serving {
            Serving::Untold => {}
            Serving::Located(site) => drop(located.insert(site.clone())),
            Serving::Answered(sites) => sent_to.extend(sites.iter().cloned()),
            Serving::Anywhere(sites) => anywhere.extend(sites.iter().cloned()),
            Serving::Writer(sites) => writers.extend(sites.iter().cloned()),
        }
    }
    match strategy {
        Strategy::ActiveActive if !anywhere.is_empty() => {
            writers.extend(anywhere);
            Active { sites: writers, sent_to, ..Active::default() }
        }
        Strategy::ActiveActive | Strategy::BackupAndRestore | Strategy::PilotLight | Strategy::WarmStandby => {
            if writers.len() > 1 && strategy != Strategy::ActiveActive {
                let why = split(judged, &writers);
                return Active { sites: writers, sent_to, split: Some(why), astray: None };
            }
            let astray = (writers.is_disjoint(&sent_to) && !writers.is_empty() && !sent_to.is_empty()).then(|| {
                Text::new(format!("Users are sent to {}, but the writer is in {}", sites(&sent_to), sites(&writers)))
            });
            let best = [writers, anywhere, sent_to.clone(), located].into_iter().find(|sites| !sites.is_empty());
            Active { sites: best.unwrap_or_default(), sent_to, split: None, astray }
        }
    }
}

/// Who is active where, in a sentence.
fn split(judged: &[Judged<'_>], writers: &BTreeSet<Site>) -> Text {
    let claims = writers.iter().map(|site| {
        let claims =
            |each: &&Judged<'_>| matches!(&each.evidence.serving, Serving::Writer(sites) if sites.contains(site));
        let names = judged.iter().filter(claims).map(|each| each.component.name.as_str());
        format!("{} in {}", listed(names), site.as_str())
    });
    Text::new(format!("{} both look active: {}", sites(writers), listed(claims)))
}
