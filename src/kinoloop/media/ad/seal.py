"""A kept piece carries the hash of its own bytes, and a note, in a `free` box at its end that players skip.

A piece that was decoded and sealed once needs no second decode: its bytes are the same or it is made anew.
"""

import hashlib
from pathlib import Path

_MAGIC = b"kinoloop-seal-1\n"
_HEAD = 8
_DIGEST = 32


def seal(path: Path, note: str = "") -> None:
    """Append the seal to a finished MP4."""
    said = note.encode()
    body = _MAGIC + _digest(path.read_bytes(), said) + said
    with path.open("ab") as file:
        file.write((_HEAD + len(body)).to_bytes(4, "big") + b"free" + body)


def sealed_note(path: Path) -> str | None:
    """The note of an undamaged piece, "" when it has none; None for a damaged or unsealed one."""
    data = path.read_bytes()
    at = data.rfind(_MAGIC)
    if at < _HEAD or data[at - 4 : at] != b"free":
        return None
    if int.from_bytes(data[at - _HEAD : at - 4], "big") != len(data) - at + _HEAD:
        return None
    digest, said = data[at + len(_MAGIC) :][:_DIGEST], data[at + len(_MAGIC) + _DIGEST :]
    return said.decode() if digest == _digest(data[: at - _HEAD], said) else None


def _digest(data: bytes, said: bytes) -> bytes:
    return hashlib.sha256(data + said).digest()
