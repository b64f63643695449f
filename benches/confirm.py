#!/usr/bin/env python3
"""How long it takes from the confirm of a step to its request, without what AWS takes to be read again and to say who we are. A proxy before the
simulator writes down when each request came and when it was answered. Prints a table.
Run `tests/run` once before: it makes the Python environment.

    cargo build --release && tests/.venv/bin/python3 benches/confirm.py [target/release/drdeck]
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "python"))
from deck import Simulator  # noqa: E402

STEPS = 30
CHANGE = "UpdateAutoScalingGroup"
AGAIN = ("DescribeAutoScalingGroups", "GetCallerIdentity")

HEAD = """system = "storefront"
direction = "failover"
version = "1"
owner = "us"
summary = "Scales up and down."
account = "111122223333"
regions = ["us-west-2"]
"""


def runbook() -> str:
    """One change after the other."""
    step = """
[[step]]
id = "scale-{number}"
kind = "asg-scale"
phase = "execute"
title = "Scale"
group = "storefront-web"
region = "us-west-2"
desired = {desired}
estimate = "3m"
"""
    return HEAD + "".join(step.format(number=number, desired=3 + number % 2) for number in range(STEPS))


@dataclass
class Asked:
    """A request that came by."""

    operation: str
    came: float
    answered: float = 0.0


class Proxy:
    """Passes everything on, and writes down when. One connection each way for each request."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self.upstream = upstream
        self.seen: list[Asked] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        """Each connection has a thread of its own."""
        while True:
            client, _ = self.listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        """Until the client is gone."""
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                more = client.recv(65536)
                if not more:
                    return
                buffer += more
            head, buffer = buffer.split(b"\r\n\r\n", 1)
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
            while len(buffer) < length:
                buffer += client.recv(65536)
            body, buffer = buffer[:length], buffer[length:]
            asked = Asked(operation(body), time.monotonic())
            self.seen.append(asked)
            with socket.create_connection(self.upstream) as server:
                server.sendall(b"\r\n".join([*lines, b"connection: close", b"", b""]) + body)
                answer = b""
                while more := server.recv(65536):
                    answer += more
            asked.answered = time.monotonic()
            head, rest = answer.split(b"\r\n\r\n", 1)
            kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            client.sendall(b"\r\n".join(kept) + b"\r\n\r\n" + rest)


def operation(body: bytes) -> str:
    """What a form asks for."""
    pairs = dict(pair.partition(b"=")[::2] for pair in body.split(b"&"))
    return pairs.get(b"Action", b"").decode(errors="replace")


def fsync(folder: Path) -> float:
    """Seconds for a line and its fsync, on that file system: the median of a hundred."""
    took = []
    with open(folder / "line", "ab") as file:
        for _ in range(100):
            started = time.monotonic()
            file.write(b"x" * 600)
            file.flush()
            os.fsync(file.fileno())
            took.append(time.monotonic() - started)
    return statistics.median(took)


def covered(read: list[Asked], end: float) -> float:
    """Seconds in which at least one of them waited for its answer, until `end`."""
    total, until = 0.0, 0.0
    for asked in sorted(read, key=lambda asked: asked.came):
        answered = min(asked.answered or end, end)
        total += max(0.0, answered - max(asked.came, until))
        until = max(until, answered)
    return total


def confirms(drdeck: str, config: Path, state: Path, proxy: Proxy) -> list[float]:
    """Confirms each step; the seconds of each, without what was read again."""
    command = [drdeck, "--config", str(config), "--state-dir", str(state), "runbook", "run", "bench"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    assert process.stdin and process.stdout
    took: list[float] = []
    started = 0.0
    for line in process.stdout:
        if line.startswith("? step "):
            # Whatever is read for the cards is over.
            time.sleep(0.3)
            started = time.monotonic()
            process.stdin.write("yes\n")
            process.stdin.flush()
        elif ": done: " in line:
            since = [asked for asked in list(proxy.seen) if asked.came >= started]
            sent = next(asked for asked in since if asked.operation == CHANGE)
            read = [asked for asked in since if asked.operation in AGAIN and asked.came < sent.came]
            took.append(sent.came - started - covered(read, sent.came))
        elif line.startswith("! "):
            raise SystemExit(line)
    if process.wait() != 0 or len(took) != STEPS:
        raise SystemExit(f"the run ended with {process.returncode} after {len(took)} steps")
    return took


def main() -> None:
    drdeck = sys.argv[1] if len(sys.argv) > 1 else "target/release/drdeck"
    # On a disk, as a bastion's state is.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path(__file__).parent.parent / "target") as folder:
        with Simulator(drdeck, "--speed", "300") as simulator:
            host, port = simulator.endpoint.removeprefix("http://").split(":")
            proxy = Proxy((host, int(port)))
            config = Path(folder) / "drdeck.toml"
            config.write_text(simulator.config.read_text().replace(simulator.endpoint, f"http://127.0.0.1:{proxy.port}"))
            (Path(folder) / "runbooks").mkdir()
            (Path(folder) / "runbooks" / "bench.toml").write_text(runbook())
            sync = fsync(Path(folder))
            took = sorted(confirms(drdeck, config, Path(folder) / "state", proxy))
    median, most = statistics.median(took) * 1_000, took[-1] * 1_000
    print(f"| from the confirm to its request, {STEPS} steps, what is read again aside | median, most |")
    print("|---|---|")
    print(f"| all of it | {median:.1f} ms, {most:.1f} ms |")
    print(f"| without two fsyncs of {sync * 1_000:.1f} ms on this disk | {median - 2_000 * sync:.1f} ms, {most - 2_000 * sync:.1f} ms |")


if __name__ == "__main__":
    main()
