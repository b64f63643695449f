//! `DescribeReplicationConfigurations`. Both Regions of a replication tell of it, and the moment they name is the one that
//! `TimeSinceLastSync` counts from.

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::storage::EfsReplication;
use crate::sim::flow::Condition;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::wire::{AwsError, Value};

static PAGES: PageRule = PageRule {
    size: "MaxResults",
    token: "NextToken",
    default: 100,
    min: 1,
    max: usize::MAX,
    bad_size: invalid,
    bad_token: invalid,
};

pub(super) fn describe(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let is_there =
        |replication: &&EfsReplication| world.start - replication.age <= world.now && replication.is_there(world.now);
    let mut found: Vec<&EfsReplication> = world
        .estate
        .efs
        .replications
        .iter()
        .filter(|replication| replication.from == call.region || replication.to == call.region)
        .filter(is_there)
        .collect();
    if let Some(asked) = call.text("FileSystemId") {
        let id = asked.rsplit('/').next().unwrap_or_default();
        found.retain(|replication| {
            let own = if replication.from == call.region {
                &replication.file_system
            } else {
                &replication.destination_file_system
            };
            own == id
        });
        if found.is_empty() {
            return Err(AwsError::new(404, "FileSystemNotFound", format!("File system '{id}' does not exist.")));
        }
    }
    let cut = page.cut(call, found);
    let values = cut.items.iter().map(|replication| value(world, replication));
    Ok(Value::map([("Replications", Value::list("Replication", values)), ("NextToken", cut.next.into())]))
}

pub(super) fn invalid(message: String) -> AwsError {
    AwsError::new(400, "BadRequest", message)
}

pub(super) fn value(world: &World, replication: &EfsReplication) -> Value {
    let EfsReplication { file_system, destination_file_system, from, to, .. } = replication;
    let flow = world.flow(&replication.link(), world.now);
    let is_first = replication.created.is_some_and(|(created, takes)| world.now < created + takes);
    let (status, message) = match flow.condition {
        _ if is_first => ("ENABLING", None),
        Condition::Flowing | Condition::Behind | Condition::Stalled => ("ENABLED", None),
        Condition::Stopped => ("ERROR", Some("The replication failed. Delete it and make it anew.")),
    };
    let arn = world.arn("elasticfilesystem", from, &format!("file-system/{file_system}"));
    let account = &world.estate.account;
    let destination = Value::map([
        ("Status", status.into()),
        ("FileSystemId", destination_file_system.into()),
        ("Region", to.into()),
        ("LastReplicatedTimestamp", (!is_first).then_some(flow.recovery_point).into()),
        ("OwnerId", account.into()),
        ("StatusMessage", message.into()),
    ]);
    Value::map([
        ("SourceFileSystemId", file_system.into()),
        ("SourceFileSystemRegion", from.into()),
        ("SourceFileSystemArn", (&arn).into()),
        ("OriginalSourceFileSystemArn", arn.into()),
        ("CreationTime", (world.start - replication.age).into()),
        ("Destinations", Value::list("Destination", [destination])),
        ("SourceFileSystemOwnerId", account.into()),
    ])
}
