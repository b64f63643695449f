"""The rules of RPO, written anew from their text: what a component could be brought back to, whether a System serves its
users, and what it would lose.

`region`: the active Region is gone. `data`: data were deleted or damaged, and replication copied the damage.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from reads import Metric, Point, Reads, Unreadable

Table = dict[str, Any]


class Lost(Enum):
    """What is lost, where no moment says it."""

    EVERYTHING = "everything: there is no recovery point"
    UNKNOWN = "unknown: it could not be read"
    UNCOUNTED = "it holds nothing that counts"


Recovery = datetime | Lost


@dataclass(frozen=True)
class Recoveries:
    """The newest recovery point of a component for each disruption."""

    region: Recovery
    data: Recovery


@dataclass(frozen=True)
class Place:
    """A System's two sites."""

    primary: str
    recovery: str


def measured(reads: Reads, region: str, metric: Metric, unit: float, least: float = 0.0) -> datetime | None:
    """The newest point of a lag minus that lag; None without a point. Below `least` the lag is a code, not a lag."""
    points: list[Point] = reads.series(region, metric)
    if not points:
        return None
    at, lag = points[0]
    if lag < least:
        raise Unreadable(f"{metric.name} is {lag}, which is no lag")
    return at - timedelta(seconds=lag * unit)


def recovery(read: Callable[[], datetime | None]) -> Recovery:
    """What a read comes to; no answer and no point are both unknown."""
    try:
        return read() or Lost.UNKNOWN
    except Unreadable:
        return Lost.UNKNOWN


def proven(read: Callable[[], datetime | None]) -> Recovery:
    """What a read comes to, where AWS saying there is none means that all is lost."""
    try:
        return read() or Lost.EVERYTHING
    except Unreadable:
        return Lost.UNKNOWN


REPLICATION_STATES = {
    "STOPPED",
    "INITIATING",
    "INITIAL_SYNC",
    "BACKLOG",
    "CREATING_SNAPSHOT",
    "CONTINUOUS",
    "PAUSED",
    "RESCAN",
    "STALLED",
    "DISCONNECTED",
    "NOT_STARTED",
    "REPLICATION_STATE_NOT_AVAILABLE",
}
HEARD_WITHIN = timedelta(minutes=30)


def drs(reads: Reads, component: Table, place: Place) -> Recoveries:
    """The worst server decides: its lag while it is in CONTINUOUS, else its newest snapshot. One that runs where it was recovered to is
    protected by what replicates it back."""
    region = component.get("region", place.recovery)

    def taken(server: Table, place: str = region) -> datetime | None:
        return max(reads.snapshots(place, server["sourceServerID"]), default=None) if server else None

    def live(server: Table, place: str = region) -> datetime | None:
        state = server.get("dataReplicationInfo", {}).get("dataReplicationState")
        if server and state not in REPLICATION_STATES:
            raise Unreadable(f"nobody knows what {state} means")
        heard = server.get("lifeCycle", {}).get("lastSeenByServiceDateTime")
        if state == "CONTINUOUS" and not (heard and reads.now - datetime.fromisoformat(heard) > HEARD_WITHIN):
            return reads.now - duration(server["dataReplicationInfo"].get("lagDuration") or "PT0S")
        return taken(server, place)

    def protected(server: Table) -> datetime | None:
        if server and recovered_only(reads, region, server):
            arn = server.get("reversedDirectionSourceServerArn", "")
            if not arn:
                raise Unreadable("nothing replicates it back")
            back, id = arn.split(":")[3], arn.rpartition("/")[2]
            found = [each for each in reads.source_servers(back) if each["sourceServerID"] == id]
            if not found:
                raise Unreadable(f"{id} is not there")
            return live(found[0], back)
        if server and origin_of(server) == region and server.get("replicationDirection") != "FAILBACK":
            return None  # it would be lost with what it is recovered to
        return live(server)

    def worst(of: Callable[[Table], datetime | None]) -> Callable[[], datetime | None]:
        def read() -> datetime | None:
            points = [of(server) for server in drs_servers(reads, component, region)]
            return None if None in points else min(points, default=None)

        return read

    return Recoveries(region=proven(worst(protected)), data=proven(worst(taken)))


def drs_servers(reads: Reads, component: Table, region: str) -> list[Table]:
    """The source servers that are meant; nothing stands for one that is not there."""
    found = reads.source_servers(region)
    if "servers" in component:
        return [next((each for each in found if each["sourceServerID"] == id), {}) for id in component["servers"]]
    wanted = component["tags"].items()
    return [each for each in found if wanted <= each.get("tags", {}).items()]


def origin_of(server: Table) -> str:
    """Where a server comes from."""
    return server.get("sourceCloudProperties", {}).get("originRegion") or "on-premises"


def recovered_only(reads: Reads, region: str, server: Table) -> bool:
    """Whether it runs where it was recovered to, and no more where it came from."""
    return (
        server.get("replicationDirection") != "FAILBACK"
        and server["dataReplicationInfo"]["dataReplicationState"] != "CONTINUOUS"
        and is_recovered(reads, region, server)
    )


def is_recovered(reads: Reads, region: str, server: Table) -> bool:
    """Whether a machine that was launched from it runs, and not for a drill."""
    try:
        instances = reads.recovery_instances(region)
    except Unreadable:
        return False
    return any(
        each["sourceServerID"] == server["sourceServerID"] and each.get("ec2InstanceState") == "RUNNING" and not each.get("isDrill")
        for each in instances
    )


def duration(text: str) -> timedelta:
    """An ISO 8601 duration of days and smaller."""
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", text)
    if not found:
        raise Unreadable(f"{text!r} is no duration")
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def restorable(instance: Table | None) -> datetime | None:
    """The newest moment an RDS instance or cluster can be restored to in its own Region; none while backups are off."""
    return instance.get("LatestRestorableTime") if instance and instance.get("BackupRetentionPeriod") else None


def rds_instance(reads: Reads, component: Table, place: Place) -> Recoveries:
    """Point-in-time recovery at home, and from the automated backups replicated to another Region."""
    region, name = component.get("region", place.primary), component["instance"]
    away = component.get("backup_region")

    def replicated() -> datetime | None:
        windows = [
            backup["RestoreWindow"]["LatestTime"]
            for backup in reads.automated_backups(away)
            if backup["DBInstanceIdentifier"] == name
            and backup["Region"] == region
            and "LatestTime" in backup.get("RestoreWindow", {})
        ]
        return max(windows, default=None)

    return Recoveries(
        region=proven(replicated) if away else Lost.UNCOUNTED,
        data=proven(lambda: restorable(reads.db_instances(region).get(name))),
    )


BROKEN_OFF = {"error", "stopped", "replication degraded", "replication stop point reached"}


def rds_replica(reads: Reads, component: Table, place: Place) -> Recoveries:
    """The replica's lag while it is replicating; once that broke off, what its last lag proves. Point-in-time recovery of the source."""
    source_region = component.get("source_region", place.primary)
    replica_region = component.get("replica_region", place.recovery)
    metric = Metric("AWS/RDS", "ReplicaLag", (("DBInstanceIdentifier", component["replica"]),))

    def followed() -> datetime | None:
        replica = reads.db_instances(replica_region).get(component["replica"], {})
        states = [info for info in replica.get("StatusInfos", []) if info["StatusType"] == "read replication"]
        if any(info["Status"] == "replicating" and info["Normal"] for info in states):
            return measured(reads, replica_region, metric, unit=1)
        if any(info["Status"] in BROKEN_OFF for info in states):
            return proven_last()
        raise Unreadable("it does not replicate")

    def proven_last() -> datetime | None:
        for minutes in (20, 180):
            points = reads.series(replica_region, metric, minutes)
            if proofs := [at - timedelta(seconds=lag) for at, lag in points if lag >= 0]:
                return max(proofs)
        return None

    return Recoveries(
        region=recovery(followed),
        data=proven(lambda: restorable(reads.db_instances(source_region).get(component["source"]))),
    )


def aurora_global(reads: Reads, component: Table, place: Place) -> Recoveries:
    """The secondary's RPO lag while it is connected, or the replication lag that older engines report instead; point-in-time recovery
    of the writer's cluster."""
    regions = component.get("regions", [place.primary, place.recovery])

    def members() -> tuple[Table, list[Table]]:
        cluster = global_cluster(reads, component["global_cluster"], regions)
        return cluster, cluster["GlobalClusterMembers"]

    def followed() -> datetime | None:
        cluster, found = members()
        reader = next((each for each in found if not each["IsWriter"]), None)
        if cluster.get("FailoverState") or not reader or reader.get("SynchronizationStatus") != "connected":
            raise Unreadable("it does not replicate")
        arn = reader["DBClusterArn"].split(":")
        lags = (
            measured(reads, arn[3], Metric("AWS/RDS", name, (("DBClusterIdentifier", arn[6]),)), unit=0.001)
            for name in ("AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag")
        )
        return next((point for point in lags if point), None)

    def restored() -> datetime | None:
        writer = next(each["DBClusterArn"] for each in members()[1] if each["IsWriter"])
        return restorable(reads.db_clusters(writer.split(":")[3]).get(writer))

    return Recoveries(region=recovery(followed), data=proven(restored))


def global_cluster(reads: Reads, name: str, regions: list[str]) -> Table:
    """An Aurora global database as the first Region that answers describes it."""
    for region in regions:
        try:
            clusters = reads.global_clusters(region)
        except Unreadable:
            continue
        if name in clusters:
            return clusters[name]
    raise Unreadable(f"{name} could not be read anywhere")


def recovered_table(reads: Reads, region: str, table: str) -> Recovery:
    """The newest moment of a table's point-in-time recovery."""

    def read() -> datetime | None:
        state = reads.point_in_time_recovery(region, table)
        return state.get("LatestRestorableDateTime") if state.get("PointInTimeRecoveryStatus") == "ENABLED" else None

    return proven(read)


def dynamodb_table(reads: Reads, component: Table, place: Place) -> Recoveries:
    """Point-in-time recovery."""
    region = component.get("region", place.primary)
    return Recoveries(region=Lost.UNCOUNTED, data=recovered_table(reads, region, component["table"]))


def dynamodb_global_table(reads: Reads, component: Table, place: Place) -> Recoveries:
    """Strongly consistent or idle: nothing is lost. Else the worst latency, as either Region may be the one that is lost."""
    regions = component.get("regions", [place.primary, place.recovery])
    name = component["table"]

    def described() -> Table:
        for region in regions:
            try:
                return reads.table(region, name)
            except Unreadable:
                continue
        raise Unreadable(f"{name} could not be read anywhere")

    def followed() -> datetime | None:
        if described().get("MultiRegionConsistency") == "STRONG":
            return reads.now
        points = [sent(sender, receiver) for sender in regions for receiver in regions if sender != receiver]
        told = [point for point in points if point]
        if not told and any(written(region) for region in regions):
            return None
        return min(told, default=reads.now)

    def sent(sender: str, receiver: str) -> datetime | None:
        latency = Metric("AWS/DynamoDB", "ReplicationLatency", (("ReceivingRegion", receiver), ("TableName", name)))
        return measured(reads, sender, latency, unit=0.001)

    def written(region: str) -> bool:
        writes = Metric("AWS/DynamoDB", "ConsumedWriteCapacityUnits", (("TableName", name),), "Sum")
        return any(units > 0 for _, units in reads.series(region, writes))

    def restored() -> Recovery:
        points = [recovered_table(reads, region, name) for region in regions]
        return max((point for point in points if isinstance(point, datetime)), default=points[0])

    return Recoveries(region=recovery(followed), data=restored())


def s3_replication(reads: Reads, component: Table, place: Place) -> Recoveries:
    """The rule's latency, published where the objects arrive; nothing pending and no latency is an idle bucket."""
    region = component.get("destination_region", place.recovery)
    dimensions = (
        ("DestinationBucket", component["destination_bucket"]),
        ("RuleId", component["rule_id"]),
        ("SourceBucket", component["source_bucket"]),
    )

    def followed() -> datetime | None:
        point = measured(reads, region, Metric("AWS/S3", "ReplicationLatency", dimensions), unit=1)
        pending = reads.series(region, Metric("AWS/S3", "OperationsPendingReplication", dimensions))
        if point is None and pending and pending[0][1] == 0:
            return reads.now
        return point

    return Recoveries(region=recovery(followed), data=Lost.UNCOUNTED)


def efs_way(reads: Reads, component: Table, place: Place) -> tuple[Table, Table, list[Table], bool]:
    """Which side is copied to which, what EFS says of it in either Region, and whether both Regions answered."""
    source = {"id": component["file_system"], "region": component.get("source_region", place.primary)}
    other = {"id": component["destination_file_system"], "region": component.get("destination_region", place.recovery)}
    lists: list[list[Table]] = []
    for side in (source, other):
        try:
            lists.append(reads.replications(side["region"]))
        except Unreadable:
            continue

    def told(here: Table, there: Table) -> list[Table]:
        return [
            destination
            for replications in lists
            for replication in replications
            if replication["SourceFileSystemId"] == here["id"]
            for destination in replication["Destinations"]
            if destination["FileSystemId"] == there["id"]
        ]

    ahead, back = told(source, other), told(other, source)
    both = len(lists) == 2
    return (other, source, back, both) if back and not ahead else (source, other, ahead, both)


def efs_replication(reads: Reads, component: Table, place: Place) -> Recoveries:
    """The newer of two: when EFS says it replicated last, and the time since the last sync that the source publishes."""
    here, there, told, both = efs_way(reads, component, place)
    dimensions = (("DestinationFileSystemId", there["id"]), ("FileSystemId", here["id"]))

    def synced() -> datetime | None:
        return measured(reads, here["region"], Metric("AWS/EFS", "TimeSinceLastSync", dimensions), unit=1)

    by_metric = recovery(synced)
    points = [each["LastReplicatedTimestamp"].astimezone(UTC) for each in told if each.get("LastReplicatedTimestamp")]
    points += [by_metric] if isinstance(by_metric, datetime) else []
    gone = both and not told
    return Recoveries(region=max(points, default=Lost.EVERYTHING if gone else Lost.UNKNOWN), data=Lost.UNCOUNTED)


def elasticache_global(reads: Reads, component: Table, place: Place) -> Recoveries:
    """The lag of the secondary; without a secondary all is lost."""
    metric = Metric("AWS/ElastiCache", "GlobalDatastoreReplicationLag", tuple(sorted(component["dimensions"].items())))
    region = component.get("region", place.recovery)
    datastore = global_datastore(reads, component, region)
    alone = datastore.get("Status") == "primary-only" or region not in (
        member["ReplicationGroupRegion"] for member in datastore.get("Members", [])
    )
    if datastore and alone:
        return Recoveries(region=Lost.EVERYTHING, data=Lost.UNCOUNTED)
    return Recoveries(region=recovery(lambda: measured(reads, region, metric, unit=1)), data=Lost.UNCOUNTED)


def global_datastore(reads: Reads, component: Table, region: str) -> Table:
    """The datastore, whose id AWS begins with characters of its own; empty if it cannot be read or is not there."""
    name = component["global_datastore"]
    try:
        found = reads.global_datastores(region)
    except Unreadable:
        return {}
    ids = {each["GlobalReplicationGroupId"]: each for each in found}
    return ids.get(name) or next((each for id, each in ids.items() if id.endswith(f"-{name}")), {})


def metric(reads: Reads, component: Table, place: Place) -> Recoveries:
    """Any lag in CloudWatch."""
    series = Metric(
        component["namespace"],
        component["metric"],
        tuple(sorted(component.get("dimensions", {}).items())),
        component.get("statistic", "Maximum"),
    )
    unit = {"seconds": 1.0, "milliseconds": 0.001}[component["unit"]]
    region = component.get("region", place.recovery)
    return Recoveries(region=recovery(lambda: measured(reads, region, series, unit)), data=Lost.UNCOUNTED)


def backup(reads: Reads, component: Table, place: Place) -> Recoveries:
    """The newest whole recovery point by the start of its job, at home and in the copy vault."""

    def newest(region: str, vault: str) -> Recovery:
        def read() -> datetime | None:
            points = [
                point["CreationDate"]
                for point in reads.vault(region, vault)
                if point["ResourceArn"] == component["resource"] and point["Status"] in ("COMPLETED", "AVAILABLE")
            ]
            return max(points, default=None)

        return proven(read)

    away = component.get("copy_vault")
    return Recoveries(
        region=newest(component.get("copy_region", place.recovery), away) if away else Lost.UNCOUNTED,
        data=newest(component.get("region", place.primary), component["vault"]),
    )


def dataless(reads: Reads, component: Table, place: Place) -> Recoveries:
    """A component that holds no data."""
    return Recoveries(region=Lost.UNCOUNTED, data=Lost.UNCOUNTED)


KINDS: dict[str, Callable[[Reads, Table, Place], Recoveries]] = {
    "drs": drs,
    "rds-instance": rds_instance,
    "rds-replica": rds_replica,
    "aurora-global": aurora_global,
    "dynamodb-table": dynamodb_table,
    "dynamodb-global-table": dynamodb_global_table,
    "s3-replication": s3_replication,
    "efs-replication": efs_replication,
    "elasticache-global": elasticache_global,
    "metric": metric,
    "backup": backup,
    "asg": dataless,
    "health-check": dataless,
    "dns-record": dataless,
    "alarm": dataless,
}

MAIN_KEYS = {
    "rds-instance": "instance",
    "rds-replica": "replica",
    "aurora-global": "global_cluster",
    "dynamodb-table": "table",
    "dynamodb-global-table": "table",
    "s3-replication": "source_bucket",
    "efs-replication": "file_system",
    "elasticache-global": "global_datastore",
    "metric": "metric",
    "backup": "resource",
    "asg": "group",
    "health-check": "id",
    "dns-record": "record",
    "alarm": "alarm",
}
