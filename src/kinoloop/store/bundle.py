"""A backup file: a zip whose manifest, its last member, holds the checksum of every other member."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from kinoloop.core.errors import InputError, IntegrityError

MANIFEST = "manifest.json"
FORMAT = "kinoloop-backup-1"
CHUNK = 1 << 20


class BundleWriter:
    """Writes members as streams; `close` adds the manifest."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._sums = dict[str, str]()

    def add(self, name: str, blocks: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        with self._zip.open(name, "w", force_zip64=True) as member:
            for block in blocks:
                digest.update(block)
                member.write(block)
        self._sums[name] = digest.hexdigest()

    def close(self, **facts: Any) -> None:
        manifest = {"format": FORMAT, "sha256": self._sums, **facts}
        self._zip.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
        self._zip.close()


class Bundle:
    """An opened backup file whose checksums were all verified."""

    def __init__(self, file: zipfile.ZipFile, facts: Mapping[str, Any]) -> None:
        self._zip, self.facts = file, facts

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(self.facts["sha256"])

    def blocks(self, name: str) -> Iterator[bytes]:
        """The content of one member, 1 MiB at a time."""
        with self._zip.open(name) as member:
            yield from _chunks(cast(BinaryIO, member))


@contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """Read and verify a backup. Raises InputError for another kind of file, IntegrityError for damage."""
    try:
        file = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path} is not a backup.", why=str(error), fix="Give a file that `db backup` made."
        ) from error
    with file:
        yield Bundle(file, _verified(path, file))


def _verified(path: Path, file: zipfile.ZipFile) -> Mapping[str, Any]:
    try:
        facts = json.loads(file.read(MANIFEST))
        if facts["format"] != FORMAT:
            raise InputError(
                f"{path} has the format '{facts['format']}'.", fix=f"This program reads '{FORMAT}'."
            )
        sums = {name: _sum(file, name) for name in facts["sha256"]}
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise _damaged(path, str(error)) from error
    wrong = [name for name, found in sums.items() if found != facts["sha256"][name]]
    if wrong:
        raise _damaged(path, f"The content of {wrong[0]} does not match its checksum.")
    return cast(Mapping[str, Any], facts)


def _damaged(path: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"The backup {path} is damaged.", why=why, fix="Use another backup; nothing was changed."
    )


def _sum(file: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with file.open(name) as member:
        for block in _chunks(cast(BinaryIO, member)):
            digest.update(block)
    return digest.hexdigest()


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(CHUNK):
        yield block
