//! Route 53: health checks, and what their checkers see. Whether a check is healthy is `World::health`, which CloudWatch publishes too.

mod checks;
mod observations;

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
