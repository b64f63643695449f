//! What drdeck sees of a System's sites with its own eyes, beside what the health checks say.

use std::collections::BTreeSet;

use super::Judged;
use crate::model::facts::look::Response;
use crate::model::index::Index;
use crate::model::kinds::Health;
use crate::model::{Moment, RunStart, Site, Snapshot, System, Text, Told, Up, Verdict};

/// What a probe brought, if it was made in time.
pub(super) struct Look<'a> {
    pub(super) site: &'a Site,
    url: &'a str,
    response: Option<&'a Response>,
    read_at: Option<Moment>,
}

impl Look<'_> {
    /// Whether the page is there; `None` if nobody looked in time.
    fn is_good(&self) -> Option<bool> {
        self.response.map(Response::is_good)
    }

    /// `503`, `nobody answered: connection refused`.
    fn brought(&self) -> String {
        match self.response.map(|response| (response.status, &response.error)) {
            Some((Some(status), _)) => status.to_string(),
            Some((None, Some(error))) => format!("no answer ({error})"),
            Some((None, None)) | None => "no answer".to_owned(),
        }
    }
}

/// Every probe of `system` and what it brought.
pub(super) fn observe<'a>(system: &'a System, index: &Index<'a>) -> Vec<Look<'a>> {
    let looks = system.probes.iter().map(|probe| {
        let sight = index.one(&probe.query(), Snapshot::probe);
        let response = sight.value.filter(|_| sight.is_fresh());
        Look { site: &probe.site, url: &probe.url, response, read_at: sight.read_at }
    });
    looks.collect()
}

/// What the health checks of `site` say together, without any probe; `None` if none watches it.
pub(super) fn checked(judged: &[Judged<'_>], site: &Site) -> Option<Health> {
    let checks = judged.iter().filter_map(|each| each.evidence.health.as_ref());
    together(checks.filter(|(watched, _)| watched == site).map(|(_, health)| health))
}

/// One that passes is enough; all have to fail.
pub(super) fn together<'a>(healths: impl IntoIterator<Item = &'a Health>) -> Option<Health> {
    let healths: Vec<&Health> = healths.into_iter().collect();
    if healths.contains(&&Health::Passing) {
        return Some(Health::Passing);
    }
    // Nobody is served since the last of them began to fail.
    let starts = healths.iter().map(|health| match health {
        Health::Failing { since, start } => Some((*since, *start)),
        Health::Passing | Health::Unknown => None,
    });
    let failing: Option<Vec<(Moment, RunStart)>> = starts.collect();
    match failing.map(|runs| runs.into_iter().max_by_key(|(since, _)| *since)) {
        Some(Some((since, start))) => Some(Health::Failing { since, start }),
        Some(None) => None,
        None => Some(Health::Unknown),
    }
}

/// Whether users of `site` are served: as its health checks say or, where these cannot be read, as drdeck itself sees. `None` if nothing
/// watches it.
pub(super) fn health(judged: &[Judged<'_>], looks: &[Look<'_>], site: &Site) -> Option<Health> {
    let checked = checked(judged, site);
    if let Some(Health::Passing | Health::Failing { .. }) = checked {
        return checked;
    }
    let looks = looks.iter().filter(|look| look.site == site);
    // How long a page is gone its probe does not tell; that is remembered as the System's outage.
    let seen = looks.map(|look| match (look.is_good(), look.read_at) {
        (Some(true), _) => Health::Passing,
        (Some(false), Some(since)) => Health::Failing { since, start: RunStart::Earlier },
        (Some(false), None) | (None, _) => Health::Unknown,
    });
    together(&seen.collect::<Vec<Health>>()).or(checked)
}

/// The sites that fail by all that is seen of them.
pub(super) fn failing_sites(judged: &[Judged<'_>], looks: &[Look<'_>]) -> BTreeSet<Site> {
    let checked = judged.iter().filter_map(|each| each.evidence.health.as_ref()).map(|(site, _)| site);
    let sites: BTreeSet<&Site> = checked.chain(looks.iter().map(|look| look.site)).collect();
    let fails = |site: &&Site| matches!(health(judged, looks, site), Some(Health::Failing { .. }));
    sites.into_iter().filter(fails).cloned().collect()
}

/// Whether a check that is trusted in all, or a look of drdeck's own, says of one of `sites` what `up` says of the System.
pub(super) fn told(judged: &[Judged<'_>], looks: &[Look<'_>], sites: &BTreeSet<Site>, up: &Up) -> Told {
    let wanted = match up {
        Up::Up => true,
        Up::Down { .. } => false,
        Up::Unknown => return Told::Before,
    };
    let says = |health: &Health| match health {
        Health::Passing => Some(true),
        Health::Failing { .. } => Some(false),
        Health::Unknown => None,
    };
    let trusted = judged.iter().filter(|each| each.evidence.trust.is_fresh());
    let mut checks = trusted.filter_map(|each| each.evidence.health.as_ref());
    let by_check = checks.any(|(site, health)| sites.contains(site) && says(health) == Some(wanted));
    let by_look = looks.iter().any(|look| sites.contains(look.site) && look.is_good() == Some(wanted));
    if by_check || by_look { Told::Now } else { Told::Before }
}

/// Whether every page of `site` was looked at and none was there.
pub(super) fn all_bad(looks: &[Look<'_>], site: &Site) -> bool {
    let mut looks = looks.iter().filter(|look| look.site == site).peekable();
    looks.peek().is_some() && looks.all(|look| look.is_good() == Some(false))
}

/// What is to be said of the probes: those that fail where users are or where the checks say otherwise, and those that succeed where the
/// checks fail.
pub(super) fn findings(judged: &[Judged<'_>], looks: &[Look<'_>], serving: &BTreeSet<Site>) -> Vec<(Verdict, Text)> {
    let sentence = |look: &Look<'_>| {
        let (site, url, brought) = (look.site.as_str(), look.url, look.brought());
        match (look.is_good()?, checked(judged, look.site)) {
            (false, Some(Health::Passing)) => Some(format!(
                "The health checks of {site} pass, but drdeck's own look at {url} brought {brought}: its users may fare alike, or \
                 the network between is at fault"
            )),
            (false, Some(Health::Failing { .. } | Health::Unknown) | None) => {
                serving.contains(look.site).then(|| format!("drdeck's own look at {url} of {site} brought {brought}"))
            }
            (true, Some(Health::Failing { .. })) => Some(format!(
                "The health checks of {site} fail, but drdeck's own look at {url} brought {brought}: some users may be served"
            )),
            (true, Some(Health::Passing | Health::Unknown) | None) => None,
        }
    };
    looks.iter().filter_map(sentence).map(|sentence| (Verdict::AtRisk, Text::new(sentence))).collect()
}
