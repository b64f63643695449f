"""Seeds moto, an AWS server that is not ours, and asks `drdeck status` about it.

What is there must be judged as a person would; what moto lacks (CloudWatch in CBOR is a 404, DRS a 500 in HTML, AWS Backup's
recovery points a 404) must be listed as unreadable with its reason, and nothing may be green that was not read.

usage: moto_seed.py DRDECK
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aws import Aws
from deck import Status, moment
from findings import Findings

PRIMARY, RECOVERY = "us-east-1", "us-west-2"
ACCOUNT = "123456789012"


@contextmanager
def moto() -> Iterator[str]:
    """A moto server on a free port; its endpoint."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(server, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{endpoint}/moto-api/")
        yield endpoint
    finally:
        process.terminate()
        process.wait(10)


def wait_for(url: str) -> None:
    """Until something answers there, for a minute."""
    last = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > last:
                raise
            time.sleep(0.1)


def seed(aws: Aws) -> dict[str, str]:
    """Puts an estate into moto; the ids that moto chose."""
    for region in (PRIMARY, RECOVERY):
        aws.client("backup", region).create_backup_vault(BackupVaultName="nightly")
    seed_databases(aws)
    seed_tables(aws)
    seed_groups(aws)
    return {
        "healthy": seed_health_check(aws, Disabled=False),
        "disabled": seed_health_check(aws, Disabled=True),
    }


def seed_databases(aws: Aws) -> None:
    """An instance with a replica in the other Region, one without backups, and an Aurora global database."""
    primary, recovery = aws.client("rds", PRIMARY), aws.client("rds", RECOVERY)
    instance = {"DBInstanceClass": "db.r6g.large", "Engine": "mysql", "AllocatedStorage": 20}
    secret = {"MasterUsername": "operator", "MasterUserPassword": "correct-horse"}
    made = primary.create_db_instance(DBInstanceIdentifier="orders", BackupRetentionPeriod=7, **instance, **secret)
    primary.create_db_instance(DBInstanceIdentifier="scratch", BackupRetentionPeriod=0, **instance, **secret)
    recovery.create_db_instance_read_replica(
        DBInstanceIdentifier="orders-dr", SourceDBInstanceIdentifier=made["DBInstance"]["DBInstanceArn"]
    )
    cluster = primary.create_db_cluster(DBClusterIdentifier="shop-use1", Engine="aurora-postgresql", **secret)
    primary.create_global_cluster(
        GlobalClusterIdentifier="shop", SourceDBClusterIdentifier=cluster["DBCluster"]["DBClusterArn"]
    )
    recovery.create_db_cluster(
        DBClusterIdentifier="shop-usw2", Engine="aurora-postgresql", GlobalClusterIdentifier="shop", **secret
    )


def seed_tables(aws: Aws) -> None:
    """One table with point-in-time recovery, one without."""
    client = aws.client("dynamodb", PRIMARY)
    for name in ("sessions", "carts"):
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    client.update_continuous_backups(
        TableName="sessions", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )


def seed_groups(aws: Aws) -> None:
    """A group of two instances in the recovery Region, which can grow to four."""
    client = aws.client("autoscaling", RECOVERY)
    client.create_launch_configuration(LaunchConfigurationName="web", ImageId="ami-12c6146b", InstanceType="t3.large")
    client.create_auto_scaling_group(
        AutoScalingGroupName="web",
        LaunchConfigurationName="web",
        MinSize=2,
        MaxSize=4,
        DesiredCapacity=2,
        AvailabilityZones=[f"{RECOVERY}a", f"{RECOVERY}b"],
    )


def seed_health_check(aws: Aws, **config: Any) -> str:
    """A health check of the shop's address; its id."""
    target = {"IPAddress": "192.0.2.10", "Port": 443, "Type": "HTTPS", "ResourcePath": "/health"}
    made = aws.client("route53").create_health_check(
        CallerReference=f"check-{config}", HealthCheckConfig={**target, "FullyQualifiedDomainName": "shop.example", **config}
    )
    return made["HealthCheck"]["Id"]


def system(name: str, objective: dict[str, str], *components: str, strategy: str = "warm-standby") -> str:
    """A System of the config."""
    lines = ["[[system]]", f'name = "{name}"', 'criticality = "high"', f'strategy = "{strategy}"']
    lines += [f'primary = "{PRIMARY}"', f'recovery = "{RECOVERY}"']
    for disruption, rpo in objective.items():
        lines += [f"[system.objective.{disruption}]", f'rpo = "{rpo}"']
    for component in components:
        lines += ["[[system.component]]", component]
    return "\n".join(lines) + "\n"


def config(ids: dict[str, str]) -> str:
    """A config for the estate."""
    vault = 'kind = "backup"\nname = "nightly"\nvault = "nightly"\ncopy_vault = "nightly"\n'
    vault += f'resource = "arn:aws:rds:{PRIMARY}:{ACCOUNT}:db:orders"'
    return "\n".join(
        [
            'name = "elsewhere"',
            f'account = "{ACCOUNT}"',
            system(
                "orders",
                {"region": "5m", "data": "1h"},
                'kind = "rds-replica"\nname = "orders-replica"\nsource = "orders"\nreplica = "orders-dr"',
                'kind = "rds-instance"\nname = "orders-backups"\ninstance = "orders"',
                f'kind = "health-check"\nname = "orders-check"\nid = "{ids["healthy"]}"',
            ),
            system(
                "shop",
                {"region": "5m"},
                'kind = "aurora-global"\nname = "shop-db"\nglobal_cluster = "shop"',
                'kind = "asg"\nname = "shop-web"\ngroup = "web"\ncapacity = 4',
                f'kind = "health-check"\nname = "shop-check"\nid = "{ids["disabled"]}"',
            ),
            system("sessions", {"data": "1h"}, 'kind = "dynamodb-table"\nname = "sessions-table"\ntable = "sessions"'),
            system("carts", {"data": "1h"}, 'kind = "dynamodb-table"\nname = "carts-table"\ntable = "carts"'),
            system("scratch", {"data": "1h"}, 'kind = "rds-instance"\nname = "scratch-db"\ninstance = "scratch"'),
            system("reports", {"region": "24h", "data": "24h"}, vault, strategy="backup-and-restore"),
            system(
                "legacy",
                {"region": "1h"},
                'kind = "drs"\nname = "legacy-servers"\nservers = ["s-1111111111111111a"]',
                strategy="pilot-light",
            ),
        ]
    )


def judge(status: Status, aws: Aws, found: Findings) -> None:
    """What a person who knows the estate would say."""
    found.check(status.code in (2, 3), f"the exit code is {status.code}, not 2 or 3")
    found.equal("the account", status.json["account"], ACCOUNT)
    states = {(source["service"], source["region"]): source for source in status.json["sources"]}
    for service, region in [
        ("rds", PRIMARY),
        ("rds", RECOVERY),
        ("dynamodb", PRIMARY),
        ("autoscaling", RECOVERY),
        ("route53", PRIMARY),
    ]:
        found.equal(f"the source {service} {region}", states.get((service, region), {}).get("state"), "ok")
    for service, region, reason in [
        ("cloudwatch", PRIMARY, "404"),
        ("cloudwatch", RECOVERY, "404"),
        ("drs", RECOVERY, "500"),
        ("backup", PRIMARY, "404"),
        ("backup", RECOVERY, "404"),
    ]:
        source = states.get((service, region), {})
        found.equal(f"the source {service} {region}", source.get("state"), "error")
        found.check(reason in (source.get("error") or ""), f"{service} {region} does not tell of {reason}: {source.get('error')}")

    judged = {each["name"]: (system, each) for system in status.json["systems"] for each in system["components"]}
    for component, verdict in [
        ("orders-replica", "unknown"),  # neither StatusInfos nor a lag
        ("orders-backups", "met"),
        ("orders-check", "met"),  # CloudWatch is not there, the checkers' own words are
        ("shop-db", "unknown"),  # the global cluster is there, its lag is not
        ("shop-check", "unknown"),  # disabled: always healthy, whatever it sees
        ("sessions-table", "met"),
        ("carts-table", "breached"),  # no point-in-time recovery
        ("scratch-db", "breached"),  # backups are kept for 0 days, whatever moto says could be restored
        ("nightly", "unknown"),
        ("legacy-servers", "unknown"),
    ]:
        each = judged[component][1]
        found.equal(f"{component} ({each['reason']})", each["verdict"], verdict)
        found.check(bool(each["reason"]), f"{component} says nothing of why")
    found.check(judged["shop-web"][1]["verdict"] != "met", "two instances of four are enough for shop-web")
    found.equal("where shop is active, of which moto names no writer,", status.system("shop")["active"], [])
    found.equal("where orders is active", status.system("orders")["active"], [PRIMARY])
    found.equal("whether orders is up", status.system("orders")["up"], "up")
    for name in ("orders", "shop", "reports", "legacy"):
        found.check(status.system(name)["verdict"] != "met", f"{name} is met although it could not be read")
    for name in ("carts", "scratch"):
        found.equal(f"the verdict on {name}", status.system(name)["verdict"], "breached")

    nothing_unread_is_green(status, states, found)
    recovery_points_are_as_read(judged, aws, found)


def nothing_unread_is_green(status: Status, states: dict[tuple[str, str], Any], found: Findings) -> None:
    """A component is met only on a source that answered, and a figure only with a recovery point."""
    for each in (component for system in status.json["systems"] for component in system["components"]):
        if each["verdict"] == "met":
            operation, _, region = each["source"].partition(" ")
            source = states.get((operation.partition(":")[0], region), {})
            found.equal(f"{each['name']} is met by {each['source']}, which", source.get("state"), "ok")
            found.check(each["read_at"] is not None, f"{each['name']} is met and was never read")
    for each in status.json["systems"]:
        for disruption, rpo in each["rpo"].items():
            if rpo and rpo["verdict"] == "met" and rpo["objective_s"] is not None:
                found.check(rpo["now_s"] is not None, f"{each['name']} is met for {disruption} without a figure")


def recovery_points_are_as_read(judged: dict[str, Any], aws: Aws, found: Findings) -> None:
    """moto's own times, read by boto3: they move with the clock, so a minute apart is the same."""
    table = aws.client("dynamodb", PRIMARY).describe_continuous_backups(TableName="sessions")
    pitr = table["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    instance = aws.client("rds", PRIMARY).describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"][0]
    for component, wanted in [
        ("sessions-table", pitr["LatestRestorableDateTime"]),
        ("orders-backups", instance["LatestRestorableTime"]),
    ]:
        point = judged[component][1]["recovery_point"]["data"]
        near = point is not None and abs(moment(point) - wanted) < timedelta(minutes=1)
        found.check(near, f"{component} could be brought back to {point}, boto3 reads {wanted}")
    for component in ("orders-replica", "shop-db", "nightly", "legacy-servers"):
        point = judged[component][1]["recovery_point"]["region"]
        found.equal(f"the recovery point of {component}, which cannot be read,", point, None)


def main() -> None:
    """Seeds, asks, judges."""
    drdeck = sys.argv[1]
    found = Findings("moto")
    with moto() as endpoint, tempfile.TemporaryDirectory(prefix="drdeck-moto-") as folder:
        aws = Aws(endpoint, cbor=False, timeout=30)
        path = Path(folder) / "drdeck.toml"
        path.write_text(config(seed(aws)))
        env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        env |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}
        env |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        before = datetime.now(UTC)
        status = Status(drdeck, "--config", str(path), "--endpoint-url", endpoint, "--state-dir", f"{folder}/state", env=env)
        found.check(datetime.now(UTC) - before < timedelta(seconds=20), "status took longer than 20 s")
        judge(status, aws, found)
    found.end()


if __name__ == "__main__":
    main()
