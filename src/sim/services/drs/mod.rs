//! Elastic Disaster Recovery.

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[];

/// Elastic Disaster Recovery.
pub static SERVICE: Service = Service {
    name: "drs",
    protocols: &[Protocol::RestJson],
    operations: OPERATIONS,
};
