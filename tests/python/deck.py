"""The drdeck binary as a user runs it: the simulator with its clock, and `status`."""

import json
import subprocess
import tempfile
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self


def moment(text: str) -> datetime:
    """An ISO 8601 moment."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def iso(at: datetime) -> str:
    """A moment as the simulator takes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Simulator:
    """`drdeck simulate` on a free port, ended with the `with` block."""

    def __init__(self, drdeck: str, *arguments: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="drdeck-sim-")
        self.config = Path(self._folder.name) / "drdeck.toml"
        self.state = Path(self._folder.name) / "state"
        command = [drdeck, "simulate", "--listen", "127.0.0.1:0", "--write-config", str(self.config), *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline() if self._process.stdout else ""
        prefix = "listening on "
        if not line.startswith(prefix):
            self.__exit__(None, None, None)
            raise SystemExit(f"{' '.join(command)}: its first line is {line!r}, not `{prefix}http://…`")
        self.endpoint = line.removeprefix(prefix).strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def control(self, path: str, body: Any = None) -> Any:
        """GET of a control endpoint, or POST of `body`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.endpoint}/_drdeck/{path}", data=data, headers={"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def now(self) -> datetime:
        """The simulator's time."""
        return moment(self.control("clock")["now"])

    def freeze(self, at: datetime | None = None) -> datetime:
        """Stops the clock, at `at` or where it is; the moment it shows from then on."""
        self.control("clock", {"now": iso(at or self.now()), "speed": 0.0})
        return self.now()


class Status:
    """What `drdeck status --output json` said: its exit code, its JSON and its standard error."""

    def __init__(self, drdeck: str, *arguments: str, env: dict[str, str] | None = None, timeout: float = 60.0) -> None:
        command = [drdeck, "status", "--output", "json", *arguments]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, env=env, check=False
        )
        self.code = done.returncode
        self.errors = done.stderr
        if "panicked" in done.stderr or "has a defect" in done.stderr:
            raise SystemExit(f"{' '.join(command)} crashed:\n{done.stderr}")
        try:
            self.json: dict[str, Any] = json.loads(done.stdout)
        except json.JSONDecodeError as error:
            raise SystemExit(
                f"{' '.join(command)} exited {done.returncode} without JSON ({error}):\n{done.stdout}\n{done.stderr}"
            ) from error

    def system(self, name: str) -> dict[str, Any]:
        """One System."""
        return next(system for system in self.json["systems"] if system["name"] == name)

    def sources(self, region: str) -> list[dict[str, Any]]:
        """The sources of a Region."""
        return [source for source in self.json["sources"] if source["region"] == region]
