"""Computes every recovery point and every System's RPO from AWS's own answers, read with boto3, and compares them with
`drdeck status`. Nothing is shared with drdeck but the text of the config and that of the rules.

usage: oracle.py DRDECK SCENARIO [FAULT...] MINUTES...    at each of these minutes after the simulator's start, its clock stopped;
                                                          a FAULT is JSON, as `POST /_drdeck/faults` takes it, and holds from the start
"""

import json
import sys
import tomllib
from datetime import datetime, timedelta
from typing import Any

from aws import Aws
from deck import Simulator, Status, moment
from findings import Findings
from reads import Reads
from rules import KINDS, MAIN_KEYS, Lost, Place, Recoveries, Recovery, Table
from serving import active_sites, by_checkers, by_cloudwatch, watching

DISRUPTIONS = ("region", "data")
COUNTS_FOR = {
    "drs": {"region", "data"},
    "rds-instance": {"data"},
    "rds-replica": {"region", "data"},
    "aurora-global": {"region", "data"},
    "dynamodb-table": {"data"},
    "dynamodb-global-table": {"region", "data"},
    "s3-replication": {"region"},
    "efs-replication": {"region"},
    "elasticache-global": {"region"},
    "backup": {"data"},
    "asg": set(),
    "health-check": set(),
    "metric": {"region"},
}
REGION_TOO = {"rds-instance": "backup_region", "backup": "copy_vault"}


def name_of(component: Table) -> str:
    """Its name, or its kind's main key."""
    return component.get("name") or component[MAIN_KEYS[component["kind"]]]


def counts(component: Table, disruption: str) -> bool:
    """Whether its recovery points count for a disruption."""
    kind = component["kind"]
    kinds = COUNTS_FOR[kind] | ({"region"} if REGION_TOO.get(kind) in component else set())
    return disruption in component.get("counts_for", kinds)


def seconds(recovery: Recovery) -> datetime | None:
    """A recovery point as JSON shows it: whole seconds, or null."""
    return recovery.replace(microsecond=0) if isinstance(recovery, datetime) else None


def loss(points: list[Recovery], until: datetime) -> int | None:
    """What the worst of the points loses, in whole seconds; None where one of them is not known, or there is none."""
    if not points or not all(isinstance(point, datetime) for point in points):
        return None
    return max(max(0, int((until - point).total_seconds())) for point in points if isinstance(point, datetime))


def compare_system(reads: Reads, system: Table, said: dict[str, Any], found: Findings, when: str) -> None:
    """One System of the config against what was said of it."""
    place = Place(system["primary"], system["recovery"])
    components = {name_of(each): each for each in system.get("component", [])}
    recoveries = {name: KINDS[each["kind"]](reads, each, place) for name, each in components.items()}
    spoken = {each["name"]: each for each in said["components"]}
    what = f"{when} {system['name']}"
    found.equal(f"{what}: the components", sorted(spoken), sorted(components))
    for name, each in recoveries.items():
        compare_component(each, components[name], spoken[name], found, f"{what}/{name}")

    active = active_sites(reads, system, place)
    if active:
        found.equal(f"{what}: active", set(said["active"]), active)
    checks = watching(system, place, active)
    state = by_cloudwatch(reads, checks)
    if state is None and said["up"] == "unknown":
        return  # drdeck has to answer in time, and the checkers are asked one a second: it may not have heard all of them
    up = state.up if state else by_checkers(reads, checks)
    found.equal(f"{what}: up", said["up"], up)
    if state is None and up != "up":
        return  # the checkers do not tell since when: up to when a loss counts is not defined
    until = state.since if state and state.since else reads.now
    for disruption in DISRUPTIONS:
        points = [
            getattr(recoveries[name], disruption)
            for name, each in components.items()
            if counts(each, disruption) and "rpo" not in each
        ]
        wanted = loss([point for point in points if point is not Lost.UNCOUNTED], until)
        compare_rpo((said["rpo"].get(disruption) or {}), wanted, found, f"{what}: rpo.{disruption}")


def compare_component(recoveries: Recoveries, component: Table, said: dict[str, Any], found: Findings, what: str) -> None:
    """Both recovery points of a component."""
    for disruption in DISRUPTIONS:
        if counts(component, disruption):
            point = said["recovery_point"][disruption]
            mine = getattr(recoveries, disruption)
            spoken = moment(point).replace(microsecond=0) if point else None
            found.check(
                spoken == seconds(mine), f"{what}: recovery point for {disruption} is {point}, boto3 says {mine} ({said['reason']})"
            )


def compare_rpo(said: dict[str, Any], wanted: int | None, found: Findings, what: str) -> None:
    """A System's figure, and whether its word agrees with it."""
    now_s, objective_s = said.get("now_s"), said.get("objective_s")
    found.equal(f"{what}.now_s", now_s, wanted)
    if objective_s is not None and wanted is not None:
        found.equal(f"{what}.verdict breached with {now_s} of {objective_s}", said["verdict"] == "breached", wanted > objective_s)


def compare(drdeck: str, simulator: Simulator, found: Findings, when: str) -> None:
    """Everything, at the moment the stopped clock shows."""
    now = simulator.now()
    reads = Reads(Aws(simulator.endpoint, timeout=4), now)
    status = Status(drdeck, "--config", str(simulator.config))
    found.equal(f"{when}: taken at", moment(status.json["taken_at"]), now)
    config = tomllib.loads(simulator.config.read_text())
    found.equal(f"{when}: the systems", [each["name"] for each in status.json["systems"]], [each["name"] for each in config["system"]])
    for system in config["system"]:
        compare_system(reads, system, status.system(system["name"]), found, when)


def main() -> None:
    """Each moment of the scenario."""
    drdeck, scenario, *rest = sys.argv[1:]
    faults = [json.loads(each) for each in rest if each.startswith("{")]
    minutes = [float(each) for each in rest if not each.startswith("{")]
    found = Findings(f"oracle {scenario}")
    with Simulator(drdeck, "--scenario", scenario, "--speed", "0", "--seed", "7") as simulator:
        start = simulator.now().replace(microsecond=0)
        simulator.control("faults", [{"fault": fault} for fault in faults])
        for minute in minutes:
            simulator.freeze(start + timedelta(minutes=minute))
            compare(drdeck, simulator, found, f"{scenario}+{minute}m")
    found.end()


if __name__ == "__main__":
    main()
