"""Made-up footage for tests: analyses with known numbers, assets and shots in any amount."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from kinoloop.core.ids import hash_bytes, uuid7
from kinoloop.core.timecode import Span, exact
from kinoloop.footage.analysis.records import Features, Measured, Scores, Shot
from kinoloop.footage.intake.operations import register
from kinoloop.footage.intake.records import SeenFile
from kinoloop.media.records import (
    Analysis,
    AudioStream,
    Boundary,
    MediaInfo,
    PictureTrack,
    SoundTrack,
    Transcript,
    VideoStream,
    Word,
)

Levels = float | Sequence[float] | NDArray[np.float64]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEASURED: Features = {"motion": Measured(4.0), "loudness": Measured(None, "no sound")}


class Ids:
    """Time-ordered ids, the same in every run."""

    def __init__(self, seed: int = 0) -> None:
        self.count = seed * 1_000_000

    def __call__(self) -> str:
        self.count += 1
        return uuid7(1_700_000_000_000 + self.count, self.count)


def span(start: float, end: float) -> Span:
    return Span(exact(start), exact(end))


def unit(seed: int) -> NDArray[np.float32]:
    """A random direction (512,)."""
    vector = np.random.default_rng(seed).normal(size=512)
    made: NDArray[np.float32] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return made


def near(vector: NDArray[np.float32], seed: int, *, cosine: float) -> NDArray[np.float32]:
    """A unit vector at exactly this cosine to another."""
    other = unit(seed).astype(np.float64)
    other -= (other @ vector) * vector
    other /= np.linalg.norm(other)
    made: NDArray[np.float32] = (cosine * vector + np.sqrt(1 - cosine**2) * other).astype(np.float32)
    return made


def asset(connection: Connection, new_id: Ids, *, name: str = "day.mp4") -> str:
    """A registered asset; content follows the next id, so each is another."""
    seen = SeenFile(Path("/footage", name), "video", 1000, hash_bytes(f"{name}{new_id.count}".encode()))
    found = register(connection, seen, source="local", now=NOW, new_id=new_id)
    assert found.asset_id is not None
    return found.asset_id


def shot(
    asset_id: str,
    new_id: Ids,
    *,
    at: float = 0,
    composite: float | None = 0.5,
    text: str | None = None,
    vector: NDArray[np.float32] | None = None,
    space: str = "look-v1",
) -> Shot:
    """A shot of two seconds."""
    scores = Scores(0.5, {"composite": None}, {"strength": 0.4}, {}, composite, {"formula": "test"})
    known = None if vector is None else space
    return Shot(new_id(), asset_id, span(at, at + 2), MEASURED, scores, text, known, vector)


def picture(
    seconds: float,
    *,
    rate: float = 10,
    motion: Levels = 4.0,
    luma: float = 120.0,
    descriptors: NDArray[np.float32] | None = None,
) -> PictureTrack:
    """Frames at `rate`; one descriptor every half second."""
    times = np.arange(round(seconds * rate)) / rate
    levels = np.broadcast_to(np.asarray(motion, dtype=np.float32), times.shape).copy()
    descriptor_times = np.arange(round(seconds * 2)) / 2
    looks = np.array([unit(n) for n in range(len(descriptor_times))]).reshape(-1, 512)
    looks = looks if descriptors is None else descriptors
    return PictureTrack(
        times,
        levels,
        np.full(times.shape, 300.0, dtype=np.float32),
        np.full(times.shape, luma, dtype=np.float32),
        np.full(times.shape, 51.0, dtype=np.float32),
        descriptor_times,
        looks.astype(np.float32),
    )


def sound(
    seconds: float,
    *,
    level: Levels = -20.0,
    integrated: float | None = -20.0,
    speech: tuple[Span, ...] | None = (),
) -> SoundTrack:
    """Ten values a second; the first second is silence."""
    times = np.arange(round(seconds * 10)) / 10
    levels = np.broadcast_to(np.asarray(level, dtype=np.float32), times.shape).copy()
    reason = None if speech is not None else "speech detector not installed"
    return SoundTrack(times, levels, integrated, -3.0, (span(0, 1),), speech, reason)


def analysis(
    seconds: float = 10,
    *,
    cuts: Sequence[float] = (4, 8),
    frames: PictureTrack | None = None,
    heard: SoundTrack | None = None,
    reasons: dict[str, str] | None = None,
) -> Analysis:
    """A file with hard cuts at known times."""
    edges = tuple(Boundary(exact(at), "cut", span(at, at), 2.0) for at in cuts)
    return Analysis("full", exact(seconds), round(seconds * 10), frames, heard, edges, reasons or {})


def transcript(text: str, *, at: float = 0, each: float = 0.5, language: str | None = "en") -> Transcript:
    """Words one after the other from `at`, each of the same length."""
    words = [
        Word(word, exact(at + n * each), exact(at + (n + 1) * each)) for n, word in enumerate(text.split())
    ]
    return Transcript(tuple(words), language, "test", True)


def media(path: Path = Path("/footage/day.mp4"), *, video: bool = True, audio: bool = True) -> MediaInfo:
    """A probe's answer for a 10 s film of 1920x1080."""
    whole, rate = Fraction(10), Fraction(25)
    shown = VideoStream(
        0, "h264", 1920, 1080, 1920, 1080, Fraction(1), 0, rate, Fraction(1, 90000), "yuv420p", 8,
        Fraction(0), whole, 250, False,
    )  # fmt: skip
    heard = AudioStream(1, "aac", 48_000, 2, Fraction(0), whole)
    return MediaInfo(
        path, "mp4", 1000, Fraction(0), whole, shown if video else None, heard if audio else None,
        int(video), int(audio), 0, ("the index is at the end",),
    )  # fmt: skip
