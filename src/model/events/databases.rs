//! What RDS did, or what happened to it, in its own words.

use super::told::Telling;
use super::{Event, EventKind, Severity, Subject};
use crate::model::facts::rds::{self, GlobalCluster};
use crate::model::words::arn_name;
use crate::model::{Query, Text};

/// Categories in which something is wrong.
const WRONG: [&str; 4] = ["failure", "low storage", "read replica", "serverless"];

/// Categories that are told because they matter for recovery, though nothing is wrong.
const MATTERS: [&str; 7] =
    ["failover", "availability", "recovery", "restoration", "deletion", "global failover", "global-failover"];

/// The Events of RDS, but for the daily round of backups that went well.
pub(super) fn told(telling: &Telling<'_>, events: &[rds::Event]) -> Vec<Event> {
    events.iter().filter_map(|event| one(telling, event)).collect()
}

fn one(telling: &Telling<'_>, event: &rds::Event) -> Option<Event> {
    let has = |words: &[&str]| event.categories.iter().any(|category| words.contains(&category.as_str()));
    let severity = if has(&["failure", "low storage"]) {
        Severity::Bad
    } else if has(&WRONG) || has(&MATTERS) {
        Severity::Warning
    } else {
        Severity::Info
    };
    let thing = format!("rds/{}/{}/{}", event.source_kind, event.source, event.message);
    let told = telling.event(EventKind::Database, severity, event.at?, event.source.as_str(), thing);
    let text = Text::new(format!("{}: {}", event.source, event.message));
    let subject = match told.subject {
        Subject::Service(..) => global_database(telling, event.source.as_str()).unwrap_or(told.subject),
        Subject::System(_) | Subject::Systems(_) | Subject::Component { .. } | Subject::Drdeck => told.subject,
    };
    Some(Event { text, subject, ..told })
}

/// What a cluster, or an instance of one, belongs to: the config names the global database alone.
fn global_database(telling: &Telling<'_>, name: &str) -> Option<Subject> {
    let place = telling.query.place();
    let instances = telling.snapshot.db_instances(&Query::DbInstances(place.clone()));
    let instance = instances.value.and_then(|list| list.iter().find(|instance| instance.id.as_str() == name));
    let cluster = instance.and_then(|instance| instance.cluster.as_ref()).map_or(name, Text::as_str);
    let globals = telling.snapshot.global_clusters(&Query::GlobalClusters(place.clone()));
    let ours = |global: &&GlobalCluster| global.members.iter().any(|member| arn_name(&member.cluster_arn) == cluster);
    let global = globals.value?.iter().find(ours)?;
    Some(telling.names.subject(telling.query, global.id.as_str()))
}
