"""Draw small films with known truth: textured moving shots, cuts, dissolves, sound, burned-in numbers.

Everything is seeded, so the same call draws the same picture; times are exact. Uses PyAV and numpy only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from kinoloop.core.timecode import Span
from kinoloop.media.priority import unhurried

Pixels = NDArray[np.uint8]
Sound = Literal["tone", "noise", "none"]
GRID = 4
"""The frame number is GRID x GRID black or white blocks: 15 bits from the lowest, then their parity."""
SAMPLE_RATE = 48_000
TICKS = 90_000
_SOUND_CODECS = {".webm": "libopus", ".wav": "pcm_s16le", ".mp3": "libmp3lame", ".flac": "flac"}
_FAST: dict[str, dict[str, str]] = {
    "libx264": {"preset": "veryfast", "crf": "20"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=error"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "12"},
}


@dataclass(frozen=True)
class Film:
    """What was drawn: hard `cuts`, mixed stretches (`dissolves`), the start of every frame (`times`)."""

    path: Path
    size: tuple[int, int]
    rate: Fraction
    frames: int
    times: tuple[Fraction, ...]
    duration: Fraction
    cuts: tuple[Fraction, ...]
    dissolves: tuple[Span, ...]


def draw_film(
    path: Path,
    *,
    seconds: float = 2.0,
    size: tuple[int, int] = (320, 180),
    rate: Fraction = Fraction(25),
    shots: int = 1,
    dissolves: Sequence[int] = (),
    dissolve_seconds: float = 0.5,
    sound: Sound = "tone",
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    rotation: int = 0,
    sample_aspect: Fraction | None = None,
    variable_rate: bool = False,
    timecode: bool = False,
    seed: int = 1,
    options: Mapping[str, str] | None = None,
) -> Film:
    """Draw a film of `shots` equal shots; the boundaries whose 0-based number is in `dissolves` are mixed.

    `rotation` is the counter-clockwise angle a player must turn the picture by. `options` go to the
    picture encoder on top of fast ones. `timecode` burns in what `read_frame_number` reads.
    """
    frames = max(1, round(seconds * rate))
    ticks = _frame_ticks(frames, rate, variable_rate)
    edges = [round(frames * part / shots) for part in range(shots + 1)]
    mixes = _mixes(edges, frozenset(dissolves), round(dissolve_seconds * rate))
    with av.open(str(path), "w") as out:
        chosen = {**_FAST.get(codec, {}), **(options or {})}
        stream = _picture_stream(out, codec, size, rate, pix_fmt=pix_fmt, options=chosen)
        if sample_aspect is not None:
            stream.codec_context.sample_aspect_ratio = sample_aspect
        if rotation:
            stream.set_display_rotation(rotation)
        track = None if sound == "none" else _sound_stream(out, path)
        with unhurried():
            stream.codec_context.open(strict=False)
        pictures = _pictures(size, edges, mixes, seed)
        for number, picture in enumerate(pictures):
            if timecode:
                burn_frame_number(picture, number)
            _encode_picture(out, stream, picture, ticks[number])
        out.mux(stream.encode(None))
        if track is not None:
            _encode_sound(out, track, Fraction(ticks[-1], TICKS), "noise" if sound == "noise" else "tone")
    times = tuple(Fraction(tick, TICKS) for tick in ticks)
    return Film(
        path=path,
        size=size,
        rate=rate,
        frames=frames,
        times=times[:-1],
        duration=times[-1],
        cuts=tuple(times[edge] for number, edge in enumerate(edges[1:-1]) if number not in dissolves),
        dissolves=tuple(Span(times[first], times[last]) for first, last in mixes),
    )


def draw_sound(path: Path, *, seconds: float = 2.0, sound: Sound = "tone") -> Path:
    """A file with sound alone; the suffix chooses the codec (.wav, .mp3, .flac, else AAC)."""
    with av.open(str(path), "w") as out:
        _encode_sound(out, _sound_stream(out, path), Fraction(seconds).limit_denominator(1000), sound)
    return path


def burn_frame_number(picture: Pixels, number: int) -> Pixels:
    """Draw the number as a square of blocks in the middle, half as high as the picture (in place)."""
    bits = [number >> place & 1 for place in range(GRID * GRID - 1)]
    bits.append(sum(bits) % 2)
    for place, (rows, columns) in enumerate(_blocks(picture.shape[0], picture.shape[1])):
        picture[rows, columns] = 235 if bits[place] else 16
    return picture


def read_frame_number(array: NDArray[np.uint8]) -> int:
    """The burned-in number of a grey (h, w) or colour (h, w, 3) picture; centred full-height crops are fine.

    Raises ValueError when a block is neither black nor white or the parity is wrong.
    """
    grey = array.astype(np.float32).mean(axis=2) if array.ndim == 3 else array.astype(np.float32)
    bits = []
    for rows, columns in _blocks(grey.shape[0], grey.shape[1]):
        block = grey[rows, columns]
        trim_y, trim_x = block.shape[0] // 4, block.shape[1] // 4
        level = float(block[trim_y : block.shape[0] - trim_y, trim_x : block.shape[1] - trim_x].mean())
        if 90 < level < 160:
            raise ValueError(f"no frame number here: a block has level {level:.0f}")
        bits.append(int(level >= 125))
    if sum(bits[:-1]) % 2 != bits[-1]:
        raise ValueError("no frame number here: the parity is wrong")
    return sum(bit << place for place, bit in enumerate(bits[:-1]))


def frame_numbers(path: Path) -> list[int]:
    """Decode a file and read the number of every frame, in the order shown."""
    with av.open(str(path)) as container:
        pictures = (frame.to_ndarray(format="gray") for frame in container.decode(video=0))
        return [read_frame_number(picture.astype(np.uint8)) for picture in pictures]


def _blocks(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    side = min(height / 2, width)
    top, left, step = (height - side) / 2, (width - side) / 2, side / GRID
    for row in range(GRID):
        for column in range(GRID):
            rows = slice(round(top + row * step), round(top + (row + 1) * step))
            yield rows, slice(round(left + column * step), round(left + (column + 1) * step))


def _frame_ticks(frames: int, rate: Fraction, variable: bool) -> list[int]:
    """Start of each frame and the end of the last, in 1/90000 s; variable: a drawn jitter of -40 to +40 %."""
    step = TICKS / rate
    if not variable:
        return [round(number * step) for number in range(frames + 1)]
    jitter = np.random.default_rng(5).uniform(0.6, 1.4, frames)
    return [0, *(int(tick) for tick in np.cumsum(np.round(jitter * float(step))))]


def _mixes(edges: Sequence[int], chosen: frozenset[int], length: int) -> list[tuple[int, int]]:
    half = max(1, length // 2)
    return [(edge - half, edge + half) for number, edge in enumerate(edges[1:-1]) if number in chosen]


def _pictures(
    size: tuple[int, int], edges: Sequence[int], mixes: Sequence[tuple[int, int]], seed: int
) -> Iterator[Pixels]:
    shots = [_Shot(size, seed * 100 + number) for number in range(len(edges) - 1)]
    for current, (start, end) in enumerate(pairwise(edges)):
        for number in range(start, end):
            mixed = next(((first, last) for first, last in mixes if first <= number < last), None)
            if mixed is None:
                yield shots[current].at(number)
                continue
            before = current if mixed[0] >= start else current - 1
            share = np.float32((number - mixed[0] + 1) / (mixed[1] - mixed[0] + 1))
            mix = shots[before].at(number) * (1 - share) + shots[before + 1].at(number) * share
            yield mix.astype(np.uint8)


class _Shot:
    """A coloured texture, larger than the picture, over which the camera drifts by a pixel a frame."""

    def __init__(self, size: tuple[int, int], seed: int) -> None:
        random = np.random.default_rng(seed)
        self.width, self.height = size
        self.room = 64
        shape = (self.height + self.room, self.width + self.room, 3)
        texture = np.zeros(shape, np.float32)
        for cell, strength in ((48, 70.0), (16, 40.0), (6, 15.0)):
            coarse = random.normal(0, strength, (shape[0] // cell + 1, shape[1] // cell + 1, 3)).astype(
                np.float32
            )
            texture += np.kron(coarse, np.ones((cell, cell, 1), np.float32))[: shape[0], : shape[1]]
        base = random.uniform(60, 190, 3).astype(np.float32)
        self.texture = np.clip(texture + base, 0, 255).astype(np.uint8)
        self.drift = random.choice(np.array([-1, 1]), 2)

    def at(self, number: int) -> Pixels:
        x, y = (self._bounce(number * int(step)) for step in self.drift)
        view: Pixels = self.texture[y : y + self.height, x : x + self.width]
        return view.copy()

    def _bounce(self, way: int) -> int:
        return abs((way + self.room) % (2 * self.room) - self.room)


def _picture_stream(
    out: OutputContainer,
    codec: str,
    size: tuple[int, int],
    rate: Fraction,
    *,
    pix_fmt: str,
    options: dict[str, str],
) -> VideoStream:
    stream = out.add_stream(codec, rate=rate, options=options)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size
    stream.pix_fmt = pix_fmt
    stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
    stream.codec_context.thread_count = 1
    return stream


def _encode_picture(out: OutputContainer, stream: VideoStream, picture: Pixels, tick: int) -> None:
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame.pts, frame.time_base = tick, Fraction(1, TICKS)
    out.mux(stream.encode(frame))


def _sound_stream(out: OutputContainer, path: Path) -> AudioStream:
    stream = out.add_stream(_SOUND_CODECS.get(path.suffix, "aac"), rate=SAMPLE_RATE, layout="stereo")
    assert isinstance(stream, AudioStream)
    return stream


def _encode_sound(out: OutputContainer, stream: AudioStream, seconds: Fraction, sound: Sound) -> None:
    samples = round(seconds * SAMPLE_RATE)
    clock = np.arange(samples, dtype=np.float32) / SAMPLE_RATE
    if sound == "noise":
        wave = np.random.default_rng(3).normal(0, 0.05, samples).astype(np.float32)
    else:
        wave = np.float32(0.1) * np.sin(2 * np.pi * 440 * clock, dtype=np.float32)
    frame = av.AudioFrame.from_ndarray(
        np.stack([wave, wave]).astype(np.float32), format="fltp", layout="stereo"
    )
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
    context = stream.codec_context
    shaped = AudioResampler(
        context.format, context.layout, SAMPLE_RATE, frame_size=context.frame_size or 1024
    )
    for piece in [*shaped.resample(frame), *shaped.resample(None)]:
        out.mux(stream.encode(piece))
    out.mux(stream.encode(None))
