//! Changes of DynamoDB tables.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::super::IntentId;
use super::Change;
use crate::model::{Moment, Place};

/// `RestoreTableToPointInTime`: a new table, which holds what another one of its Region held then. Its name can be taken once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestoreTable {
    /// Where both are.
    pub place: Place,
    /// The new table.
    pub table: String,
    /// The table that it is restored from.
    pub source: String,
    /// To which moment, in whole seconds; to the newest there is if it is not said.
    pub moment: Option<Moment>,
}

change!(RestoreTable, "dynamodb", "RestoreTableToPointInTime", |change| change.table.clone(), |_| {
    let mut parameters = Map::from_iter([
        ("SourceTableName".to_owned(), json!(change.source)),
        ("TargetTableName".to_owned(), json!(change.table)),
    ]);
    match change.moment {
        Some(moment) => parameters.insert("RestoreDateTime".to_owned(), json!(format!("{moment:.0}"))),
        None => parameters.insert("UseLatestRestorableTime".to_owned(), json!(true)),
    };
    Json::Object(parameters)
});
