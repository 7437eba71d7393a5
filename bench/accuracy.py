"""Cuts and mixes found, against marks made by hand and against films stitched with known boundaries."""

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import av
import numpy as np

from bench.films import Known, marked, stitched
from kinoloop.media.boundaries import THRESHOLD
from kinoloop.media.decode import Reading, Ticker, frames, packets, prepare
from kinoloop.media.opening import open_media, picture_stream
from kinoloop.media.picture_meter import PictureMeter
from kinoloop.media.probe import probe
from kinoloop.media.records import Floats, Tier

SEEDS = (1, 2, 3, 11, 12)
GRID = tuple(round(1 + step / 10, 1) for step in range(21))


@dataclass(frozen=True)
class Accuracy:
    """`f1` of hard cuts within one frame; mixes met and mixes reported where there is none."""

    films: str
    detector: str
    hard: int
    precision: float
    recall: float
    f1: float
    gradual: int
    gradual_found: int
    gradual_false: int | None


@dataclass(frozen=True)
class Seen:
    """Candidates of one film: (frame, score) of cuts, and frame ranges of mixes; None where not searched."""

    known: Known
    cuts: tuple[tuple[int, float], ...]
    mixes: tuple[tuple[int, int], ...] | None


def accuracy() -> list[Accuracy]:
    """Rows of every detector on the marked films and on five stitched ones."""
    rows = []
    sets = {"marked by hand": marked(), "stitched": [stitched(seed) for seed in SEEDS]}
    for name, films in sets.items():
        if films:
            rows.extend(_rows(name, films))
    return rows


def _rows(name: str, films: Sequence[Known]) -> list[Accuracy]:
    full = [look(known, "full") for known in films]
    rows = [
        judge(name, f"full, threshold {THRESHOLD}", full, [THRESHOLD] * len(films)),
        judge(name, "full, leave one film out", full, left_out(full)),
    ]
    speed = [look(known, "speed") for known in films]
    rows.append(judge(name, f"speed, threshold {THRESHOLD}", speed, [THRESHOLD] * len(films)))
    for detector, find in rivals().items():
        seen = [Seen(known, tuple((at, 9.0) for at in find(known.path)), None) for known in films]
        rows.append(judge(name, detector, seen, [0.0] * len(films)))
    return rows


def look(known: Known, tier: Tier) -> Seen:
    """Our detector; what it saw at times is told in frame numbers of the whole film."""
    shown = frame_ticks(known.path)
    info = probe(known.path)
    meter = PictureMeter(info.start)
    with open_media(known.path) as container:
        stream = picture_stream(container)
        assert stream is not None and stream.time_base is not None
        prepare(stream, tier)
        ticker, reading = Ticker(stream.time_base, 1), Reading()
        for packet in packets(container, [stream], reading):
            for frame in frames(packet, reading):
                assert isinstance(frame, av.VideoFrame)
                meter.add(frame, ticker.tick(frame), stream.time_base)
    numbers = np.searchsorted(np.array(shown), np.array(meter.ticks))
    scores: Floats = meter.scores()
    cuts = tuple((int(numbers[at]), float(scores[at])) for at in np.flatnonzero(scores >= GRID[0]))
    seconds = (np.array(shown) * float(meter.time_base) - float(info.start)).tolist()
    mixes = tuple(
        (int(np.searchsorted(seconds, float(b.span.start))), int(np.searchsorted(seconds, float(b.span.end))))
        for b in meter.boundaries()
        if b.kind != "cut"
    )
    return Seen(known, cuts, mixes)


def frame_ticks(path: Path) -> list[int]:
    """When every frame is shown, from the packets alone."""
    with av.open(str(path)) as container:
        return sorted(p.pts for p in container.demux(video=0) if p.pts is not None)


def judge(name: str, detector: str, seen: Sequence[Seen], thresholds: Sequence[float]) -> Accuracy:
    hits = wrong = missed = met = false = 0
    for film, threshold in zip(seen, thresholds, strict=True):
        right, extra, lost = compare(film, threshold)
        hits, wrong, missed = hits + right, wrong + extra, missed + lost
        met += sum(_met(mix, film, threshold) for mix in film.known.gradual)
        false += sum(not any(_meet(mix, true) for true in film.known.gradual) for mix in film.mixes or ())
    return Accuracy(
        films=f"{name} ({len(seen)})",
        detector=detector,
        hard=hits + missed,
        precision=hits / max(hits + wrong, 1),
        recall=hits / max(hits + missed, 1),
        f1=_f1(hits, wrong, missed),
        gradual=sum(len(film.known.gradual) for film in seen),
        gradual_found=met,
        gradual_false=None if seen[0].mixes is None else false,
    )


def compare(film: Seen, threshold: float) -> tuple[int, int, int]:
    """(hits, false alarms, missed) of hard cuts within one frame; cuts inside true mixes are not judged."""
    left = [at for at, score in film.cuts if score >= threshold and not _inside(at, film.known)]
    hits = 0
    for true in film.known.hard:
        near = [at for at in left if abs(at - true) <= 1]
        if near:
            hits += 1
            left.remove(min(near, key=lambda at: abs(at - true)))
    return hits, len(left), len(film.known.hard) - hits


def left_out(seen: Sequence[Seen]) -> list[float]:
    """For each film the threshold that is best on all others; of equals the middle one."""
    return [_best([other for other in seen if other is not film]) for film in seen]


def _best(seen: Sequence[Seen]) -> float:
    worth = [
        _f1(*map(sum, zip(*(compare(film, threshold) for film in seen), strict=True))) for threshold in GRID
    ]
    top = [threshold for threshold, value in zip(GRID, worth, strict=True) if value == max(worth)]
    return top[len(top) // 2]


def rivals() -> dict[str, Callable[[Path], list[int]]]:
    """PySceneDetect's detectors as shipped, where it is installed."""
    if importlib.util.find_spec("scenedetect") is None:
        return {}
    import scenedetect

    def find(path: Path, make: Callable[[], "scenedetect.SceneDetector"]) -> list[int]:
        scenes = scenedetect.detect(str(path), make())
        return [scene[0].frame_num for scene, number in zip(scenes, count()) if number]

    return {
        "PySceneDetect content": lambda path: find(path, scenedetect.ContentDetector),
        "PySceneDetect adaptive": lambda path: find(path, scenedetect.AdaptiveDetector),
    }


def _f1(hits: int, wrong: int, missed: int) -> float:
    return 2 * hits / (2 * hits + wrong + missed) if hits else 0.0


def _inside(at: int, known: Known) -> bool:
    return any(first - 2 <= at <= end + 2 for first, end in known.gradual)


def _met(true: tuple[int, int], film: Seen, threshold: float) -> bool:
    """A mix counts as found by a mix over it, or, for detectors that know cuts alone, by a cut inside it."""
    if film.mixes is not None:
        return any(_meet(mix, true) for mix in film.mixes)
    return any(true[0] <= at <= true[1] for at, score in film.cuts if score >= threshold)


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
