//! A cluster that was removed from its global database, and takes writes of its own since.

use std::collections::BTreeSet;

use super::{AuroraGlobal, Member};
use crate::model::facts::rds::{DbCluster, GlobalCluster};
use crate::model::index::{Index, Sight};
use crate::model::kinds::rds::{Standing, at_rest, cluster_backups, standing};
use crate::model::kinds::{Evidence, Protection, Serving};
use crate::model::words::{arn_name, arn_region, clock};
use crate::model::{Loss, Place, Query, Site, Text, Verdict};

/// A cluster that stands alone where the global database should have one.
pub(super) struct Detached<'a> {
    place: &'a Place,
    sight: Sight<'a, DbCluster>,
    cluster: &'a DbCluster,
}

impl AuroraGlobal {
    /// The cluster that was detached from `global`, if a configured Region has none of its clusters but one of that engine and family of
    /// names that belongs to no global database and can write.
    pub(super) fn detached<'a>(&'a self, index: &Index<'a>, global: &GlobalCluster) -> Option<Detached<'a>> {
        let has_member = |place: &&Place| {
            global.members.iter().any(|member| arn_region(&member.cluster_arn) == Some(place.region.as_str()))
        };
        let places = self.places.iter().filter(|place| !has_member(place));
        let mut found = places.flat_map(|place| {
            let globals = index.snapshot().global_clusters(&Query::GlobalClusters(place.clone())).value;
            let member_of_any = move |cluster: &DbCluster| {
                let members = globals.into_iter().flatten().flat_map(|global| &global.members);
                members.into_iter().any(|member| member.cluster_arn == cluster.arn)
            };
            let query = Query::DbClusters(place.clone());
            let clusters = index.snapshot().db_clusters(&query).value.into_iter().flatten();
            clusters
                .filter(|cluster| is_kin(global, cluster.id.as_str()))
                .filter(move |cluster| !member_of_any(cluster))
                .filter(|cluster| standing(&cluster.status) != Standing::Other)
                .filter(|cluster| cluster.members.iter().any(|(_, is_writer)| *is_writer))
                .map(move |cluster| Detached { place, sight: index.db_cluster(&query, cluster.id.as_str()), cluster })
                .collect::<Vec<_>>()
        });
        // Of several nobody can tell which it was.
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The detached cluster takes writes; whether the other does as well is the question.
    pub(super) fn judge_detached(
        &self,
        evidence: &mut Evidence,
        index: &Index<'_>,
        detached: &Detached<'_>,
        writer: Option<Member<'_>>,
    ) {
        let (id, now) = (&self.global_cluster, index.now());
        let (name, region) = (&detached.cluster.id, &detached.place.region);
        let query = Query::DbClusters(detached.place.clone());
        evidence.rests_on(&detached.sight);
        evidence.decided_by(&query, &detached.sight);
        evidence.note("detached", format!("{name} in {region}: {}", detached.cluster.status));
        let here = Site::Region(region.clone());
        let why = format!("{name} in {region} stands alone, detached from {id}: no cluster follows it");
        let trust = detached.sight.trust.clone();
        evidence.protection.region = Protection::none(&why, trust.clone(), detached.sight.read_at);
        let retained =
            index.cluster_backups_of(&Query::DbClusterAutomatedBackups(detached.place.clone()), name.as_str());
        evidence.protection.data = cluster_backups(name.as_str(), region, &detached.sight, &retained);
        if let Loss::Since { newest, .. } = evidence.protection.data.loss {
            evidence.note("restorable to", clock(newest, now));
        }
        evidence.serving = Serving::Writer(BTreeSet::from([here.clone()]));
        evidence.blockers.push(Text::new(&why));
        let Some(writer) = writer else { return };
        let (old, old_region) = (writer.name, &writer.place.region);
        let other = index.db_cluster(&Query::DbClusters(writer.place.clone()), old);
        match other.value {
            // What an unreachable Region said last proves nothing about who writes there now.
            _ if !other.is_fresh() => evidence.finding(
                Verdict::AtRisk,
                format!(
                    "{name} was detached from {id}; whether {old} in {old_region} still takes writes cannot be read"
                ),
            ),
            Some(other) if !at_rest(&other.status) => {
                evidence.serving = Serving::Writer(BTreeSet::from([here, Site::Region(old_region.clone())]));
                evidence.finding(
                    Verdict::Split,
                    format!(
                        "{name} in {region} and {old} in {old_region} both take writes: {name} was detached from {id}"
                    ),
                );
            }
            Some(_) | None => {}
        }
    }
}

/// Whether a cluster of that name looks like one of `global`: named after it, or like one of its clusters but for the last part.
fn is_kin(global: &GlobalCluster, name: &str) -> bool {
    let stem = |name: &str| name.rsplit_once('-').map(|(stem, _)| stem.to_owned());
    let named = |of: &str| {
        let rest = name.strip_prefix(of);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let like = |member: &str| stem(member).is_some_and(|stem| named(&stem));
    named(global.id.as_str()) || global.members.iter().any(|member| like(arn_name(&member.cluster_arn)))
}
