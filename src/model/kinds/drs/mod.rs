//! `drs`: source servers of Elastic Disaster Recovery.

mod launches;
mod server;
mod settings;

use std::collections::BTreeSet;

use launches::Runs;
use server::{is_heard, judge_server, judge_state, origin, together};

use super::{ComponentKind, Evidence, Protection, Serving, Trust};
use crate::model::facts::drs::SourceServer;
use crate::model::index::Index;
use crate::model::words::{arn_region, length, listed};
use crate::model::{Moment, Place, Query, Region, Site, Snapshot, Span, Text, Verdict};

/// DRS source servers that are recovered together.
#[derive(Clone, Debug, PartialEq)]
pub struct Drs {
    /// Which servers.
    pub servers: Servers,
    /// The Region they are recovered to, where DRS is asked.
    pub place: Place,
}

/// Which source servers are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Servers {
    /// Those with these ids (`s-…`); never empty.
    Ids(Vec<String>),
    /// All that carry every one of these tags; never empty.
    Tags(Vec<(String, String)>),
}

impl Drs {
    fn query(&self) -> Query {
        Query::SourceServers(self.place.clone())
    }

    /// What is read for each server.
    fn queries_of(&self, server: &str) -> impl Iterator<Item = Query> + use<> {
        std::iter::once(snapshots_query(&self.place, server)).chain(self.settings_queries(server))
    }

    /// The servers meant, and the ids that are not there.
    fn find<'a>(&'a self, index: &Index<'a>) -> (Vec<&'a SourceServer>, Vec<&'a str>, Trust, Option<Moment>) {
        let query = self.query();
        match &self.servers {
            Servers::Tags(tags) => {
                let (servers, trust, read_at) = index.servers_tagged(&query, tags);
                (servers, Vec::new(), trust, read_at)
            }
            Servers::Ids(ids) => {
                let (mut found, mut lost, mut trust, mut read_at) = (Vec::new(), Vec::new(), Trust::Fresh, None);
                for id in ids {
                    let sight = index.server(&query, id);
                    match sight.value {
                        Some(server) => found.push(server),
                        None => lost.push(id.as_str()),
                    }
                    (trust, read_at) = (sight.trust, sight.read_at);
                }
                (found, lost, trust, read_at)
            }
        }
    }

    fn meant(&self) -> String {
        match &self.servers {
            Servers::Ids(ids) => listed(ids),
            Servers::Tags(tags) => {
                format!("tagged {}", listed(tags.iter().map(|(key, value)| format!("{key}={value}"))))
            }
        }
    }
}

fn snapshots_query(place: &Place, server: &str) -> Query {
    Query::RecoverySnapshots(place.clone(), server.to_owned())
}

/// Where, and under which id, a recovered server replicates back, once that was begun: a source server of its own in the Region it
/// came from.
fn reversed<'a>(drs: &Drs, server: &'a SourceServer) -> Option<(Place, &'a str)> {
    let arn = server.reversed.as_ref()?;
    let place = Place { region: Region::new(arn_region(arn)?), role: drs.place.role.clone() };
    Some((place, arn.as_str().rsplit('/').next()?))
}

impl ComponentKind for Drs {
    fn needs(&self) -> Vec<Query> {
        let mut queries = vec![
            self.query(),
            Query::RecoveryInstances(self.place.clone()),
            Query::DrsJobs(self.place.clone()),
            Query::RecoveryPlans(self.place.clone()),
        ];
        if let Servers::Ids(ids) = &self.servers {
            queries.extend(ids.iter().flat_map(|id| self.queries_of(id)));
        }
        queries
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        let (servers, ..) = self.find(index);
        let mut queries: Vec<Query> = match &self.servers {
            Servers::Ids(_) => Vec::new(),
            Servers::Tags(_) => servers.iter().flat_map(|server| self.queries_of(server.id.as_str())).collect(),
        };
        for (place, id) in servers.iter().filter_map(|server| reversed(self, server)) {
            queries.push(snapshots_query(&place, id));
            queries.push(Query::SourceServers(place));
        }
        queries.extend(self.newest_launch(index, &servers).map(|job| self.log_query(job)));
        queries
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (query, now, region) = (self.query(), index.now(), &self.place.region);
        let (servers, lost, trust, read_at) = self.find(index);
        let mut evidence = Evidence::from(&query);
        evidence.read_at = read_at;
        evidence.trust = trust.clone();
        evidence.blockers_unknown = trust != Trust::Fresh;
        if trust == Trust::Fresh && !lost.is_empty() {
            evidence.blocker(Verdict::Unknown, format!("There is no DRS source server {} in {region}", listed(&lost)));
        }
        if trust == Trust::Fresh && servers.is_empty() && lost.is_empty() {
            evidence.blocker(Verdict::Unknown, format!("There is no DRS source server {} in {region}", self.meant()));
        }
        let (mut by_region, mut by_data, mut writers) = (Vec::new(), Vec::new(), BTreeSet::new());
        let here = Site::Region(region.clone());
        for server in &servers {
            let snapshots = index.one(&snapshots_query(&self.place, server.id.as_str()), Snapshot::recovery_snapshots);
            evidence.rests_on(&snapshots);
            let mut protected = judge_server(server, &snapshots, &trust, read_at, now);
            judge_state(&mut evidence, server, now);
            let runs = self.judge_launches(&mut evidence, index, server);
            protected.data.at_worst = self.judge_settings(&mut evidence, index, server);
            if runs != Runs::AtOrigin {
                writers.insert(here.clone());
            }
            if runs == Runs::Twice || (runs == Runs::AtOrigin && is_heard(&server.state)) {
                writers.insert(origin(server));
            }
            // Its snapshots are where it runs itself.
            if runs == Runs::Recovered {
                protected.region = self.judge_reversed(&mut evidence, index, server, &trust);
            } else if runs != Runs::Failback && origin(server) == here {
                let why = format!("{} runs in {region} and would be recovered there, too", server.called());
                protected.region = Protection::none(why, trust.clone(), read_at);
            }
            by_region.push(protected.region);
            by_data.push(protected.data);
        }
        self.judge_log(&mut evidence, index, &servers);
        self.judge_plans(&mut evidence, index, &servers);
        if servers.is_empty() || !lost.is_empty() {
            let missing =
                Protection::unknown(format!("No server {} was found in {region}", self.meant()), trust.clone());
            by_region.push(missing.clone());
            by_data.push(missing);
        }
        if trust != Trust::Fresh && servers.is_empty() {
            (by_region, by_data) = (vec![Protection::unread(trust.clone())], vec![Protection::unread(trust)]);
        }
        evidence.serving = match servers.first() {
            _ if !writers.is_empty() => Serving::Writer(writers),
            Some(server) => Serving::Located(origin(server)),
            None => Serving::Untold,
        };
        evidence.protection.region = together(by_region);
        evidence.protection.data = together(by_data);
        let lag = servers.iter().filter_map(|server| server.lag).max().unwrap_or(Span::ZERO);
        let behind = if lag.is_zero() { "no lag".to_owned() } else { format!("at most {} lag", length(lag)) };
        evidence.seen = Text::new(match servers.as_slice() {
            [server] => format!("{} replicates to {region} with {behind}", server.called()),
            all => format!("{} servers replicate to {region} with {behind}", all.len()),
        });
        evidence
    }
}

impl Drs {
    /// How a server is protected that runs where it was recovered to: by what replicates it back, if that was begun.
    fn judge_reversed(
        &self,
        evidence: &mut Evidence,
        index: &Index<'_>,
        server: &SourceServer,
        trust: &Trust,
    ) -> Protection {
        let (name, region) = (server.called(), &self.place.region);
        let Some((place, id)) = reversed(self, server) else {
            let why = format!("{name} runs in {region} since its recovery, and nothing replicates it back");
            return Protection::unknown(why, trust.clone());
        };
        let back = index.server(&Query::SourceServers(place.clone()), id);
        evidence.rests_on(&back);
        let Some(found) = back.value else {
            let why = format!("{name} is to replicate back to {} as {id}, which is not there", place.region);
            return if back.is_fresh() {
                Protection::unknown(why, trust.clone())
            } else {
                Protection::unread(back.trust)
            };
        };
        let snapshots = index.one(&snapshots_query(&place, id), Snapshot::recovery_snapshots);
        evidence.rests_on(&snapshots);
        evidence.note("replicates back", format!("{name} to {} as {id}", place.region));
        judge_state(evidence, found, index.now());
        judge_server(found, &snapshots, &back.trust, back.read_at, index.now()).region
    }
}
