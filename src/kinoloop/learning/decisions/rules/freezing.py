"""A view and a round as canonical bytes: the same values give the same bytes, on any machine. Pure.

A frozen view is a header (JSON, sorted keys) behind its length, then every array in little-endian order. A
round is JSON with floats of nine significant digits: the last bits of an exponential differ between
processors, and no decision hangs on them.
"""

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from struct import pack, unpack_from
from typing import Any

import numpy as np

from kinoloop.core.errors import IntegrityError
from kinoloop.core.ids import hash_bytes
from kinoloop.learning.bandit.records import AccountView, AdDecision, BanditSettings, Outcomes, Round

MAGIC = b"KINOVIEW1\n"
DIGITS = 9
Json = dict[str, Any]
_KINDS = {"i": "<i8", "u": "<i8", "f": "<f8", "b": "|b1"}


def freeze(view: AccountView, around: Json) -> bytes:
    """All of a view, and what stood around it (plain JSON)."""
    arrays = {**_arrays(view, "view"), **_arrays(view.outcomes, "outcomes")}
    plain = {name: value for name, value in _values(view).items() if f"view.{name}" not in arrays}
    del plain["outcomes"]
    header = {
        "view": plain,
        "around": around,
        "arrays": [[name, one.dtype.str, list(one.shape)] for name, one in arrays.items()],
    }
    told = _json(header)
    return MAGIC + pack("<Q", len(told)) + told + b"".join(one.tobytes() for one in arrays.values())


def thaw(data: bytes) -> tuple[AccountView, Json]:
    """The view and what stood around it. Raises IntegrityError for bytes that are no frozen view."""
    try:
        return _thaw(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError("What was known then cannot be read.", why=repr(error)) from error


def around(data: bytes) -> Json:
    """Only what stood around a view. Raises IntegrityError as `thaw` does."""
    try:
        told: Json = _header(data)[0]["around"]
        return told
    except (ValueError, KeyError) as error:
        raise IntegrityError("What was known then cannot be read.", why=repr(error)) from error


def squeezed(data: bytes) -> bytes:
    """For keeping; the hash is always of what comes out again."""
    return zlib.compress(data, 6)


def unsqueezed(data: bytes, sha256: str) -> bytes:
    """Raises IntegrityError when it is not what was kept."""
    try:
        found = zlib.decompress(data)
    except zlib.error as error:
        raise IntegrityError("What was kept of a decision is damaged.", why=str(error)) from error
    if hash_bytes(found) != sha256:
        raise IntegrityError(
            "What was kept of a decision is not what was written.",
            why="Its checksum is another.",
            fix="Restore it from a backup.",
        )
    return found


def round_bytes(told: Round) -> bytes:
    """Canonical JSON of a round. What is no finite number is null."""
    return _json(_plain(asdict(told) | {"decisions": [_decision(one) for one in told.decisions]}))


def round_of(data: bytes) -> Round:
    """The round that `round_bytes` wrote, floats as rounded there."""
    told = json.loads(data)
    decisions = tuple(AdDecision(**one) for one in told.pop("decisions"))
    return Round(**told | {"decisions": decisions, "notes": tuple(told["notes"])})


def settings_json(settings: BanditSettings) -> Json:
    return asdict(settings)


def settings_of(told: Mapping[str, Any]) -> BanditSettings:
    """Numbers that this program does not know are left aside; absent ones are the default."""
    names = {field.name for field in fields(BanditSettings)}
    return BanditSettings(**{name: value for name, value in told.items() if name in names})


def _header(data: bytes) -> tuple[Json, int]:
    """The header and where the arrays begin."""
    if not data.startswith(MAGIC) or len(data) < len(MAGIC) + 8:
        raise ValueError("it does not begin as one")
    (length,) = unpack_from("<Q", data, len(MAGIC))
    at = len(MAGIC) + 8 + length
    return json.loads(data[len(MAGIC) + 8 : at]), at


def _thaw(data: bytes) -> tuple[AccountView, Json]:
    header, at = _header(data)
    found: dict[str, Json] = {"view": {}, "outcomes": {}}
    for name, kind, shape in header["arrays"]:
        count, dtype = math.prod(shape), np.dtype(kind)
        room, _, field = name.partition(".")
        found[room][field] = np.frombuffer(data, dtype, count, at).reshape(shape).copy()
        at += count * dtype.itemsize
    plain = header["view"]
    for name in ("ad_ids", "kinds", "standing", "stages"):
        plain[name] = tuple(plain[name])
    outcomes = Outcomes(**found["outcomes"])
    return AccountView(**plain, **found["view"], outcomes=outcomes), header["around"]


def _values(record: Any) -> Json:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _arrays(record: Any, room: str) -> dict[str, np.ndarray]:
    """Its arrays in one form: eight bytes a number, one kind of NaN, no negative zero."""
    found = dict[str, np.ndarray]()
    for name, value in _values(record).items():
        if isinstance(value, np.ndarray):
            made = np.ascontiguousarray(value, dtype=_KINDS[value.dtype.kind])
            if made.dtype.kind == "f":
                made = np.where(np.isnan(made), np.nan, made + 0.0)
            found[f"{room}.{name}"] = made
    return found


def _decision(one: AdDecision) -> Json:
    return {field.name: getattr(one, field.name) for field in fields(one)} | {"parts": dict(one.parts)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") + 0.0 if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _json(value: Any) -> bytes:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
