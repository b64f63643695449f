"""What AWS says, read with boto3 at one moment; each thing is asked once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from aws import Aws

Point = tuple[datetime, float]
Observation = tuple[datetime, str]


class Unreadable(Exception):
    """AWS did not answer."""


@dataclass(frozen=True)
class Metric:
    """A CloudWatch series of one-minute periods."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str = "Maximum"


class Reads:
    """Everything the rules ask for, as of `now`. A service of a Region that did not answer once is not waited for again."""

    def __init__(self, aws: Aws, now: datetime) -> None:
        self.now = now
        self._aws = aws
        self._dead: set[tuple[str, str]] = set()
        for name in (
            "db_instances",
            "db_clusters",
            "global_clusters",
            "automated_backups",
            "source_servers",
            "recovery_instances",
            "snapshots",
            "replications",
            "global_datastores",
            "vault",
            "table",
            "point_in_time_recovery",
            "series",
            "health_checks",
            "observations",
            "alarms",
            "records",
        ):
            setattr(self, name, remembered(getattr(self, name)))

    def _ask(self, service: str, region: str, call: Callable[[Any], Any]) -> Any:
        if (service, region) in self._dead:
            raise Unreadable(f"{service} {region} did not answer before")
        try:
            return patiently(lambda: call(self._aws.client(service, region)))
        except ClientError as error:
            raise Unreadable(f"{service} {region}: {error}") from error
        except (BotoCoreError, HTTPClientError) as error:
            self._dead.add((service, region))
            raise Unreadable(f"{service} {region}: {error}") from error

    def _all(self, service: str, region: str, operation: str, key: str, **arguments: Any) -> list[Any]:
        def pages(client: Any) -> list[Any]:
            return [item for page in client.get_paginator(operation).paginate(**arguments) for item in page[key]]

        return self._ask(service, region, pages)

    def db_instances(self, region: str) -> dict[str, Any]:
        """RDS instances by identifier."""
        found = self._all("rds", region, "describe_db_instances", "DBInstances")
        return {instance["DBInstanceIdentifier"]: instance for instance in found}

    def db_clusters(self, region: str) -> dict[str, Any]:
        """Aurora clusters by ARN."""
        return {cluster["DBClusterArn"]: cluster for cluster in self._all("rds", region, "describe_db_clusters", "DBClusters")}

    def global_clusters(self, region: str) -> dict[str, Any]:
        """Aurora global databases by identifier."""
        found = self._all("rds", region, "describe_global_clusters", "GlobalClusters")
        return {cluster["GlobalClusterIdentifier"]: cluster for cluster in found}

    def automated_backups(self, region: str) -> list[Any]:
        """RDS automated backups kept in a Region, those replicated into it included."""
        return self._all("rds", region, "describe_db_instance_automated_backups", "DBInstanceAutomatedBackups")

    def source_servers(self, region: str) -> list[Any]:
        """DRS source servers."""
        return self._all("drs", region, "describe_source_servers", "items", filters={})

    def recovery_instances(self, region: str) -> list[Any]:
        """The machines that DRS launched."""
        return self._all("drs", region, "describe_recovery_instances", "items", filters={})

    def snapshots(self, region: str, server: str) -> list[datetime]:
        """When the snapshots of a source server were taken; those only expected are none."""
        found = self._all("drs", region, "describe_recovery_snapshots", "items", sourceServerID=server)
        return [datetime.fromisoformat(snapshot["timestamp"]) for snapshot in found if snapshot.get("timestamp")]

    def replications(self, region: str) -> list[Any]:
        """The replications of EFS file systems that a Region knows of."""
        return self._all("efs", region, "describe_replication_configurations", "Replications")

    def global_datastores(self, region: str) -> list[Any]:
        """ElastiCache global datastores with their members."""
        operation = "describe_global_replication_groups"
        return self._all("elasticache", region, operation, "GlobalReplicationGroups", ShowMemberInfo=True)

    def vault(self, region: str, name: str) -> list[Any]:
        """The recovery points of a vault."""
        operation = "list_recovery_points_by_backup_vault"
        return self._all("backup", region, operation, "RecoveryPoints", BackupVaultName=name)

    def table(self, region: str, name: str) -> Any:
        """A DynamoDB table."""
        return self._ask("dynamodb", region, lambda client: client.describe_table(TableName=name)["Table"])

    def point_in_time_recovery(self, region: str, table: str) -> Any:
        """The point-in-time recovery of a table."""

        def asked(client: Any) -> Any:
            answer = client.describe_continuous_backups(TableName=table)
            return answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})

        return self._ask("dynamodb", region, asked)

    def series(self, region: str, metric: Metric, minutes: int = 20) -> list[Point]:
        """The points of the last minutes, newest first."""
        query = {
            "Id": "m1",
            "MetricStat": {
                "Metric": {
                    "Namespace": metric.namespace,
                    "MetricName": metric.name,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
                },
                "Period": 60,
                "Stat": metric.statistic,
            },
        }
        pages = self._all(
            "cloudwatch",
            region,
            "get_metric_data",
            "MetricDataResults",
            MetricDataQueries=[query],
            StartTime=self.now - timedelta(minutes=minutes),
            EndTime=self.now,
            ScanBy="TimestampDescending",
        )
        points = [
            (at.astimezone(UTC), value)
            for page in pages
            for at, value in zip(page["Timestamps"], page["Values"], strict=True)
        ]
        return sorted(points, reverse=True)

    def health_checks(self) -> dict[str, Any]:
        """The configuration of the health checks, by id."""
        found = self._all("route53", "us-east-1", "list_health_checks", "HealthChecks")
        return {check["Id"]: check["HealthCheckConfig"] for check in found}

    def observations(self, check: str) -> list[Observation]:
        """When each checker looked last, and what it saw in its words."""

        def asked(client: Any) -> list[Observation]:
            found = client.get_health_check_status(HealthCheckId=check)["HealthCheckObservations"]
            reports = [observation["StatusReport"] for observation in found]
            return [(report["CheckedTime"].astimezone(UTC), report["Status"]) for report in reports]

        return self._ask("route53", "us-east-1", asked)

    def alarms(self, region: str) -> dict[str, Any]:
        """CloudWatch alarms by name."""
        return {alarm["AlarmName"]: alarm for alarm in self._all("cloudwatch", region, "describe_alarms", "MetricAlarms")}

    def records(self, zone: str) -> list[Any]:
        """All record sets of a hosted zone."""
        operation = "list_resource_record_sets"
        return self._all("route53", "us-east-1", operation, "ResourceRecordSets", HostedZoneId=zone)


def patiently(call: Callable[[], Any]) -> Any:
    """A call, made again a second later while AWS throttles it, up to half a minute."""
    for _ in range(30):
        try:
            return call()
        except ClientError as error:
            if not error.response["Error"].get("Code", "").startswith("Throttling"):
                raise
            time.sleep(1)
    return call()


def remembered(read: Callable[..., Any]) -> Callable[..., Any]:
    """`read`, which asks once and gives the same answer, or the same failure, from then on."""

    @cache
    def once(*arguments: Any) -> tuple[Any, Unreadable | None]:
        try:
            return read(*arguments), None
        except Unreadable as error:
            return None, error

    def again(*arguments: Any) -> Any:
        answer, error = once(*arguments)
        if error:
            raise error
        return answer

    return again
