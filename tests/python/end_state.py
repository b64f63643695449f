"""What somebody who runs these systems for a living looks for after a failover, and after the way home: end_state.py ENDPOINT SYSTEM moved|home

Asked by boto3 and by HTTP; knows nothing of drdeck. Every line that is not so is told, each in words."""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from aws import Aws

ACCOUNT = "111122223333"
EAST, WEST = "us-east-1", "us-west-2"
ZONE = "Z0273916SHOP4EXMPL7"
LEGACY = {"legacy-web-1", "legacy-web-2", "legacy-files"}
ERP = {"s-8c5d2e91f0b7a4361", "s-8c5d2e91f0b7a4362", "s-8c5d2e91f0b7a4363"}


class Look:
    """One look at an account, and what is wrong in it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.aws = Aws(endpoint, timeout=30.0)
        self.wrong: list[str] = []

    def expect(self, what: str, found: Any, wanted: Any) -> None:
        """That something is as it should be."""
        if found != wanted:
            self.wrong.append(f"{what}: {found!r} instead of {wanted!r}")

    def holds(self, what: str, is_so: bool, found: Any) -> None:
        """That something is so."""
        if not is_so:
            self.wrong.append(f"not so: {what}: {found!r}")

    def database(self, region: str, name: str) -> dict[str, Any]:
        """An RDS instance; nothing where there is none."""
        rds = self.aws.client("rds", region)
        found = [one for one in rds.describe_db_instances()["DBInstances"] if one["DBInstanceIdentifier"] == name]
        self.holds(f"there is one {name} in {region}", len(found) == 1, [one["DBInstanceIdentifier"] for one in found])
        return found[0] if found else {}

    def primary(self, region: str, name: str, days: int, replica: str) -> None:
        """A database that takes the writes, is backed up, has a standby, and is followed by a replica elsewhere."""
        found = self.database(region, name)
        self.expect(f"status of {name}", found.get("DBInstanceStatus"), "available")
        self.expect(f"source of {name}", found.get("ReadReplicaSourceDBInstanceIdentifier"), None)
        self.expect(f"days that backups of {name} are kept", found.get("BackupRetentionPeriod"), days)
        self.expect(f"standby of {name}", found.get("MultiAZ"), True)
        self.holds(f"{name} can be restored to a moment", "LatestRestorableTime" in found, found.get("BackupRetentionPeriod"))
        self.expect(f"replicas of {name}", found.get("ReadReplicaDBInstanceIdentifiers"), [replica])
        self.network(name, found)

    def replica(self, region: str, name: str, source: str) -> None:
        """A database that follows another, without trouble."""
        found = self.database(region, name)
        self.expect(f"status of {name}", found.get("DBInstanceStatus"), "available")
        self.expect(f"source of {name}", found.get("ReadReplicaSourceDBInstanceIdentifier"), source)
        states = [(one["Status"], one["Normal"]) for one in found.get("StatusInfos", [])]
        self.expect(f"replication of {name}", states, [("replicating", True)])
        self.network(name, found)

    def network(self, name: str, found: dict[str, Any]) -> None:
        """Where its clients find it, with the parameters they need: a restored or replicated instance has AWS's defaults by itself."""
        self.expect(f"subnets of {name}", found.get("DBSubnetGroup", {}).get("DBSubnetGroupName"), "orders")
        groups = [one["DBParameterGroupName"] for one in found.get("DBParameterGroups", [])]
        self.expect(f"parameters of {name}", groups, ["orders-mysql80"])
        security = len([one for one in found.get("VpcSecurityGroups", []) if one["VpcSecurityGroupId"].startswith("sg-0")])
        self.holds(f"{name} has a security group of its own", security == 1, found.get("VpcSecurityGroups"))

    def put_aside(self, region: str, name: str) -> None:
        """An old primary: its data are kept, and it takes no writes."""
        self.expect(f"status of the old primary {name}", self.database(region, name).get("DBInstanceStatus"), "stopped")

    def group(self, region: str, name: str, least: int, wanted: int, most: int | None = None) -> None:
        """An Auto Scaling group that has what it wants."""
        autoscaling = self.aws.client("autoscaling", region)
        group = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
        self.expect(f"{name} in {region}, least and wanted", (group["MinSize"], group["DesiredCapacity"]), (least, wanted))
        if most is not None:
            self.expect(f"{name} in {region}, most", group["MaxSize"], most)
        serving = [one for one in group["Instances"] if one["LifecycleState"] == "InService"]
        self.expect(f"{name} in {region}, in service", len(serving), wanted)

    def records(self, name: str) -> dict[str, Any]:
        """Where the record sets of a name lead, by their identifiers."""
        route53 = self.aws.client("route53")
        sets = route53.list_resource_record_sets(HostedZoneId=ZONE, StartRecordName=name, MaxItems="10")["ResourceRecordSets"]
        return {
            one.get("SetIdentifier", ""): one["AliasTarget"]["DNSName"]
            if "AliasTarget" in one
            else [value["Value"] for value in one["ResourceRecords"]]
            for one in sets
            if one["Name"] == f"{name}."
        }

    def serves(self, site: str, system: str) -> None:
        """That users of a site get what they came for."""
        url = f"{self.endpoint}/_site/{site}/{system}/health"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = f"{error.code}: {error.read().decode()}"
        self.expect(f"{system} at {site}", status, 200)

    def sources(self, region: str) -> list[dict[str, Any]]:
        """What replicates into a Region."""
        drs = self.aws.client("drs", region)
        pages = drs.get_paginator("describe_source_servers").paginate(filters={})
        return [server for page in pages for server in page["items"]]

    def machines(self, region: str) -> list[dict[str, Any]]:
        """What DRS launched in a Region and is still there."""
        drs = self.aws.client("drs", region)
        pages = drs.get_paginator("describe_recovery_instances").paginate(filters={})
        gone = {"TERMINATED", "NOT_FOUND"}
        return [one for page in pages for one in page["items"] if one["ec2InstanceState"] not in gone]

    def told(self, system: str, times: int) -> None:
        """That those who wait for a system were told once for each move."""
        with urllib.request.urlopen(f"{self.endpoint}/_drdeck/messages", timeout=10) as answer:
            subjects = [one["subject"] or "" for one in json.load(answer)]
        of = [subject for subject in subjects if subject.startswith(f"{system} ")]
        self.holds(f"those who wait for {system} were told {times} times", len(of) == times, subjects)


def arn(region: str, name: str) -> str:
    """The ARN of a database."""
    return f"arn:aws:rds:{region}:{ACCOUNT}:db:{name}"


def state(server: dict[str, Any]) -> str:
    """How a source server replicates."""
    return server["dataReplicationInfo"]["dataReplicationState"]


def orders_moved(look: Look) -> None:
    """The replica was promoted; what follows it is in the Region that was lost; the old primary is fenced."""
    look.primary(WEST, "orders-db-west", 7, arn(EAST, "orders-db"))
    look.replica(EAST, "orders-db", arn(WEST, "orders-db-west"))
    look.put_aside(EAST, "orders-db-before")
    look.group(WEST, "orders-app", 3, 4)
    look.group(EAST, "orders-app", 0, 0, most=0)
    target = "usw2.orders.shop.example."
    look.expect("orders.shop.example", look.records("orders.shop.example"), {EAST: target, WEST: target})
    look.serves(WEST, "orders")
    look.told("orders", 1)


def orders_home(look: Look) -> None:
    """Everything is where it was, under the names it had; the next failover would find what it needs."""
    look.primary(EAST, "orders-db", 14, arn(WEST, "orders-db-west"))
    look.replica(WEST, "orders-db-west", arn(EAST, "orders-db"))
    days = look.database(WEST, "orders-db-west").get("BackupRetentionPeriod")
    look.expect("days that backups of the replica are kept, so that a promotion waits for no first one", days, 7)
    look.put_aside(EAST, "orders-db-before")
    look.put_aside(WEST, "orders-db-west-before")
    rds = look.aws.client("rds", WEST)
    kept = rds.describe_db_instance_automated_backups(DBInstanceIdentifier="orders-db")["DBInstanceAutomatedBackups"]
    of_now = [(one["Region"], one["Status"]) for one in kept]
    look.expect("backups of orders-db in us-west-2", of_now, [(EAST, "replicating")])
    look.group(EAST, "orders-app", 3, 4, most=12)
    look.group(WEST, "orders-app", 0, 0, most=12)
    home = {EAST: "use1.orders.shop.example.", WEST: "usw2.orders.shop.example."}
    look.expect("orders.shop.example", look.records("orders.shop.example"), home)
    look.serves(EAST, "orders")
    look.told("orders", 2)


def aurora(look: Look, writer: str, follower: str) -> None:
    """A global database with one writer, and one cluster that follows it."""
    clusters = {EAST: "shop-use1", WEST: "shop-usw2"}
    for region in (EAST, WEST):
        rds = look.aws.client("rds", region)
        members = rds.describe_global_clusters(GlobalClusterIdentifier="shop")["GlobalClusters"][0]["GlobalClusterMembers"]
        found = {one["DBClusterArn"].rpartition(":")[2]: (one["IsWriter"], one.get("SynchronizationStatus")) for one in members}
        look.holds(f"{writer} writes, as {region} says", found.get(clusters[writer], (False,))[0], found)
        look.expect(f"{follower} follows, as {region} says", found.get(clusters[follower]), (False, "connected"))
        cluster = rds.describe_db_clusters(DBClusterIdentifier=clusters[region])["DBClusters"][0]
        look.expect(f"status of {clusters[region]}", cluster["Status"], "available")
        look.holds(f"{clusters[region]} has instances", len(cluster["DBClusterMembers"]) > 0, cluster["DBClusterMembers"])


def forced(look: Look) -> tuple[bool, bool]:
    """Whether the health check of the storefront at home is forced: disabled alone would count as healthy, inverted alone would turn."""
    route53 = look.aws.client("route53")
    check = route53.get_health_check(HealthCheckId="3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101")["HealthCheck"]["HealthCheckConfig"]
    return check.get("Inverted", False), check.get("Disabled", False)


def storefront_moved(look: Look) -> None:
    """The other cluster writes and the old one follows it; users are kept away from home."""
    aurora(look, WEST, EAST)
    look.group(WEST, "storefront-web", 4, 6)
    look.expect("health check at home, inverted and disabled", forced(look), (True, True))
    look.serves(WEST, "storefront")
    look.told("storefront", 1)


def storefront_home(look: Look) -> None:
    """The first cluster writes again, and nothing is forced any more."""
    aurora(look, EAST, WEST)
    look.group(EAST, "storefront-web", 4, 6, most=16)
    look.group(WEST, "storefront-web", 4, 4, most=16)
    look.expect("health check at home, inverted and disabled", forced(look), (False, False))
    look.serves(EAST, "storefront")
    look.told("storefront", 2)


def legacy_web_moved(look: Look) -> None:
    """Three machines run there, no drill, and replicate to where they came from."""
    machines = look.machines(WEST)
    look.expect("machines in us-west-2", sorted(one["ec2InstanceState"] for one in machines), ["RUNNING"] * 3)
    look.holds("none of them is a drill", not any(one["isDrill"] for one in machines), machines)
    look.expect("they stand for", {one["sourceServerID"] for one in machines}, servers(look.sources(WEST)))
    back = [one for one in look.sources(EAST) if one["tags"].get("App") == "legacy-web"]
    look.expect("replication to us-east-1", sorted(map(state, back)), ["CONTINUOUS"] * 3)
    look.expect("from", {one["sourceCloudProperties"]["originRegion"] for one in back}, {WEST})
    there = {"legacy-web-1": ["198.51.100.111"], "legacy-web-2": ["198.51.100.112"]}
    look.expect("legacy.shop.example", look.records("legacy.shop.example"), there)
    look.serves(WEST, "legacy-web")
    look.told("legacy-web", 1)


def servers(sources: list[dict[str, Any]]) -> set[str]:
    """The servers of legacy-web among source servers."""
    return {one["sourceServerID"] for one in sources if one["tags"].get("App") == "legacy-web"}


def legacy_web_home(look: Look) -> None:
    """The machines run at home and are replicated as before; nothing is left running or paid for on the other side."""
    look.expect("machines left in us-west-2", [one["recoveryInstanceID"] for one in look.machines(WEST)], [])
    out = [one for one in look.sources(WEST) if one["tags"].get("App") == "legacy-web"]
    look.expect("replication to us-west-2", sorted(map(state, out)), ["CONTINUOUS"] * 3)
    names = {one["sourceProperties"]["identificationHints"].get("hostname", "") for one in out}
    look.expect("different servers are replicated", len(names), 3)
    ways = [state(one) for one in look.sources(EAST) if one["tags"].get("App") == "legacy-web"]
    look.expect("replication that led home", set(ways) - {"STOPPED"}, set())
    home = look.machines(EAST)
    look.expect("machines at home", sorted(one["ec2InstanceState"] for one in home), ["RUNNING"] * 3)
    here = {"legacy-web-1": ["198.51.100.11"], "legacy-web-2": ["198.51.100.12"]}
    look.expect("legacy.shop.example", look.records("legacy.shop.example"), here)
    look.serves(EAST, "legacy-web")
    look.told("legacy-web", 2)


def erp_moved(look: Look) -> None:
    """Three machines run in AWS, and the name leads there with a TTL that lets it move again."""
    machines = look.machines(WEST)
    look.expect("machines in us-west-2", sorted(one["ec2InstanceState"] for one in machines), ["RUNNING"] * 3)
    look.expect("they stand for", {one["sourceServerID"] for one in machines}, ERP)
    look.expect("erp.shop.example", look.records("erp.shop.example"), {"": ["198.51.100.140"]})
    look.serves(WEST, "erp")
    look.told("erp", 1)


def erp_home(look: Look) -> None:
    """The machines on premises run and are replicated, as the same source servers as before."""
    look.expect("machines left in us-west-2", [one["recoveryInstanceID"] for one in look.machines(WEST)], [])
    out = {one["sourceServerID"]: state(one) for one in look.sources(WEST) if one["sourceServerID"] in ERP}
    look.expect("replication to us-west-2", out, dict.fromkeys(ERP, "CONTINUOUS"))
    look.expect("erp.shop.example", look.records("erp.shop.example"), {"": ["203.0.113.40"]})
    look.serves("on-premises", "erp")
    look.told("erp", 2)


CHECKS: dict[tuple[str, str], Callable[[Look], None]] = {
    ("orders", "moved"): orders_moved,
    ("orders", "home"): orders_home,
    ("storefront", "moved"): storefront_moved,
    ("storefront", "home"): storefront_home,
    ("legacy-web", "moved"): legacy_web_moved,
    ("legacy-web", "home"): legacy_web_home,
    ("erp", "moved"): erp_moved,
    ("erp", "home"): erp_home,
}


def main() -> None:
    """Looks, and fails with everything that is wrong."""
    endpoint, system, side = sys.argv[1:]
    look = Look(endpoint)
    CHECKS[system, side](look)
    if look.wrong:
        raise SystemExit(f"{system} {side}:\n" + "\n".join(look.wrong))
    print(f"{system} {side}: as it should be")


if __name__ == "__main__":
    main()
