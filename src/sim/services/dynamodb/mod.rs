//! DynamoDB: tables, their replicas, point-in-time recovery. Of what a table holds there is the number alone.

mod continuous_backups;
mod items;
mod replicas;
mod restore;
mod tables;

use serde_json::Value as Json;

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::Estate;
use crate::sim::estate::dynamodb::Table;
use crate::sim::services::{Operation, Service};
use crate::sim::time::Span;
use crate::sim::wire::{AwsError, Protocol};

static OPERATIONS: &[Operation] = &[
    Operation::read("DescribeTable", tables::describe).about("TableName"),
    Operation::read("ListTables", tables::list),
    Operation::read("DescribeContinuousBackups", continuous_backups::describe).about("TableName"),
    Operation::read("Scan", items::scan).about("TableName"),
    Operation::change("RestoreTableToPointInTime", restore::to_point_in_time).about("TargetTableName"),
    Operation::change("UpdateContinuousBackups", continuous_backups::update).about("TableName"),
    Operation::change("UpdateTable", replicas::update).about("TableName"),
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

/// Refuses parameters that would be left unheeded.
fn knows(call: &Call, known: &[&str]) -> Result<(), AwsError> {
    let sent = call.parameters.as_object().into_iter().flat_map(|parameters| parameters.iter());
    let is_said = |value: &Json| !value.is_null();
    match sent.into_iter().find(|(name, value)| is_said(value) && !known.contains(&name.as_str())) {
        None => Ok(()),
        Some((other, _)) => Err(invalid(format!("The simulator does not heed {other} in {}", call.operation))),
    }
}

/// The tables that a Region has.
fn of_region<'a>(world: &'a World, region: &'a str) -> impl Iterator<Item = &'a Table> + 'a {
    let is_made = |table: &&Table| table.age >= Span::ZERO || world.start - table.age <= world.now;
    let all = world.estate.dynamodb.tables.iter();
    all.filter(move |table| table.regions.iter().any(|own| own == region)).filter(is_made)
}

/// The table that a name or ARN means, if it is in the Region asked.
fn named<'a>(world: &'a World, region: &'a str, asked: &str) -> Option<&'a Table> {
    of_region(world, region).find(|table| table.name == asked || arn(world, region, &table.name) == asked)
}

/// The table a request names, if it is in the Region asked.
fn find<'a>(world: &'a World, call: &'a Call) -> Result<Option<&'a Table>, AwsError> {
    Ok(named(world, &call.region, call.required("TableName", invalid)?))
}

/// The table a request names.
fn required<'a>(world: &'a World, call: &'a Call) -> Result<&'a Table, AwsError> {
    find(world, call)?.ok_or_else(|| {
        let asked = call.text("TableName").unwrap_or_default();
        AwsError::new(
            400,
            "ResourceNotFoundException",
            format!("Requested resource not found: Table: {asked} not found"),
        )
    })
}

fn not_found(asked: &str) -> AwsError {
    AwsError::new(400, "TableNotFoundException", format!("Table not found: {asked}"))
}

/// The same table in the estate that is to be changed.
fn to_change<'e>(estate: &'e mut Estate, name: &str) -> Result<&'e mut Table, AwsError> {
    let mut all = estate.dynamodb.tables.iter_mut().rev();
    all.find(|table| table.name == name).ok_or_else(|| not_found(name))
}

fn arn(world: &World, region: &str, table: &str) -> String {
    world.arn("dynamodb", region, &format!("table/{table}"))
}
