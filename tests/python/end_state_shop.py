"""What somebody who runs payments, product-images and analytics for a living looks for after a failover, and after the way home:
end_state_shop.py ENDPOINT SYSTEM moved|home

Asked by boto3 and by HTTP; knows nothing of drdeck. Every line that is not so is told, each in words."""

import sys
from collections.abc import Callable

from end_state import EAST, WEST, Look

SHORT = {EAST: "use1", WEST: "usw2"}
LEDGER = "payments-ledger"


def payments(look: Look, states: dict[str, str]) -> None:
    """Traffic goes where the routing controls say, as every endpoint of their cluster tells, and the ledger is whole on both sides."""
    for endpoint in (WEST, "eu-west-1", "ap-northeast-1"):
        listed = look.aws.client("route53-recovery-cluster", endpoint).list_routing_controls()["RoutingControls"]
        found = {one["RoutingControlName"]: one["RoutingControlState"] for one in listed}
        look.expect(f"routing controls, as {endpoint} says", found, {f"payments-{region}": on for region, on in states.items()})
    for region in (EAST, WEST):
        table = look.aws.client("dynamodb", region).describe_table(TableName=LEDGER)["Table"]
        look.expect(f"{LEDGER} in {region}", table["TableStatus"], "ACTIVE")
        others = {one["RegionName"]: one["ReplicaStatus"] for one in table["Replicas"]}
        look.holds(f"all replicas of {LEDGER} are active, as {region} says", set(others.values()) == {"ACTIVE"}, others)
    for region, on in states.items():
        if on == "On":
            look.serves(region, "payments")


def payments_moved(look: Look) -> None:
    """Nobody is led to us-east-1, whatever its health check says."""
    payments(look, {EAST: "Off", WEST: "On"})
    look.told("payments", 1)


def payments_home(look: Look) -> None:
    """Users are served by the nearest Region."""
    payments(look, {EAST: "On", WEST: "On"})
    look.told("payments", 2)


def images(look: Look, region: str, times: int) -> None:
    """The name leads to the images of one Region, which are served."""
    look.expect("img.shop.example", look.records("img.shop.example"), {"": [f"{SHORT[region]}.img.shop.example."]})
    look.serves(region, "product-images")
    look.told("product-images", times)


def images_moved(look: Look) -> None:
    """Images out of us-west-2."""
    images(look, WEST, 1)


def images_home(look: Look) -> None:
    """Images out of us-east-1."""
    images(look, EAST, 2)


def analytics(look: Look, region: str, name: str, vault: str, zone: str) -> None:
    """A restored database that is backed up, can be reached by its own alone, and is where users are led."""
    found = look.database(region, name)
    look.expect(f"status of {name}", found.get("DBInstanceStatus"), "available")
    look.expect(f"days that backups of {name} are kept", found.get("BackupRetentionPeriod"), 7)
    look.expect(f"subnets of {name}", found.get("DBSubnetGroup", {}).get("DBSubnetGroupName"), "analytics")
    groups = [one["DBParameterGroupName"] for one in found.get("DBParameterGroups", [])]
    look.expect(f"parameters of {name}", groups, ["analytics-pg16"])
    look.expect(f"Zone of {name}", found.get("AvailabilityZone"), zone)
    security = [one["VpcSecurityGroupId"] for one in found.get("VpcSecurityGroups", [])]
    look.holds(f"{name} has a security group of its own", len(security) == 1 and security[0].startswith("sg-0"), security)
    points = look.aws.client("backup", region).list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"]
    whole = [one["ResourceArn"] for one in points if one["Status"] == "COMPLETED" and "analytics-db-west" in one["ResourceArn"]]
    look.holds(f"there is a point of analytics-db-west in {vault} in {region}", len(whole) > 0, len(points))
    look.expect("bi.shop.example", look.records("bi.shop.example"), {"": [f"{SHORT[region]}.bi.shop.example."]})
    look.serves(region, "analytics")


def analytics_moved(look: Look) -> None:
    """Restored in us-west-2, with a first backup of its own."""
    analytics(look, WEST, "analytics-db-west", "shop-dr", "us-west-2a")
    look.told("analytics", 1)


def analytics_home(look: Look) -> None:
    """Restored at home from the copy of the other side, which is stopped and not deleted."""
    analytics(look, EAST, "analytics-db-home", "shop", "us-east-1c")
    look.expect("status of analytics-db-west", look.database(WEST, "analytics-db-west").get("DBInstanceStatus"), "stopped")
    look.told("analytics", 2)


CHECKS: dict[tuple[str, str], Callable[[Look], None]] = {
    ("payments", "moved"): payments_moved,
    ("payments", "home"): payments_home,
    ("product-images", "moved"): images_moved,
    ("product-images", "home"): images_home,
    ("analytics", "moved"): analytics_moved,
    ("analytics", "home"): analytics_home,
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
