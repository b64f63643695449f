"""Names and alarms: where DNS sends users, by the answers of DNS and the records behind them, and what alarms say. Written anew from
the rules' text."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from findings import Findings
from reads import Reads, Unreadable
from rules import Table
from serving import PASSING, Serving, check_health
from users import Answer, ask

ALIAS_TTL = 60
REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
ALARMS = {"OK": "met", "ALARM": "at_risk"}


@dataclass(frozen=True)
class RecordSet:
    """One record set of a name: its text in Route 53, what it leads to, where that is, and whether its health check passes."""

    record: Table
    values: frozenset[str]
    site: str | None
    health: Serving | None

    @property
    def role(self) -> str | None:
        """PRIMARY or SECONDARY."""
        return self.record.get("Failover")


class Name:
    """A `dns-record` component, its record sets, and what DNS answers."""

    def __init__(self, reads: Reads, config: Table, system: Table, component: Table) -> None:
        self._reads, self._dns, self._system = reads, config["dns"], system
        self.name, self._kind = component["record"], component.get("type", "A")
        self.answer = self._ask(self.name, "authoritative")
        try:
            self._records: list[Table] | None = reads.records(component["zone"])
        except Unreadable:
            self._records = None
        self.sets = [self._set(each) for each in self._of(self.name)]

    @property
    def is_listed(self) -> bool:
        """Whether its records could be read."""
        return self._records is not None

    def _ask(self, name: str, server: str) -> Answer | None:
        return ask(self._dns[server][0], name, self._kind)

    def _of(self, name: str) -> list[Table]:
        found = [each for each in self._records or [] if each["Name"].rstrip(".").lower() == name.rstrip(".").lower()]
        return [each for each in found if each["Type"] == self._kind] or [each for each in found if each["Type"] == "CNAME"]

    def _set(self, record: Table) -> RecordSet:
        own = [each["Value"].rstrip(".") for each in record.get("ResourceRecords", [])]
        target = record.get("AliasTarget", {}).get("DNSName", "").rstrip(".")
        target = target or (own[0] if record["Type"] == "CNAME" and self._kind != "CNAME" else "")
        values = frozenset(own)
        if target:
            answer = self._ask(target, "authoritative" if self._of(target) else "resolvers")
            values = answer.values if answer else frozenset()
        check = record.get("HealthCheckId")
        health = check_health(self._reads, check, ask_checkers=True) if check else None
        return RecordSet(record, values, self._site(record, target or "".join(own[:1])), health)

    def _site(self, record: Table, target: str) -> str | None:
        """Its own Region, what its health check watches, the Region in the name it stands for, what it is called."""
        checks = [each for each in self._system["component"] if each["kind"] == "health-check"]
        watched = {each["id"]: each.get("watches", self._system["primary"]) for each in checks}
        named = [record.get("Region"), watched.get(record.get("HealthCheckId", "")), region_in(target)]
        below = {self._site(each, each.get("AliasTarget", {}).get("DNSName", "")) for each in self._of(target) if target != self.name}
        named.append(below.pop() if len(below) == 1 else None)
        named.append(region_in(record.get("SetIdentifier", "")))
        return next((each for each in named if each), None)

    def answered(self) -> list[RecordSet]:
        """The record sets whose values DNS answers."""
        values = self.answer.values if self.answer else frozenset()
        return [each for each in self.sets if each.values & values]

    def sent_to(self) -> set[str]:
        """Where DNS sends users: what it answers, and of sets by weight, nearness or all at once every one that is healthy."""
        answered = self.answered()
        healthy = [each for each in self.sets if each.health in (None, PASSING)]
        others = [] if not answered or any(each.role for each in self.sets) else (healthy or self.sets)
        return {each.site for each in [*answered, *others] if each.site}

    def follow(self) -> timedelta:
        """How long until clients follow a failover: until it is noticed, and what they keep runs out."""
        own = self.answer.ttl if self.answer else None
        kept = max((each.record.get("TTL") or own or ALIAS_TTL for each in self.sets), default=0)
        return timedelta(seconds=kept + max((notices(self._reads, each.record) for each in self.sets), default=0))

    def troubles(self, rto: timedelta | None) -> list[str]:
        """What must be said of it, in words that drdeck uses."""
        if self.answer is None:
            return []
        if self.answer.code != "NOERROR" or not self.answer.values:
            return [f"DNS does not find {self.name}" if self.answer.code != "NOERROR" else f"DNS knows no {self._kind} record"]
        answered = self.answered()
        found = [f"{self.name} answers the secondary ({each.site})" for each in answered if each.role == "SECONDARY"]
        for each in answered:
            if each.role == "PRIMARY" and each.health and each.health.up == "down":
                found.append(f"{self.name} answers the primary ({each.site}) although it is unhealthy")
        if rto and self.sets and self.follow() * 2 > rto:
            found.append(f"Clients of {self.name} follow a failover only after")
        return found


def region_in(name: str) -> str | None:
    """The first label of a name that is a Region."""
    return next((label for label in name.split(".") if REGION.fullmatch(label)), None)


def notices(reads: Reads, record: Table) -> int:
    """How long the health check of a record set takes to notice a failure, in seconds."""
    try:
        check = reads.health_checks().get(record.get("HealthCheckId", ""), {})
    except Unreadable:
        return 0
    return int(check.get("RequestInterval") or 0) * int(check.get("FailureThreshold") or 0)


def promised(text: str | None) -> timedelta | None:
    """A duration of the config, such as `1h30m`."""
    if text is None:
        return None
    return timedelta(seconds=sum(int(count) * UNITS[unit] for count, unit in re.findall(r"(\d+)\s*([smhd])", text)))


def compare_name(name: Name, rto: timedelta | None, said: dict[str, Any], reasons: list[str], found: Findings, what: str) -> None:
    """A name and what was said of it."""
    if name.answer is None or not name.is_listed:
        found.check(said["verdict"] != "met", f"{what}: is met, but boto3 or DNS does not answer ({said['reason']})")
        return
    troubles = name.troubles(rto)
    for trouble in troubles:
        told = any(trouble in each for each in [said["reason"], *reasons])
        found.check(told, f"{what}: nobody says {trouble!r}: {said['reason']!r}, {reasons}")
    found.check(not (troubles and said["verdict"] == "met"), f"{what}: is met in spite of {troubles}")
    if said["verdict"] == "met":
        found.check(said["reason"].startswith(f"{name.name} answers "), f"{what}: does not say what is answered: {said['reason']}")
        answered = name.answered()
        found.check(bool(answered), f"{what}: DNS answers {name.answer.values}, which no record set says")
        for each in answered:
            words = "its only record set" if len(name.sets) == 1 else f"the {(each.role or '').lower()} ({each.site})" if each.role else ""
            told = words in said["reason"] and (not each.site or each.site in said["reason"])
            found.check(told, f"{what}: DNS answers {words or each.site} of {each.site}, not {said['reason']!r}")


def compare_alarm(reads: Reads, component: Table, system: Table, said: dict[str, Any], found: Findings, what: str) -> None:
    """An alarm and what was said of it."""
    try:
        alarm = reads.alarms(component.get("region", system["primary"])).get(component["alarm"], {})
    except Unreadable:
        alarm = {}
    wanted = ALARMS.get(alarm.get("StateValue", ""), "unknown")
    wanted = "at_risk" if wanted == "met" and not alarm["ActionsEnabled"] else wanted
    found.equal(f"{what}: {alarm.get('StateValue')} ({said['reason']}): verdict", said["verdict"], wanted)
    if wanted == "at_risk" and alarm["StateValue"] == "ALARM":
        found.check("has been raised" in said["reason"], f"{what}: does not say that it is raised: {said['reason']}")
