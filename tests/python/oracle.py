"""Computes every recovery point and every System's RPO from AWS's own answers, read with boto3, where it is active and whether it is
up, what its alarms say and where DNS sends its users, and compares all of it with `drdeck status`. Nothing is shared with drdeck but
the text of the config and that of the rules.

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
from serving import Memory, Serving, active_sites, judged
from traffic import Name, compare_alarm, compare_name, promised

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
    "dns-record": set(),
    "alarm": set(),
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


def compare_system(
    reads: Reads, config: Table, system: Table, said: dict[str, Any], memory: Memory, found: Findings, when: str
) -> set[Serving]:
    """One System of the config against what was said of it; what drdeck may remember of its outage."""
    place = Place(system["primary"], system["recovery"])
    components = {name_of(each): each for each in system.get("component", [])}
    recoveries = {name: KINDS[each["kind"]](reads, each, place) for name, each in components.items()}
    spoken = {each["name"]: each for each in said["components"]}
    what = f"{when} {system['name']}"
    found.equal(f"{what}: the components", sorted(spoken), sorted(components))
    for name, each in recoveries.items():
        compare_component(each, components[name], spoken[name], found, f"{what}/{name}")

    sent_to = compare_traffic(reads, config, system, said, found, what)
    active = active_sites(reads, system, place, sent_to)
    if active:
        found.equal(f"{what}: active", set(said["active"]), active)
    states = judged(reads, system, active, sent_to, memory)
    found.check(said["up"] in {state.up for state in states}, f"{what}: up is {said['up']}, boto3 says {states}")
    states = {state for state in states if state.up == said["up"]}
    for disruption in DISRUPTIONS:
        points = [
            getattr(recoveries[name], disruption)
            for name, each in components.items()
            if counts(each, disruption) and "rpo" not in each
        ]
        points = [point for point in points if point is not Lost.UNCOUNTED]
        wanted = {(loss(points, state.since or reads.now), state.seen) for state in states}
        compare_rpo((said["rpo"].get(disruption) or {}), wanted, found, f"{what}: rpo.{disruption}")
    return {state for state in states if state.since}


def compare_traffic(
    reads: Reads, config: Table, system: Table, said: dict[str, Any], found: Findings, what: str
) -> set[str]:
    """The names and alarms of a System; where DNS sends its users."""
    sent_to: set[str] = set()
    rto = promised(system.get("objective", {}).get("region", {}).get("rto"))
    components = {name_of(each): each for each in system["component"]}
    for spoken in said["components"]:
        component = components[spoken["name"]]
        if component["kind"] == "alarm":
            compare_alarm(reads, component, system, spoken, found, f"{what}/{spoken['name']}")
        elif component["kind"] == "dns-record":
            name = Name(reads, config, system, component)
            compare_name(name, rto, spoken, said["reasons"], found, f"{what}/{spoken['name']}")
            sent_to |= name.sent_to()
    return sent_to


def compare_component(recoveries: Recoveries, component: Table, said: dict[str, Any], found: Findings, what: str) -> None:
    """Both recovery points of a component; one that holds no data has none."""
    for disruption in DISRUPTIONS:
        if not COUNTS_FOR[component["kind"]]:
            found.equal(f"{what}: recovery point for {disruption}", said["recovery_point"][disruption], None)
        if counts(component, disruption):
            point = said["recovery_point"][disruption]
            mine = getattr(recoveries, disruption)
            spoken = moment(point).replace(microsecond=0) if point else None
            found.check(
                spoken == seconds(mine), f"{what}: recovery point for {disruption} is {point}, boto3 says {mine} ({said['reason']})"
            )


def compare_rpo(said: dict[str, Any], wanted: set[tuple[int | None, bool]], found: Findings, what: str) -> None:
    """A System's figure, which may be counted to one of several moments, and whether its word agrees with it."""
    now_s, objective_s = said.get("now_s"), said.get("objective_s")
    found.check(now_s in {figure for figure, _ in wanted}, f"{what}.now_s: {now_s}, not {wanted}")
    # Where the start of an outage was not seen, more than was promised may not have been lost.
    seen = {seen for figure, seen in wanted if figure == now_s}
    # The figure is told in whole seconds: at the very second that was promised it may be a part of one more.
    if objective_s is not None and now_s is not None and now_s != objective_s and seen == {True}:
        found.equal(f"{what}.verdict breached with {now_s} of {objective_s}", said["verdict"] == "breached", now_s > objective_s)
    elif objective_s is not None and now_s is not None:
        found.check(said["verdict"] != "met" or now_s <= objective_s, f"{what}: {now_s} of {objective_s} is met")


def compare(drdeck: str, simulator: Simulator, memory: Memory, found: Findings, when: str) -> None:
    """Everything, at the moment the stopped clock shows."""
    now = simulator.now()
    reads = Reads(Aws(simulator.endpoint, timeout=4), now)
    status = Status(drdeck, "--config", str(simulator.config), "--state-dir", str(simulator.state))
    found.equal(f"{when}: taken at", moment(status.json["taken_at"]), now)
    config = tomllib.loads(simulator.config.read_text())
    found.equal(f"{when}: the systems", [each["name"] for each in status.json["systems"]], [each["name"] for each in config["system"]])
    outages = {
        system["name"]: compare_system(reads, config, system, status.system(system["name"]), memory, found, when)
        for system in config["system"]
    }
    memory.outages, memory.seen_at = outages, now


def main() -> None:
    """Each moment of the scenario."""
    drdeck, scenario, *rest = sys.argv[1:]
    faults = [json.loads(each) for each in rest if each.startswith("{")]
    minutes = [float(each) for each in rest if not each.startswith("{")]
    found, memory = Findings(f"oracle {scenario}"), Memory()
    with Simulator(drdeck, "--scenario", scenario, "--speed", "0", "--seed", "7") as simulator:
        start = simulator.now().replace(microsecond=0)
        simulator.control("faults", [{"fault": fault} for fault in faults])
        for minute in minutes:
            simulator.freeze(start + timedelta(minutes=minute))
            compare(drdeck, simulator, memory, found, f"{scenario}+{minute}m")
    found.end()


if __name__ == "__main__":
    main()
