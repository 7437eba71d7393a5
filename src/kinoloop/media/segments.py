"""Encoded pieces kept by what is in them, so that a change re-renders only the pieces it touches.

A piece is found by the hash of all that shapes its bytes. Files are whole or absent, so several
processes may share a folder; the least recently used pieces go when it grows past its limit.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kinoloop.core.files import whole_file

GIGABYTE = 1 << 30


@dataclass(frozen=True)
class SegmentCache:
    """A folder of encoded pieces, `limit` bytes in all (checked after each new piece)."""

    folder: Path
    limit: int = 4 * GIGABYTE

    def get(self, key: str) -> Path | None:
        """The piece, marked as used now; None when it is not kept."""
        path = self._path(key)
        try:
            os.utime(path)
        except FileNotFoundError:
            return None
        return path

    def fetch(self, key: str, make: Callable[[Path], None]) -> Path:
        """The piece, made by `make(path)` when it is not kept."""
        found = self.get(key)
        if found is not None:
            return found
        path = self._path(key)
        with whole_file(path) as part:
            make(part)
        self.trim(keep=path)
        return path

    def drop(self, key: str) -> None:
        """Forget a piece that turned out unusable."""
        self._path(key).unlink(missing_ok=True)

    def size(self) -> int:
        """Bytes kept."""
        return sum(size for _, size, _ in self._pieces())

    def trim(self, *, keep: Path | None = None) -> int:
        """Remove the longest unused pieces beyond the limit; how many went."""
        pieces = sorted(self._pieces())
        total = sum(size for _, size, _ in pieces)
        gone = 0
        for _, size, path in pieces:
            if total <= self.limit:
                break
            if path != keep:
                path.unlink(missing_ok=True)
                total, gone = total - size, gone + 1
        return gone

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.mp4"

    def _pieces(self) -> list[tuple[int, int, Path]]:
        """(last use in ns, size, path) of each finished piece; one that vanishes meanwhile is left out."""
        found = []
        for path in self.folder.glob("??/*.mp4"):
            try:
                state = path.stat()
            except FileNotFoundError:
                continue
            if not path.name.startswith("."):
                found.append((state.st_mtime_ns, state.st_size, path))
        return found
