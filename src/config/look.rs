//! What drdeck looks at besides AWS's Regional APIs: `[dns]`, `[arc]` and the `[[system.probe]]` of a System.

use core::net::SocketAddr;
use std::collections::BTreeSet;

use super::keys;
use crate::document::values::{self, Reach};
use crate::document::{Found, Section, Unknown};
use crate::model::{Place, Probe, Query, Region, Site};

/// Whom drdeck asks what DNS answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dns {
    /// The resolvers; empty for this machine's own.
    pub resolvers: Vec<SocketAddr>,
    /// The servers of the zones; empty for those that the resolvers name.
    pub authoritative: Vec<SocketAddr>,
}

/// Application Recovery Controller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arc {
    /// The Regions whose Region switch plans are shown.
    pub region_switch: Vec<Region>,
    /// The endpoints of the cluster.
    pub endpoints: Vec<ArcEndpoint>,
}

/// One endpoint of an ARC cluster. Its requests are signed for its own Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArcEndpoint {
    /// The Region.
    pub region: Region,
    /// The URL.
    pub url: String,
}

impl Arc {
    /// What has to be read for it, whatever Systems there are.
    pub fn queries(&self) -> BTreeSet<Query> {
        let place = |region: &Region| Place { region: region.clone(), role: None };
        let controls =
            (!self.endpoints.is_empty()).then(|| Query::RoutingControls(place(&Region::new(Place::EVERYWHERE))));
        let plans = self.region_switch.iter().map(|region| Query::SwitchPlans(place(region)));
        controls.into_iter().chain(plans).collect()
    }
}

const AWAY: &str = "leads away from this machine, but everything of a simulator is on it";

pub(super) fn dns(top: &Section<'_>, simulator: bool) -> Dns {
    let Some(section) = top.table("dns", "[dns]", keys::DNS) else { return Dns::default() };
    let servers = |name: &str| {
        let found = section.servers(name);
        for server in found.iter().filter(|server| simulator && Reach::of(server.value.ip()) == Reach::Network) {
            let what = format!("`{name}` names {}, which {AWAY}; write it like \"127.0.0.1:5353\"", server.value);
            section.walk.wrong(&server.span, what);
        }
        found.into_iter().map(|server| server.value).collect()
    };
    Dns { resolvers: servers("resolvers"), authoritative: servers("authoritative") }
}

pub(super) fn arc(top: &Section<'_>, simulator: bool) -> Arc {
    let Some(section) = top.table("arc", "[arc]", keys::ARC) else { return Arc::default() };
    let endpoint = |Found { value, span }| {
        let keys = keys::ARC_ENDPOINT.iter().collect();
        let section = Section::open(section.walk, "[[arc.endpoint]]", span, value, keys, Unknown::Refuse);
        let region = section.region("region");
        let url = url(&section, values::endpoint, simulator);
        Some(ArcEndpoint { region: region?.value, url: url? })
    };
    Arc {
        region_switch: section.regions("region_switch").unwrap_or_default(),
        endpoints: section.tables("endpoint").into_iter().filter_map(endpoint).collect(),
    }
}

/// The probes of a System whose sites are `primary` and `recovery`, as far as they are known.
pub(super) fn probes(
    system: &Section<'_>,
    primary: Option<&Site>,
    recovery: Option<&Region>,
    simulator: bool,
) -> Vec<Probe> {
    let probe = |Found { value, span }| {
        let keys = keys::PROBE.iter().collect();
        let section = Section::open(system.walk, "[[system.probe]]", span, value, keys, Unknown::Refuse);
        let site = section.site("site");
        if let (Some(site), Some(primary), Some(recovery)) = (&site, primary, recovery)
            && site.value != *primary
            && site.value != Site::Region(recovery.clone())
        {
            let what = format!(
                "names {}, where the System never runs; it is its primary, {}, or its recovery, {recovery}",
                site.value.as_str(),
                primary.as_str()
            );
            section.wrong("site", what);
        }
        let url = url(&section, values::page, simulator);
        Some(Probe { site: site?.value, url: url? })
    };
    system.tables("probe").into_iter().filter_map(probe).collect()
}

/// The `url` of a table, checked.
fn url(section: &Section<'_>, check: fn(&str) -> Result<Reach, String>, simulator: bool) -> Option<String> {
    let found = section.text("url")?;
    match check(found.value) {
        Err(what) => {
            section.wrong("url", what);
            None
        }
        Ok(Reach::Network) if simulator => {
            section
                .wrong("url", format!("{AWAY}; write it like \"http://127.0.0.1:4566\", or remove simulator = true"));
            None
        }
        Ok(Reach::Loopback | Reach::Network) => Some(found.value.to_owned()),
    }
}
