"""Odd and broken input, each with what a person must be told, or that it is ordinary."""

import wave
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tests.films import draw_film


@dataclass(frozen=True)
class Odd:
    """One input. `says` is a part of the error; None when the file is ordinary and clips must come."""

    name: str
    draw: Callable[[Path], object]
    says: str | None
    ending: str = ".mp4"


def _plain(path: Path, **more: object) -> None:
    draw_film(path, seconds=4, size=(320, 180), shots=2, **more)  # type: ignore[arg-type]  # passed through


def _truncated(path: Path) -> None:
    _plain(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])


def _lying_header(path: Path) -> None:
    """A small film whose container claims far more pixels than its pictures have."""
    _plain(path)
    data = bytearray(path.read_bytes())
    at = data.index(b"avc1") + 28
    data[at : at + 4] = (16384).to_bytes(2, "big") + (16384).to_bytes(2, "big")
    path.write_bytes(data)


def _sound(path: Path) -> None:
    """Four seconds of a square wave, 16 bit."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((b"\x00\x20" * 40 + b"\x00\xe0" * 40) * 800)


ODD: tuple[Odd, ...] = (
    Odd("truncated", _truncated, "truncated.mp4"),
    Odd("zero bytes", lambda path: path.write_bytes(b""), "empty"),
    Odd("text named mp4", lambda path: path.write_text("no film\n" * 500), "text named mp4.mp4"),
    Odd("audio only", _sound, "no picture", ".wav"),
    Odd("picture only", lambda path: _plain(path, sound="none"), None),
    Odd("one frame", lambda path: draw_film(path, seconds=0.04, sound="none"), None),
    Odd("variable frame rate", lambda path: _plain(path, variable_rate=True), None),
    Odd("rotated", lambda path: _plain(path, rotation=90), None),
    Odd("anamorphic", lambda path: _plain(path, sample_aspect=Fraction(4, 3)), None),
    Odd("ten bit", lambda path: _plain(path, pix_fmt="yuv420p10le"), None),
    Odd("lying header", _lying_header, None),
)
