"""Seeds moto with hosted zones, records, events and backup plans, and tells what boto3 reads there.

The first line on stdout is JSON with the endpoint and what was read; moto lives until stdin ends.

usage: moto_more.py DRDECK
"""

import json
import sys
from typing import Any

from aws import Aws
from moto_seed import PRIMARY, moto

PLAN = {
    "BackupPlanName": "daily",
    "Rules": [
        {
            "RuleName": "night",
            "TargetBackupVaultName": "nightly",
            "ScheduleExpression": "cron(0 5 ? * * *)",
            "StartWindowMinutes": 60,
            "CompletionWindowMinutes": 180,
            "Lifecycle": {"DeleteAfterDays": 35},
            "CopyActions": [
                {
                    "DestinationBackupVaultArn": "arn:aws:backup:us-west-2:123456789012:backup-vault:copies",
                    "Lifecycle": {"DeleteAfterDays": 90},
                }
            ],
        },
        {"RuleName": "week", "TargetBackupVaultName": "nightly", "ScheduleExpression": "rate(7 days)"},
    ],
}


def record(name: str, kind: str, values: list[str], **more: Any) -> dict[str, Any]:
    """A record set that is to be made."""
    records = {"TTL": 60, "ResourceRecords": [{"Value": value} for value in values]} if values else {}
    return {"Action": "CREATE", "ResourceRecordSet": {"Name": name, "Type": kind, **records, **more}}


def seed(aws: Aws) -> None:
    """A public zone with more records than a page holds, a private one, an instance with a history, a backup plan."""
    route53 = aws.client("route53")
    zone = route53.create_hosted_zone(Name="shop.example.", CallerReference="1")["HostedZone"]["Id"]
    vpc = {"VPCRegion": PRIMARY, "VPCId": "vpc-1"}
    private = {"PrivateZone": True, "Comment": ""}
    route53.create_hosted_zone(Name="corp.example.", CallerReference="2", VPC=vpc, HostedZoneConfig=private)
    target = {"HostedZoneId": "Z35SXDOTRQ7X7K", "DNSName": "lb.us-west-2.elb.amazonaws.com.", "EvaluateTargetHealth": True}
    changes = [
        record("www.shop.example.", "A", ["192.0.2.10"], SetIdentifier="east", Failover="PRIMARY"),
        record("www.shop.example.", "A", [], SetIdentifier="west", Failover="SECONDARY", AliasTarget=target),
        record("w.shop.example.", "A", ["192.0.2.1"], SetIdentifier="one", Weight=0),
        record("w.shop.example.", "A", ["192.0.2.2"], SetIdentifier="two", Weight=100),
        record("l.shop.example.", "A", ["192.0.2.3"], SetIdentifier="one", Region="us-west-2"),
        record("*.shop.example.", "CNAME", ["www.shop.example."]),
    ]
    changes += [record(f"n{number}.shop.example.", "A", [f"192.0.2.{number % 250}"]) for number in range(320)]
    for start in range(0, len(changes), 100):
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes[start : start + 100]})
    rds = aws.client("rds", PRIMARY)
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.r6g.large",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="operator",
        MasterUserPassword="correct-horse",
    )
    backup = aws.client("backup", PRIMARY)
    backup.create_backup_vault(BackupVaultName="nightly")
    backup.create_backup_plan(BackupPlan=PLAN)


def read(aws: Aws) -> dict[str, Any]:
    """What boto3 says is there."""
    route53, rds, backup = aws.client("route53"), aws.client("rds", PRIMARY), aws.client("backup", PRIMARY)
    zones = [zone for page in route53.get_paginator("list_hosted_zones").paginate() for zone in page["HostedZones"]]
    records = {}
    for zone in zones:
        pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone["Id"])
        records[zone["Id"]] = [record for page in pages for record in page["ResourceRecordSets"]]
    plans = backup.list_backup_plans()["BackupPlansList"]
    return {
        "zones": zones,
        "records": records,
        "events": rds.describe_events(Duration=1440)["Events"],
        "plans": {plan["BackupPlanId"]: backup.get_backup_plan(BackupPlanId=plan["BackupPlanId"]) for plan in plans},
    }


def main() -> None:
    """Seeds, tells, and waits."""
    with moto() as endpoint:
        aws = Aws(endpoint, timeout=30)
        seed(aws)
        print(json.dumps({"endpoint": endpoint, **read(aws)}, default=str), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
