"""Where a System serves its users, and since when it does not: written anew from the rules' text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reads import Metric, Point, Reads, Unreadable
from rules import Place, Table, drs_servers, global_cluster, global_datastore, is_recovered, origin_of, recovered_only
from users import is_served

FRESH = timedelta(minutes=5)
HOLDS = timedelta(hours=1)
UNHEARD = {"STOPPED", "STALLED", "DISCONNECTED", "NOT_STARTED", "REPLICATION_STATE_NOT_AVAILABLE"}


@dataclass(frozen=True)
class Serving:
    """Whether users are served; `since` when not, and whether the start was seen or may have been earlier."""

    up: str
    since: datetime | None = None
    seen: bool = True


PASSING, UNKNOWN = Serving("up"), Serving("unknown")


@dataclass
class Memory:
    """The outages that drdeck may remember: an outage lasts until users are seen to be served."""

    outages: dict[str, set[Serving]] = field(default_factory=dict)
    seen_at: datetime | None = None

    def lasting(self, system: str, now: datetime) -> set[Serving]:
        """What may be remembered of a System; nothing that nobody looked at for an hour."""
        is_held = self.seen_at is not None and now - self.seen_at <= HOLDS
        return self.outages.get(system, set()) if is_held else set()


def active_sites(reads: Reads, system: Table, place: Place, sent_to: set[str]) -> set[str]:
    """Where its databases are written and its servers run, else where all replicas serve, else where DNS sends users."""
    writers: set[str] = set()
    anywhere: set[str] = set()
    for component in system.get("component", []):
        try:
            if component["kind"] == "dynamodb-global-table":
                anywhere |= replicas(reads, component, place)
            elif component["kind"] in WRITERS:
                writers |= WRITERS[component["kind"]](reads, component, place)
        except Unreadable:
            continue
    if system["strategy"] == "active-active" and anywhere:
        return writers | anywhere
    return writers or anywhere or sent_to


def replicas(reads: Reads, component: Table, place: Place) -> set[str]:
    """The Regions where a global table can be written."""
    for region in component.get("regions", [place.primary, place.recovery]):
        try:
            table = reads.table(region, component["table"])
        except Unreadable:
            continue
        return {region} | {each["RegionName"] for each in table.get("Replicas", []) if each["ReplicaStatus"] == "ACTIVE"}
    raise Unreadable("the table could not be read anywhere")


def aurora_writers(reads: Reads, component: Table, place: Place) -> set[str]:
    """The Region of the writer."""
    regions = component.get("regions", [place.primary, place.recovery])
    members = global_cluster(reads, component["global_cluster"], regions)["GlobalClusterMembers"]
    return {member["DBClusterArn"].split(":")[3] for member in members if member["IsWriter"]}


def replica_writers(reads: Reads, component: Table, place: Place) -> set[str]:
    """The one that the other follows; each that stands alone."""
    ends = {
        component.get("source_region", place.primary): component["source"],
        component.get("replica_region", place.recovery): component["replica"],
    }
    leaders: dict[str, str | None] = {}
    for region, name in ends.items():
        try:
            instance = reads.db_instances(region).get(name)
        except Unreadable:
            continue
        if instance and instance["DBInstanceStatus"] not in ("stopped", "deleting", "deleted"):
            leaders[region] = instance.get("ReadReplicaSourceDBInstanceIdentifier")
    for region, leader in leaders.items():
        if leader:
            return {each for each in ends if each != region}
    return set(leaders)


def datastore_writers(reads: Reads, component: Table, place: Place) -> set[str]:
    """The Region of the primary cluster."""
    members = global_datastore(reads, component, component.get("region", place.recovery)).get("Members", [])
    return {member["ReplicationGroupRegion"] for member in members if member["Role"] == "PRIMARY"}


def server_sites(reads: Reads, component: Table, place: Place) -> set[str]:
    """Where DRS hears of the servers, and where they run since they were recovered."""
    region = component.get("region", place.recovery)
    servers = [server for server in drs_servers(reads, component, region) if server]
    sites: set[str] = set()
    for server in servers:
        failback = server.get("replicationDirection") == "FAILBACK"
        if failback or is_recovered(reads, region, server):
            sites.add(region)
        is_heard = server["dataReplicationInfo"]["dataReplicationState"] not in UNHEARD
        if is_heard and not failback and not recovered_only(reads, region, server):
            sites.add(origin_of(server))
    return sites or {origin_of(server) for server in servers}


WRITERS: dict[str, Callable[[Reads, Table, Place], set[str]]] = {
    "aurora-global": aurora_writers,
    "rds-replica": replica_writers,
    "elasticache-global": datastore_writers,
    "drs": server_sites,
}


def judged(reads: Reads, system: Table, active: set[str], sent_to: set[str], memory: Memory) -> set[Serving]:
    """What may be said of whether users are served. There are two answers where CloudWatch cannot be read: the checkers can be asked
    only one a second, so that drdeck, which has to answer in time, may not have heard them all."""
    remembered = memory.lasting(system["name"], reads.now) or {None}
    return {
        lasting(reads, system, active, sent_to, known, ask_checkers)
        for known in remembered
        for ask_checkers in (True, False)
    }


def lasting(
    reads: Reads, system: Table, active: set[str], sent_to: set[str], known: Serving | None, ask_checkers: bool
) -> Serving:
    """What is seen where it is active and where users are sent to; where nothing is seen, what was seen last."""

    def seen_at(sites: Iterable[str]) -> Serving | None:
        states = (site_health(reads, system, site, ask_checkers) for site in sorted(sites))
        return together([state for state in states if state])

    here, there = seen_at(active or {system["primary"]}), seen_at(sent_to)
    down = next((state for state in (here, there) if state and state.up == "down"), None)
    if down:
        earlier = not down.seen and known and known.since and down.since and known.since <= down.since
        return known if earlier and known else down
    if here == PASSING or (here is None and there == PASSING):
        return PASSING
    return known if known and here else UNKNOWN


def site_health(reads: Reads, system: Table, site: str, ask_checkers: bool) -> Serving | None:
    """What the health checks of a site say; where they say nothing, what its pages say. None if nothing watches it."""
    checks = [each for each in system.get("component", []) if each["kind"] == "health-check"]
    ids = [each["id"] for each in checks if each.get("watches", system["primary"]) == site]
    checked = together([check_health(reads, id, ask_checkers) for id in ids])
    if checked and checked != UNKNOWN:
        return checked
    urls = [each["url"] for each in system.get("probe", []) if each["site"] == site]
    seen = together([PASSING if is_served(url) else Serving("down", reads.now, seen=False) for url in urls])
    return seen or checked


def together(states: list[Serving]) -> Serving | None:
    """One that passes is enough; all have to fail, and it is down since the last of them began to."""
    if not states:
        return None
    if PASSING in states:
        return PASSING
    if any(state.since is None for state in states):
        return UNKNOWN
    return max(states, key=lambda state: state.since or datetime.max)


def check_health(reads: Reads, check: str, ask_checkers: bool) -> Serving:
    """What one health check says: by CloudWatch, else by its checkers. One that reports the same or the opposite says nothing."""
    try:
        config = reads.health_checks().get(check, {"Disabled": True})
    except Unreadable:
        config = None
    if config and (config.get("Disabled") or config.get("Inverted") or config.get("Type") == "RECOVERY_CONTROL"):
        return UNKNOWN
    try:
        state = by_cloudwatch(reads, check)
    except Unreadable:
        state = by_checkers(reads, check) if ask_checkers else UNKNOWN
    # Whether it is disabled cannot be told; then failing is believed and passing is not.
    return UNKNOWN if config is None and state == PASSING else state


def by_cloudwatch(reads: Reads, check: str) -> Serving:
    """The newest unbroken run of failures, of which the first may not be among the points; or that it passes."""
    metric = Metric("AWS/Route53", "HealthCheckStatus", (("HealthCheckId", check),), "Minimum")
    points: list[Point] = reads.series("us-east-1", metric, 180)
    if not points or reads.now - points[0][0] > FRESH:
        raise Unreadable(f"nothing fresh of {check}")
    run = []
    for at, value in points:
        if value >= 1:
            return Serving("down", run[-1], seen=run[-1] - at <= FRESH) if run else PASSING
        run.append(at)
    return Serving("down", run[-1], seen=False)


def by_checkers(reads: Reads, check: str) -> Serving:
    """What Route 53 makes of the checkers who looked of late: more than 18 of 100 have to reach it; and since when at the latest."""
    try:
        seen = [(at, word) for at, word in reads.observations(check) if reads.now - at <= FRESH]
    except Unreadable:
        return UNKNOWN
    failing = [at for at, word in seen if word.startswith("Failure")]
    passing = sum(word.startswith("Success") for _, word in seen)
    if failing and passing * 100 <= 18 * (passing + len(failing)):
        return Serving("down", min(failing), seen=False)
    return PASSING if passing else UNKNOWN
