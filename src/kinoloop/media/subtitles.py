"""Subtitle files to words and cues to subtitle files: SubRip, WebVTT and the JSON that transcribers write.

Where a file gives no word times, they are spread inside each cue by word length and marked so.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

from kinoloop.core.errors import InputError
from kinoloop.core.files import whole_file
from kinoloop.core.timecode import Seconds, Span, clock, exact
from kinoloop.media.captions.records import Cue
from kinoloop.media.records import Transcript, Word

LARGEST = 20_000_000
_TIMING = re.compile(r"^\s*(\S+)\s+-->\s+(\S+)")
_CLOCK = re.compile(r"^(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)(?:[.,](\d{1,3}))?$")
_STAMP = re.compile(r"<((?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)>")
_TAG = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")


@dataclass(frozen=True)
class _Block:
    """One cue of a file: times and raw text, with the line number where its times stand."""

    span: Span
    text: str
    line: int


def read_subtitles(path: Path) -> Transcript:
    """Words in time order from .srt, .vtt or .json. Raises InputError with the line that is wrong."""
    text = _text_of(path)
    kind = path.suffix.lower()
    if kind == ".json":
        return _from_json(text, path)
    if kind not in (".srt", ".vtt"):
        raise InputError(
            f"'{path.name}' is not a kind of subtitle file known here.",
            fix="Give an .srt, .vtt or .json file.",
        )
    if kind == ".vtt" and not text.lstrip("\n").startswith("WEBVTT"):
        raise _wrong(path, 1, "a WebVTT file begins with the word WEBVTT")
    blocks = list(_blocks(text, path))
    if not blocks and text.strip().removeprefix("WEBVTT").strip():
        raise _wrong(path, 1, "no line with times (00:00:01,000 --> 00:00:02,000) was found")
    timed = bool(blocks) and all(
        _STAMP.search(block.text) or len(block.text.split()) <= 1 for block in blocks
    )
    words = [word for block in blocks for word in _block_words(block, path)]
    return _transcript(words, f"the file {path.name}", None, timed)


def write_srt(cues: Sequence[Cue], path: Path) -> None:
    """SubRip, whole or nothing."""
    parts = [f"{n}\n{_range(cue, comma=True)}\n{cue.text}\n" for n, cue in enumerate(cues, start=1)]
    _write("\n".join(parts), path)


def write_vtt(cues: Sequence[Cue], path: Path) -> None:
    """WebVTT with the time of each word inside the cue, whole or nothing."""
    parts = ["WEBVTT\n", *(f"{_range(cue)}\n{_stamped(cue)}\n" for cue in cues)]
    _write("\n".join(parts), path)


def spread(text: str, span: Span) -> list[Word]:
    """The words of a cue with its time shared out by length (a space counts one letter)."""
    parts = text.split()
    total = sum(len(part) + 1 for part in parts)
    words, before = [], 0
    for part in parts:
        after = before + len(part) + 1
        start, end = (span.start + span.duration * place / total for place in (before, after))
        words.append(Word(part, start, end))
        before = after
    return words


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST else None
    except OSError as error:
        raise InputError(f"'{path.name}' cannot be read.", why=str(error.strerror or error)) from error
    if data is None:
        raise InputError(f"'{path.name}' is too large for a subtitle file.", fix="Give a file below 20 MB.")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if b"\0" in data:
            raise InputError(
                f"'{path.name}' is not a text file.", fix="Give an .srt, .vtt or .json file."
            ) from None
        text = data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _blocks(text: str, path: Path) -> Iterator[_Block]:
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if "-->" in line]
    for order, place in enumerate(places):
        body = []
        stop = places[order + 1] if order + 1 < len(places) else len(lines)
        for line in lines[place + 1 : stop]:
            if not line.strip():
                break
            body.append(line)
        yield _Block(_span_of(lines[place], path, place + 1), "\n".join(body), place + 1)


def _span_of(line: str, path: Path, number: int) -> Span:
    match = _TIMING.match(line)
    if match is None:
        raise _wrong(path, number, f"'{line.strip()[:60]}' is not a line of times")
    start, end = (_clock(part, path, number) for part in match.groups())
    if end < start:
        raise _wrong(path, number, "the cue ends before it starts")
    return Span(start, end)


def _clock(text: str, path: Path, number: int) -> Seconds:
    match = _CLOCK.match(text)
    if match is None:
        raise _wrong(path, number, f"'{text[:30]}' is not a time")
    hours, minutes, seconds, tail = match.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + Fraction(int((tail or "0").ljust(3, "0")), 1000)


def _block_words(block: _Block, path: Path) -> list[Word]:
    """Split at word stamps; each piece between two stamps is spread over its own time."""
    pieces = _STAMP.split(block.text)
    starts = [block.span.start, *(_clock(stamp, path, block.line) for stamp in pieces[1::2])]
    ends = [*starts[1:], block.span.end]
    words: list[Word] = []
    for piece, start, end in zip(pieces[0::2], starts, ends, strict=True):
        words += spread(unescape(_TAG.sub("", piece)), Span(start, max(start, end)))
    return words


def _from_json(text: str, path: Path) -> Transcript:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise _wrong(path, getattr(error, "lineno", 1), "this is not valid JSON") from error
    language = data.get("language") if isinstance(data, dict) else None
    entries = _entries(data, path)
    words: list[Word] = []
    timed = True
    for number, entry in enumerate(entries, start=1):
        inner = entry.get("words") or []
        if inner:
            words += [_json_word(one, f"{number}.{place}", path) for place, one in enumerate(inner, start=1)]
            continue
        cue = _json_word(entry, str(number), path)
        timed = timed and len(cue.text.split()) <= 1
        words += spread(cue.text, cue.span)
    return _transcript(words, f"the file {path.name}", language if isinstance(language, str) else None, timed)


def _entries(data: Any, path: Path) -> list[dict[str, Any]]:
    """The list of words or segments, whichever shape the file has."""
    if isinstance(data, dict):
        data = next(
            (data[key] for key in ("segments", "words", "cues") if isinstance(data.get(key), list)), None
        )
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise InputError(
            f"'{path.name}' holds no transcript.",
            why="Expected a list of {text, start, end}, or an object with 'segments' or 'words'.",
            fix="Write the words or segments with their times in seconds.",
        )
    return data


def _json_word(entry: Any, place: str, path: Path) -> Word:
    try:
        text = str(entry["text"] if "text" in entry else entry["word"])
        start, end = exact(entry["start"]), exact(entry["end"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(
            f"'{path.name}': entry {place} cannot be used.",
            why="It needs 'text' (or 'word'), 'start' and 'end' in seconds.",
        ) from error
    if start < 0 or end < start:
        raise InputError(f"'{path.name}': entry {place} ends before it starts or starts below zero.")
    return Word(text.strip(), start, end)


def _transcript(words: Iterable[Word], source: str, language: str | None, timed: bool) -> Transcript:
    told = sorted((word for word in words if word.text), key=lambda word: word.start)
    return Transcript(tuple(told), language, source, timed and bool(told))


def _wrong(path: Path, line: int, why: str) -> InputError:
    return InputError(f"'{path.name}', line {line}: {why}.", fix="Correct that line and try again.")


def _range(cue: Cue, *, comma: bool = False) -> str:
    return f"{clock(cue.span.start, comma=comma)} --> {clock(cue.span.end, comma=comma)}"


def _stamped(cue: Cue) -> str:
    first = True
    lines = []
    for line in cue.lines:
        parts = []
        for word in line:
            parts.append(_escaped(word.text) if first else f"<{clock(word.start)}>{_escaped(word.text)}")
            first = False
        lines.append(" ".join(parts))
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _write(text: str, path: Path) -> None:
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")
