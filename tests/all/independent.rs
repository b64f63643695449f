//! An independent client, boto3, reads the simulator and comes to the same conclusions as drdeck.

use crate::python::passes;

#[test]
fn every_figure_of_calm_equals_boto3s() {
    passes("oracle.py", &["calm", "0", "1", "17.5", "600"]);
}

#[test]
fn every_figure_of_region_outage_equals_boto3s() {
    passes("oracle.py", &["region-outage", "0", "3", "5.5", "20"]);
}

#[test]
fn every_figure_of_replication_stall_equals_boto3s() {
    passes("oracle.py", &["replication-stall", "0", "5", "12", "30"]);
}

#[test]
fn every_figure_of_copy_failure_equals_boto3s() {
    passes("oracle.py", &["copy-failure", "0", "60", "1500"]);
}

/// What the lying values of AWS come to: a replica whose lag is -1, a null lag while disconnected, series without points, recovery
/// points that are PARTIAL or EXPIRED, states that nobody knows.
#[test]
fn every_figure_under_faults_equals_boto3s() {
    passes("oracle.py", &["calm", r#"{"stop":{}}"#, "1", "15", "40"]);
    passes("oracle.py", &["calm", r#"{"lag":{"add":"20m","over":"10m"}}"#, "5", "15"]);
    passes("oracle.py", &["calm", r#"{"metrics":{}}"#, "1", "12", "40"]);
    passes("oracle.py", &["calm", r#"{"unhealthy":{"site":"us-east-1"}}"#, "1", "5", "200"]);
    passes("oracle.py", &["calm", r#"{"backup":{"ending":"partial"}}"#, "600", "2000"]);
    passes("oracle.py", &["calm", r#"{"backup":{"ending":"expired"}}"#, r#"{"copy":{"ending":"partial"}}"#, "2000"]);
    let drs = r#"{"value":{"service":"drs","field":"dataReplicationInfo.dataReplicationState","value":"QUANTUM"}}"#;
    let aurora = r#"{"value":{"service":"rds","item":"shop","field":"FailoverState.Status","value":"switching-over"}}"#;
    passes("oracle.py", &["calm", drs, aurora, "1"]);
}

/// Names, alarms, and kinds that are read from two sources.
#[test]
fn every_answer_of_names_and_alarms_equals_boto3s() {
    let cache = r#"{"value":{"service":"elasticache","item":"ldgnf-content","field":"Status","value":"primary-only"}}"#;
    let silent =
        r#"{"value":{"service":"monitoring","item":"copies failed","field":"StateValue","value":"INSUFFICIENT_DATA"}}"#;
    let gone = r#"{"value":{"service":"elasticfilesystem","item":"fs-0d92f6b1e8a3c7745","field":"FileSystemId","value":"fs-0"}}"#;
    passes("oracle.py", &["calm", cache, silent, gone, "1"]);
    passes("oracle.py", &["calm", r#"{"endpoint":{"service":"dns","how":"hang"}}"#, "1"]);
    passes("oracle.py", &["datacenter-outage", "5", "200"]);
    passes("oracle.py", &["flapping", "22.5", "73", "252"]);
}

#[test]
fn every_reply_of_the_simulator_is_of_the_service_model() {
    passes("wire_check.py", &[]);
}

#[test]
fn every_error_of_the_simulator_is_read_by_boto3() {
    passes("wire_errors.py", &[]);
}

#[test]
fn a_dead_region_ages_in_sight_while_the_other_answers() {
    passes("outage_check.py", &[]);
}

/// Records, health checks, routing controls, messages and people, changed as anybody's scripts would.
#[test]
fn traffic_is_moved_by_boto3_as_aws_would_let_it() {
    passes("change_route53.py", &[]);
}

#[test]
fn servers_are_recovered_and_brought_home_by_boto3() {
    passes("change_drs.py", &[]);
}

/// Databases and groups in a failover and home again, and the site that serves when all of it is there.
#[test]
fn a_failover_of_databases_and_the_way_home_are_as_boto3_finds_them() {
    passes("change_rds.py", &[]);
}
