#!/usr/bin/env python3
"""Compares one `drdeck status` with the same reads made by boto3 one after the other, where every call takes 40 ms, and prints a table.
Run `tests/run` once before: it makes the Python environment.

    cargo build --release && tests/.venv/bin/python3 benches/reads.py [target/release/drdeck]
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "python"))
from aws import Aws  # noqa: E402
from deck import Simulator  # noqa: E402

LATENCY = "40ms"
ROUNDS = 5
CLIENTS = {"elasticfilesystem": "efs", "monitoring": "cloudwatch"}
REGIONS = {"aws-global": "us-east-1"}


def arguments(client: Any, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters as boto3 wants them: by member name, with numbers as numbers."""
    members = client.meta.service_model.operation_model(operation).input_shape
    given = {}
    for name, shape in (members.members if members else {}).items():
        value = parameters.get(shape.serialization.get("name", name), parameters.get(name))
        if value is not None:
            # boto3 takes Route 53's MaxItems as a string, all other page sizes as numbers.
            given[name] = as_member(shape.type_name, value)
    return given


def as_member(kind: str, value: Any) -> Any:
    """A query's parameters are all text."""
    if kind in ("integer", "long"):
        return int(value)
    return str(value).lower() == "true" if kind == "boolean" else value


def by_boto3(aws: Aws, calls: list[dict[str, Any]]) -> float:
    """Seconds for the same calls, one after the other, with clients that are there already."""
    prepared = []
    for call in calls:
        client = aws.client(CLIENTS.get(call["service"], call["service"]), REGIONS.get(call["region"], call["region"]))
        methods = {operation: name for name, operation in client.meta.method_to_api_mapping.items()}
        method = methods.get(call["operation"])
        # boto3 does not know DRS's recovery plans yet; what it cannot ask costs it nothing.
        if method is not None:
            prepared.append((getattr(client, method), arguments(client, call["operation"], call["parameters"])))
    started = time.monotonic()
    for method, given in prepared:
        method(**given)
    return time.monotonic() - started


def main() -> None:
    drdeck = sys.argv[1] if len(sys.argv) > 1 else "target/release/drdeck"
    with Simulator(drdeck) as simulator:
        simulator.control("faults", [{"fault": {"latency": {"delay": LATENCY}}}])
        status = [drdeck, "--config", str(simulator.config), "status", "--output", "json"]
        ours = []
        for _ in range(ROUNDS):
            before = len(simulator.control("calls"))
            started = time.monotonic()
            subprocess.run(status, stdout=subprocess.DEVNULL, check=False)
            ours.append(time.monotonic() - started)
        calls = simulator.control("calls")[before:]
        aws = Aws(simulator.endpoint)
        theirs = [by_boto3(aws, calls) for _ in range(ROUNDS)]
    us, them = statistics.median(ours), statistics.median(theirs)
    print(f"| the shop's {len(calls)} reads, {LATENCY} a call | median of {ROUNDS} |")
    print("|---|---|")
    print(f"| `drdeck status`, process start and judgement included | {us:.2f} s |")
    print(f"| boto3, one call after the other, clients made before | {them:.2f} s |")
    print(f"| ratio | {them / us:.1f} |")


if __name__ == "__main__":
    main()
