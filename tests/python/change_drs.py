"""Recovers servers of the built-in shop with DRS and brings them home again, as an operator would with boto3, and checks each answer.

usage: change_drs.py DRDECK
"""

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from aws import Aws
from deck import Simulator
from findings import Findings

HOME, AWAY = "us-east-1", "us-west-2"
LEGACY = ["s-3a1f60c27b94d8e05", "s-3a1f60c27b94d8e06", "s-3a1f60c27b94d8e07"]
ERP = "s-8c5d2e91f0b7a4363"
LAUNCHED = 16  # minutes after which every launch is over


class Operator:
    """What an operator does, with the simulator's clock in hand."""

    def __init__(self, client: Callable[[str], Any], simulator: Simulator, found: Findings) -> None:
        self.client = client
        self._simulator = simulator
        self._found = found
        self._now = simulator.freeze()

    def wait(self, minutes: int) -> None:
        """That many simulated minutes later."""
        self._now = self._simulator.freeze(self._now + timedelta(minutes=minutes))

    def equal(self, what: str, told: Any, wanted: Any) -> None:
        """Two values that must be equal."""
        self._found.equal(f"drs {what}", told, wanted)

    def refused(self, what: str, code: str, status: int, call: Callable[[], Any]) -> None:
        """A call that must be refused in that way."""
        try:
            call()
        except ClientError as error:
            told = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
            self.equal(what, told, (code, status))
        else:
            self._found.check(False, f"drs {what}: it was carried out")

    def recover(self, region: str, servers: list[str], **more: Any) -> dict[str, Any]:
        """Starts a recovery, and waits until it is over: the job as it is then."""
        asked = [{"sourceServerID": server} for server in servers]
        reply = self.client(region).start_recovery(sourceServers=asked, **more)
        self.equal("StartRecovery: the status", reply["ResponseMetadata"]["HTTPStatusCode"], 202)
        self.equal("StartRecovery: the job", reply["job"]["status"], "PENDING")
        busy = [{"sourceServerID": servers[0]}]
        self.refused("a second recovery", "ConflictException", 409, lambda: self.client(region).start_recovery(sourceServers=busy))
        self.wait(LAUNCHED)
        return self.job(region, reply["job"]["jobID"])

    def job(self, region: str, job: str) -> dict[str, Any]:
        """A job as it is now."""
        return self.client(region).describe_jobs(filters={"jobIDs": [job]})["items"][0]

    def machines(self, region: str, servers: list[str]) -> dict[str, dict[str, Any]]:
        """The recovery instances of servers, by server."""
        items = self.client(region).describe_recovery_instances(filters={"sourceServerIDs": servers})["items"]
        return {item["sourceServerID"]: item for item in items}

    def server(self, region: str, server: str) -> dict[str, Any]:
        """A source server as it is now."""
        return self.client(region).describe_source_servers(filters={"sourceServerIDs": [server]})["items"][0]

    def state(self, region: str, server: str) -> str:
        """How it replicates."""
        return self.server(region, server)["dataReplicationInfo"]["dataReplicationState"]


def recovery(operator: Operator) -> str:
    """Three servers are recovered, and one of them is terminated; the machine of the first."""
    away = operator.client(AWAY)
    job = operator.recover(AWAY, LEGACY, tags={"dr-intent": "42"})
    statuses = {part["launchStatus"] for part in job["participatingServers"]}
    operator.equal("the job", (job["status"], job["tags"], statuses), ("COMPLETED", {"dr-intent": "42"}, {"LAUNCHED"}))
    events = [item["event"] for item in away.describe_job_log_items(jobID=job["jobID"])["items"]]
    operator.equal("the log's ends", (events[0], events[-1], events.count("LAUNCH_START")), ("JOB_START", "JOB_END", 3))
    machines = operator.machines(AWAY, LEGACY)
    operator.equal("the machines", {m["ec2InstanceState"] for m in machines.values()}, {"RUNNING"})
    operator.equal("their number", len(machines), 3)
    last = machines[LEGACY[2]]["recoveryInstanceID"]
    ended = away.terminate_recovery_instances(recoveryInstanceIDs=[last])["job"]
    operator.wait(3)
    parts = operator.job(AWAY, ended["jobID"])["participatingServers"]
    operator.equal("the termination", [(p["recoveryInstanceID"], p["launchStatus"]) for p in parts], [(last, "TERMINATED")])
    again = {"recoveryInstanceIDs": [last]}
    operator.refused("a stale id", "ConflictException", 409, lambda: away.terminate_recovery_instances(**again))
    away.delete_job(jobID=ended["jobID"])
    return machines[LEGACY[0]]["recoveryInstanceID"]


def region_home(operator: Operator, machine: str) -> None:
    """The first of them replicates home, is launched there, and is protected again."""
    away, home = operator.client(AWAY), operator.client(HOME)
    home.initialize_service()
    arn = away.reverse_replication(recoveryInstanceID=machine)["reversedDirectionSourceServerArn"]
    back = arn.rpartition("/")[2]
    reverse = {"recoveryInstanceID": machine}
    operator.refused("a second reversal", "ConflictException", 409, lambda: away.reverse_replication(**reverse))
    operator.equal("the way home", operator.server(HOME, back)["replicationDirection"], "FAILBACK")
    operator.wait(60)
    operator.equal("home after an hour", operator.state(HOME, back), "CONTINUOUS")
    operator.recover(HOME, [back])
    landed = operator.machines(HOME, [back])[back]["recoveryInstanceID"]
    again = home.reverse_replication(recoveryInstanceID=landed)["reversedDirectionSourceServerArn"]
    operator.equal("protected again", again, operator.server(AWAY, LEGACY[0])["arn"])
    home.stop_replication(sourceServerID=back)
    away.terminate_recovery_instances(recoveryInstanceIDs=[machine])
    home.delete_recovery_instance(recoveryInstanceID=landed)
    home.disconnect_source_server(sourceServerID=back)
    home.delete_source_server(sourceServerID=back)
    operator.wait(60)
    operator.equal("protected again after an hour", operator.state(AWAY, LEGACY[0]), "CONTINUOUS")


def premises_home(operator: Operator) -> None:
    """A server on premises comes home by the failback client."""
    away = operator.client(AWAY)
    operator.recover(AWAY, [ERP])
    machine = operator.machines(AWAY, [ERP])[ERP]["recoveryInstanceID"]
    launch = {"recoveryInstanceIDs": [machine]}
    operator.refused("a launch too early", "ConflictException", 409, lambda: away.start_failback_launch(**launch))
    operator.wait(8)
    away.stop_failback(recoveryInstanceID=machine)
    operator.wait(75)
    operator.equal("the client", operator.machines(AWAY, [ERP])[ERP]["failback"]["state"], "FAILBACK_READY_FOR_LAUNCH")
    job = away.start_failback_launch(**launch, tags={"dr-intent": "43"})["job"]
    operator.equal("the failback's job", (job["initiatedBy"], job["tags"]), ("FAILBACK", {"dr-intent": "43"}))
    operator.wait(8)
    operator.equal("home", operator.machines(AWAY, [ERP])[ERP]["failback"]["state"], "FAILBACK_COMPLETED")
    away.disconnect_recovery_instance(recoveryInstanceID=machine)
    operator.wait(60)
    operator.equal("its agent", operator.state(AWAY, ERP), "CONTINUOUS")


def settings(operator: Operator) -> None:
    """Replication is stopped and started; settings and tags are changed."""
    away, server = operator.client(AWAY), LEGACY[1]
    away.stop_replication(sourceServerID=server)
    points = away.describe_recovery_snapshots(sourceServerID=server)["items"]
    operator.equal("points after the stop", [point for point in points if "timestamp" in point], [])
    away.start_replication(sourceServerID=server)
    operator.equal("after the start", operator.state(AWAY, server), "INITIATING")
    launch = away.update_launch_configuration(sourceServerID=server, launchDisposition="STOPPED")
    operator.equal("launch settings", launch["launchDisposition"], "STOPPED")
    kept = [("MINUTE", 10, 60), ("HOUR", 1, 24), ("DAY", 1, 7)]
    rules = [
        {"ruleID": number, "units": units, "interval": interval, "retentionDuration": duration, "enabled": True}
        for number, (units, interval, duration) in enumerate(kept, 1)
    ]
    replication = away.update_replication_configuration(sourceServerID=server, bandwidthThrottling=100, pitPolicy=rules)
    operator.equal("replication settings", (replication["bandwidthThrottling"], replication["pitPolicy"]), (100, rules))
    arn = operator.server(AWAY, server)["arn"]
    away.tag_resource(resourceArn=arn, tags={"Owner": "night"})
    operator.equal("a tag", away.list_tags_for_resource(resourceArn=arn)["tags"].get("Owner"), "night")
    away.untag_resource(resourceArn=arn, tagKeys=["Owner"])
    operator.equal("no tag", operator.server(AWAY, server)["tags"].get("Owner"), None)


def every_change(client: Callable[[str], Any], simulator: Simulator, found: Findings) -> None:
    """Every change that DRS serves, at least once."""
    operator = Operator(client, simulator, found)
    region_home(operator, recovery(operator))
    premises_home(operator)
    settings(operator)


def main() -> None:
    """The whole story, and what each fault makes of it."""
    drdeck = sys.argv[1]
    found = Findings("changes of DRS")
    with Simulator(drdeck, "--speed", "0", "--seed", "7") as simulator:
        aws = Aws(simulator.endpoint)
        every_change(lambda region: aws.client("drs", region), simulator, found)
    with Simulator(drdeck, "--speed", "0", "--seed", "7") as simulator:
        aws = Aws(simulator.endpoint)
        hows = ["failed", "no-capacity", "previous-snapshot"]
        faults = [{"fault": {"launch": {"server": server, "how": how}}} for server, how in zip(LEGACY, hows, strict=True)]
        simulator.control("faults", faults)
        operator = Operator(lambda region: aws.client("drs", region), simulator, found)
        job = operator.recover(AWAY, LEGACY)
        statuses = [part["launchStatus"] for part in job["participatingServers"]]
        operator.equal("under faults", (job["status"], statuses), ("COMPLETED", ["FAILED", "FAILED", "LAUNCHED"]))
        events = [item["event"] for item in operator.client(AWAY).describe_job_log_items(jobID=job["jobID"])["items"]]
        told = (events.count("LAUNCH_FAILED"), events.count("USING_PREVIOUS_SNAPSHOT"))
        operator.equal("the log under faults", told, (2, 1))
    found.end()


if __name__ == "__main__":
    main()
