//! Route 53: health checks and what their checkers see, hosted zones, records, and what DNS answers. Whether a check is healthy is
//! `World::health`, which CloudWatch publishes too.

mod answers;
mod batch;
mod changes;
mod checks;
mod observations;
mod record_set;
mod records;
mod update;
mod zones;

pub(in crate::sim) use records::own as own_records;

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::route53::HealthCheck;
use crate::sim::services::{Operation, Service};
use crate::sim::wire::{AwsError, Protocol};

static OPERATIONS: &[Operation] = &[
    Operation::rest("GET", "/2013-04-01/healthcheck", "ListHealthChecks", checks::list),
    Operation::rest("GET", "/2013-04-01/healthcheckcount", "GetHealthCheckCount", checks::count),
    Operation::rest("GET", "/2013-04-01/healthcheck/{HealthCheckId}", "GetHealthCheck", checks::get).about(ID),
    Operation::rest(
        "GET",
        "/2013-04-01/healthcheck/{HealthCheckId}/status",
        "GetHealthCheckStatus",
        observations::status,
    )
    .about(ID),
    Operation::rest(
        "GET",
        "/2013-04-01/healthcheck/{HealthCheckId}/lastfailurereason",
        "GetHealthCheckLastFailureReason",
        observations::last_failure,
    )
    .about(ID),
    Operation::rest_change("POST", "/2013-04-01/healthcheck/{HealthCheckId}", "UpdateHealthCheck", update::update)
        .about(ID),
    Operation::rest("GET", "/2013-04-01/hostedzone", "ListHostedZones", zones::list),
    Operation::rest("GET", "/2013-04-01/hostedzonesbyname", "ListHostedZonesByName", zones::by_name).about("dnsname"),
    Operation::rest("GET", "/2013-04-01/hostedzone/{Id}/rrset", "ListResourceRecordSets", records::list).about("Id"),
    Operation::rest_change("POST", "/2013-04-01/hostedzone/{Id}/rrset", "ChangeResourceRecordSets", changes::change)
        .about("Id")
        .one_at_a_time(changes::prior_request),
    Operation::rest("GET", "/2013-04-01/change/{Id}", "GetChange", changes::get).about("Id"),
    Operation::rest("GET", "/2013-04-01/testdnsanswer", "TestDNSAnswer", answers::test).about("recordname"),
];

/// Route 53.
pub static SERVICE: Service = Service {
    name: "route53",
    protocols: &[Protocol::RestXml { namespace: "https://route53.amazonaws.com/doc/2013-04-01/" }],
    operations: OPERATIONS,
};

/// The path label of a health check.
const ID: &str = "HealthCheckId";

/// The health check a call is about.
fn asked<'w>(world: &'w World, call: &Call) -> Result<&'w HealthCheck, AwsError> {
    let id = call.text(ID).unwrap_or_default();
    world.estate.route53.health_checks.iter().find(|check| check.id == id).ok_or_else(|| {
        AwsError::new(404, "NoSuchHealthCheck", format!("No health check exists with the specified ID {id}"))
    })
}

/// A parameter that says something impossible.
fn invalid(message: String) -> AwsError {
    AwsError::new(400, "InvalidInput", message)
}

/// The size of a page: `maxitems`, and no more than AWS gives at once.
fn page_size(call: &Call, most: usize) -> Result<usize, AwsError> {
    match call.integer("maxitems").map_err(|sent| invalid(format!("maxitems must be a number, not {sent}")))? {
        None => Ok(most),
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|size| *size > 0)
            .map(|size| size.min(most))
            .ok_or_else(|| invalid(format!("maxitems must be at least 1, not {size}"))),
    }
}

/// The order of Route 53: by the labels of a name from its end, `example.com.` before `www.example.com.`.
fn reversed(name: &str) -> String {
    let mut labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    labels.reverse();
    labels.join(".").to_ascii_lowercase() + "."
}
