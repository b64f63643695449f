//! What manual steps of the shop's runbooks say is to be done by hand, done in the simulator without the AWS CLI, which takes a second for each line.

use drdeck::sim::Running;
use serde_json::{Value as Json, json};

use crate::sim_kit::{send, signed, target};

/// The lines of the AWS CLI in the text of a step: each ends with its endpoint.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let mut parts: Vec<&str> = text.split(" --endpoint-url ").collect();
    // What comes after the last endpoint is no line.
    parts.pop();
    parts.iter().filter_map(|part| part.rfind("aws ").map(|at| part[at..].to_owned())).collect()
}

/// Sends what a line sends. What AWS refuses, because it is so already, is left at that.
///
/// # Panics
/// The line is of an operation that this does not know.
pub(crate) fn does(simulator: &Running, line: &str) {
    let words: Vec<&str> = line.split(' ').collect();
    let [_, service, operation, options @ ..] = words.as_slice() else { panic!("{line}") };
    let option = |name: &str| {
        let at = options.iter().position(|word| word.strip_prefix("--") == Some(name));
        at.and_then(|at| options.get(at + 1)).copied().unwrap_or_else(|| panic!("{line} has no --{name}"))
    };
    let members = |text: &str| -> Json {
        text.split(',').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key, json!(value))).collect()
    };
    let region = option("region");
    let table = |operation: &str, mut body: Json| {
        body["TableName"] = json!(option("table-name"));
        target(simulator, "dynamodb", region, &format!("DynamoDB_20120810.{operation}"), &body)
    };
    let files = |method: &str, id: &str, path: &str, body: &Json| {
        let path = format!("/2015-02-01/file-systems/{id}/{path}");
        let headers = [("authorization", &*signed("elasticfilesystem", region)), ("content-type", "application/json")];
        send(simulator, method, &path, &headers, body.to_string().as_bytes())
    };
    let reply = match (*service, *operation) {
        ("dynamodb", "update-continuous-backups") => table(
            "UpdateContinuousBackups",
            json!({ "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true } }),
        ),
        ("dynamodb", "update-table") => {
            let create = option("replica-updates").trim_start_matches("Create={").trim_end_matches('}');
            table("UpdateTable", json!({ "ReplicaUpdates": [{ "Create": members(create) }] }))
        }
        ("dynamodb", "scan") => return,
        ("efs", "delete-replication-configuration") => {
            let mode =
                if line.contains("LOCAL_CONFIGURATION_ONLY") { "?deletionMode=LOCAL_CONFIGURATION_ONLY" } else { "" };
            files("DELETE", option("source-file-system-id"), &format!("replication-configuration{mode}"), &json!({}))
        }
        ("efs", "update-file-system-protection") => files(
            "PUT",
            option("file-system-id"),
            "protection",
            &json!({ "ReplicationOverwriteProtection": option("replication-overwrite-protection") }),
        ),
        ("efs", "create-replication-configuration") => files(
            "POST",
            option("source-file-system-id"),
            "replication-configuration",
            &json!({ "Destinations": [members(option("destinations"))] }),
        ),
        (service, operation) => panic!("nobody does aws {service} {operation} by hand here: {line}"),
    };
    let reply = reply.unwrap_or_else(|error| panic!("{line}: {error}"));
    assert!(reply.status < 500, "{line}: {}", reply.text());
}
