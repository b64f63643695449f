"""What somebody who runs sessions and content for a living looks for after a failover, and after the way home:
end_state_stores.py ENDPOINT SYSTEM moved|home

Asked by boto3 and by HTTP; knows nothing of drdeck. Every line that is not so is told, each in words."""

import sys
from collections.abc import Callable

from end_state import EAST, WEST, ZONE, Look

FILES = {EAST: "fs-0a41c7e93bd5f2860", WEST: "fs-0d92f6b1e8a3c7745"}
SHORT = {EAST: "use1", WEST: "usw2"}


def sessions(look: Look, weights: dict[str, int]) -> None:
    """A global table that answers in both Regions, and users who are led as they should be."""
    name = "sessions.shop.example"
    listed = look.aws.client("route53").list_resource_record_sets(HostedZoneId=ZONE, StartRecordName=name, MaxItems="10")
    sets = [one for one in listed["ResourceRecordSets"] if one["Name"] == f"{name}."]
    look.expect("weights of sessions", {one["SetIdentifier"]: one["Weight"] for one in sets}, weights)
    for region in (EAST, WEST):
        table = look.aws.client("dynamodb", region).describe_table(TableName="sessions")["Table"]
        look.expect(f"sessions in {region}", table["TableStatus"], "ACTIVE")
        replicas = {one["RegionName"]: one["ReplicaStatus"] for one in table["Replicas"]}
        look.expect(f"replicas of sessions, told by {region}", replicas, {EAST: "ACTIVE", WEST: "ACTIVE"})
    for region, weight in weights.items():
        if weight:
            look.serves(region, "sessions")


def sessions_moved(look: Look) -> None:
    """All users in us-west-2."""
    sessions(look, {EAST: 0, WEST: 50})


def sessions_home(look: Look) -> None:
    """Half of the users in each Region."""
    sessions(look, {EAST: 50, WEST: 50})


def content(look: Look, primary: str, follower: str) -> None:
    """Cache and files of one Region take the writes, those of the other follow, and users are led to the first."""
    listed = look.aws.client("elasticache", primary).describe_global_replication_groups(ShowMemberInfo=True)
    store = listed["GlobalReplicationGroups"][0]
    look.expect("status of the cache", store["Status"], "available")
    roles = {one["ReplicationGroupRegion"]: (one["Role"], one["Status"]) for one in store["Members"]}
    wanted = {primary: ("PRIMARY", "associated"), follower: ("SECONDARY", "associated")}
    look.expect("roles of the caches", roles, wanted)
    replications = look.aws.client("efs", primary).describe_replication_configurations()["Replications"]
    ways = [
        (one["SourceFileSystemId"], each["FileSystemId"], each["Status"]) for one in replications for each in one["Destinations"]
    ]
    look.expect("replication of the files", ways, [(FILES[primary], FILES[follower], "ENABLED")])
    look.expect("content.shop.example", look.records("content.shop.example"), {"": [f"{SHORT[primary]}.content.shop.example."]})
    look.serves(primary, "content")


def content_moved(look: Look) -> None:
    """content in us-west-2, followed from us-east-1."""
    content(look, WEST, EAST)


def content_home(look: Look) -> None:
    """content at home, followed from us-west-2."""
    content(look, EAST, WEST)


CHECKS: dict[tuple[str, str], Callable[[Look], None]] = {
    ("sessions", "moved"): sessions_moved,
    ("sessions", "home"): sessions_home,
    ("content", "moved"): content_moved,
    ("content", "home"): content_home,
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
