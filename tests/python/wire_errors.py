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
NO_SERVER, NO_MACHINE = "s-99999999999999999", "i-99999999999999999"
OVER_QUOTA = "ServiceQuotaExceededException"

ZONE = "Z0273916SHOP4EXMPL7"  # of the built-in shop, as these two health checks
STOREFRONT = "3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101"
SWITCH = "7c2e94d0-51bb-4f0a-8d36-1e64f3a2b211"
RECORD = {"Name": "erp.shop.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "203.0.113.9"}]}
BATCH = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": RECORD}]}

REPLICA = {"DBInstanceIdentifier": "orders-db-west"}
NEW = {"DBInstanceIdentifier": "orders-db-new"}
ORDERS = "arn:aws:rds:us-east-1:111122223333:db:orders-db"
CLUSTER = {"DBClusterIdentifier": "shop-usw2"}
TARGET = {
    "GlobalClusterIdentifier": "shop",
    "TargetDbClusterIdentifier": "arn:aws:rds:us-west-2:111122223333:cluster:shop-usw2",
}
GROUP = {"AutoScalingGroupName": "orders-app"}

# service, operation as boto3 calls it, its arguments, the code on the wire, the HTTP status
MISSING: list[tuple[str, str, dict[str, Any], str, int]] = [
    ("rds", "describe_db_instances", {"DBInstanceIdentifier": "nowhere"}, "DBInstanceNotFound", 404),
    ("rds", "describe_db_clusters", {"DBClusterIdentifier": "nowhere"}, "DBClusterNotFoundFault", 404),
    ("rds", "describe_global_clusters", {"GlobalClusterIdentifier": "nowhere"}, "GlobalClusterNotFoundFault", 404),
    ("rds", "describe_db_snapshots", {"DBSnapshotIdentifier": "nowhere"}, "DBSnapshotNotFound", 404),
    ("rds", "describe_db_cluster_snapshots", {"DBClusterSnapshotIdentifier": "x"}, "DBClusterSnapshotNotFoundFault", 404),
    ("rds", "promote_read_replica", {"DBInstanceIdentifier": "nowhere"}, "DBInstanceNotFound", 404),
    ("rds", "promote_read_replica", {"DBInstanceIdentifier": "shop-usw2-1"}, "InvalidDBClusterStateFault", 400),
    ("rds", "start_db_instance", {"DBInstanceIdentifier": "orders-db-west"}, "InvalidDBInstanceState", 400),
    ("rds", "stop_db_instance", {"DBInstanceIdentifier": "orders-db-west"}, "InvalidDBInstanceState", 400),
    ("rds", "delete_db_instance", {"DBInstanceIdentifier": "orders-db-west"}, "InvalidParameterCombination", 400),
    ("rds", "modify_db_instance", {**REPLICA, "BackupRetentionPeriod": 36}, "InvalidParameterValue", 400),
    ("rds", "create_db_instance_read_replica", {**NEW, "SourceDBInstanceIdentifier": "x"}, "DBInstanceNotFound", 404),
    ("rds", "create_db_instance_read_replica", {**REPLICA, "SourceDBInstanceIdentifier": ORDERS}, "DBInstanceAlreadyExists", 400),
    ("rds", "failover_global_cluster", {**TARGET, "GlobalClusterIdentifier": "x"}, "GlobalClusterNotFoundFault", 404),
    ("rds", "switchover_global_cluster", {**TARGET, "TargetDbClusterIdentifier": "x"}, "DBClusterNotFoundFault", 404),
    ("rds", "failover_global_cluster", {**TARGET, "AllowDataLoss": True, "Switchover": True}, "InvalidParameterCombination", 400),
    ("rds", "failover_db_cluster", {"DBClusterIdentifier": "shop-usw2"}, "InvalidDBClusterStateFault", 400),
    ("rds", "delete_db_cluster", {**CLUSTER, "SkipFinalSnapshot": True}, "InvalidDBClusterStateFault", 400),
    ("rds", "create_db_cluster", {**CLUSTER, "Engine": "aurora-mysql"}, "DBClusterAlreadyExistsFault", 400),
    ("autoscaling", "set_desired_capacity", {**GROUP, "DesiredCapacity": 99}, "ValidationError", 400),
    ("autoscaling", "update_auto_scaling_group", {**GROUP, "MinSize": 9, "MaxSize": 1}, "ValidationError", 400),
    ("autoscaling", "suspend_processes", {**GROUP, "ScalingProcesses": ["Sleep"]}, "ValidationError", 400),
    ("autoscaling", "resume_processes", {"AutoScalingGroupName": "nowhere"}, "ValidationError", 400),
    ("autoscaling", "describe_scaling_activities", {"NextToken": "nothing"}, "InvalidNextToken", 400),
    ("autoscaling", "describe_auto_scaling_groups", {"NextToken": "nothing"}, "InvalidNextToken", 400),
    ("route53", "get_health_check_status", {"HealthCheckId": NOWHERE}, "NoSuchHealthCheck", 404),
    ("backup", "describe_backup_vault", {"BackupVaultName": "nowhere"}, "ResourceNotFoundException", 400),
    ("backup", "list_recovery_points_by_backup_vault", {"BackupVaultName": "nowhere"}, "ResourceNotFoundException", 400),
    ("dynamodb", "describe_table", {"TableName": "nowhere"}, "ResourceNotFoundException", 400),
    ("drs", "get_launch_configuration", {"sourceServerID": "s-99999999999999999"}, "ResourceNotFoundException", 404),
    ("drs", "start_recovery", {"sourceServers": [{"sourceServerID": NO_SERVER}]}, "ConflictException", 409),
    ("drs", "start_recovery", {"sourceServers": [{"sourceServerID": f"s-{n:017}"} for n in range(101)]}, OVER_QUOTA, 402),
    ("drs", "terminate_recovery_instances", {"recoveryInstanceIDs": [NO_MACHINE]}, "ConflictException", 409),
    ("drs", "start_failback_launch", {"recoveryInstanceIDs": [NO_MACHINE]}, "ConflictException", 409),
    ("drs", "delete_recovery_instance", {"recoveryInstanceID": NO_MACHINE}, "ConflictException", 409),
    ("drs", "reverse_replication", {"recoveryInstanceID": NO_MACHINE}, "ResourceNotFoundException", 404),
    ("drs", "stop_failback", {"recoveryInstanceID": NO_MACHINE}, "ResourceNotFoundException", 404),
    ("drs", "disconnect_recovery_instance", {"recoveryInstanceID": NO_MACHINE}, "ResourceNotFoundException", 404),
    ("drs", "stop_replication", {"sourceServerID": NO_SERVER}, "ResourceNotFoundException", 404),
    ("drs", "start_replication", {"sourceServerID": "s-3a1f60c27b94d8e05"}, "ConflictException", 409),
    ("drs", "disconnect_source_server", {"sourceServerID": NO_SERVER}, "ResourceNotFoundException", 404),
    ("drs", "delete_source_server", {"sourceServerID": "s-3a1f60c27b94d8e05"}, "ConflictException", 409),
    ("drs", "update_launch_configuration", {"sourceServerID": NO_SERVER}, "ResourceNotFoundException", 404),
    ("drs", "update_replication_configuration", {"sourceServerID": NO_SERVER}, "ResourceNotFoundException", 404),
    ("drs", "delete_job", {"jobID": "drsjob-99999999999999999"}, "ResourceNotFoundException", 404),
    ("drs", "list_tags_for_resource", {"resourceArn": f"arn:aws:drs:us-west-2:1:job/{NOWHERE}"}, "ResourceNotFoundException", 404),
    ("efs", "describe_replication_configurations", {"FileSystemId": "fs-0000000a"}, "FileSystemNotFound", 404),
    ("elasticache", "describe_replication_groups", {"ReplicationGroupId": "x"}, "ReplicationGroupNotFoundFault", 404),
    ("route53-recovery-cluster", "get_routing_control_state", {"RoutingControlArn": "x"}, "ResourceNotFoundException", 404),
    ("arc-region-switch", "list_plan_executions", {"planArn": "x"}, "ResourceNotFoundException", 404),
    ("route53", "update_health_check", {"HealthCheckId": NOWHERE, "Inverted": True}, "NoSuchHealthCheck", 404),
    ("route53", "update_health_check", {"HealthCheckId": STOREFRONT, "HealthCheckVersion": 7}, "HealthCheckVersionMismatch", 409),
    ("route53", "update_health_check", {"HealthCheckId": SWITCH, "Inverted": True}, "InvalidInput", 400),
    ("route53", "change_resource_record_sets", {"HostedZoneId": "Z404", "ChangeBatch": BATCH}, "NoSuchHostedZone", 404),
    ("route53", "change_resource_record_sets", {"HostedZoneId": ZONE, "ChangeBatch": BATCH}, "InvalidChangeBatch", 400),
    ("sns", "publish", {"TopicArn": "arn:aws:sns:us-west-2:111122223333:nowhere", "Message": "x"}, "NotFound", 404),
    ("sns", "publish", {"TopicArn": "nowhere", "Message": "x"}, "InvalidParameter", 400),
    ("sns", "publish", {"TopicArn": "arn:aws:sns:us-west-2:999999999999:x", "Message": "x"}, "AuthorizationError", 403),
    ("sts", "assume_role", {"RoleArn": "arn:aws:iam::111122223333:user/x", "RoleSessionName": "x1"}, "ValidationError", 400),
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
    ("sns", "list_topics", {}),
    ("sts", "get_caller_identity", {}),
]

QUERY = {"autoscaling", "elasticache", "rds", "route53", "sns", "sts", "cloudwatch"}  # CloudWatch keeps awsQuery's codes in a header

JSON = {"dynamodb", "route53-recovery-cluster"}


def throttled(service: str) -> tuple[set[str], int]:
    """DRS answers 429, the others 400."""
    return {"Throttling"} if service in QUERY else {"ThrottlingException"}, 429 if service == "drs" else 400


def expired(service: str) -> tuple[set[str], int]:
    """403, or 400 where the protocol is JSON 1.0."""
    return {"ExpiredToken", "ExpiredTokenException"}, 400 if service in JSON else 403


def denied(service: str) -> tuple[set[str], int]:
    """SNS has a word of its own."""
    codes = {"AuthorizationError"} if service == "sns" else {"AccessDenied", "AccessDeniedException"}
    return codes, 400 if service in JSON else 403


def broken(_: str) -> tuple[set[str], int]:
    """A 5xx with any code of the family."""
    return {"InternalFailure", "InternalServerError", "InternalServerException", "InternalServiceError", "InternalError"}, 500


FAULTS: list[tuple[dict[str, Any], Callable[[str], tuple[set[str], int]]]] = [
    ({"throttle": {}}, throttled),
    ({"expired-credentials": {}}, expired),
    ({"denied": {}}, denied),
    ({"endpoint": {"how": "error"}}, broken),
    ({"lost-answer": {"how": "error"}}, broken),
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
