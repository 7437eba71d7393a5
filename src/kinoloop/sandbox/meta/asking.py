"""One request to the Graph, whether it came alone or inside a batch: method, path, parameters, files."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.wire import Call

SECRETS = ("access_token", "appsecret_proof")


@dataclass(frozen=True)
class Ask:
    """`path` is what follows the version; `params` query and body together, as strings or JSON values."""

    method: str
    path: tuple[str, ...]
    params: Mapping[str, Any]
    root: str
    """URL up to and including the version."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    token: str = ""
    batch: bool = False

    def text(self, name: str) -> str | None:
        """A parameter as text; None when it was not given."""
        value = self.params.get(name)
        return None if value is None else str(value)

    def value(self, name: str) -> Any:
        """A parameter with JSON in strings unpacked: lists, objects, booleans and quoted words."""
        value = self.params.get(name)
        if not isinstance(value, str) or value[:1] not in '[{"tf':
            return value
        try:
            return json.loads(value)
        except ValueError:
            return value

    def number(self, name: str) -> int | None:
        """A whole number. Refuses anything else, `20.00` included."""
        value = self.params.get(name)
        if value is None:
            return None
        try:
            return int(str(value))
        except ValueError:
            raise refuse(100, None, f"(#100) Param {name} must be an integer (got {value})") from None

    @property
    def dry(self) -> bool:
        """Only to be checked, not done."""
        options = self.value("execution_options")
        return isinstance(options, list) and "validate_only" in options


def versioned(path: str) -> tuple[int | None, str]:
    """`v26.0/act_1/ads` as 26 and the rest; a path without a version has None."""
    first, _, rest = path.lstrip("/").partition("/")
    match = re.fullmatch(r"v(\d{1,3})\.\d", first)
    return (int(match[1]), rest) if match else (None, path.lstrip("/"))


def ask_of(call: Call, rest: str, root: str) -> Ask:
    given, files = _body(call)
    params = {**call.query, **given}
    token = call.bearer or str(params.get("access_token", ""))
    path = tuple(part for part in rest.split("/") if part)
    method = str(params.pop("method", call.method)).upper() if call.method == "POST" else call.method
    return Ask(method, path, params, root, files, token)


def _body(call: Call) -> tuple[dict[str, Any], dict[str, bytes]]:
    kind = call.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return parts_of(call.body, kind)
    if kind.startswith("application/json"):
        told = call.json()
        return (told if isinstance(told, dict) else {}), {}
    try:
        return dict(parse_qsl(call.body.decode(), keep_blank_values=True)), {}
    except UnicodeDecodeError:
        return {}, {}


def parts_of(body: bytes, content_type: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Fields and files of a form, files by the name of their field."""
    fields: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    boundary = _parameter(content_type, "content-type", "boundary").encode()
    for part in body.split(b"--" + boundary)[1:]:
        if part.startswith(b"--"):
            break
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        for line in head.decode("utf-8", "replace").split("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() == "content-disposition":
                field_name = _parameter(value.strip(), name, "name")
                if "filename" in value:
                    files[field_name] = content
                else:
                    fields[field_name] = content.decode()
    return fields, files


def _parameter(value: str, header: str, name: str) -> str:
    message = Message()
    message[header] = value
    found = message.get_param(name, "", header)
    return found if isinstance(found, str) else found[-1]
