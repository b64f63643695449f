//! Route 53 hosted zones and their records.

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{self, RrType};

use super::convert::{moment, some_text, text};
use super::{Ask, Unread};
use crate::model::Text;
use crate::model::facts::route53::{Alias, Record, RecordChange, Routing, Zone};

/// The most that ListHostedZones gives in one page.
const ZONES: i32 = 100;

/// The most that ListResourceRecordSets gives in one page.
const RECORDS: i32 = 300;

/// Where a page of records begins: name, type, and which of several of the same name and type.
type Start = (String, Option<RrType>, Option<String>);

pub(super) async fn hosted_zones(ask: &Ask<'_>, client: &Client) -> Result<Vec<Zone>, Unread> {
    ask.pages(
        |marker| client.list_hosted_zones().max_items(ZONES).set_marker(marker).send(),
        |page| {
            let next = page.next_marker.filter(|_| page.is_truncated);
            (page.hosted_zones.into_iter().map(zone).collect(), next)
        },
    )
    .await
}

pub(super) async fn records(ask: &Ask<'_>, client: &Client, zone: &str) -> Result<Vec<Record>, Unread> {
    ask.pages_from(
        |start: Option<Start>| {
            let (name, kind, set) = match start {
                Some((name, kind, set)) => (Some(name), kind, set),
                None => (None, None, None),
            };
            client
                .list_resource_record_sets()
                .hosted_zone_id(zone)
                .max_items(RECORDS)
                .set_start_record_name(name)
                .set_start_record_type(kind)
                .set_start_record_identifier(set)
                .send()
        },
        |page| {
            let (kind, set) = (page.next_record_type, page.next_record_identifier);
            let next = page.next_record_name.filter(|_| page.is_truncated).map(|name| (name, kind, set));
            (page.resource_record_sets.into_iter().map(record).collect(), next)
        },
    )
    .await
}

pub(super) async fn change(ask: &Ask<'_>, client: &Client, id: &str) -> Result<RecordChange, Unread> {
    let answer = ask.once(client.get_change().id(id).send()).await?;
    let info = answer.change_info;
    Ok(RecordChange {
        status: text(info.as_ref().map(|info| info.status.as_str().to_owned())),
        submitted: moment(info.map(|info| info.submitted_at)),
    })
}

fn zone(raw: types::HostedZone) -> Zone {
    Zone {
        id: Text::new(raw.id.strip_prefix("/hostedzone/").unwrap_or(&raw.id)),
        name: name(&raw.name),
        private: raw.config.is_some_and(|config| config.private_zone),
        accelerated_recovery: raw
            .features
            .and_then(|features| features.accelerated_recovery_status)
            .map(|status| Text::new(status.as_str())),
    }
}

fn record(raw: types::ResourceRecordSet) -> Record {
    let routing = routing(&raw);
    let is_name = raw.r#type == RrType::Cname;
    let values = raw.resource_records.unwrap_or_default();
    Record {
        name: name(&raw.name),
        kind: Text::new(raw.r#type.as_str()),
        set: some_text(raw.set_identifier),
        routing,
        ttl: raw.ttl.and_then(|ttl| u32::try_from(ttl).ok()),
        dotted: is_name && values.iter().any(|record| record.value.ends_with('.')),
        values: values
            .into_iter()
            .map(|record| if is_name { name(&record.value) } else { Text::new(record.value) })
            .collect(),
        alias: raw.alias_target.map(|alias| Alias {
            zone: Text::new(alias.hosted_zone_id),
            target: name(&alias.dns_name),
            evaluates_health: alias.evaluate_target_health,
        }),
        health_check: some_text(raw.health_check_id),
    }
}

fn routing(raw: &types::ResourceRecordSet) -> Routing {
    match (&raw.failover, raw.weight, &raw.region) {
        (Some(types::ResourceRecordSetFailover::Primary), ..) => Routing::Primary,
        (Some(types::ResourceRecordSetFailover::Secondary), ..) => Routing::Secondary,
        (Some(other), ..) => Routing::Other(Text::new(format!("failover {}", other.as_str()))),
        (None, Some(weight), _) => Routing::Weighted(u64::try_from(weight).unwrap_or(0)),
        (None, None, Some(region)) => Routing::Latency(Text::new(region.as_str())),
        (None, None, None) if raw.geo_location.is_some() => Routing::Other(Text::new("geolocation")),
        (None, None, None) if raw.geo_proximity_location.is_some() => Routing::Other(Text::new("geoproximity")),
        (None, None, None) if raw.cidr_routing_config.is_some() => Routing::Other(Text::new("CIDR")),
        (None, None, None) if raw.multi_value_answer == Some(true) => Routing::Other(Text::new("multivalue")),
        (None, None, None) => Routing::Simple,
    }
}

/// A name as people write it: no dot at its end, and `*` as a star.
fn name(raw: &str) -> Text {
    Text::new(raw.strip_suffix('.').unwrap_or(raw).replace("\\052", "*"))
}
