//! What a failover and a switchover of an Aurora global database have in common: one cluster of it is to take the writes.

use super::aurora_global::{Global, named, writer};
use super::rds_instance::should_show;
use crate::model::Text;
use crate::model::facts::rds::{GlobalCluster, GlobalMember};
use crate::model::words::arn_name;
use crate::runbook::by_hand::{Look, look};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress};
use crate::runbook::world::World;

/// The global database and the cluster of it that is to take the writes, or what keeps the step from being confirmed.
pub(super) fn target<'a>(global: &Global, world: &World<'a>) -> Result<(&'a GlobalCluster, &'a GlobalMember), Check> {
    let found = global.seen(world).required(&global.words())?;
    let what = format!("{} has a cluster in {}", global.id, global.place.region);
    match global.member(found) {
        Some(member) => Ok((found, member)),
        None => {
            let members = crate::model::words::listed(found.members.iter().map(|member| named(&member.cluster_arn)));
            let why = format!("it has {members}; correct the runbook, or restore from backups");
            Err(Check::blocks(what, why))
        }
    }
}

/// Where the ARN of the cluster that takes the writes stands.
pub(super) const TARGET: &str = "<TARGET-ARN>";

/// What has to be so before, as a person sees it.
pub(super) fn first_by_hand(global: &Global) -> Vec<Look> {
    let region = &global.place.region;
    vec![
        look(
            global.shown(),
            format!(
                "Moves is null; {TARGET} is the Arn of the member in {region}; its Writer is false; the others are told by their ARNs"
            ),
        ),
        look(
            global.cluster_shown(TARGET),
            "Status is available, it has an Instance, and its Version is that of the writer up to the second number",
        ),
    ]
}

/// What tells that it is done.
pub(super) fn last_by_hand(global: &Global) -> Vec<Look> {
    vec![
        look(global.shown(), format!("Moves is null, and the Writer of the member in {} is true", global.place.region)),
        look(global.cluster_shown(TARGET), "Status is available"),
    ]
}

/// What is moved, from where, to where; `how` it is.
pub(super) fn describe(global: &Global, world: &World<'_>, how: &str) -> Text {
    match target(global, world) {
        Ok((found, target)) => {
            let from = writer(found).map_or_else(|| "nobody".to_owned(), |writer| named(&writer.cluster_arn));
            Text::new(format!("{}: the writes go to {} from {from}, {how}", found.arn, target.cluster_arn))
        }
        Err(_) => Text::new(format!("{}: the writes go to its cluster in {}, {how}", global.id, global.place.region)),
    }
}

/// Done when the target takes the writes, nothing moves any more, and its cluster is available.
pub(super) fn verify(global: &Global, world: &World<'_>) -> Progress {
    let found = match global.seen(world).verified(&global.words()) {
        Ok(found) => found,
        Err(progress) => return progress,
    };
    if let Some(state) = &found.failover {
        let to = state.to.as_ref().map(|to| format!(" to {}", named(to))).unwrap_or_default();
        return Progress::Running { state: Text::new(format!("{} is {}{to}", found.id, state.status)), share: None };
    }
    let Some(target) = global.member(found) else {
        return Progress::Failed {
            why: Text::new(format!("{} has no cluster in {} any more", found.id, global.place.region)),
            way_on: Text::new("if it was detached it stands alone: skip this step with that reason"),
        };
    };
    let name = named(&target.cluster_arn);
    if !target.is_writer {
        let old = writer(found).map_or_else(|| "nobody".to_owned(), |writer| named(&writer.cluster_arn));
        let still = Text::new(format!("{old} takes the writes of {}", found.id));
        if should_show(world) {
            let way_on =
                Text::new("AWS gave it up: read the events of the global database, then retry, or detach the cluster");
            return Progress::Failed { why: still, way_on };
        }
        return Progress::NotBegun(still);
    }
    match global.cluster(world, arn_name(&target.cluster_arn)).verified(&format!("Aurora cluster {name}")) {
        Err(progress) => progress,
        Ok(cluster) if cluster.status.as_str() == "available" => {
            Progress::Done(Text::new(format!("{name} takes the writes and is available")))
        }
        Ok(cluster) => {
            let state = Text::new(format!("{name} takes the writes and is {}", cluster.status));
            Progress::Running { state, share: None }
        }
    }
}

/// Whether the target takes the writes or is about to.
pub(super) fn reconcile(global: &Global, world: &World<'_>) -> Found {
    let found = match global.seen(world).told(&global.words()) {
        Ok(found) => found,
        Err(found) => return found,
    };
    let Some(target) = global.member(found) else {
        return Found::CannotTell(Text::new(format!(
            "{} has no cluster in {} any more",
            found.id, global.place.region
        )));
    };
    let name = named(&target.cluster_arn);
    if target.is_writer {
        return Found::Applied(Text::new(format!("{name} takes the writes")));
    }
    match &found.failover {
        Some(state) if state.to.as_ref() == Some(&target.cluster_arn) => {
            Found::Applied(Text::new(format!("{} is {} to {name}", found.id, state.status)))
        }
        Some(state) => {
            Found::NotYet(Text::new(format!("{} is {}, and not to {name} as far as AWS says", found.id, state.status)))
        }
        None => {
            let old = writer(found).map_or_else(|| "nobody".to_owned(), |writer| named(&writer.cluster_arn));
            Found::NotApplied(Text::new(format!("{old} takes the writes, and nothing moves them")))
        }
    }
}
