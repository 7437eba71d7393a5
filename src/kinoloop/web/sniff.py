"""What a file is by its first bytes, whatever its name says. Pure."""

import re
import unicodedata

HEAD = 4096
"""Bytes from the start that are enough to tell."""
LONGEST_NAME = 120
_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_SAME_BYTES = {
    ".mp4": frozenset({".mp4", ".m4v", ".mov", ".m4a"}),
    ".mov": frozenset({".mov", ".mp4", ".m4v"}),
    ".mkv": frozenset({".mkv", ".webm"}),
    ".webm": frozenset({".webm", ".mkv"}),
}
"""Endings that name the same container, so that a person's own choice is kept."""


def container_of(head: bytes) -> str | None:
    """The usual ending of the container that these bytes begin, or None when they begin no media file."""
    if head[4:8] == b"ftyp":
        return ".m4a" if head[8:11] == b"M4A" else ".mov" if head[8:12] == b"qt  " else ".mp4"
    if head[4:8] in _QUICKTIME_ATOMS:
        return ".mov"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return ".webm" if b"webm" in head[:64] else ".mkv"
    if head.startswith(b"RIFF"):
        return {b"AVI ": ".avi", b"WAVE": ".wav"}.get(head[8:12])
    return _by_mark(head)


def _by_mark(head: bytes) -> str | None:
    if head.startswith(b"FLV\x01"):
        return ".flv"
    if head.startswith(b"fLaC"):
        return ".flac"
    frame_sync = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 in {0xE2, 0xE4, 0xE6}
    return ".mp3" if head.startswith(b"ID3") or frame_sync else None


def plain_name(given: str, ending: str) -> tuple[str, str]:
    """A stem of plain letters and the ending, of what was sent: `Été à Rome.MOV` gives `Ete-a-Rome`, `.mov`.

    The ending is the one that the content has, unless the name bears another of the same container.
    """
    name = unicodedata.normalize("NFKD", re.split(r"[\\/]", given)[-1])
    stem, dot, last = name.rpartition(".")
    said = f".{last.lower()}"
    kept = bool(dot) and said in _SAME_BYTES.get(ending, frozenset({ending}))
    letters = "".join(c for c in (stem if dot else name) if not unicodedata.combining(c))
    plain = re.sub(r"[^A-Za-z0-9]+", "-", letters).strip("-")[:LONGEST_NAME]
    return plain or "upload", said if kept else ending
