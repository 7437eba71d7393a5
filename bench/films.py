"""Films for measuring: real clips stitched with known cuts and dissolves, and long 1080p files; cached.

Nothing is downloaded: without the folder of real clips the same films are made of drawn textures.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray
from tests.films import draw_film

from kinoloop.core.files import whole_file

Pixels = NDArray[np.uint8]
Frames = list[Pixels]
RATE = Fraction(25)
SMALL = (640, 360)
LARGE = (1920, 1080)
_VERSION = 3
_LEAST, _MOST = 45, 75
_MARGIN = 8
"""Frames kept away from marked boundaries: the marks of mixes are by eye."""


@dataclass(frozen=True)
class Known:
    """A film and its true boundaries: first frame of each new shot, and first and end frame of each mix."""

    path: Path
    hard: tuple[int, ...]
    gradual: tuple[tuple[int, int], ...]


def real_folder() -> Path | None:
    """Where real clips lie (`KINOLOOP_REAL_MEDIA`, or `shared/media` beside the checkout), if anywhere."""
    default = Path(__file__).resolve().parents[2] / "shared" / "media"
    folder = Path(os.environ.get("KINOLOOP_REAL_MEDIA", default))
    return folder if (folder / "GROUND_TRUTH.json").is_file() else None


def cache_folder() -> Path:
    """`KINOLOOP_BENCH_CACHE`, or a folder in the user's cache."""
    default = Path.home() / ".cache" / "kinoloop-bench"
    folder = Path(os.environ.get("KINOLOOP_BENCH_CACHE", default))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def marked() -> list[Known]:
    """The real films whose boundaries were marked by hand; empty without them."""
    folder = real_folder()
    if folder is None:
        return []
    truth = json.loads((folder / "GROUND_TRUTH.json").read_text())
    return [
        Known(folder / name, tuple(marks["hard"]), tuple((a, b) for a, b in marks["gradual"]))
        for name, marks in truth.items()
        if not name.startswith("_") and (folder / name).is_file()
    ]


def stitched(seed: int, *, shots: int = 40, dissolves: int = 8) -> Known:
    """A film of `shots` stretches of 1.8 to 3 s; `dissolves` of its boundaries mix over 6 to 20 frames."""
    path = cache_folder() / f"stitched-{_VERSION}-{seed}-{shots}-{dissolves}.mp4"
    notes = path.with_suffix(".json")
    if not (path.exists() and notes.exists()):
        hard, gradual = _stitch(path, seed, shots, dissolves)
        notes.write_text(json.dumps({"hard": hard, "gradual": gradual}))
    known = json.loads(notes.read_text())
    return Known(path, tuple(known["hard"]), tuple((a, b) for a, b in known["gradual"]))


def repeated(source: Path, seconds: int) -> Path:
    """At least `seconds` of a film, by copying its packets over and over: nothing is encoded again."""
    with av.open(str(source)) as film:
        times = -(-seconds * av.time_base // (film.duration or av.time_base))
    path = cache_folder() / f"{source.stem}-x{times}{source.suffix}"
    if not path.exists():
        _repeat(source, path, times)
    return path


def large_film(seconds: int) -> Path:
    """A 1080p25 H.264 film with B-frames and AAC sound: 30 s of real shots, repeated by copying packets.

    The shots are scaled up and get fine grain, as a camera gives, for the bit rate of ordinary web video.
    """
    path = cache_folder() / f"large-{_VERSION}-30.mp4"
    if seconds > 30:
        return repeated(large_film(30), seconds)
    if path.exists():
        return path
    with whole_file(path) as part, av.open(str(part), "w") as out:
        picture = _h264(out, LARGE)
        sound = out.add_stream("aac", rate=48_000, layout="stereo")
        assert isinstance(sound, AudioStream)
        random = np.random.default_rng(30)
        frames = _shot_stream(random, LARGE)
        grain = random.normal(0, 2, (LARGE[1] + 64, LARGE[0] + 64)).astype(np.int16)
        for number in range(30 * int(RATE)):
            _encode(out, picture, _grainy(next(frames), grain, number), number)
            out.mux(sound.encode(_second_of_sound(number // int(RATE))) if number % int(RATE) == 0 else [])
        out.mux(picture.encode(None))
        out.mux(sound.encode(None))
    return path


def _stitch(path: Path, seed: int, shots: int, dissolves: int) -> tuple[list[int], list[tuple[int, int]]]:
    random = np.random.default_rng(seed)
    mixed = set(random.choice(shots - 1, dissolves, replace=False).tolist())
    hard: list[int] = []
    gradual: list[tuple[int, int]] = []
    at = 0
    tail: Frames = []
    with whole_file(path) as part, av.open(str(part), "w") as out:
        stream = _h264(out, SMALL)
        for number, shot in zip(range(shots), _shots(random, SMALL), strict=False):
            if number and number - 1 not in mixed:
                hard.append(at)
            head, body, following = _split(shot, tail, int(random.integers(6, 21)) if number in mixed else 0)
            if head:
                gradual.append((at, at + len(head)))
            for picture in [*head, *body]:
                _encode(out, stream, picture, at)
                at += 1
            tail = following
        out.mux(stream.encode(None))
    return hard, gradual


def _split(shot: Frames, tail: Frames, keep: int) -> tuple[Frames, Frames, Frames]:
    """The mix with the tail of the shot before, the plain middle, and what is kept for the next mix."""
    count = len(tail)
    head = []
    for place, (old, new) in enumerate(zip(tail, shot[:count], strict=True)):
        share = (place + 1) / (count + 1)
        head.append((old * (1 - share) + new * share + 0.5).astype(np.uint8))
    end = len(shot) - keep
    return head, shot[count:end], shot[end:]


def _shots(random: np.random.Generator, size: tuple[int, int]) -> Iterator[Frames]:
    """Stretches of 45 to 75 frames, never two from the same film in a row."""
    places = _stretches() or _drawn()
    last: Path | None = None
    while True:
        path, first, end = places[int(random.integers(len(places)))]
        if path == last:
            continue
        last = path
        length = int(random.integers(_LEAST, _MOST + 1))
        begin = first if end - first <= length else int(random.integers(first, end - length))
        frames = list(_pictures(path, begin, min(begin + length, end), size))
        if len(frames) >= _LEAST:
            yield frames


def _stretches() -> list[tuple[Path, int, int]]:
    """(film, first frame, end) of real stretches of 50 frames or more without any boundary."""
    places = []
    for known in marked():
        with av.open(str(known.path)) as container:
            total = container.streams.video[0].frames or sum(1 for _ in container.decode(video=0))
        edges = sorted({0, *known.hard, *(edge for mix in known.gradual for edge in mix), total})
        mixes = set(known.gradual)
        for start, end in pairwise(edges):
            if (start, end) not in mixes and end - start >= _LEAST + 2 * _MARGIN:
                places.append((known.path, start + _MARGIN, end - _MARGIN))
    return places


def _drawn() -> list[tuple[Path, int, int]]:
    places = []
    for number in range(8):
        path = cache_folder() / f"texture-{_VERSION}-{number}.mp4"
        if not path.exists():
            draw_film(path, seconds=4, size=SMALL, seed=number + 10, sound="none")
        places.append((path, 0, 100))
    return places


def _pictures(path: Path, first: int, end: int, size: tuple[int, int]) -> Iterator[Pixels]:
    """Frames first..end scaled to `size`, as planar 4:2:0 arrays (3h/2, w)."""
    with av.open(str(path)) as container:
        for number, frame in enumerate(_decode(container)):
            if number >= end:
                return
            if number >= first:
                small = frame.reformat(size[0], size[1], "yuv420p")
                yield small.to_ndarray().astype(np.uint8)


def _decode(container: InputContainer) -> Iterator[av.VideoFrame]:
    container.streams.video[0].thread_type = "AUTO"
    yield from container.decode(video=0)


def _shot_stream(random: np.random.Generator, size: tuple[int, int]) -> Iterator[Pixels]:
    for shot in _shots(random, size):
        yield from shot


def _grainy(picture: Pixels, grain: NDArray[np.int16], number: int) -> Pixels:
    """Fresh grain for each frame: another window of the same noise."""
    y, x = number * 37 % 64, number * 23 % 64
    height, width = LARGE[1], LARGE[0]
    luma = picture[:height].astype(np.int16) + grain[y : y + height, x : x + width]
    picture[:height] = np.clip(luma, 16, 235).astype(np.uint8)
    return picture


def _h264(out: OutputContainer, size: tuple[int, int]) -> VideoStream:
    stream = out.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "21", "bf": "3"})
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    return stream


def _encode(out: OutputContainer, stream: VideoStream, picture: Pixels, number: int) -> None:
    frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
    frame.pts, frame.time_base = number, 1 / RATE
    out.mux(stream.encode(frame))


def _second_of_sound(second: int) -> av.AudioFrame:
    clock = np.arange(48_000, dtype=np.float32) / 48_000
    wave = np.float32(0.2) * np.sin(2 * np.pi * (220 + 20 * (second % 12)) * clock, dtype=np.float32)
    wave *= np.float32(second % 5 != 4)
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, second * 48_000, Fraction(1, 48_000)
    return frame


def _repeat(source: Path, path: Path, times: int) -> None:
    """Copy the packets `times` over, each round shifted by the length of the film."""
    with whole_file(path) as part, av.open(str(part), "w") as out, av.open(str(source)) as film:
        streams = {stream.index: out.add_stream_from_template(stream) for stream in film.streams}
        # Two frames more, so that no stamp of a round meets one of the round before.
        length = Fraction(film.duration or 0, av.time_base) + 2 / RATE
        for turn in range(times):
            film.seek(0)
            for packet in film.demux():
                if packet.dts is None or packet.pts is None or packet.time_base is None:
                    continue
                shift = round(turn * length / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = streams[packet.stream_index]
                out.mux(packet)
