"""Gives the lines that drdeck prints to a real shell and to the real AWS CLI, and checks that the call which the CLI would make is
the call that drdeck makes: same service, operation, Region and parameters. Nothing is sent. Then every line is misspelt, and
that must be found: the check is able to fail.

usage: command_lines.py DRDECK LINES.json
"""

import json
import os
import subprocess
import sys
from typing import Any

import botocore
import botocore.session

os.environ.update(
    AWS_ACCESS_KEY_ID="demo",
    AWS_SECRET_ACCESS_KEY="demo",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE="/dev/null",
    # The service models that come with the CLI are months older, and do not know DRS's recovery plans yet.
    AWS_DATA_PATH=os.path.join(os.path.dirname(botocore.__file__), "data"),
)
os.environ.pop("AWS_PROFILE", None)

from awscli.clidriver import create_clidriver  # noqa: E402  (it reads the environment)

from findings import Findings  # noqa: E402

# The models are read once for all lines: they are most of what the CLI does with one.
MODELS = botocore.session.get_session().get_component("data_loader")


class Answer:
    """What the CLI takes for an answer, so that nothing is sent."""

    status_code = 200
    headers: dict[str, str] = {}


def words(line: str) -> list[str]:
    """The line as a POSIX shell hands it to a program."""
    script = f"show() {{ printf '%s\\0' \"$@\"; }}\nshow {line}\n"
    told = subprocess.run(["sh", "-c", script], capture_output=True, check=True, text=True).stdout
    return told.split("\0")[:-1]


def called(arguments: list[str]) -> dict[str, Any]:
    """The call that the CLI would make."""
    driver = create_clidriver()
    driver.session.register_component("data_loader", MODELS)
    call: dict[str, Any] = {}

    def asked(params: Any, model: Any, context: Any, **_: Any) -> None:
        call.setdefault("parameters", json.loads(json.dumps(params)))

    def sent(model: Any, context: Any, **_: Any) -> tuple[Answer, dict[str, Any]]:
        call["service"] = model.service_model.signing_name
        call["operation"] = model.name
        call["region"] = context["client_region"]
        return Answer(), {"ResponseMetadata": {"HTTPStatusCode": 200}}

    driver.session.register("provide-client-params", asked)
    driver.session.register("before-call", sent)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        out, err, sys.stdout, sys.stderr = sys.stdout, sys.stderr, nowhere, nowhere
        try:
            call["code"] = driver.main(arguments)
        except SystemExit as end:
            call["code"] = end.code
        finally:
            sys.stdout, sys.stderr = out, err
    return call


def main() -> None:
    findings = Findings("command lines")
    with open(sys.argv[2], encoding="utf-8") as file:
        lines = json.load(file)
    for wanted in lines:
        line = wanted["line"]
        arguments = words(line)
        findings.check(arguments == wanted["words"], f"a shell reads {line} as {arguments}")
        call = called(arguments[1:])
        for name in ("operation", "region", "parameters"):
            findings.check(call.get(name) == wanted[name], f"{line}: {name} {call.get(name)}, not {wanted[name]}")
        findings.check(call["code"] == 0, f"{line}: the CLI ends with {call['code']}")
        options = [at for at, word in enumerate(arguments) if word.startswith("--") and word != "--region"]
        spoilt = list(arguments[1:])
        spoilt[options[0] - 1] += "x"
        findings.check(called(spoilt).get("operation") is None, f"{line}: a misspelt option is taken")
    findings.end()


if __name__ == "__main__":
    main()
