"""Plays `region-outage` and asks `drdeck status` at moments of it: what us-east-1 said goes out of date in sight, us-west-2
keeps answering, storefront is down since the right moment, what it would lose stands still and a failover stays to be considered.

usage: outage_check.py DRDECK
"""

import sys
import time
import tomllib
from datetime import datetime, timedelta
from typing import Any

from aws import Aws
from deck import Simulator, Status, moment
from findings import Findings
from reads import Reads, Unreadable
from serving import by_cloudwatch
from users import ask

DEAD, ALIVE = "us-east-1", "us-west-2"
SYSTEM = "storefront"
MINUTE = timedelta(minutes=1)


def configured(simulator: Simulator) -> list[dict[str, Any]]:
    """The components of storefront."""
    systems = tomllib.loads(simulator.config.read_text())["system"]
    return next(each["component"] for each in systems if each["name"] == SYSTEM)


def health_checks(simulator: Simulator) -> list[str]:
    """The checks that watch the Region that dies."""
    checks = [each for each in configured(simulator) if each["kind"] == "health-check"]
    return [each["id"] for each in checks if each.get("watches", DEAD) == DEAD]


def down_since(simulator: Simulator, at: datetime) -> datetime | None:
    """Since when boto3 finds all of storefront's checks failing, at a moment; None while one passes or cannot be read."""
    simulator.freeze(at)
    reads = Reads(Aws(simulator.endpoint, timeout=4), at)
    try:
        runs = [by_cloudwatch(reads, check).since for check in health_checks(simulator)]
    except Unreadable:
        return None
    return max(since for since in runs if since) if all(runs) else None


def status_at(drdeck: str, simulator: Simulator, at: datetime, found: Findings) -> Status:
    """`status` at a moment, in time."""
    simulator.freeze(at)
    started = time.monotonic()
    status = Status(drdeck, "--config", str(simulator.config), "--state-dir", str(simulator.state))
    took = time.monotonic() - started
    found.check(took < 20, f"status took {took:.0f} s at {at}")
    return status


def moves(simulator: Simulator, found: Findings) -> None:
    """The clock runs at sixty times the pace of ours."""
    before, started = simulator.now(), time.monotonic()
    time.sleep(2)
    ran, passed = (simulator.now() - before).total_seconds(), time.monotonic() - started
    found.check(0.8 < ran / (60 * passed) < 1.25, f"{ran:.0f} simulated seconds in {passed:.1f} s at speed 60")


def is_dead(status: Status, found: Findings) -> None:
    """Nothing of the dead Region is good, and the other one answers."""
    when = status.json["taken_at"]
    # Route 53's API is slow, but answers; a page that is not there was looked at.
    dead = [each for each in status.sources(DEAD) if each["service"] not in ("route53", "http")]
    found.check(bool(dead), f"{when}: no source in {DEAD}")
    for source in dead:
        found.check(source["state"] != "ok", f"{when}: {source['service']} {DEAD} is {source['state']}")
        found.check(bool(source["error"]), f"{when}: {source['service']} {DEAD} gives no reason")
    for source in status.sources(ALIVE):
        found.equal(f"{when}: {source['service']} {ALIVE} ({source['error']})", source["state"], "ok")
    for system in status.json["systems"]:
        for each in system["components"]:
            unread = each["source"].endswith(DEAD) and not each["source"].startswith("route53:")
            found.check(not unread or each["verdict"] != "met", f"{when}: {system['name']}/{each['name']} is met by {each['source']}")


def is_told(status: Status, simulator: Simulator, found: Findings) -> None:
    """The reasons of storefront say what happened, and where DNS sends its users meanwhile."""
    when, reasons = status.json["taken_at"], status.system(SYSTEM)["reasons"]
    wanted = ["Users have not been served since", "Consider failover: ", f"{DEAD} has not answered since", "drdeck's own look at "]
    config = tomllib.loads(simulator.config.read_text())
    record = next(each["record"] for each in configured(simulator) if each["kind"] == "dns-record")
    answers = {name: ask(config["dns"]["authoritative"][0], name, "A") for name in (record, f"usw2.{record}")}
    moved = len({answer.values if answer else None for answer in answers.values()}) == 1
    found.check(moved, f"{when}: DNS does not send users of {record} to {ALIVE}: {answers}")
    wanted += [f"{record} answers the secondary ({ALIVE})", f"Users are sent to {ALIVE}, but the writer is in {DEAD}"]
    for words in wanted:
        found.check(any(words in reason for reason in reasons), f"{when}: no reason of {SYSTEM} says {words!r}: {reasons}")


def stands_still(first: Status, second: Status, counted: set[str], since: datetime, found: Findings) -> None:
    """Storefront is down, and what it would lose is counted to the start of the outage."""
    for status in (first, second):
        when = status.json["taken_at"]
        system = status.system(SYSTEM)
        found.equal(f"{when}: {SYSTEM}", system["up"], "down")
        points = [each["recovery_point"]["region"] for each in system["components"] if each["name"] in counted]
        wanted = max(0, int((since - min(moment(point) for point in points if point)).total_seconds()))
        found.equal(f"{when}: what {SYSTEM} would lose, down since {since}", system["rpo"]["region"]["now_s"], wanted)
        found.check(
            any(since.strftime("%H:%M") in reason for reason in system["reasons"]),
            f"{when}: no reason of {SYSTEM} says that it is down since {since:%H:%M}: {system['reasons']}",
        )
    figures = [status.system(SYSTEM)["rpo"]["region"]["now_s"] for status in (first, second)]
    # The lag is told in rounded milliseconds: a figure near a whole second may fall on either side of it.
    stands = None not in figures and abs(figures[1] - figures[0]) <= 1
    found.check(stands, f"what would be lost does not stand still: {figures[0]} s, later {figures[1]} s")


def main() -> None:
    """Before, at the start of, and long after the outage."""
    drdeck = sys.argv[1]
    found = Findings("outage")
    with Simulator(drdeck, "--scenario", "region-outage", "--speed", "60", "--seed", "7") as simulator:
        start = simulator.now().replace(microsecond=0)
        moves(simulator, found)
        moments = [start + thirds * MINUTE / 3 for thirds in range(6, 16)]
        at, since = next(((at, since) for at in moments if (since := down_since(simulator, at))), (start, None))
        if since is None:
            raise SystemExit(f"boto3 does not find {SYSTEM} down within five minutes of {start}")

        before = status_at(drdeck, simulator, since - 2 * MINUTE, found)
        found.equal(f"{SYSTEM} before", before.system(SYSTEM)["up"], "up")
        counted = {each["name"] for each in configured(simulator) if each["kind"] == "aurora-global"}
        first, second = (status_at(drdeck, simulator, at + minutes * MINUTE, found) for minutes in (0.25, 1))
        stands_still(first, second, counted, since, found)
        later = status_at(drdeck, simulator, since + 12 * MINUTE, found)
        is_dead(later, found)
        is_told(later, simulator, found)
        stands_still(second, later, counted, since, found)
        found.check(later.code in (2, 3), f"the exit code twelve minutes later is {later.code}")
    found.end()


if __name__ == "__main__":
    main()
