"""Is a file from outside the film or the picture that was wanted? Told by its bytes and a decoder."""

from pathlib import Path
from typing import Literal

import av
from PIL import Image

from kinoloop.core.errors import IntegrityError, LimitError, MediaError
from kinoloop.media.guard import Limits, guarded
from kinoloop.media.opening import open_media, picture_stream, refuse_size
from kinoloop.media.watch import Watch

ResultKind = Literal["film", "picture"]
PICTURE_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".webp"})
FILM_ENDINGS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv"})
HEAD = 64
LOST_TAIL = 0.5
"""A film may end this many seconds before it says."""
_DECODE_LIMITS = Limits(wall=300.0, cpu=300)
_FIX = "Make this scene again; if it stays so, choose another model."


def kind_of(head: bytes) -> ResultKind | None:
    """What these first bytes begin: mp4, mov, webm; png, jpg, webp; None for anything else."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free") or head.startswith(b"\x1aE\xdf\xa3"):
        return "film"
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    return "picture" if webp or head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) else None


def check_result(path: Path, ending: str, watch: Watch) -> None:
    """Raises IntegrityError unless `path` decodes and is of the kind that `ending` names (or none)."""
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD))
    wanted = _wanted(ending)
    if kind is None or (wanted is not None and kind != wanted):
        came = "nothing" if not path.stat().st_size else f"a {kind}" if kind else "neither"
        raise IntegrityError(
            f"The service sent no {wanted or 'film or picture'}.", why=f"What came is {came}.", fix=_FIX
        )
    try:
        _check_film(path, watch) if kind == "film" else _check_picture(path)
    except (MediaError, LimitError) as error:
        raise IntegrityError(
            f"The {kind} that the service sent cannot be decoded.", why=error.why or error.what, fix=_FIX
        ) from error


def _wanted(ending: str) -> ResultKind | None:
    if ending.lower() in PICTURE_ENDINGS:
        return "picture"
    return "film" if ending.lower() in FILM_ENDINGS else None


def _check_film(path: Path, watch: Watch) -> None:
    guarded("kinoloop.vendors.result_check:decode_whole", path, limits=_DECODE_LIMITS, watch=watch)


def decode_whole(path: Path, *, watch: Watch) -> None:
    """Decode every picture; for a supervised process. Raises MediaError for damage and a missing end."""
    first = last = None
    with open_media(path) as container:
        stream = picture_stream(container)
        if stream is None:
            raise MediaError("It holds no pictures.", why="It holds sound alone.")
        try:
            for frame in container.decode(stream):
                watch.check()
                first, last = frame.time if first is None else first, frame.time
        except av.FFmpegError as error:
            raise MediaError(
                "It is damaged.", why=f"A picture does not decode ({error.strerror})."
            ) from error
        claimed = (container.duration or 0) / av.time_base
    if first is None or last is None:
        raise MediaError("It is damaged.", why="No picture decodes.")
    if claimed - (last - first) > LOST_TAIL:
        raise MediaError("It is cut short.", why=f"It ends at {last - first:.1f} s of {claimed:.1f} s.")


def _check_picture(path: Path) -> None:
    try:
        with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as picture:
            refuse_size(path, *picture.size)
            picture.verify()
        with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise MediaError("The picture is damaged.", why=f"{type(error).__name__}: {error}") from error
