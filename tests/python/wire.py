"""Checks the raw body of a reply against the botocore service model: every member sent must be one of the output shape,
under its wire name and of its type; nothing required may be missing; enum values must be known.

A parser ignores what it does not know, so "boto3 parsed it" would not see a misspelt member. The bodies are therefore read
here, by the standard library alone.
"""

import base64
import json
import re
import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.model import OperationModel, Shape


@dataclass
class Tag:
    """A tagged CBOR value."""

    number: int
    value: Any


def check(protocol: str, operation: OperationModel, headers: dict[str, str], body: bytes) -> list[str]:
    """What is wrong with a successful reply; nothing, it is hoped."""
    output = operation.output_shape
    if output is None:
        return [] if protocol == "query" or not body.strip() else [f"a body of {len(body)} bytes where none is modelled"]
    try:
        match protocol:
            case "rest-json" | "json":
                return list(_json(payload(output), json.loads(body or b"{}"), output.name, in_body(output)))
            case "smithy-rpc-v2-cbor":
                wanted = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
                wrong = [f"header {name}: {headers.get(name)!r}" for name in wanted if headers.get(name) != wanted[name]]
                return wrong + list(_cbor(output, cbor(body), output.name))
            case "query":
                return list(_query(operation, ElementTree.fromstring(body)))
            case "rest-xml":
                root = ElementTree.fromstring(body)
                wrong = [] if local(root) == output.name else [f"the root is {local(root)}, not {output.name}"]
                return wrong + list(_xml(output, root, output.name, in_body(output)))
            case other:
                return [f"protocol {other} is not known here"]
    except (ValueError, ElementTree.ParseError, struct.error, IndexError) as error:
        return [f"unreadable: {error}"]


def payload(output: Shape) -> Shape:
    """The member that is the whole body, or the shape itself."""
    name = output.serialization.get("payload")
    return output.members[name] if name else output


def in_body(shape: Shape) -> dict[str, Shape]:
    """The members that travel in the body, by name."""
    return {name: member for name, member in getattr(shape, "members", {}).items() if "location" not in member.serialization}


def wire_name(name: str, member: Shape) -> str:
    """What a member is called on the wire."""
    return member.serialization.get("name", name)


def missing(shape: Shape, members: dict[str, Shape], sent: set[str], path: str) -> Iterator[str]:
    """The required members that were not sent."""
    for name in shape.metadata.get("required", []):
        if name in members and wire_name(name, members[name]) not in sent:
            yield f"{path}: {name} is required and missing"


def _text(shape: Shape, value: str, path: str) -> Iterator[str]:
    known = shape.metadata.get("enum")
    if known and value not in known:
        yield f"{path}: {value!r} is none of {', '.join(known)}"
    if shape.name == "ISO8601DatetimeString":  # its pattern refuses the +00:00 that DRS sends
        yield from _timestamp(value, path)
    elif not _matches(shape.metadata.get("pattern"), value):
        yield f"{path}: {value!r} does not match {shape.metadata['pattern']}"


def _matches(pattern: str | None, value: str) -> bool:
    try:
        return pattern is None or re.search(f"^(?:{pattern})$", value) is not None
    except re.error:  # a Java pattern that Python cannot read
        return True


def _timestamp(text: str, path: str) -> Iterator[str]:
    try:
        if datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is None:
            yield f"{path}: {text!r} has no time zone"
    except ValueError:
        yield f"{path}: {text!r} is not an ISO 8601 moment"


def _json(shape: Shape, value: Any, path: str, members: dict[str, Shape] | None = None) -> Iterator[str]:
    match shape.type_name, value:
        case "structure", dict():
            yield from _members(shape, value, path, members, _json)
        case "list", list():
            for item in value:
                yield from _json(shape.member, item, f"{path}[]")
        case "map", dict():
            for item in value.values():
                yield from _json(shape.value, item, f"{path}{{}}")
        case ("string" | "character"), str():
            yield from _text(shape, value, path)
        case "boolean", bool():
            pass
        case ("integer" | "long"), int() if not isinstance(value, bool):
            pass
        case ("float" | "double"), int() | float() if not isinstance(value, bool):
            pass
        case "timestamp", str() if shape.serialization.get("timestampFormat") == "iso8601":
            yield from _timestamp(value, path)
        case "timestamp", int() | float() if not isinstance(value, bool) and "timestampFormat" not in shape.serialization:
            pass
        case "blob", str():
            base64.b64decode(value, validate=True)
        case _:
            yield f"{path}: {value!r} is not a {shape.type_name}"


def _members(shape: Shape, value: dict[str, Any], path: str, members: dict[str, Shape] | None, each: Any) -> Iterator[str]:
    members = shape.members if members is None else members
    by_wire = {wire_name(name, member): member for name, member in members.items()}
    for key, item in value.items():
        if key in by_wire:
            yield from each(by_wire[key], item, f"{path}.{key}")
        else:
            yield f"{path}.{key}: no such member in {shape.name}"
    yield from missing(shape, members, set(value), path)


def _cbor(shape: Shape, value: Any, path: str) -> Iterator[str]:
    match shape.type_name, value:
        case "structure", dict():
            yield from _members(shape, value, path, None, _cbor)
        case "list", list():
            for item in value:
                yield from _cbor(shape.member, item, f"{path}[]")
        case "map", dict():
            for item in value.values():
                yield from _cbor(shape.value, item, f"{path}{{}}")
        case "string", str():
            yield from _text(shape, value, path)
        case "boolean", bool():
            pass
        case ("integer" | "long"), int() if not isinstance(value, bool):
            pass
        case ("float" | "double"), float():
            pass
        case "timestamp", Tag(1, int() | float()):
            pass
        case "blob", bytes():
            pass
        case _:
            yield f"{path}: {value!r} is not a {shape.type_name}"


def local(element: ElementTree.Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: ElementTree.Element) -> str:
    """The namespace of a tag."""
    return element.tag.partition("}")[0].lstrip("{")


def _query(operation: OperationModel, root: ElementTree.Element) -> Iterator[str]:
    name = operation.name
    if local(root) != f"{name}Response":
        yield f"the root is {local(root)}, not {name}Response"
    wanted = operation.service_model.metadata.get("xmlNamespace")
    if namespace(root) != wanted:
        yield f"the namespace is {namespace(root)}, not {wanted}"
    parts = {local(part): part for part in root}
    request_id = next((part.text for part in parts.get("ResponseMetadata", ()) if local(part) == "RequestId"), None)
    if not request_id:
        yield "no ResponseMetadata with a RequestId"
    output = operation.output_shape
    wrapper = output.serialization.get("resultWrapper", f"{name}Result")
    if set(parts) - {"ResponseMetadata"} != {wrapper}:
        yield f"the parts are {', '.join(parts)}, not {wrapper} and ResponseMetadata"
    if wrapper in parts:
        yield from _xml(output, parts[wrapper], wrapper)


def _xml(shape: Shape, element: ElementTree.Element, path: str, members: dict[str, Shape] | None = None) -> Iterator[str]:
    text = element.text or ""
    children = list(element)
    match shape.type_name:
        case "structure":
            yield from _xml_structure(shape, element, path, shape.members if members is None else members)
        case "list":
            item = shape.member.serialization.get("name", "member")
            for child in children:
                if local(child) == item:
                    yield from _xml(shape.member, child, f"{path}.{item}")
                else:
                    yield f"{path}.{local(child)}: the items of {shape.name} are called {item}"
        case "map":
            for entry in children:
                if local(entry) != "entry":
                    yield f"{path}.{local(entry)}: the entries of {shape.name} are called entry"
                if [local(part) for part in entry] != [
                    shape.key.serialization.get("name", "key"),
                    shape.value.serialization.get("name", "value"),
                ]:
                    yield f"{path}: an entry of {', '.join(local(part) for part in entry)}"
        case _ if children:
            yield f"{path}: elements in a {shape.type_name}"
        case "string" | "character":
            yield from _text(shape, text, path)
        case "boolean" if text in ("true", "false"):
            pass
        case "integer" | "long" if re.fullmatch(r"-?\d+", text):
            pass
        case "float" | "double" if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text):
            pass
        case "timestamp":
            yield from _timestamp(text, path)
        case other:
            yield f"{path}: {text!r} is not a {other}"


def _xml_structure(shape: Shape, element: ElementTree.Element, path: str, members: dict[str, Shape]) -> Iterator[str]:
    by_wire: dict[str, Shape] = {}
    for name, member in members.items():
        flat = member.type_name == "list" and member.serialization.get("flattened")
        by_wire[(member.member.serialization.get("name") if flat else None) or wire_name(name, member)] = member
    sent: set[str] = set()
    for child in element:
        key = local(child)
        member = by_wire.get(key)
        if member is None:
            yield f"{path}.{key}: no such member in {shape.name}"
        elif member.type_name == "list" and member.serialization.get("flattened"):
            yield from _xml(member.member, child, f"{path}.{key}")
        elif key in sent:
            yield f"{path}.{key}: sent twice"
        else:
            yield from _xml(member, child, f"{path}.{key}")
        sent.add(key)
    yield from missing(shape, members, sent, path)


def cbor(data: bytes) -> Any:
    """The one value that `data` holds; floats, integers and tags kept apart."""
    value, end = _cbor_value(data, 0)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes after the value")
    return value


BREAK = object()


def _cbor_value(data: bytes, at: int) -> tuple[Any, int]:
    major, info = data[at] >> 5, data[at] & 0x1F
    at += 1
    if major == 7:
        simple = {20: False, 21: True, 22: None, 31: BREAK}
        if info in simple:
            return simple[info], at
        form, size = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}[info]
        return struct.unpack(form, data[at : at + size])[0], at + size
    if info == 31:
        return _cbor_indefinite(data, at, major)
    count = info
    if info >= 24:
        size = 1 << (info - 24)
        count = int.from_bytes(data[at : at + size])
        at += size
    match major:
        case 0:
            return count, at
        case 1:
            return -1 - count, at
        case 2:
            return data[at : at + count], at + count
        case 3:
            return data[at : at + count].decode(), at + count
        case 6:
            value, at = _cbor_value(data, at)
            return Tag(count, value), at
    items = []
    for _ in range(count * (2 if major == 5 else 1)):
        value, at = _cbor_value(data, at)
        items.append(value)
    return _collected(major, items), at


def _cbor_indefinite(data: bytes, at: int, major: int) -> tuple[Any, int]:
    items = []
    while True:
        value, at = _cbor_value(data, at)
        if value is BREAK:
            return _collected(major, items), at
        items.append(value)


def _collected(major: int, items: list[Any]) -> Any:
    match major:
        case 2:
            return b"".join(items)
        case 3:
            return "".join(items)
        case 4:
            return items
        case 5:
            return dict(zip(items[::2], items[1::2], strict=True))
    raise ValueError(f"major type {major} cannot be collected")


def names_sent(protocol: str, output: Shape, body: bytes) -> set[str]:
    """Every name in a body that could be misspelt: members and elements, not the keys of maps, which are values."""
    match protocol:
        case "query" | "rest-xml":
            return {local(element) for element in ElementTree.fromstring(body).iter()}
        case "smithy-rpc-v2-cbor":
            return set(_keys(output, cbor(body)))
        case _:
            return set(_keys(payload(output), json.loads(body or b"{}")))


def _keys(shape: Shape, value: Any) -> Iterator[str]:
    match shape.type_name:
        case "structure":
            members = {wire_name(name, member): member for name, member in shape.members.items()}
            for key, item in value.items():
                yield key
                yield from _keys(members[key], item)
        case "list":
            for item in value:
                yield from _keys(shape.member, item)
        case "map":
            for item in value.values():
                yield from _keys(shape.value, item)


def misspell(protocol: str, body: bytes, name: str) -> bytes:
    """The body with one name misspelt throughout, at the same length."""
    wrong = name[:-1] + ("x" if name[-1] != "x" else "y")
    match protocol:
        case "query" | "rest-xml":
            return re.sub(rb"(</?)%s\b" % name.encode(), rb"\g<1>%s" % wrong.encode(), body)
        case "smithy-rpc-v2-cbor":
            return body.replace(name.encode(), wrong.encode())
        case _:
            return re.sub(rb'"%s"(\s*:)' % name.encode(), rb'"%s"\g<1>' % wrong.encode(), body)
