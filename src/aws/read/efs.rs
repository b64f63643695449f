//! EFS replication.

use aws_sdk_efs::Client;
use aws_sdk_efs::types;

use super::convert::{moment, some_text};
use super::{Ask, Unread};
use crate::model::facts::efs::{Destination, Replication};
use crate::model::{Region, Text};

/// Every replication that begins or ends in the Region. EFS gives up to 100 in a page by itself.
pub(super) async fn replications(ask: &Ask<'_>, client: &Client) -> Result<Vec<Replication>, Unread> {
    ask.pages(
        |token| client.describe_replication_configurations().set_next_token(token).send(),
        |page| (page.replications.unwrap_or_default().into_iter().map(replication).collect(), page.next_token),
    )
    .await
}

fn replication(raw: types::ReplicationConfigurationDescription) -> Replication {
    Replication {
        source: Text::new(raw.source_file_system_id),
        source_region: Region::new(Text::new(raw.source_file_system_region).as_str()),
        destinations: raw.destinations.into_iter().map(destination).collect(),
    }
}

fn destination(raw: types::Destination) -> Destination {
    Destination {
        file_system: Text::new(raw.file_system_id),
        region: Region::new(Text::new(raw.region).as_str()),
        status: Text::new(raw.status.as_str()),
        message: some_text(raw.status_message),
        last_replicated: moment(raw.last_replicated_timestamp),
    }
}
