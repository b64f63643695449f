"""Databases and groups in a failover and home again, with boto3: a replica promoted twice, a global failover, a new replica,
an app scaled, and the site that serves when all of it is there.

usage: change_rds.py DRDECK
"""

import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from aws import Aws
from deck import Simulator
from findings import Findings

EAST, WEST = "us-east-1", "us-west-2"
PRIMARY = "arn:aws:rds:us-east-1:111122223333:cluster:shop-use1"
SECONDARY = "arn:aws:rds:us-west-2:111122223333:cluster:shop-usw2"
PROMOTED = "arn:aws:rds:us-west-2:111122223333:db:orders-db-west"
STEP = timedelta(seconds=10)


def code(call: Callable[..., Any], **arguments: Any) -> str | None:
    """The code of a refusal; None when it is accepted."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


class Play:
    """The shop, whose clock is moved by hand."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        aws = Aws(simulator.endpoint)
        self.rds = {region: aws.client("rds", region) for region in (EAST, WEST)}
        self.groups = aws.client("autoscaling", WEST)

    def until(self, holds: Callable[[], bool], most: timedelta) -> timedelta:
        """Moves the clock until something holds; how long it took."""
        began = self._simulator.now()
        while self._simulator.now() - began <= most:
            if holds():
                return self._simulator.now() - began
            self._simulator.freeze(self._simulator.now() + STEP)
        raise SystemExit(f"{most} were not enough")

    def wait(self, **span: float) -> datetime:
        """Moves the clock."""
        return self._simulator.freeze(self._simulator.now() + timedelta(**span))

    def instance(self, region: str, name: str) -> dict[str, Any]:
        """An instance."""
        return self.rds[region].describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]

    def shop(self) -> dict[str, Any]:
        """The global database, as us-west-2 tells it."""
        return self.rds[WEST].describe_global_clusters(GlobalClusterIdentifier="shop")["GlobalClusters"][0]

    def writer(self) -> str:
        """The cluster that writes."""
        return next(each["DBClusterArn"] for each in self.shop()["GlobalClusterMembers"] if each["IsWriter"])

    def site(self, region: str, system: str) -> int:
        """What users of a site get."""
        try:
            with urllib.request.urlopen(f"{self._simulator.endpoint}/_site/{region}/{system}/health", timeout=10) as page:
                return int(page.status)
        except urllib.error.HTTPError as error:
            return error.code


def promoted(play: Play, found: Findings) -> None:
    """A replica is promoted once, its app grows, and the site serves."""
    asked = {"DBInstanceIdentifier": "orders-db-west", "BackupRetentionPeriod": 14}
    found.equal("orders in us-west-2 before", play.site(WEST, "orders"), 503)
    found.equal("a promotion", code(play.rds[WEST].promote_read_replica, **asked), None)
    found.equal("the same again", code(play.rds[WEST].promote_read_replica, **asked), "InvalidDBInstanceState")
    sizes = {"AutoScalingGroupName": "orders-app", "MinSize": 3, "MaxSize": 12, "DesiredCapacity": 4}
    play.groups.update_auto_scaling_group(**sizes)
    waiter = play.rds[WEST].get_waiter("db_instance_available")
    took = play.until(lambda: play.instance(WEST, "orders-db-west")["DBInstanceStatus"] == "available", timedelta(minutes=10))
    waiter.wait(DBInstanceIdentifier="orders-db-west", WaiterConfig={"MaxAttempts": 1})
    found.check(timedelta(minutes=1) <= took <= timedelta(minutes=5), f"a promotion took {took}")
    alone = play.instance(WEST, "orders-db-west")
    found.equal("its source", alone.get("ReadReplicaSourceDBInstanceIdentifier"), None)
    found.equal("its backups", alone["BackupRetentionPeriod"], 14)
    found.equal("once more", code(play.rds[WEST].promote_read_replica, **asked), "InvalidDBInstanceState")
    found.equal("the old source's replicas", play.instance(EAST, "orders-db")["ReadReplicaDBInstanceIdentifiers"], [])

    def serves() -> bool:
        group = play.groups.describe_auto_scaling_groups(AutoScalingGroupNames=["orders-app"])["AutoScalingGroups"][0]
        return [each["LifecycleState"] for each in group["Instances"]] == ["InService"] * 4

    play.until(serves, timedelta(minutes=5))
    told = play.groups.describe_scaling_activities(AutoScalingGroupName="orders-app")["Activities"]
    found.equal("activities", [each["StatusCode"] for each in told], ["Successful"] * 4)
    found.equal("orders in us-west-2 after", play.site(WEST, "orders"), 200)
    messages = [each["Message"] for each in play.rds[WEST].describe_events(Duration=60)["Events"]]
    found.check("DB instance restarted" in messages, f"the events say {messages}")


def turned(play: Play, found: Findings) -> None:
    """A global database fails over, and switches back when the old primary is in line."""
    there = {"GlobalClusterIdentifier": "shop", "TargetDbClusterIdentifier": SECONDARY}
    state = play.rds[WEST].failover_global_cluster(AllowDataLoss=True, **there)["GlobalCluster"]["FailoverState"]
    expected = {"Status": "pending", "FromDbClusterArn": PRIMARY, "ToDbClusterArn": SECONDARY, "IsDataLossAllowed": True}
    found.equal("a failover", state, expected)
    again = code(play.rds[WEST].failover_global_cluster, AllowDataLoss=True, **there)
    found.equal("another while it runs", again, "InvalidGlobalClusterStateFault")
    took = play.until(lambda: play.writer() == SECONDARY, timedelta(minutes=5))
    found.check(timedelta(minutes=1) <= took <= timedelta(minutes=3), f"a failover took {took}")
    home = {"GlobalClusterIdentifier": "shop", "TargetDbClusterIdentifier": PRIMARY}
    early = code(play.rds[EAST].switchover_global_cluster, **home)
    found.equal("home before it is in line", early, "InvalidGlobalClusterStateFault")
    play.until(lambda: in_line(play), timedelta(minutes=30))
    play.rds[EAST].switchover_global_cluster(**home)
    play.until(lambda: play.writer() == PRIMARY, timedelta(minutes=5))
    kept = play.rds[EAST].describe_db_cluster_snapshots(DBClusterIdentifier="shop-use1")["DBClusterSnapshots"]
    names = [each["DBClusterSnapshotIdentifier"] for each in kept]
    found.check(any(name.startswith("rds:unplanned-global-failover-shop-use1-") for name in names), f"there are {names}")


def in_line(play: Play) -> bool:
    """Whether all that follow are connected."""
    return all(each["SynchronizationStatus"] == "connected" for each in play.shop()["GlobalClusterMembers"])


def replicated(play: Play, found: Findings) -> None:
    """A replica the other way round, and the end of the old source."""
    asked = {"DBInstanceIdentifier": "orders-db-home", "SourceDBInstanceIdentifier": PROMOTED, "KmsKeyId": "alias/aws/rds"}
    found.equal("a replica", code(play.rds[EAST].create_db_instance_read_replica, **asked), None)
    found.equal("the same again", code(play.rds[EAST].create_db_instance_read_replica, **asked), "DBInstanceAlreadyExists")
    took = play.until(lambda: play.instance(EAST, "orders-db-home")["DBInstanceStatus"] == "available", timedelta(hours=1))
    found.check(timedelta(minutes=15) <= took <= timedelta(minutes=26), f"a replica took {took}")
    follows = play.instance(EAST, "orders-db-home")
    found.equal("its source", follows["ReadReplicaSourceDBInstanceIdentifier"], PROMOTED)
    found.equal("its state", [each["Status"] for each in follows["StatusInfos"]], ["replicating"])
    play.rds[EAST].delete_db_instance(DBInstanceIdentifier="orders-db", SkipFinalSnapshot=True)
    play.wait(minutes=10)
    gone = code(play.rds[EAST].describe_db_instances, DBInstanceIdentifier="orders-db")
    found.equal("the old source", gone, "DBInstanceNotFound")
    found.equal("orders in us-east-1, where only a replica is", play.site(EAST, "orders"), 503)


def main() -> None:
    """The three one after another."""
    found = Findings("changes of databases")
    with Simulator(sys.argv[1], "--speed", "0", "--seed", "7") as simulator:
        play = Play(simulator)
        promoted(play, found)
        turned(play, found)
        replicated(play, found)
    found.end()


if __name__ == "__main__":
    main()
