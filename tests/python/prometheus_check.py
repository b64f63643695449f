"""`status --output prometheus`, read by the parser of Prometheus's own Python client, against `status --output json` of the same frozen
moment, while one Region is dead; and the scripts of docs/monitoring.md, run as they are printed.

usage: prometheus_check.py DRDECK
"""

import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from deck import Simulator, Status, moment
from findings import Findings
from prometheus_client.parser import text_string_to_metric_families

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "monitoring.md"

Sample = tuple[str, frozenset[tuple[str, str]]]
Samples = dict[Sample, float]


def sample(name: str, **labels: str) -> Sample:
    """A sample's name and labels."""
    return name, frozenset(labels.items())


def parsed(text: str, found: Findings) -> Samples:
    """Every sample, each there once, in a family that says what it is."""
    samples: Samples = {}
    for family in text_string_to_metric_families(text):
        found.equal(f"type of {family.name}", family.type, "gauge")
        found.check(family.documentation.endswith("."), f"{family.name} has no sentence of help")
        for each in family.samples:
            found.equal(f"family of {each.name}", each.name, family.name)
            found.check(each.timestamp is None, f"{each.name} has a timestamp, which the node exporter refuses")
            key = sample(each.name, **each.labels)
            found.check(key not in samples, f"{key} is there twice")
            samples[key] = each.value
    return samples


def expected(status: dict[str, Any]) -> Samples:
    """The samples that the JSON asks for."""
    now = moment(status["taken_at"])
    samples = {
        sample("drdeck_taken_at_seconds"): math.floor(now.timestamp()),
        sample("drdeck_calls"): status["calls"],
        sample("drdeck_cost_per_hour_usd"): status["cost_per_hour_usd"],
    }
    for source in status["sources"]:
        place = {"service": source["service"], "region": source["region"]}
        for state in ["ok", "stale", "error"]:
            samples[sample("drdeck_source_state", **place, state=state)] = float(source["state"] == state)
        if source["read_at"]:
            age = math.floor((now - moment(source["read_at"])).total_seconds())
            samples[sample("drdeck_source_age_seconds", **place)] = max(age, 0)
    for system in status["systems"]:
        name = system["name"]
        info = {key: system[key] for key in ["criticality", "strategy", "primary", "recovery"]}
        samples[sample("drdeck_system_info", system=name, **info)] = 1
        for verdict in ["met", "at_risk", "unknown", "breached", "split"]:
            samples[sample("drdeck_verdict", system=name, verdict=verdict)] = float(system["verdict"] == verdict)
        if system["up"] != "unknown":
            samples[sample("drdeck_up", system=name)] = float(system["up"] == "up")
        for site in system["active"]:
            samples[sample("drdeck_active", system=name, site=site)] = 1
        for disruption in ["region", "data"]:
            of_both = {"system": name, "disruption": disruption}
            rpo, rto = system["rpo"][disruption], system["rto"][disruption]
            figures = {
                "drdeck_rpo_seconds": rpo["now_s"],
                "drdeck_rpo_objective_seconds": rpo["objective_s"],
                "drdeck_rto_objective_seconds": rto["objective_s"],
                "drdeck_rto_proven_seconds": rto["proven_s"],
                "drdeck_rto_estimated_seconds": rto["estimated_s"],
            }
            samples |= {sample(key, **of_both): figure for key, figure in figures.items() if figure is not None}
    return samples


def exposition(drdeck: str, simulator: Simulator, found: Findings) -> subprocess.CompletedProcess[str]:
    """What `status --output prometheus` writes."""
    command = [drdeck, "status", "--output", "prometheus", "--config", str(simulator.config)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    found.equal("standard error", done.stderr, "")
    found.check(done.stdout.endswith("\n"), "the last line does not end")
    return done


def compare(drdeck: str, simulator: Simulator, found: Findings) -> None:
    """Both outputs of one moment."""
    metrics, status = exposition(drdeck, simulator, found), Status(drdeck, "--config", str(simulator.config))
    found.equal("exit code", metrics.returncode, status.code)
    samples, wanted = parsed(metrics.stdout, found), expected(status.json)
    for key in samples.keys() | wanted.keys():
        # A loss of everything is no number in JSON. When a call is tried again, one look takes one more.
        if samples.get(key) != math.inf and key != sample("drdeck_calls"):
            found.equal(f"{key}", samples.get(key), wanted.get(key))


def scripts(drdeck: str, simulator: Simulator, found: Findings) -> None:
    """The two scripts of the document do what it says of them."""
    blocks = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    found.equal("scripts in the document", len(blocks), 2)
    with tempfile.TemporaryDirectory(prefix="drdeck-monitoring-") as folder:
        home = Path(folder)
        config = home / "drdeck" / "config.toml"
        config.parent.mkdir(mode=0o700)
        shutil.copy(simulator.config, config)
        config.chmod(0o600)
        env = os.environ | {"PATH": f"{Path(drdeck).parent}:{os.environ['PATH']}", "XDG_CONFIG_HOME": folder}

        def run(script: str, argument: str) -> subprocess.CompletedProcess[str]:
            (home / "script").write_text(script)
            command = ["sh", str(home / "script"), argument]
            return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)

        collector, check = blocks
        target = home / "drdeck.prom"
        found.equal("the collector's exit code", run(collector, str(target)).returncode, 0)
        whole = target.read_text()
        found.check(bool(parsed(whole, found)), "the collector wrote no samples")
        found.equal("mode of its file", oct(target.stat().st_mode & 0o777), "0o644")

        status = Status(drdeck, "--config", str(simulator.config), "--system", "orders")
        checked = run(check, "orders")
        found.equal("the check's exit code", checked.returncode, status.code)
        found.check("orders" in checked.stdout.splitlines()[0], f"the check's first line: {checked.stdout}")
        stranger = run(check, "nobody")
        found.equal("the check's exit code for a system that is not there", stranger.returncode, 3)
        found.check(stranger.stdout.startswith("UNKNOWN: "), stranger.stdout)

        config.write_text("nonsense = 1\n")
        found.equal("the collector's exit code with a bad config", run(collector, str(target)).returncode, 78)
        found.equal("the file after a failed look", target.read_text(), whole)
        found.equal("what is left beside it", sorted(path.name for path in home.glob("drdeck.prom*")), ["drdeck.prom"])


def main() -> None:
    drdeck = sys.argv[1]
    found = Findings("prometheus_check.py")
    with Simulator(drdeck, "--scenario", "region-outage") as simulator:
        start = simulator.freeze()
        compare(drdeck, simulator, found)
        scripts(drdeck, simulator, found)
        simulator.freeze(start + timedelta(minutes=40))
        compare(drdeck, simulator, found)
    found.end()


main()
