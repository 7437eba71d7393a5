"""The index as one file, whole or not there; what is wrong with it is no error but a reason to rebuild.

Layout: a magic line, a line of JSON (tenant, space, version, ids, checksum), then n rows of 512 float16
numbers. The database has the truth; this file only spares reading it all.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from kinoloop.core.files import whole_file
from kinoloop.core.ids import hash_json
from kinoloop.learning.winners.index import Backend, WinnerIndex
from kinoloop.store.vectors import SIZE, decode_many

MAGIC = b"kinoloop winners 1\n"
ROW = 2 * SIZE


@dataclass(frozen=True)
class Kept:
    """An index with the counter of the database it agrees with."""

    index: WinnerIndex
    version: int


def path_of(folder: Path, tenant_id: str, space: str) -> Path:
    """Names of tenants and spaces never become names of files."""
    return folder / f"{hash_json([tenant_id, space])[:32]}.winners"


def save(path: Path, tenant_id: str, space: str, index: WinnerIndex, version: int) -> None:
    """Write to a file beside it, sync, rename: a kill at any moment leaves the old file or the new one."""
    keys, vectors = index.contents()
    body = vectors.astype("<f2").tobytes()
    told = {"tenant": tenant_id, "space": space, "version": version, "keys": keys}
    head = json.dumps(told | {"sha256": _sum(told, body)}).encode() + b"\n"
    with whole_file(path) as part:
        part.write_bytes(MAGIC + head + body)
    _sweep(path)


def load(path: Path, tenant_id: str, space: str, backend: Backend | None = None) -> Kept | None:
    """The index of this file; None when it is missing, of another tenant or space, cut short or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if not data.startswith(MAGIC):
        return None
    head, _, body = data[len(MAGIC) :].partition(b"\n")
    try:
        told = json.loads(head)
        given = told.pop("sha256")
        if given != _sum(told, body) or (told["tenant"], told["space"]) != (tenant_id, space):
            return None
        keys, version = list(told["keys"]), int(told["version"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    index = WinnerIndex(backend)
    index.fill(keys, decode_many(body[at : at + ROW] for at in range(0, len(body), ROW)))
    return Kept(index, version)


def _sum(told: dict[str, object], body: bytes) -> str:
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    digest.update(body)
    return digest.hexdigest()


def _sweep(path: Path) -> None:
    """Take away what a killed writer left half done, once it is surely nobody's: an hour old."""
    newest = path.stat().st_mtime
    for part in path.parent.glob(f".{path.stem[:40]}-*"):
        try:
            if newest - part.stat().st_mtime > 3600:
                part.unlink()
        except FileNotFoundError:
            continue
