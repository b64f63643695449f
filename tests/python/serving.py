"""Where a System serves its users, and since when it does not: written anew from the rules' text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reads import Metric, Point, Reads, Unreadable
from rules import Place, Table, global_cluster

FRESH = timedelta(minutes=5)


@dataclass(frozen=True)
class Serving:
    """Whether users are served; `since` when not."""

    up: str
    since: datetime | None = None


def active_sites(reads: Reads, system: Table, place: Place) -> set[str]:
    """The sites that serve, as the components that have a direction show."""
    sites: set[str] = set()
    for component in system.get("component", []):
        try:
            sites |= set(directed(reads, component, place))
        except Unreadable:
            continue
    return sites


def directed(reads: Reads, component: Table, place: Place) -> Iterator[str]:
    """Where one component is written to."""
    match component["kind"]:
        case "aurora-global":
            regions = component.get("regions", [place.primary, place.recovery])
            for member in global_cluster(reads, component["global_cluster"], regions)["GlobalClusterMembers"]:
                if member["IsWriter"]:
                    yield member["DBClusterArn"].split(":")[3]
        case "rds-replica":
            region = component.get("replica_region", place.recovery)
            replica = reads.db_instances(region).get(component["replica"])
            if replica and not replica.get("ReadReplicaSourceDBInstanceIdentifier"):
                yield region
            elif replica:
                yield component.get("source_region", place.primary)
        case "dynamodb-global-table":
            yield from component.get("regions", [place.primary, place.recovery])
        case "drs":
            yield place.primary


def watching(system: Table, place: Place, active: set[str]) -> list[str]:
    """The health checks that watch the active sites."""
    checks = [each for each in system.get("component", []) if each["kind"] == "health-check"]
    return [each["id"] for each in checks if each.get("watches", place.primary) in (active or {place.primary})]


def by_cloudwatch(reads: Reads, checks: list[str]) -> Serving | None:
    """What CloudWatch says of all the checks; None where it cannot be read."""
    if not checks or any(disabled(reads, check) for check in checks):
        return Serving("unknown")
    try:
        runs = [failing_since(reads, check) for check in checks]
    except Unreadable:
        return None
    failing = [since for since in runs if since]
    return Serving("down", max(failing)) if len(failing) == len(runs) else Serving("up")


def disabled(reads: Reads, check: str) -> bool:
    """Whether a check reports the same whatever it sees."""
    try:
        return bool(reads.health_checks().get(check, {}).get("Disabled"))
    except Unreadable:
        return False


def failing_since(reads: Reads, check: str) -> datetime | None:
    """The first point of the newest unbroken run of failures; None while it passes."""
    metric = Metric("AWS/Route53", "HealthCheckStatus", (("HealthCheckId", check),), "Minimum")
    points: list[Point] = reads.series("us-east-1", metric, 180)
    if not points or reads.now - points[0][0] > FRESH:
        raise Unreadable(f"nothing fresh of {check}")
    run = []
    for at, value in points:
        if value >= 1:
            break
        run.append(at)
    return run[-1] if run else None


def by_checkers(reads: Reads, checks: list[str]) -> str:
    """What most of the checkers say themselves. They are asked one a second, and do not tell since when."""
    try:
        states = [reads.observations(check) for check in checks]
    except Unreadable:
        return "unknown"
    failing = [sum(word.startswith("Failure") for word in words) * 2 > len(words) for words in states]
    return "down" if all(failing) else "up"
