//! DynamoDB: tables, their replicas, point-in-time recovery.

mod continuous_backups;
mod tables;

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::dynamodb::Table;
use crate::sim::services::{Operation, Service};
use crate::sim::wire::{AwsError, Protocol};

static OPERATIONS: &[Operation] = &[
    Operation::read("DescribeTable", tables::describe).about("TableName"),
    Operation::read("ListTables", tables::list),
    Operation::read("DescribeContinuousBackups", continuous_backups::describe).about("TableName"),
];

/// DynamoDB.
pub static SERVICE: Service = Service {
    name: "dynamodb",
    protocols: &[Protocol::AwsJson {
        target: "DynamoDB_20120810",
        error_namespace: "com.amazonaws.dynamodb.v20120810",
    }],
    operations: OPERATIONS,
};

fn invalid(message: String) -> AwsError {
    AwsError::new(400, "ValidationException", message)
}

/// The table a request names, by name or ARN, if it is in the Region asked.
fn find<'a>(world: &'a World, call: &Call) -> Result<Option<&'a Table>, AwsError> {
    let asked = call.required("TableName", invalid)?;
    Ok(world.estate.dynamodb.tables.iter().find(|table| {
        table.regions.contains(&call.region) && (table.name == asked || arn(world, &call.region, &table.name) == asked)
    }))
}

fn arn(world: &World, region: &str, table: &str) -> String {
    world.arn("dynamodb", region, &format!("table/{table}"))
}
