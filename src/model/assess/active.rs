//! Where a System serves now, as its Components show.

use std::collections::BTreeSet;

use super::Judged;
use crate::model::kinds::Serving;
use crate::model::words::{listed, sites};
use crate::model::{Site, Strategy, Text};

/// The active sites, and why that is a split, if it is one. Who writes says more than where things are.
pub(super) fn observe(strategy: Strategy, judged: &[Judged<'_>]) -> (BTreeSet<Site>, Option<Text>) {
    let (mut writers, mut anywhere, mut located) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for each in judged {
        match &each.evidence.serving {
            Serving::Untold => {}
            Serving::Located(site) => drop(located.insert(site.clone())),
            Serving::Anywhere(sites) => anywhere.extend(sites.iter().cloned()),
            Serving::Writer(sites) => writers.extend(sites.iter().cloned()),
        }
    }
    match strategy {
        Strategy::ActiveActive if !anywhere.is_empty() => {
            writers.extend(anywhere);
            (writers, None)
        }
        Strategy::ActiveActive | Strategy::BackupAndRestore | Strategy::PilotLight | Strategy::WarmStandby => {
            if writers.len() > 1 && strategy != Strategy::ActiveActive {
                let why = split(judged, &writers);
                return (writers, Some(why));
            }
            let best = [writers, anywhere, located].into_iter().find(|sites| !sites.is_empty());
            (best.unwrap_or_default(), None)
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
