"""Small real files with planted peaks: drawn, encoded, then decoded and measured like anybody's footage."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from kinoloop.core.timecode import Span
from kinoloop.footage.moments.records import Evidence
from kinoloop.media.analyse import analyse

SIZE = (160, 90)
RATE = 12
SOUND_RATE = 16_000


@dataclass(frozen=True)
class PlantedVideo:
    """A file and the stretches in which it is loud and lively."""

    path: Path
    duration: int
    peaks: tuple[Span, ...]

    def evidence(self) -> Evidence:
        """What one decode of the file tells."""
        analysis = analyse(self.path)
        return Evidence(analysis.duration, analysis, None)


def planted_video(folder: Path, seed: int, *, duration: int = 150, peaks: int = 2) -> PlantedVideo:
    """Write one file: squares that drift or race over noise, a hum that swells in the peaks."""
    random = np.random.default_rng(seed)
    room = duration // peaks
    starts = [index * room + int(random.integers(3, room - 32)) for index in range(peaks)]
    spans = tuple(Span(Fraction(s), Fraction(s + int(random.integers(18, 28)))) for s in starts)
    path = folder / f"planted-{seed}.mp4"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "30"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = out.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for second in range(duration):
            lively = any(span.start <= second < span.end for span in spans)
            for frame in _pictures(random, second, lively):
                out.mux(video.encode(frame))
            out.mux(audio.encode(_sound(random, second, lively)))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))
    return PlantedVideo(path, duration, spans)


def _pictures(random: np.random.Generator, second: int, lively: bool) -> list[av.VideoFrame]:
    """Twelve frames; now and then a short flash or shake outside the peaks."""
    speed = 9 if lively or random.random() < 0.03 else 1
    frames = []
    for index in range(RATE):
        picture = np.full((SIZE[1], SIZE[0], 3), 70, dtype=np.uint8)
        picture += random.integers(0, 6, size=picture.shape, dtype=np.uint8)
        for square in range(6):
            step = second * RATE + index
            left = int((square * 37 + step * speed * (1 + square % 3)) % (SIZE[0] - 24))
            top = int((square * 23 + step * speed) % (SIZE[1] - 24))
            picture[top : top + 24, left : left + 24] = (40 * square + 20, 200 - 25 * square, 120)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = second * RATE + index, Fraction(1, RATE)
        frames.append(frame)
    return frames


def _sound(random: np.random.Generator, second: int, lively: bool) -> av.AudioFrame:
    level = 0.12 if lively or random.random() < 0.03 else 0.04
    times = np.arange(SOUND_RATE) / SOUND_RATE
    wave = level * np.sin(2 * np.pi * 220 * times) + 0.01 * random.normal(size=SOUND_RATE)
    frame = av.AudioFrame.from_ndarray(wave[None].astype(np.float32), format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, second * SOUND_RATE, Fraction(1, SOUND_RATE)
    return frame
