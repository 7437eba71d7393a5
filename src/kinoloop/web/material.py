"""Pictures and films that people hand in for their ads: what they are by content, and what is not taken.

Runs in a supervised process (`media.guard`), because it decodes what strangers sent.
"""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from kinoloop.core.errors import MediaError
from kinoloop.media.probe import probe
from kinoloop.web.sniff import container_of

ENDINGS = {".jpg": "image", ".png": "image", ".mp4": "video", ".mov": "video"}
LONGEST_SIDE, MOST_PIXELS = 8192, 50_000_000
_PNG_END = b"IEND"
_HEAD, _TEXTS = 1024, (b"%pdf-", b"<html", b"<script", b"<?php", b"<svg", b"#!/")
_STILL_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"})


@dataclass(frozen=True)
class Material:
    """What was handed in: `kind` image or video, upright size, length in ms (None for a picture)."""

    kind: str
    width: int
    height: int
    duration_ms: int | None


def material_of(head: bytes) -> str | None:
    """`.jpg`, `.png`, `.mp4` or `.mov` for bytes that begin such a file, else None."""
    if head.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS:
        return None
    ending = container_of(head)
    return ending if ending in (".mp4", ".mov") else None


def look_at(path: Path, ending: str) -> Material:
    """Decode enough to be sure. Raises MediaError for what is broken, disguised or too large."""
    _refuse_second_nature(path)
    return _picture(path, ending) if ENDINGS[ending] == "image" else _film(path)


def _refuse_second_nature(path: Path) -> None:
    """A file that another program would take for an archive, a document or a page."""
    with path.open("rb") as file:
        head = file.read(_HEAD).lower()
    if zipfile.is_zipfile(path) or any(mark in head for mark in _TEXTS):
        raise MediaError(
            "The file is two things in one.",
            why="It also reads as an archive, a document or a script.",
            fix="Export the picture or film again and send that.",
        )


def _picture(path: Path, ending: str) -> Material:
    wanted = "JPEG" if ending == ".jpg" else "PNG"
    try:
        with Image.open(path, formats=(wanted,)) as image:
            width, height = image.size
            if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
                raise MediaError(
                    f"The picture is too large: {width} x {height}.",
                    why=f"At most {LONGEST_SIDE} pixels a side, {MOST_PIXELS // 1_000_000} million in all.",
                    fix="Scale it down.",
                )
            image.load()
            turned = image.getexif().get(0x0112, 1) >= 5
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MediaError("The picture cannot be read.", why=str(error), fix="Export it again.") from None
    (_end_of_jpeg if ending == ".jpg" else _end_of_png)(path.read_bytes())
    return Material("image", *((height, width) if turned else (width, height)), None)


def _end_of_png(data: bytes) -> None:
    place = 8
    while place + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        place += 12 + length
        if kind == _PNG_END:
            break
    if place != len(data):
        raise _tail("picture")


def _end_of_jpeg(data: bytes) -> None:
    """Nothing may follow the picture but further pictures (previews that phones append) or padding."""
    end = data.rfind(b"\xff\xd9")
    first = _first_end(data)
    rest = data[first:].lstrip(b"\0")
    if end < 0 or (rest and not rest.startswith(b"\xff\xd8\xff")) or data[end + 2 :].strip(b"\0"):
        raise _tail("picture")


def _first_end(data: bytes) -> int:
    """The place behind the first end-of-image mark that is not inside a segment."""
    place = 2
    while place + 4 <= len(data):
        if data[place] != 0xFF:
            place += 1
        elif data[place + 1] == 0xD9:
            return place + 2
        elif data[place + 1] in (0x00, 0x01, 0xFF) or 0xD0 <= data[place + 1] <= 0xD7:
            place += 1 if data[place + 1] == 0xFF else 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4])
    return len(data)


def _film(path: Path) -> Material:
    for _ in _boxes(path):
        pass
    info = probe(path)
    if info.video is None:
        raise MediaError(
            "The film has no picture.", why="It holds sound only.", fix="Send a film or a picture."
        )
    size = (info.video.display_width, info.video.display_height)
    return Material("video", *size, round(info.duration * 1000))


def _boxes(path: Path) -> Iterator[bytes]:
    """The boxes a film is made of. Raises MediaError when they do not fill the file exactly."""
    size, place = path.stat().st_size, 0
    with path.open("rb") as file:
        while place < size:
            file.seek(place)
            head = file.read(16)
            length = int.from_bytes(head[:4])
            length = int.from_bytes(head[8:16]) if length == 1 else length or size - place
            if length < 8 or place + length > size or not head[4:8].isascii():
                raise _tail("film")
            yield head[4:8]
            place += length


def _tail(what: str) -> MediaError:
    return MediaError(
        f"The {what} does not end where it should.",
        why="Something else is appended to it, or its end is missing.",
        fix="Export it again and send that.",
    )
