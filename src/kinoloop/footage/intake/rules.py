"""What may come in: which endings are media, which paths are inside the allowed folders.

The jail compares resolved paths, so neither `..` nor a symlink leads out of it.
"""

from collections.abc import Iterable
from pathlib import Path

from kinoloop.core.errors import ForbiddenError, InputError, NotFoundError
from kinoloop.footage.intake.records import Kind

VIDEO_ENDINGS = frozenset({".mp4", ".avi", ".mov", ".mkv", ".webm", ".flv", ".m4v"})
AUDIO_ENDINGS = frozenset({".wav", ".mp3", ".m4a", ".flac"})
"""Sound alone is taken when it is named, for its words; a folder walk leaves music and voice files alone."""


def media_kind(path: Path) -> Kind | None:
    """Video or audio by the ending alone (the content is judged by the probe), None for anything else."""
    ending = path.suffix.lower()
    if ending in VIDEO_ENDINGS:
        return "video"
    return "audio" if ending in AUDIO_ENDINGS else None


def require_kind(path: Path) -> Kind:
    """The kind, or InputError that names the endings taken."""
    kind = media_kind(path)
    if kind is None:
        known = " ".join(sorted(ending[1:] for ending in VIDEO_ENDINGS | AUDIO_ENDINGS))
        raise InputError(
            f"'{path.name}' is not taken as footage.",
            why=f"Its ending '{path.suffix}' is not one of: {known}.",
            fix="Give it the ending of its real format, or convert it.",
        )
    return kind


def is_hidden(path: Path) -> bool:
    """True for names that begin with a dot (also the `._` twins that some systems leave on drives)."""
    return path.name.startswith(".")


def media_files(source: Path) -> tuple[Path, ...]:
    """A file as it is, or the videos under a folder in name order without hidden ones. Raises NotFoundError.

    For files that a person names on their own machine; what comes over a network goes through the jail.
    """
    if not source.is_dir():
        return (_real(source),)
    below = (path for path in source.rglob("*") if media_kind(path) == "video" and path.is_file())
    return tuple(sorted(path for path in below if not _is_below_hidden(path.relative_to(source))))


def _is_below_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def resolve_inside(path: Path, roots: Iterable[Path]) -> Path:
    """The real path of `path`, which must exist and lie in or under one of `roots`.

    Raises InputError (not a path), NotFoundError (nothing there), ForbiddenError (outside).
    """
    real = _real(path)
    jails = [_real(root) for root in roots if root.exists()]
    if any(real == jail or real.is_relative_to(jail) for jail in jails):
        return real
    raise ForbiddenError(
        f"'{path}' may not be read.",
        why="It is outside the folders that footage may come from, after following links.",
        fix="Move it into an allowed folder, or add its folder to the ingest roots in the settings.",
    )


def _real(path: Path) -> Path:
    try:
        return path.expanduser().resolve(strict=True)
    except FileNotFoundError as error:
        raise NotFoundError(
            f"There is no '{path}'.", fix="Check the spelling and that the drive is there."
        ) from error
    except (ValueError, OSError, RuntimeError) as error:
        raise InputError(
            f"'{path}' cannot be followed.", why=str(error), fix="Give the path of a real file."
        ) from error
