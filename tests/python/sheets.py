"""Takes every line off the sheets of `runbook print`, as it stands on the paper, gives it to a real shell, puts a value in the place of each mark as
a person would, and gives it to the real AWS CLI: service, operation, options, parameters and queries must be ones that it takes.
Nothing is sent. Every tenth line is then misspelt, and that must be found: the check is able to fail.

usage: sheets.py DRDECK SHEETS.json
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from command_lines import called, words  # it sets the environment first

import jmespath
from findings import Findings

MARKS = {
    "<MAX>": "12",
    "<VERSION>": "3",
    "<FROM>": "2026-11-20T13:50:00Z",
    "<TO>": "2026-11-20T14:10:00Z",
    "<TIME>": "2026-11-20T13:00:00Z",
    "<OTHER-REGION>": "us-east-1",
    "<JOB>": "drsjob-0123456789abcdef0",
    "<OTHER-CHECK>": "3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101",
    "<EXECUTION>": "us-west-2/0123456789abcdef",
}
LIKE = [
    (re.compile(r"<SERVER-\d+>"), "s-0123456789abcdef0"),
    (re.compile(r"<MACHINE-\d+>"), "i-0123456789abcdef0"),
    (re.compile(r"<POINT-\d+>"), "pit-0123456789abcdef0"),
    (re.compile(r"<ENDPOINT-[a-z0-9-]+>"), "http://127.0.0.1:9"),
    (re.compile(r"<[A-Za-z0-9-]*ARN[A-Za-z0-9_-]*>"), "arn:aws:rds:us-west-2:111122223333:cluster:one"),
    (re.compile(r"<[A-Z][A-Z0-9-]*>"), "filled-in"),
]
BEGINS = re.compile(r"^    (aws|curl|dig|export|true)( |$)")


def lines(text: str) -> list[str]:
    """The shell's lines of a sheet: each ends where neither a backslash nor an open quote lets it go on."""
    found: list[str] = []
    rest = iter(text.split("\n"))
    for line in rest:
        if not BEGINS.match(line):
            continue
        whole = line
        while whole.endswith("\\") or whole.replace("\\'", "").count("'") % 2:
            whole += "\n" + next(rest)
        found.append(whole.strip())
    return found


def filled(word: str) -> str:
    for mark, value in MARKS.items():
        word = word.replace(mark, value)
    for mark, value in LIKE:
        word = mark.sub(value, word)
    return word


def main() -> None:
    findings = Findings("sheets")
    sheets = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    seen: set[str] = set()
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    Path("metadata.json").write_text('{"DBInstanceIdentifier": "one"}', encoding="utf-8")
    record = {"Name": "www.shop.example.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch = {"Comment": "by hand", "Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    Path("change.json").write_text(json.dumps(batch), encoding="utf-8")
    for sheet in sheets:
        own = lines(sheet["text"])
        findings.check(bool(own), f"{sheet['name']}: no line")
        for line in own:
            if line not in seen:
                seen.add(line)
                taken(line, findings, spoil=len(seen) % 10 == 1)
    findings.check(len(seen) > 150, f"only {len(seen)} lines")
    findings.end()


def taken(line: str, findings: Findings, spoil: bool) -> None:
    """Whether the CLI takes a line, and, where that is to be tried, refuses it misspelt."""
    arguments = [filled(word) for word in words(re.sub(r"[\s\\]+> [a-z.]+$", "", line))]
    if arguments[0] != "aws":
        return
    service, operation = arguments[1:3]
    if "--query" in arguments:
        query = arguments[arguments.index("--query") + 1]
        try:
            jmespath.compile(query)
        except jmespath.exceptions.ParseError as error:
            findings.check(False, f"{line}: {error}")
    call: dict[str, Any] = called(arguments[1:])
    wanted = operation.replace("-", "")
    findings.equal(f"{line}: operation", str(call.get("operation")).lower(), wanted)
    if not spoil:
        return
    spoilt = arguments[1:]
    spoilt[1] += "x"
    findings.check(called(spoilt).get("operation") is None, f"{line}: a misspelt operation is taken")


if __name__ == "__main__":
    main()
