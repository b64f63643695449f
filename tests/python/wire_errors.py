"""Provokes errors of every protocol and checks that boto3 reads the code and the status that AWS gives.

usage: wire_errors.py DRDECK
"""

import sys
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from aws import Aws
from deck import Simulator
from findings import Findings

REGION = "us-west-2"
NOWHERE = "11111111-2222-3333-4444-555555555555"

# service, operation as boto3 calls it, its arguments, the code on the wire, the HTTP status
MISSING: list[tuple[str, str, dict[str, Any], str, int]] = [
    ("rds", "describe_db_instances", {"DBInstanceIdentifier": "nowhere"}, "DBInstanceNotFound", 404),
    ("rds", "describe_db_clusters", {"DBClusterIdentifier": "nowhere"}, "DBClusterNotFoundFault", 404),
    ("rds", "describe_global_clusters", {"GlobalClusterIdentifier": "nowhere"}, "GlobalClusterNotFoundFault", 404),
    ("autoscaling", "describe_auto_scaling_groups", {"NextToken": "nothing"}, "InvalidNextToken", 400),
    ("route53", "get_health_check_status", {"HealthCheckId": NOWHERE}, "NoSuchHealthCheck", 404),
    ("backup", "describe_backup_vault", {"BackupVaultName": "nowhere"}, "ResourceNotFoundException", 400),
    ("backup", "list_recovery_points_by_backup_vault", {"BackupVaultName": "nowhere"}, "ResourceNotFoundException", 400),
    ("dynamodb", "describe_table", {"TableName": "nowhere"}, "ResourceNotFoundException", 400),
    ("drs", "get_launch_configuration", {"sourceServerID": "s-99999999999999999"}, "ResourceNotFoundException", 404),
    ("efs", "describe_replication_configurations", {"FileSystemId": "fs-0000000a"}, "FileSystemNotFound", 404),
    ("elasticache", "describe_replication_groups", {"ReplicationGroupId": "x"}, "ReplicationGroupNotFoundFault", 404),
    ("route53-recovery-cluster", "get_routing_control_state", {"RoutingControlArn": "x"}, "ResourceNotFoundException", 404),
    ("arc-region-switch", "list_plan_executions", {"planArn": "x"}, "ResourceNotFoundException", 404),
    ("dynamodb", "describe_continuous_backups", {"TableName": "nowhere"}, "TableNotFoundException", 400),
]

SERIES = {
    "Id": "m1",
    "MetricStat": {"Metric": {"Namespace": "AWS/RDS", "MetricName": "ReplicaLag"}, "Period": 60, "Stat": "Maximum"},
}

# service, operation, arguments: one read of each service
READS: list[tuple[str, str, dict[str, Any]]] = [
    ("arc-region-switch", "list_plans_in_region", {}),
    ("autoscaling", "describe_auto_scaling_groups", {}),
    ("backup", "list_backup_jobs", {}),
    ("cloudwatch", "get_metric_data", {"MetricDataQueries": [SERIES], "StartTime": 0, "EndTime": 60}),
    ("drs", "describe_source_servers", {"filters": {}}),
    ("dynamodb", "describe_table", {"TableName": "sessions"}),
    ("efs", "describe_replication_configurations", {}),
    ("elasticache", "describe_replication_groups", {}),
    ("rds", "describe_db_instances", {}),
    ("route53", "list_health_checks", {}),
    ("route53-recovery-cluster", "list_routing_controls", {}),
    ("sts", "get_caller_identity", {}),
]

QUERY = {"autoscaling", "elasticache", "rds", "route53", "sts", "cloudwatch"}  # CloudWatch keeps awsQuery's codes in a header

JSON = {"dynamodb", "route53-recovery-cluster"}


def throttled(service: str) -> tuple[set[str], int]:
    """DRS answers 429, the others 400."""
    return {"Throttling"} if service in QUERY else {"ThrottlingException"}, 429 if service == "drs" else 400


def expired(service: str) -> tuple[set[str], int]:
    """403, or 400 where the protocol is JSON 1.0."""
    return {"ExpiredToken", "ExpiredTokenException"}, 400 if service in JSON else 403


def broken(_: str) -> tuple[set[str], int]:
    """A 5xx with any code of the family."""
    return {"InternalFailure", "InternalServerError", "InternalServerException", "InternalServiceError", "InternalError"}, 500


FAULTS: list[tuple[dict[str, Any], Callable[[str], tuple[set[str], int]]]] = [
    ({"throttle": {}}, throttled),
    ({"expired-credentials": {}}, expired),
    ({"endpoint": {"how": "error"}}, broken),
]


def refusal(aws: Aws, service: str, operation: str, arguments: dict[str, Any]) -> tuple[str | None, int, str]:
    """The code, the status and the message of the error that a call gives."""
    try:
        getattr(aws.client(service, REGION), operation)(**arguments)
    except ClientError as error:
        told = error.response["Error"]
        return told.get("Code"), error.response["ResponseMetadata"]["HTTPStatusCode"], told.get("Message", "")
    return None, 200, ""


def main() -> None:
    """What is missing, then every fault at every service."""
    drdeck = sys.argv[1]
    found = Findings("wire errors")
    with Simulator(drdeck, "--speed", "0", "--seed", "7") as simulator:
        aws = Aws(simulator.endpoint)
        for service, operation, arguments, code, status in MISSING:
            told = refusal(aws, service, operation, arguments)
            found.equal(f"{service} {operation} of nothing", told[:2], (code, status))
            found.check(bool(told[2]), f"{service} {operation} of nothing has no message")
        series = next(arguments for service, _, arguments in READS if service == "cloudwatch")
        token = refusal(aws, "cloudwatch", "get_metric_data", {**series, "NextToken": "nothing"})
        found.equal("cloudwatch get_metric_data with a wrong token", token[:2], ("InvalidNextToken", 400))
    for fault, wanted in FAULTS:
        with Simulator(drdeck, "--speed", "0", "--seed", "7") as simulator:
            simulator.control("faults", [{"fault": fault}])
            aws = Aws(simulator.endpoint)
            for service, operation, arguments in READS:
                code, status, message = refusal(aws, service, operation, arguments)
                codes, right = wanted(service)
                found.check(code in codes, f"{service} {fault}: the code is {code}, none of {', '.join(sorted(codes))}")
                found.equal(f"{service} {fault}: the status", status, right)
                found.check(bool(message), f"{service} {fault}: no message")
    found.end()


if __name__ == "__main__":
    main()
