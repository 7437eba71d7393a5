"""Ids and content hashes.

Rows get time-ordered UUIDs (version 7 layout, RFC 9562); content gets SHA-256.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

CHUNK = 1 << 20
NewId = Callable[[], str]


def new_id() -> str:
    """A fresh time-ordered UUID as text."""
    return uuid7(time.time_ns() // 1_000_000, secrets.randbits(74))


def uuid7(milliseconds: int, entropy: int) -> str:
    """RFC 9562 version 7 from a Unix time in ms and 74 random bits."""
    rand_a, rand_b = (entropy >> 62) & 0xFFF, entropy & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | rand_a << 64 | 2 << 62 | rand_b
    return str(UUID(int=value))


def is_id(text: str) -> bool:
    """True for the text of any UUID in its usual form."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def hash_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file, read in chunks of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def hash_json(value: object) -> str:
    """SHA-256 of the canonical JSON form (sorted keys, no spaces; other types by `str`)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hash_bytes(text.encode())
