"""Calls every operation the simulator serves with boto3 and checks the raw replies against the service models.

Which operations it serves is found out by calling every one of every model. Each reply seen is then misspelt, one name at a
time, and each misspelling must be found: the check is able to fail.

usage: wire_check.py DRDECK
"""

import sys
import time
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import OperationModel, Shape

import wire
from aws import Aws
from change_drs import every_change
from deck import Simulator
from findings import Findings
from served import EXPECTED, SERVICES

REGIONS = ("us-east-1", "us-west-2", "us-east-2")
CHANGE = "C03916482RELEASE7K41"  # of the built-in shop: no list leads to it
NOT_SERVED = {"UnknownOperationException", "InvalidAction"}
SHORT_PAGES = {
    "arc-region-switch": 1,
    "autoscaling": 1,
    "backup": 25,
    "cloudwatch": 3,
    "drs": 1,
    "efs": 1,
    "elasticache": 20,
    "rds": 20,
    "route53": "1",
    "route53-recovery-cluster": 1,
}

# Nothing here makes or starts a recovery plan: those are read and started by drdeck itself, in its own tests.
NOT_ASKED = {
    "drs": {
        "GetRecoveryPlan",
        "GetRecoveryPlanExecution",
        "GetRecoveryPlanExecutionStep",
        "ListRecoveryPlanExecutionSteps",
        "ListRecoveryPlanSteps",
        "StartRecoveryPlanExecution",
    }
}


@dataclass
class Reply:
    """One reply as it came."""

    operation: OperationModel
    protocol: str
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Recorder:
    """The replies boto3 got, before it read them."""

    replies: list[Reply] = field(default_factory=list)

    def listen(self, client: Any) -> None:
        """Records what this client gets from now on."""
        protocol = client.meta.service_model.resolved_protocol

        def record(operation_model: OperationModel, response_dict: dict[str, Any], **_: Any) -> None:
            headers = {name.lower(): value for name, value in response_dict["headers"].items()}
            body = response_dict["body"]
            self.replies.append(Reply(operation_model, protocol, response_dict["status_code"], headers, body))

        client.meta.events.register("before-parse", record)


def least(shape: Shape | None) -> Any:
    """The least value that a shape's own rules accept."""
    if shape is None:
        return {}
    match shape.type_name:
        case "structure" if shape.metadata.get("union") or getattr(shape, "is_tagged_union", False):
            name, member = next(iter(shape.members.items()))
            return {name: least(member)}
        case "structure":
            return {name: least(shape.members[name]) for name in shape.required_members}
        case "list":
            return [least(shape.member)] * max(1, shape.metadata.get("min", 1))
        case "map":
            return {}
        case "string" | "character" if shape.enum:
            return shape.enum[0]
        case "string" | "character":
            return "x" * max(1, min(shape.metadata.get("min", 1), 64))
        case "integer" | "long" | "float" | "double":
            return max(1, shape.metadata.get("min", 1))
        case "boolean":
            return False
        case "timestamp":
            return datetime(2026, 1, 1, tzinfo=UTC)
        case "blob":
            return b"x"
    raise ValueError(f"{shape.name} is a {shape.type_name}")


class Explorer:
    """Calls operations and keeps what they said."""

    def __init__(self, aws: Aws, recorder: Recorder, now: datetime) -> None:
        self._aws = aws
        self._recorder = recorder
        self._now = now
        self._listening: set[tuple[str, str]] = set()
        self.served: dict[str, set[str]] = defaultdict(set)

    def client(self, service: str, region: str) -> Any:
        """A client whose replies are recorded."""
        client = self._aws.client(service, region)
        if (service, region) not in self._listening:
            self._listening.add((service, region))
            self._recorder.listen(client)
            # Route 53 takes ten calls a second, and the simulator holds its clients to that.
            client.meta.events.register("before-call.route-53", lambda **_: time.sleep(0.1))
        return client

    def call(self, service: str, region: str, operation: str, **arguments: Any) -> tuple[dict[str, Any], str | None]:
        """The answer and no code, or nothing and the error's code."""
        method = next(name for name, api in self.client(service, region).meta.method_to_api_mapping.items() if api == operation)
        try:
            return getattr(self.client(service, region), method)(**arguments), None
        except ClientError as error:
            return {}, error.response["Error"]["Code"]

    def discover(self) -> None:
        """Calls every operation of every model once, with the least it takes."""
        for service in SERVICES:
            model = self.client(service, "us-west-2").meta.service_model
            for name in model.operation_names:
                if model.operation_model(name).auth_type == "none":
                    continue  # not signed, so nobody could tell which service it is for
                _, code = self.call(service, "us-west-2", name, **least(model.operation_model(name).input_shape))
                if code not in NOT_SERVED:
                    self.served[service].add(name)

    def walk(self, found: Findings, config: dict[str, Any]) -> None:
        """Calls every operation served with what makes it answer, in every Region; whole lists and short pages must agree."""
        for region in REGIONS:
            for service, operation, key in LISTS:
                self.pages(found, service, region, operation, key)
            for server in self.call("drs", region, "DescribeSourceServers", filters={})[0].get("items", []):
                self.pages(found, "drs", region, "DescribeRecoverySnapshots", "items", sourceServerID=server["sourceServerID"])
                for operation in ("GetLaunchConfiguration", "GetReplicationConfiguration"):
                    self.call("drs", region, operation, sourceServerID=server["sourceServerID"])
            for vault in self.vaults(region):
                self.call("backup", region, "DescribeBackupVault", BackupVaultName=vault)
                operation = "ListRecoveryPointsByBackupVault"
                self.pages(found, "backup", region, operation, "RecoveryPoints", BackupVaultName=vault)
            for component in components(config, "dynamodb-table", "dynamodb-global-table"):
                self.call("dynamodb", region, "DescribeTable", TableName=component["table"])
                self.call("dynamodb", region, "DescribeContinuousBackups", TableName=component["table"])
            self.call("sts", region, "GetCallerIdentity")
            self.metrics(region, config)
            self.details(region)
            self.plans(found, region)
            self.switches(found, region)
            self.call("elasticache", region, "DescribeGlobalReplicationGroups", ShowMemberInfo=True)
            self.pages(found, "rds", region, "DescribeEvents", "Events", Duration=20_160)
        self.names(found)
        role = {"RoleArn": f"arn:aws:iam::{config['account']}:role/reader", "RoleSessionName": "drdeck"}
        self.call("sts", "us-west-2", "AssumeRole", SourceIdentity="alice", Tags=[{"Key": "run", "Value": "1"}], **role)
        for component in components(config, "health-check"):
            self.call("route53", "us-east-1", "GetHealthCheck", HealthCheckId=component["id"])
            self.call("route53", "us-east-1", "GetHealthCheckStatus", HealthCheckId=component["id"])
            self.call("route53", "us-east-1", "GetHealthCheckLastFailureReason", HealthCheckId=component["id"])
            time.sleep(1)  # as often as Route 53 allows
        self.messages()
        self.traffic(found)

    def messages(self) -> None:
        """Topics, and a message to each."""
        for region in REGIONS:
            for topic in self.call("sns", region, "ListTopics")[0]["Topics"]:
                self.call("sns", region, "GetTopicAttributes", **topic)
                self.call("sns", region, "Publish", Message="a & b", Subject="drill", **topic)

    def traffic(self, found: Findings) -> None:
        """What moves users: a record, a health check, routing controls; each is set to what it is already."""
        zones = self.call("route53", "us-east-1", "ListHostedZones")[0]["HostedZones"]
        records = self.call("route53", "us-east-1", "ListResourceRecordSets", HostedZoneId=zones[0]["Id"])[0]
        batch = {"Comment": "as it was", "Changes": [{"Action": "UPSERT", "ResourceRecordSet": records["ResourceRecordSets"][-1]}]}
        changed, code = self.call(
            "route53", "us-east-1", "ChangeResourceRecordSets", HostedZoneId=zones[0]["Id"], ChangeBatch=batch
        )
        found.equal("ChangeResourceRecordSets", code, None)
        self.call("route53", "us-east-1", "GetChange", Id=changed["ChangeInfo"]["Id"])
        check = next(
            each
            for each in self.call("route53", "us-east-1", "ListHealthChecks")[0]["HealthChecks"]
            if each["HealthCheckConfig"]["Type"] == "HTTPS"
        )
        told = {"HealthCheckId": check["Id"], "HealthCheckVersion": check["HealthCheckVersion"]}
        more = {"Regions": ["us-east-1", "us-west-1", "eu-west-1"], "ResetElements": ["ResourcePath"]}
        answer, _ = self.call("route53", "us-east-1", "UpdateHealthCheck", Inverted=False, **told, **more)
        found.equal("UpdateHealthCheck's version", answer["HealthCheck"]["HealthCheckVersion"], check["HealthCheckVersion"] + 1)
        cluster = "route53-recovery-cluster"
        for control in self.call(cluster, "us-west-2", "ListRoutingControls")[0]["RoutingControls"]:
            entry = {name: control[name] for name in ("RoutingControlArn", "RoutingControlState")}
            self.call(cluster, "us-west-2", "UpdateRoutingControlState", **entry)
            self.call(cluster, "us-west-2", "UpdateRoutingControlStates", UpdateRoutingControlStateEntries=[entry])

    def databases(self, simulator: Simulator, found: Findings) -> None:
        """A failover of databases and groups and the way home, looked at after each step."""
        for minutes, calls in MOVES:
            simulator.freeze(simulator.now() + timedelta(minutes=minutes))
            for service, region, operation, arguments in calls:
                _, code = self.call(service, region, operation, **arguments)
                found.equal(f"{operation} {arguments} after {minutes} minutes", code, None)
            for region in ("us-east-1", "us-west-2"):
                for operation in ("DescribeDBInstances", "DescribeDBClusters", "DescribeGlobalClusters"):
                    self.call("rds", region, operation)
                self.call("autoscaling", region, "DescribeAutoScalingGroups")
                self.call("dynamodb", region, "DescribeTable", TableName=TABLE)
                self.call("elasticache", region, "DescribeGlobalReplicationGroups", ShowMemberInfo=True)
                self.call("elasticache", region, "DescribeReplicationGroups")
                self.call("efs", region, "DescribeReplicationConfigurations")
        for region in ("us-east-1", "us-west-2"):
            for operation, key in (("DescribeDBSnapshots", "DBSnapshots"), ("DescribeDBClusterSnapshots", "DBClusterSnapshots")):
                self.pages(found, "rds", region, operation, key)
            self.pages(found, "rds", region, "DescribeEvents", "Events", Duration=20_160)
            self.pages(found, "autoscaling", region, "DescribeScalingActivities", "Activities")

    def plans(self, found: Findings, region: str) -> None:
        """Backup plans and restore tests, with what they select."""
        for plan in self.call("backup", region, "ListBackupPlans")[0]["BackupPlansList"]:
            asked = {"BackupPlanId": plan["BackupPlanId"]}
            self.call("backup", region, "GetBackupPlan", MaxScheduledRunsPreview=3, **asked)
            self.pages(found, "backup", region, "ListBackupSelections", "BackupSelectionsList", **asked)
            for selection in self.call("backup", region, "ListBackupSelections", **asked)[0]["BackupSelectionsList"]:
                self.call("backup", region, "GetBackupSelection", SelectionId=selection["SelectionId"], **asked)
        for test in self.call("backup", region, "ListRestoreTestingPlans")[0]["RestoreTestingPlans"]:
            named = {"RestoreTestingPlanName": test["RestoreTestingPlanName"]}
            self.call("backup", region, "GetRestoreTestingPlan", **named)
            self.pages(found, "backup", region, "ListRestoreTestingSelections", "RestoreTestingSelections", **named)
            for selection in self.call("backup", region, "ListRestoreTestingSelections", **named)[0]["RestoreTestingSelections"]:
                asked = {"RestoreTestingSelectionName": selection["RestoreTestingSelectionName"], **named}
                self.call("backup", region, "GetRestoreTestingSelection", **asked)

    def switches(self, found: Findings, region: str) -> None:
        """Routing controls, and the plans that switch a Region."""
        for control in self.call("route53-recovery-cluster", region, "ListRoutingControls")[0]["RoutingControls"]:
            asked = {"RoutingControlArn": control["RoutingControlArn"]}
            self.call("route53-recovery-cluster", region, "GetRoutingControlState", **asked)
        for plan in self.call("arc-region-switch", region, "ListPlansInRegion")[0]["plans"]:
            self.call("arc-region-switch", region, "GetPlan", arn=plan["arn"])
            self.call("arc-region-switch", region, "GetPlanInRegion", arn=plan["arn"])
            self.pages(found, "arc-region-switch", region, "ListPlanExecutions", "items", planArn=plan["arn"])
            for execution in self.call("arc-region-switch", region, "ListPlanExecutions", planArn=plan["arn"])[0]["items"]:
                asked = {"planArn": plan["arn"], "executionId": execution["executionId"]}
                self.pages(found, "arc-region-switch", region, "GetPlanExecution", "stepStates", **asked)

    def names(self, found: Findings) -> None:
        """Zones, records, and what each name resolves to."""
        self.pages(found, "route53", "us-east-1", "ListHostedZones", "HostedZones")
        zones = self.call("route53", "us-east-1", "ListHostedZonesByName")[0]["HostedZones"]
        self.call("route53", "us-east-1", "ListHostedZonesByName", DNSName=zones[0]["Name"], MaxItems="1")
        for zone in zones:
            self.pages(found, "route53", "us-east-1", "ListResourceRecordSets", "ResourceRecordSets", HostedZoneId=zone["Id"])
            records = self.call("route53", "us-east-1", "ListResourceRecordSets", HostedZoneId=zone["Id"])[0]
            for name, kind in sorted({(each["Name"], each["Type"]) for each in records["ResourceRecordSets"]}):
                asked = {"HostedZoneId": zone["Id"], "RecordName": name, "RecordType": kind}
                answer, _ = self.call("route53", "us-east-1", "TestDNSAnswer", **asked)
                found.check(bool(answer.get("RecordData")), f"route53: {name} {kind} resolves to nothing")
        self.call("route53", "us-east-1", "GetChange", Id=CHANGE)

    def details(self, region: str) -> None:
        """One of each thing of AWS Backup, and a job of DRS."""
        for job in self.call("backup", region, "ListBackupJobs")[0]["BackupJobs"][:5]:
            self.call("backup", region, "DescribeBackupJob", BackupJobId=job["BackupJobId"])
            self.call("backup", region, "DescribeProtectedResource", ResourceArn=job["ResourceArn"])
            self.call("backup", region, "ListRecoveryPointsByResource", ResourceArn=job["ResourceArn"])
            if "RecoveryPointArn" in job:
                point = {"BackupVaultName": job["BackupVaultName"], "RecoveryPointArn": job["RecoveryPointArn"]}
                self.call("backup", region, "DescribeRecoveryPoint", **point)
        for job in self.call("backup", region, "ListCopyJobs")[0]["CopyJobs"][:5]:
            self.call("backup", region, "DescribeCopyJob", CopyJobId=job["CopyJobId"])
        for job in self.call("backup", region, "ListRestoreJobs")[0]["RestoreJobs"][:5]:
            self.call("backup", region, "DescribeRestoreJob", RestoreJobId=job["RestoreJobId"])
            self.call("backup", region, "ListRestoreJobsByProtectedResource", ResourceArn=job["SourceResourceArn"])
        for job in self.call("drs", region, "DescribeJobs", filters={})[0].get("items", []):
            self.call("drs", region, "DescribeJobLogItems", jobID=job["jobID"])

    def pages(self, found: Findings, service: str, region: str, operation: str, key: str, **arguments: Any) -> None:
        """A list in long pages and in the shortest ones the service has."""
        if service == "drs" and "sourceServerID" not in arguments:
            arguments["filters"] = {}
        client = self.client(service, region)
        method = next(name for name, api in client.meta.method_to_api_mapping.items() if api == operation)
        paginator = client.get_paginator(method)
        both = []
        for page_size in (None, SHORT_PAGES[service]):
            pages = paginator.paginate(**arguments, PaginationConfig={"PageSize": page_size} if page_size else {})
            try:
                both.append([item for page in pages for item in page[key]])
            except ClientError as error:
                expected = error.response["Error"]["Code"] == "UninitializedAccountException"  # DRS was never used there
                found.check(expected, f"{service} {operation} {region}: {error}")
                return
        found.equal(f"{service} {operation} {region} in short pages", both[1], both[0])

    def vaults(self, region: str) -> set[str]:
        """The vaults that jobs name in a Region."""
        jobs = self.call("backup", region, "ListBackupJobs")[0]["BackupJobs"]
        copies = self.call("backup", region, "ListCopyJobs")[0]["CopyJobs"]
        named = {job["BackupVaultName"] for job in jobs}
        arns = {copy[end] for copy in copies for end in ("SourceBackupVaultArn", "DestinationBackupVaultArn")}
        return named | {arn.rpartition(":")[2] for arn in arns if arn.split(":")[3] == region}

    def metrics(self, region: str, config: dict[str, Any]) -> None:
        """Series there are and one there is not, a few points a page."""
        wanted = [("AWS/RDS", "ReplicaLag", {"DBInstanceIdentifier": each["replica"]}) for each in components(config, "rds-replica")]
        wanted += [
            ("AWS/Route53", "HealthCheckStatus", {"HealthCheckId": each["id"]}) for each in components(config, "health-check")
        ]
        wanted.append(("AWS/RDS", "ReplicaLag", {"DBInstanceIdentifier": "there-is-none"}))
        queries = [
            {
                "Id": f"m{at}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": namespace,
                        "MetricName": name,
                        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
                    },
                    "Period": 60,
                    "Stat": "Minimum",
                },
            }
            for at, (namespace, name, dimensions) in enumerate(wanted)
        ]
        window = {"StartTime": self._now - timedelta(hours=1), "EndTime": self._now, "ScanBy": "TimestampDescending"}
        token: dict[str, str] = {}
        while True:
            answer, _ = self.call(
                "cloudwatch", region, "GetMetricData", MetricDataQueries=queries, MaxDatapoints=100, **window, **token
            )
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}

    def jobs(self, found: Findings) -> None:
        """Starts a backup, a copy and a restore, and executes a plan of Region switch as far as somebody has to approve it."""
        role = {"IamRoleArn": "arn:aws:iam::111122223333:role/backup"}
        points, _ = self.call("backup", "us-west-2", "ListRecoveryPointsByBackupVault", BackupVaultName="shop-dr")
        databases = (each for each in points["RecoveryPoints"] if each["ResourceType"] == "RDS" and each["Status"] == "COMPLETED")
        point = {"RecoveryPointArn": next(databases)["RecoveryPointArn"]}
        told, _ = self.call("backup", "us-west-2", "GetRecoveryPointRestoreMetadata", BackupVaultName="shop-dr", **point)
        metadata = {**told.get("RestoreMetadata", {}), "DBInstanceIdentifier": "orders-restored"}
        third = {"DestinationBackupVaultArn": "arn:aws:backup:us-east-2:111122223333:backup-vault:shop-third"}
        resource = {"BackupVaultName": "shop", "ResourceArn": "arn:aws:rds:us-east-1:111122223333:db:analytics-db"}
        plan = {"planArn": "arn:aws:arc-region-switch::111122223333:plan/storefront:be98ce"}
        switch = {**plan, "targetRegion": "us-west-2", "action": "activate", "mode": "ungraceful"}
        for service, region, operation, arguments in [
            ("backup", "us-east-1", "StartBackupJob", {**resource, **role}),
            ("backup", "us-west-2", "StartCopyJob", {"SourceBackupVaultName": "shop-dr", **point, **third, **role}),
            ("backup", "us-west-2", "StartRestoreJob", {"Metadata": metadata, **point, **role}),
        ]:
            _, code = self.call(service, region, operation, **arguments)
            found.check(code is None, f"{operation} is refused: {code}")
        started, code = self.call("arc-region-switch", "us-west-2", "StartPlanExecution", **switch)
        found.check(code is None, f"StartPlanExecution is refused: {code}")
        execution = {**plan, "executionId": started.get("executionId", ""), "stepName": "agree", "approval": "approve"}
        _, code = self.call("arc-region-switch", "us-west-2", "ApprovePlanExecutionStep", **execution)
        found.check(code is None, f"ApprovePlanExecutionStep is refused: {code}")


GROUP = {"AutoScalingGroupName": "orders-app"}
GLOBAL = {"GlobalClusterIdentifier": "shop"}
CLUSTER = "arn:aws:rds:{}:111122223333:cluster:{}"
EAST, WEST = CLUSTER.format("us-east-1", "shop-use1"), CLUSTER.format("us-west-2", "shop-usw2")
MEMBER = {"DBClusterIdentifier": "shop-new", "DBInstanceClass": "db.r7g.xlarge", "Engine": "aurora-postgresql"}
REPLICA = {"SourceDBInstanceIdentifier": "arn:aws:rds:us-west-2:111122223333:db:orders-db-west", "KmsKeyId": "alias/aws/rds"}
ANALYTICS = {"SourceDBInstanceArn": "arn:aws:rds:us-east-1:111122223333:db:analytics-db", "KmsKeyId": "alias/aws/rds"}
RENAME = {"NewDBInstanceIdentifier": "analytics-before", "ApplyImmediately": True}

# minutes to wait, then service, Region, operation and arguments
NEWEST = {"UseLatestRestorableTime": True}
RESTORED = {"TargetDBInstanceIdentifier": "orders-db-restored", **NEWEST}
TABLE = "sessions-restored"
RECOVERY = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
CACHE = {"GlobalReplicationGroupId": "ldgnf-content", "PrimaryRegion": "us-west-2"}
FILES = {"us-east-1": "fs-0a41c7e93bd5f2860", "us-west-2": "fs-0d92f6b1e8a3c7745"}
HOME = [{"Region": "us-east-1", "FileSystemId": FILES["us-east-1"]}]
MOVES: list[tuple[float, list[tuple[str, str, str, dict[str, Any]]]]] = [
    (
        0,
        [
            ("rds", "us-west-2", "PromoteReadReplica", {"DBInstanceIdentifier": "orders-db-west", "BackupRetentionPeriod": 7}),
            ("rds", "us-east-1", "RebootDBInstance", {"DBInstanceIdentifier": "analytics-db"}),
            ("rds", "us-east-1", "FailoverDBCluster", {"DBClusterIdentifier": "shop-use1"}),
            ("rds", "us-east-1", "RestoreDBInstanceToPointInTime", {"SourceDBInstanceIdentifier": "orders-db", **RESTORED}),
            ("dynamodb", "us-east-1", "RestoreTableToPointInTime", {"SourceTableName": "sessions", "TargetTableName": TABLE, **NEWEST}),
            ("elasticache", "us-west-2", "FailoverGlobalReplicationGroup", {**CACHE, "PrimaryReplicationGroupId": "content-usw2"}),
            ("efs", "us-west-2", "DeleteReplicationConfiguration", {"SourceFileSystemId": FILES["us-east-1"]}),
            ("efs", "us-east-1", "UpdateFileSystemProtection", {"FileSystemId": FILES["us-east-1"], "ReplicationOverwriteProtection": "DISABLED"}),
            ("efs", "us-west-2", "CreateReplicationConfiguration", {"SourceFileSystemId": FILES["us-west-2"], "Destinations": HOME}),
            ("autoscaling", "us-west-2", "SuspendProcesses", {**GROUP, "ScalingProcesses": ["AZRebalance"]}),
            ("autoscaling", "us-west-2", "UpdateAutoScalingGroup", {**GROUP, "MinSize": 3, "DesiredCapacity": 4}),
        ],
    ),
    (1, []),
    (
        10,
        [
            ("rds", "us-east-1", "CreateDBInstanceReadReplica", {"DBInstanceIdentifier": "orders-db-home", **REPLICA}),
            ("rds", "us-east-1", "ModifyDBInstance", {"DBInstanceIdentifier": "analytics-db", "MultiAZ": True}),
            ("rds", "us-east-1", "StopDBInstance", {"DBInstanceIdentifier": "analytics-db"}),
            ("rds", "us-east-1", "SwitchoverGlobalCluster", {**GLOBAL, "TargetDbClusterIdentifier": WEST}),
            ("autoscaling", "us-west-2", "SetDesiredCapacity", {**GROUP, "DesiredCapacity": 5}),
            ("autoscaling", "us-west-2", "ResumeProcesses", GROUP),
        ],
    ),
    (
        10,
        [
            ("rds", "us-east-1", "StartDBInstance", {"DBInstanceIdentifier": "analytics-db"}),
            ("dynamodb", "us-east-1", "UpdateContinuousBackups", {"TableName": TABLE, **RECOVERY}),
            ("dynamodb", "us-east-1", "Scan", {"TableName": TABLE, "Select": "COUNT"}),
            ("dynamodb", "us-east-1", "UpdateTable", {"TableName": TABLE, "ReplicaUpdates": [{"Create": {"RegionName": "us-west-2"}}]}),
            ("rds", "us-east-1", "FailoverGlobalCluster", {**GLOBAL, "TargetDbClusterIdentifier": EAST, "AllowDataLoss": True}),
        ],
    ),
    (0.5, []),
    (
        60,
        [
            ("rds", "us-west-2", "RemoveFromGlobalCluster", {**GLOBAL, "DbClusterIdentifier": WEST}),
            ("rds", "us-west-2", "StartDBInstanceAutomatedBackupsReplication", ANALYTICS),
            ("rds", "us-east-1", "ModifyDBInstance", {"DBInstanceIdentifier": "analytics-db", **RENAME}),
        ],
    ),
    (
        5,
        [
            ("rds", "us-west-2", "CreateDBCluster", {"DBClusterIdentifier": "shop-new", "Engine": "aurora-postgresql", **GLOBAL}),
            ("rds", "us-west-2", "DeleteDBInstance", {"DBInstanceIdentifier": "shop-usw2-1", "SkipFinalSnapshot": True}),
        ],
    ),
    (
        10,
        [
            ("rds", "us-west-2", "CreateDBInstance", {"DBInstanceIdentifier": "shop-new-1", **MEMBER}),
            ("rds", "us-west-2", "DeleteDBCluster", {"DBClusterIdentifier": "shop-usw2", "FinalDBSnapshotIdentifier": "last"}),
            ("rds", "us-east-1", "DeleteDBInstance", {"DBInstanceIdentifier": "orders-db", "FinalDBSnapshotIdentifier": "last"}),
        ],
    ),
    (15, []),
]

LISTS = [
    ("arc-region-switch", "ListPlans", "plans"),
    ("arc-region-switch", "ListPlansInRegion", "plans"),
    ("autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups"),
    ("backup", "ListBackupJobs", "BackupJobs"),
    ("backup", "ListCopyJobs", "CopyJobs"),
    ("backup", "ListRestoreJobs", "RestoreJobs"),
    ("backup", "ListProtectedResources", "Results"),
    ("backup", "ListBackupPlans", "BackupPlansList"),
    ("backup", "ListRestoreTestingPlans", "RestoreTestingPlans"),
    ("cloudwatch", "DescribeAlarms", "MetricAlarms"),
    ("drs", "DescribeSourceServers", "items"),
    ("drs", "DescribeRecoveryInstances", "items"),
    ("drs", "DescribeJobs", "items"),
    ("efs", "DescribeReplicationConfigurations", "Replications"),
    ("elasticache", "DescribeGlobalReplicationGroups", "GlobalReplicationGroups"),
    ("elasticache", "DescribeReplicationGroups", "ReplicationGroups"),
    ("rds", "DescribeDBInstances", "DBInstances"),
    ("rds", "DescribeDBClusters", "DBClusters"),
    ("rds", "DescribeGlobalClusters", "GlobalClusters"),
    ("rds", "DescribeDBInstanceAutomatedBackups", "DBInstanceAutomatedBackups"),
    ("rds", "DescribeDBClusterAutomatedBackups", "DBClusterAutomatedBackups"),
    ("route53", "ListHealthChecks", "HealthChecks"),
    ("route53-recovery-cluster", "ListRoutingControls", "RoutingControls"),
]


def components(config: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    """The components of these kinds."""
    return [each for system in config["system"] for each in system.get("component", []) if each["kind"] in kinds]


def check_replies(replies: list[Reply], served: dict[str, set[str]], found: Findings) -> None:
    """Every good reply against the model, and a misspelling of every name that an operation sends."""
    answered: dict[str, set[str]] = defaultdict(set)
    misspelt: set[tuple[str, str]] = set()
    for reply in replies:
        if reply.status >= 300:
            continue
        operation = reply.operation
        name = f"{operation.service_model.service_name} {operation.name}"
        wrong = wire.check(reply.protocol, operation, reply.headers, reply.body)
        found.check(not wrong, f"{name}: {'; '.join(wrong[:5])}")
        found.check("x-amzn-requestid" in reply.headers, f"{name}: no x-amzn-RequestId")
        answered[operation.service_model.service_name].add(operation.name)
        if not wrong and operation.output_shape is not None and reply.body:
            check_misspellings(reply, name, misspelt, found)
    for service, operations in served.items():
        silent = operations - answered[service] - NOT_ASKED.get(service, set())
        found.check(not silent, f"{service}: no good reply to {', '.join(sorted(silent))}")


def check_misspellings(reply: Reply, name: str, misspelt: set[tuple[str, str]], found: Findings) -> None:
    """Each name in the body, misspelt, must be found; once for each operation."""
    for sent in wire.names_sent(reply.protocol, reply.operation.output_shape, reply.body):
        if (name, sent) not in misspelt:
            misspelt.add((name, sent))
            body = wire.misspell(reply.protocol, reply.body, sent)
            wrong = wire.check(reply.protocol, reply.operation, reply.headers, body)
            found.check(bool(wrong), f"{name}: a misspelt {sent} passes")


def main() -> None:
    """Discovers, walks, checks."""
    found = Findings("wire")
    recorder = Recorder()
    with Simulator(sys.argv[1], "--speed", "0", "--seed", "7") as simulator:
        explorer = Explorer(Aws(simulator.endpoint), recorder, simulator.now())
        explorer.discover()
        for service, operations in EXPECTED.items():
            lacking = operations - explorer.served[service]
            found.check(not lacking, f"{service} does not serve {', '.join(sorted(lacking))}")
        explorer.walk(found, tomllib.loads(simulator.config.read_text()))
        explorer.jobs(found)
        explorer.databases(simulator, found)
        every_change(lambda region: explorer.client("drs", region), simulator, found)
    served = {f"{service}:{name}" for service, names in explorer.served.items() for name in names}
    print(f"{len(served)} operations served, {len(recorder.replies)} replies: {', '.join(sorted(served))}")
    check_replies(recorder.replies, explorer.served, found)
    found.end()


if __name__ == "__main__":
    main()
