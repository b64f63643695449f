//! Route 53 health checks. The control plane is in us-east-1 whatever Region is asked.

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{HealthCheck as RawCheck, HealthCheckConfig, HealthCheckObservation};

use super::convert::{moment, some_text, text};
use super::{Ask, Unread};
use crate::model::Text;
use crate::model::facts::route53::{HealthCheck, Observation};

/// The most that ListHealthChecks gives in one page.
const PAGE: i32 = 1000;

pub(super) async fn health_checks(ask: &Ask<'_>, client: &Client) -> Result<Vec<HealthCheck>, Unread> {
    ask.pages(
        |marker| client.list_health_checks().max_items(PAGE).set_marker(marker).send(),
        |page| {
            let next = page.next_marker.filter(|_| page.is_truncated);
            (page.health_checks.into_iter().map(health_check).collect(), next)
        },
    )
    .await
}

pub(super) async fn status(ask: &Ask<'_>, client: &Client, id: &str) -> Result<Vec<Observation>, Unread> {
    let answer = ask.once(client.get_health_check_status().health_check_id(id).send()).await?;
    Ok(answer.health_check_observations.into_iter().map(observation).collect())
}

fn health_check(raw: RawCheck) -> HealthCheck {
    let config = raw.health_check_config;
    let asked = |ask: fn(&HealthCheckConfig) -> Option<bool>| config.as_ref().and_then(ask).unwrap_or(false);
    let asked_number = |ask: fn(&HealthCheckConfig) -> Option<i32>| {
        config.as_ref().and_then(ask).and_then(|number| u32::try_from(number).ok())
    };
    HealthCheck {
        id: Text::new(raw.id),
        kind: text(config.as_ref().map(|config| config.r#type.as_str().to_owned())),
        target: config.as_ref().and_then(target),
        inverted: asked(|config| config.inverted),
        disabled: asked(|config| config.disabled),
        insufficient_data: config
            .as_ref()
            .and_then(|config| config.insufficient_data_health_status.as_ref())
            .map(|status| Text::new(status.as_str())),
        version: u64::try_from(raw.health_check_version).unwrap_or(0),
        children: config
            .as_ref()
            .map(|config| config.child_health_checks().iter().map(Text::new).collect())
            .unwrap_or_default(),
        threshold: asked_number(|config| config.health_threshold),
        routing_control: some_text(config.as_ref().and_then(|config| config.routing_control_arn.clone())),
        interval_seconds: asked_number(|config| config.request_interval),
        failure_threshold: asked_number(|config| config.failure_threshold),
    }
}

/// What a check watches, in the words a person would use: a URL's parts, an alarm, a routing control, other checks.
fn target(config: &HealthCheckConfig) -> Option<Text> {
    if let Some(alarm) = &config.alarm_identifier {
        return Some(Text::new(format!("alarm {} in {}", alarm.name, alarm.region.as_str())));
    }
    if let Some(control) = &config.routing_control_arn {
        return some_text(Some(control.clone()));
    }
    if let Some(children) = config.child_health_checks.as_ref().filter(|children| !children.is_empty()) {
        let needed = config.health_threshold.map_or_else(String::new, |needed| format!("{needed} of "));
        return Some(Text::new(format!("{needed}{} other checks", children.len())));
    }
    let host = config.fully_qualified_domain_name.as_ref().or(config.ip_address.as_ref())?;
    let port = config.port.map_or_else(String::new, |port| format!(":{port}"));
    let path = config.resource_path.as_deref().unwrap_or_default();
    some_text(Some(format!("{host}{port}{path}")))
}

fn observation(raw: HealthCheckObservation) -> Observation {
    let (status, checked) = raw.status_report.map(|report| (report.status, report.checked_time)).unwrap_or_default();
    Observation {
        region: text(raw.region.map(|region| region.as_str().to_owned())),
        status: text(status),
        checked: moment(checked),
    }
}
