//! `aurora-global`: an Aurora global database.

mod detached;

use std::collections::BTreeSet;

use super::lag::{self, Lag};
use super::rds::{Standing, cluster_backups, standing};
use super::{ComponentKind, Evidence, LagUnit, Protection, Serving, Trust};
use crate::model::facts::Known;
use crate::model::facts::cloudwatch::Series;
use crate::model::facts::rds::{DbCluster, GlobalCluster, GlobalMember, Synchronization};
use crate::model::index::{Index, Sight};
use crate::model::words::{arn_name, arn_region, clock, count, length, listed, sites};
use crate::model::{Loss, Place, Query, Region, Site, Text, Verdict};

/// An Aurora global database.
#[derive(Clone, Debug, PartialEq)]
pub struct AuroraGlobal {
    /// The identifier of the global cluster.
    pub global_cluster: String,
    /// The Regions its clusters are in: the primary first, then the recovery Region; at least two.
    pub places: Vec<Place>,
}

/// The global cluster as one Region tells it.
struct View<'a> {
    place: &'a Place,
    sight: Sight<'a, GlobalCluster>,
}

/// A cluster of the global cluster, in a Place that is configured.
#[derive(Clone, Copy)]
struct Member<'a> {
    place: &'a Place,
    name: &'a str,
    member: &'a GlobalMember,
}

impl AuroraGlobal {
    fn views<'a>(&'a self, index: &Index<'a>) -> Vec<View<'a>> {
        self.places
            .iter()
            .map(|place| View {
                place,
                sight: index.global_cluster(&Query::GlobalClusters(place.clone()), &self.global_cluster),
            })
            .collect()
    }

    /// The configured Place in the Region of `arn`.
    fn member<'a>(&'a self, member: &'a GlobalMember) -> Option<Member<'a>> {
        let region = arn_region(&member.cluster_arn)?;
        let place = self.places.iter().find(|place| place.region.as_str() == region)?;
        Some(Member { place, name: arn_name(&member.cluster_arn), member })
    }

    /// The writer, and the cluster that would take over: the first configured one that does not write.
    fn roles<'a>(&'a self, global: &'a GlobalCluster) -> (Option<Member<'a>>, Option<Member<'a>>) {
        let members: Vec<Member<'a>> = global.members.iter().filter_map(|member| self.member(member)).collect();
        let writer = members.iter().copied().find(|member| member.member.is_writer);
        let elsewhere = |place: &&Place| writer.is_none_or(|writer| writer.place.region != place.region);
        let target =
            self.places.iter().filter(elsewhere).find_map(|place| {
                members.iter().copied().find(|member| member.place == place && !member.member.is_writer)
            });
        (writer, target)
    }

    fn lag_query(target: Member<'_>) -> Query {
        lag::lag_query(target.place, "AWS/RDS", "AuroraGlobalDBRPOLag", &[("DBClusterIdentifier", target.name)])
    }

    /// What older engines report instead.
    fn older_lag_query(target: Member<'_>) -> Query {
        let dimensions = [("DBClusterIdentifier", target.name)];
        lag::lag_query(target.place, "AWS/RDS", "AuroraGlobalDBReplicationLag", &dimensions)
    }

    /// The lag of `target`, and the series that tells it.
    fn lag_of<'a>(index: &Index<'a>, target: Member<'_>) -> (Query, Sight<'a, Series>, Lag) {
        let query = Self::lag_query(target);
        let series = lag::series(index, &query);
        let lag = lag::newest_lag(&series, LagUnit::Milliseconds);
        if let Lag::NoPoints = lag {
            let older_query = Self::older_lag_query(target);
            let older = lag::series(index, &older_query);
            if let lag @ Lag::Of { .. } = lag::newest_lag(&older, LagUnit::Milliseconds) {
                return (older_query, older, lag);
            }
        }
        (query, series, lag)
    }

    fn regions(&self) -> String {
        listed(self.places.iter().map(|place| place.region.as_str()))
    }
}

/// The view to trust: a fresh one, else the newest; of equals the last, since that Region survives the first.
fn best<'v, 'a>(views: &'v [View<'a>]) -> Option<&'v View<'a>> {
    views
        .iter()
        .filter(|view| view.sight.value.is_some())
        .max_by_key(|view| (view.sight.is_fresh(), view.sight.read_at))
}

/// The Regions that some fresh view, or at least the best one, calls the writer's.
fn writer_regions(views: &[View<'_>], best: &View<'_>) -> BTreeSet<Site> {
    views
        .iter()
        .filter(|view| view.sight.is_fresh() || view.place == best.place)
        .filter_map(|view| view.sight.value)
        .flat_map(|global| &global.members)
        .filter(|member| member.is_writer)
        .filter_map(|member| arn_region(&member.cluster_arn))
        .map(|region| Site::Region(Region::new(region)))
        .collect()
}

/// Why the lag of the target cannot be trusted now, with the Verdict that justifies.
fn distrust(global: &GlobalCluster, target: Member<'_>) -> Option<(Verdict, String)> {
    if let Some(failover) = &global.failover {
        let to = failover.to.as_ref().map(|to| format!(" to {}", arn_name(to))).unwrap_or_default();
        return Some((
            Verdict::Unknown,
            format!("{} changes its writer now{to}: it is {}", global.id, failover.status),
        ));
    }
    match standing(&global.status) {
        Standing::Available | Standing::Busy => {}
        Standing::Other => return Some((Verdict::Unknown, format!("{} is {}", global.id, global.status))),
    }
    let region = &target.place.region;
    match &target.member.synchronization {
        // Older engines do not say; then the lag speaks for itself.
        None | Some(Known::Is(Synchronization::Connected)) => None,
        Some(Known::Is(Synchronization::PendingResync)) => {
            Some((Verdict::Unknown, format!("{} in {region} must be synchronised again (pending-resync)", target.name)))
        }
        Some(Known::Other(status)) => Some((Verdict::Unknown, format!("{} in {region} is {status}", target.name))),
    }
}

/// What stands in the way of the target taking over.
fn judge_target(
    evidence: &mut Evidence,
    target: Member<'_>,
    cluster: &Sight<'_, DbCluster>,
    writer: Option<&DbCluster>,
) {
    let (name, region) = (target.name, &target.place.region);
    evidence.blockers_unknown |= !cluster.is_fresh();
    let Some(found) = cluster.value else {
        if cluster.is_fresh() {
            evidence.blocker(Verdict::Unknown, format!("There is no Aurora cluster {name} in {region}"));
        }
        return;
    };
    let instances = count(found.members.len(), "instance");
    evidence.note("target", format!("{name} in {region}: {}, {instances}", found.status));
    match standing(&found.status) {
        Standing::Available => {}
        Standing::Busy => evidence.blocker(Verdict::AtRisk, format!("{name} in {region} is {}", found.status)),
        Standing::Other => evidence.blocker(Verdict::Unknown, format!("{name} in {region} is {}", found.status)),
    }
    if found.members.is_empty() {
        evidence
            .blocker(Verdict::AtRisk, format!("{name} in {region} has no instance, so it cannot take over at once"));
    }
    if let Some(writer) = writer.filter(|writer| writer.engine_version != found.engine_version) {
        evidence.blocker(
            Verdict::AtRisk,
            format!(
                "{name} in {region} runs {} {}, but {} runs {}: a failover needs the same version",
                found.engine, found.engine_version, writer.id, writer.engine_version
            ),
        );
    }
}

impl ComponentKind for AuroraGlobal {
    fn needs(&self) -> Vec<Query> {
        let globals = self.places.iter().cloned().map(Query::GlobalClusters);
        let clusters = self.places.iter().cloned().map(Query::DbClusters);
        globals.chain(clusters).collect()
    }

    fn follow_ups(&self, index: &Index<'_>) -> Vec<Query> {
        let views = self.views(index);
        let Some(global) = best(&views).and_then(|view| view.sight.value) else { return Vec::new() };
        let (writer, target) = self.roles(global);
        let mut queries = Vec::new();
        if let Some(target) = target {
            let query = Self::lag_query(target);
            if matches!(lag::newest_lag(&lag::series(index, &query), LagUnit::Milliseconds), Lag::NoPoints) {
                queries.push(Self::older_lag_query(target));
            }
            queries.push(query);
        }
        if let Some(writer) = writer
            && index.db_cluster(&Query::DbClusters(writer.place.clone()), writer.name).is_absent()
        {
            queries.push(Query::DbClusterAutomatedBackups(writer.place.clone()));
        }
        queries
    }

    fn judge(&self, index: &Index<'_>) -> Evidence {
        let (id, now) = (&self.global_cluster, index.now());
        let views = self.views(index);
        let last = views.last().map_or_else(|| Place::home(""), |view| view.place.clone());
        let mut evidence = Evidence::from(&Query::GlobalClusters(last));
        for view in &views {
            evidence.rests_on(&view.sight);
        }
        let Some((view, global)) = best(&views).and_then(|view| view.sight.value.map(|global| (view, global))) else {
            evidence.blockers_unknown = true;
            let trust = views.iter().fold(Trust::Fresh, |trust, view| trust.and(&view.sight.trust));
            evidence.read_at = views.iter().filter_map(|view| view.sight.read_at).max();
            if trust == Trust::Fresh {
                evidence.finding(
                    Verdict::Unknown,
                    format!("There is no Aurora global database {id} in {}", self.regions()),
                );
            }
            evidence.protection.region = Protection::unread(trust.clone());
            evidence.protection.data = Protection::unread(trust);
            return evidence;
        };
        evidence.decided_by(&Query::GlobalClusters(view.place.clone()), &view.sight);
        let writers = writer_regions(&views, view);
        evidence.note("status", global.status.as_str());
        evidence.note("writer", sites(&writers));
        // While the writer changes, two Regions may well tell different stories.
        let changing = views.iter().filter_map(|view| view.sight.value).any(|global| global.failover.is_some());
        if !changing || writers.len() < 2 {
            evidence.serving = Serving::Writer(writers.clone());
        }
        if !changing && writers.len() > 1 {
            let regions = sites(&writers);
            evidence.blocker(Verdict::Split, format!("{id} has a writer in each of {regions}"));
        }
        let (writer, target) = self.roles(global);
        if let Some(detached) = self.detached(index, global) {
            self.judge_detached(&mut evidence, index, &detached, writer);
            return evidence;
        }
        for place in &self.places {
            let cluster = global.members.iter().filter_map(|member| self.member(member)).find(|m| m.place == place);
            if let Some(cluster) = cluster {
                evidence.rests_on(&index.db_cluster(&Query::DbClusters(place.clone()), cluster.name));
            }
        }
        let cluster = |member: Member<'_>| index.db_cluster(&Query::DbClusters(member.place.clone()), member.name);
        let written = writer.map(cluster);
        evidence.protection.data = match (&writer, &written) {
            (Some(writer), Some(sight)) => {
                let retained =
                    index.cluster_backups_of(&Query::DbClusterAutomatedBackups(writer.place.clone()), writer.name);
                if sight.is_absent() {
                    evidence.rests_on(&retained);
                    let region = &writer.place.region;
                    evidence.finding(Verdict::Breached, format!("The cluster {} is gone from {region}", writer.name));
                }
                cluster_backups(writer.name, &writer.place.region, sight, &retained)
            }
            _ => Protection::unknown(
                format!("No cluster of {id} takes writes in {}", self.regions()),
                view.sight.trust.clone(),
            ),
        };
        if writer.is_none() && !changing {
            evidence.finding(Verdict::Unknown, format!("No cluster of {id} takes writes in {}", self.regions()));
        }
        match target {
            None => {
                let why = format!("{id} has no second cluster in {}", self.regions());
                evidence.protection.region = Protection::none(&why, view.sight.trust.clone(), view.sight.read_at);
                evidence.blockers.push(Text::new(why));
            }
            Some(target) => {
                let (query, series, lag) = Self::lag_of(index, target);
                evidence.rests_on(&series);
                evidence.lag_history = lag::lag_history(&series, LagUnit::Milliseconds);
                evidence.note("lag", lag::shown(lag, now));
                evidence.protection.region = match distrust(global, target) {
                    Some((verdict, why)) => {
                        evidence.blocker(verdict, &why);
                        Protection::unknown(why, view.sight.trust.clone())
                    }
                    None => {
                        evidence.decided_by(&query, &series);
                        let mut protection = lag::protection(lag, &series, &format!("The cluster {}", target.name));
                        protection.trust = protection.trust.and(&view.sight.trust);
                        protection
                    }
                };
                judge_target(&mut evidence, target, &cluster(target), written.as_ref().and_then(|sight| sight.value));
                if let (Lag::Of { lag, at, .. }, Some(writer)) = (lag, writer) {
                    evidence.seen = Text::new(format!(
                        "{} in {} follows {} with {} lag at {}",
                        target.name,
                        target.place.region,
                        writer.name,
                        length(lag),
                        clock(at, now)
                    ));
                }
            }
        }
        if let Loss::Since { newest, .. } = evidence.protection.data.loss {
            evidence.note("restorable to", clock(newest, now));
        }
        evidence
    }
}
