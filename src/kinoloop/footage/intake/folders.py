"""Reading the disk: which files a folder holds, and what a file is by its content."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kinoloop.core.errors import ForbiddenError, InputError, KinoloopError, MediaError
from kinoloop.core.ids import hash_file
from kinoloop.footage.intake.records import FileReport, Found, SeenFile
from kinoloop.footage.intake.rules import is_hidden, media_kind, require_kind, resolve_inside


def find_videos(folder: Path, roots: Sequence[Path], *, recursive: bool = True) -> Found:
    """Video files under `folder` in name order; hidden ones skipped, links to folders not followed.

    A link to a file counts when its target is inside `roots`, otherwise it is reported as refused.
    Raises as `resolve_inside` does for the folder itself, and InputError when it is not a folder.
    """
    top = resolve_inside(folder, roots)
    if not top.is_dir():
        raise InputError(f"'{folder}' is not a folder.", fix="Name a folder, or hand in the file by itself.")
    files: dict[Path, None] = {}
    refused: list[FileReport] = []
    for path in _names(top, recursive, refused):
        try:
            files[resolve_inside(path, roots)] = None
        except KinoloopError as error:
            refused.append(FileReport(str(path), "failed", error=error.as_dict()))
    return Found(tuple(files), tuple(refused))


def _names(top: Path, recursive: bool, refused: list[FileReport]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        told = ForbiddenError(
            f"The folder '{error.filename}' cannot be read.", why=error.strerror or str(error)
        )
        refused.append(FileReport(str(error.filename), "failed", error=told.as_dict()))

    for base, folders, names in os.walk(top, onerror=note):
        folders[:] = sorted(f for f in folders if not is_hidden(Path(f))) if recursive else []
        for name in sorted(names):
            path = Path(base, name)
            if not is_hidden(path) and media_kind(path) == "video":
                yield path


def look_at(path: Path, roots: Sequence[Path]) -> SeenFile:
    """Read a file to its end for its SHA-256. Raises MediaError when empty or unreadable, and as the jail."""
    real = resolve_inside(path, roots)
    kind = require_kind(real)
    if not real.is_file():
        raise InputError(f"'{path}' is not a file.", fix="Name a media file.")
    try:
        size = real.stat().st_size
        if size == 0:
            raise MediaError(
                f"'{path.name}' is empty.", why="It holds 0 bytes.", fix="Copy it again from its source."
            )
        return SeenFile(real, kind, size, hash_file(real))
    except OSError as error:
        raise MediaError(
            f"'{path.name}' cannot be read.",
            why=error.strerror or str(error),
            fix="Check its rights and the drive.",
        ) from error
