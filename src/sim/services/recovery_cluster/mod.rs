//! The data plane of ARC's routing controls. A cluster has five endpoints in five Regions; each knows the state of every control.

mod controls;
mod switches;

use crate::sim::services::{Operation, Service};
use crate::sim::wire::Protocol;

static OPERATIONS: &[Operation] = &[
    Operation::read("ListRoutingControls", controls::list).about("ControlPanelArn"),
    Operation::read("GetRoutingControlState", controls::state).about("RoutingControlArn"),
    Operation::change("UpdateRoutingControlState", switches::one).about("RoutingControlArn"),
    Operation::change("UpdateRoutingControlStates", switches::several),
];

/// The data plane of routing controls.
pub static SERVICE: Service = Service {
    name: "route53-recovery-cluster",
    protocols: &[Protocol::AwsJson {
        target: "ToggleCustomerAPI",
        error_namespace: "com.amazonaws.route53recoverycluster",
    }],
    operations: OPERATIONS,
};
