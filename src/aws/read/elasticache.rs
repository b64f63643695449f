//! ElastiCache global datastores.

use aws_sdk_elasticache::Client;
use aws_sdk_elasticache::types::{GlobalReplicationGroup, GlobalReplicationGroupMember};

use super::convert::text;
use super::{Ask, Unread};
use crate::model::Region;
use crate::model::facts::elasticache::{GlobalDatastore, Member};

/// The most that ElastiCache gives in one page.
const PAGE: i32 = 100;

pub(super) async fn global_datastores(ask: &Ask<'_>, client: &Client) -> Result<Vec<GlobalDatastore>, Unread> {
    ask.pages(
        |marker| {
            client
                .describe_global_replication_groups()
                .show_member_info(true)
                .max_records(PAGE)
                .set_marker(marker)
                .send()
        },
        |page| {
            let groups = page.global_replication_groups.unwrap_or_default();
            (groups.into_iter().map(global_datastore).collect(), page.marker)
        },
    )
    .await
}

fn global_datastore(raw: GlobalReplicationGroup) -> GlobalDatastore {
    GlobalDatastore {
        id: text(raw.global_replication_group_id),
        status: text(raw.status),
        members: raw.members.unwrap_or_default().into_iter().map(member).collect(),
    }
}

fn member(raw: GlobalReplicationGroupMember) -> Member {
    Member {
        group: text(raw.replication_group_id),
        region: Region::new(text(raw.replication_group_region).as_str()),
        role: text(raw.role),
        status: text(raw.status),
        automatic_failover: text(raw.automatic_failover.map(|status| status.as_str().to_owned())),
    }
}
