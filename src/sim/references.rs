//! What faults name must exist: a scenario with a misspelt link would otherwise play, and nothing would happen.

use super::dns;
use super::estate::Estate;
use super::estate::check::ON_PREMISES;
use super::fault::{Fault, is};
use super::services;
use super::timeline::Act;

/// How many names a complaint lists.
const MOST_LISTED: usize = 60;

/// What kind of name a fault uses.
#[derive(Clone, Copy)]
enum Named<'f> {
    Region,
    Site,
    Service,
    /// An operation, of that service if it is said.
    Operation(&'f Option<String>),
    /// A service, or the name servers.
    Server,
    Link,
    Plan,
    Check,
    Group,
    Zone,
    /// An RDS instance.
    Database,
    /// A DynamoDB table.
    Table,
    /// A Region that answers some service.
    Endpoint,
    Test,
    Control,
    Resource,
    SourceServer,
}

impl Named<'_> {
    const fn word(self) -> &'static str {
        match self {
            Self::Region | Self::Endpoint => "Region",
            Self::Site => "site",
            Self::Service | Self::Server => "service",
            Self::Operation(_) => "operation",
            Self::Link => "replication link",
            Self::Plan => "backup plan",
            Self::Check => "health check",
            Self::Group => "Auto Scaling group",
            Self::Zone => "Availability Zone",
            Self::Database => "RDS instance",
            Self::Table => "DynamoDB table",
            Self::Test => "restore testing plan",
            Self::Control => "routing control",
            Self::Resource => "resource of a backup plan",
            Self::SourceServer => "source server",
        }
    }

    fn all(self, estate: &Estate) -> Vec<String> {
        match self {
            Self::Region => estate.regions.clone(),
            Self::Site => estate.regions.iter().cloned().chain([ON_PREMISES.to_owned()]).collect(),
            Self::Service => service_names().collect(),
            Self::Server => service_names().chain([dns::SERVICE.to_owned()]).collect(),
            Self::Operation(service) => {
                let services = services::SERVICES.iter().filter(|known| is(service, known.name));
                services.flat_map(|known| known.operations).map(|operation| operation.name.to_owned()).collect()
            }
            Self::Link => estate.links().into_iter().map(|link| link.id).collect(),
            Self::Plan => estate.backup.plans.iter().map(|plan| plan.name.clone()).collect(),
            Self::Check => estate.route53.health_checks.iter().map(|check| check.id.clone()).collect(),
            Self::Group => estate.autoscaling.groups.iter().map(|group| group.name.clone()).collect(),
            Self::Zone => estate.zones(),
            Self::Database => estate.rds.instances.iter().map(|instance| instance.id.clone()).collect(),
            Self::Table => estate.dynamodb.tables.iter().map(|table| table.name.clone()).collect(),
            Self::Endpoint => estate.regions.iter().chain(estate.arc.endpoints()).cloned().collect(),
            Self::Test => estate.backup.restore_tests.iter().map(|test| test.name.clone()).collect(),
            Self::Resource => {
                let plans = estate.backup.plans.iter();
                plans.flat_map(|plan| &plan.resources).map(|resource| resource.arn.clone()).collect()
            }
            Self::SourceServer => estate.drs.servers.iter().map(|server| server.id.clone()).collect(),
            Self::Control => estate.arc.controls().map(|(.., control)| control.name.clone()).collect(),
        }
    }
}

fn service_names() -> impl Iterator<Item = String> {
    services::SERVICES.iter().map(|service| service.name.to_owned())
}

/// What is wrong with an act: a count that its fault has not, or the first name that does not exist in the estate.
pub(super) fn wrong(act: &Act, estate: &Estate) -> Option<String> {
    if act.times.is_some() && !act.fault.is_of_calls() {
        let known = "endpoint, throttle, latency, lost-answer, expired-credentials, denied, value";
        return Some(format!("`times` goes with the faults of calls: {known}"));
    }
    names(&act.fault).into_iter().find_map(|(kind, name)| {
        let all: Vec<String> = estate.accounts().flat_map(|estate| kind.all(estate)).collect();
        (!all.iter().any(|known| known == name))
            .then(|| format!("there is no {} \"{name}\" (there are: {})", kind.word(), listed(&all)))
    })
}

/// The names, or the first of very many.
fn listed(all: &[String]) -> String {
    match all.split_at_checked(MOST_LISTED) {
        Some((first, rest)) if !rest.is_empty() => format!("{} and {} more", first.join(", "), rest.len()),
        Some(_) | None => all.join(", "),
    }
}

/// Every name a fault uses that the estate must know.
fn names(fault: &Fault) -> Vec<(Named<'_>, &String)> {
    let optional: Vec<(Named<'_>, &Option<String>)> = match fault {
        Fault::Endpoint(down) => vec![(Named::Server, &down.service), (Named::Endpoint, &down.region)],
        Fault::Throttle(throttle) => calls(&throttle.service, &throttle.region, &throttle.operation),
        Fault::Latency(slow) => calls(&slow.service, &slow.region, &slow.operation),
        Fault::LostAnswer(lost) => calls(&lost.service, &lost.region, &lost.operation),
        Fault::ExpiredCredentials(meant) | Fault::Denied(meant) => {
            calls(&meant.service, &meant.region, &meant.operation)
        }
        Fault::Lag(ramp) => vec![(Named::Link, &ramp.link), (Named::Site, &ramp.from), (Named::Region, &ramp.to)],
        Fault::Stall(links) | Fault::Stop(links) => {
            vec![(Named::Link, &links.link), (Named::Site, &links.from), (Named::Region, &links.to)]
        }
        Fault::Outage(lost) => return vec![(Named::Site, &lost.site)],
        Fault::Zone(lost) => return vec![(Named::Zone, &lost.zone)],
        Fault::Unhealthy(failing) => vec![(Named::Check, &failing.check), (Named::Site, &failing.site)],
        Fault::Backup(failure) => vec![(Named::Plan, &failure.plan)],
        Fault::SkipBackup(skipped) => vec![(Named::Plan, &skipped.plan), (Named::Resource, &skipped.resource)],
        Fault::RestoreTest(failure) => vec![(Named::Test, &failure.test)],
        Fault::RoutingControl(switched) => return vec![(Named::Control, &switched.control)],
        Fault::Copy(failure) => vec![(Named::Plan, &failure.plan), (Named::Region, &failure.to)],
        Fault::Capacity(capacity) => {
            let group = capacity.group.iter().map(|group| (Named::Group, group));
            return std::iter::once((Named::Region, &capacity.region)).chain(group).collect();
        }
        Fault::BackingUp(busy) => vec![(Named::Database, &busy.database)],
        Fault::EmptiedTable(emptied) => return vec![(Named::Table, &emptied.table)],
        Fault::Launch(failure) => vec![(Named::SourceServer, &failure.server)],
        Fault::Metrics(stopped) => vec![(Named::Region, &stopped.region)],
        Fault::Value(field) => {
            let region = field.region.iter().map(|region| (Named::Region, region));
            return std::iter::once((Named::Service, &field.service)).chain(region).collect();
        }
    };
    optional.into_iter().filter_map(|(kind, name)| Some((kind, name.as_ref()?))).collect()
}

/// The names that say which calls are meant.
fn calls<'f>(
    service: &'f Option<String>,
    region: &'f Option<String>,
    operation: &'f Option<String>,
) -> Vec<(Named<'f>, &'f Option<String>)> {
    vec![(Named::Service, service), (Named::Endpoint, region), (Named::Operation(service), operation)]
}
