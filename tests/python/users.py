"""What users meet, asked as they ask: names by DNS over UDP, pages by HTTP. No AWS API is needed for either."""

import http.client
import ipaddress
import os
import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

TYPES = {"A": 1, "CNAME": 5, "AAAA": 28}
CODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}


@dataclass(frozen=True)
class Answer:
    """What a name server said: its code, the values of the type asked for, and how long the shortest of them may be kept."""

    code: str
    values: frozenset[str]
    ttl: int | None


def ask(server: str, name: str, kind: str, patience: float = 3.0) -> Answer | None:
    """The answer of a server, `ADDRESS:PORT`, to one question; None if none came in time."""
    host, _, port = server.rpartition(":")
    sent = os.urandom(2)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split("."))
    question = labels + b"\0" + struct.pack("!HH", TYPES[kind], 1)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(patience)
        client.connect((host.strip("[]"), int(port)))
        try:
            client.send(sent + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + question)
            reply = client.recv(4096)
        except OSError:
            return None
    if reply[:2] != sent or reply[12 : 12 + len(question)].lower() != question.lower():
        raise ValueError(f"{server} answered something else than {name} {kind}: {reply!r}")
    return parsed(reply, kind, 12 + len(question))


def parsed(reply: bytes, kind: str, at: int) -> Answer:
    """The answers of a reply, which begin at `at`."""
    flags, _, count = struct.unpack_from("!HHH", reply, 2)
    found: list[tuple[str, int]] = []
    for _ in range(count):
        _, at = name_at(reply, at)
        type_, _, ttl, length = struct.unpack_from("!HHIH", reply, at)
        at += 10
        if type_ == TYPES[kind]:
            data = reply[at : at + length]
            value = name_at(reply, at)[0] if kind == "CNAME" else str(ipaddress.ip_address(data))
            found.append((value, ttl))
        at += length
    code = CODES.get(flags & 0xF, str(flags & 0xF))
    return Answer(code, frozenset(value for value, _ in found), min((ttl for _, ttl in found), default=None))


def name_at(reply: bytes, at: int) -> tuple[str, int]:
    """The name at a position, and the position after it; a pointer leads to what was said before."""
    labels: list[str] = []
    while length := reply[at]:
        if length >= 0xC0:
            (pointer,) = struct.unpack_from("!H", reply, at)
            rest, _ = name_at(reply, pointer & 0x3FFF)
            return ".".join([*labels, rest]), at + 2
        labels.append(reply[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels), at + 1


def is_served(url: str, patience: float = 5.0) -> bool:
    """Whether a page is there: any answer but an error; redirects are not followed."""
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.netloc, timeout=patience)
    try:
        connection.request("GET", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        return 200 <= connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
