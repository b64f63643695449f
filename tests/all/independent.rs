//! An independent client, boto3, reads the simulator and comes to the same conclusions as drdeck.

use crate::python::passes;

#[test]
fn every_figure_of_calm_equals_boto3s() {
    passes("oracle.py", &["calm", "0", "1", "17.5", "600"]);
}

#[test]
fn every_figure_of_region_outage_equals_boto3s() {
    passes("oracle.py", &["region-outage", "0", "3", "6", "9", "12", "20", "45"]);
}

#[test]
fn every_figure_of_replication_stall_equals_boto3s() {
    passes("oracle.py", &["replication-stall", "0", "5", "12", "30"]);
}

#[test]
fn every_figure_of_copy_failure_equals_boto3s() {
    passes("oracle.py", &["copy-failure", "0", "60", "1500"]);
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
