"""A short film of exactly the length asked for: a camera drifting over a picture while a ball crosses it."""

import io
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from PIL import Image

from kinoloop.sandbox.drawing.canvas import Look, Pixels, cover, frame_size, paint

RATE = 24
_MARGIN = 1.25
_SOUND_RATE = 48_000


@dataclass(frozen=True)
class FilmOrder:
    """`still` is the bytes of a first picture to move over; `sound` adds a quiet chord."""

    look: Look
    aspect: str
    seconds: Fraction
    sound: bool = False
    still: bytes | None = None
    short_side: int = 480


def film_bytes(order: FilmOrder) -> bytes:
    """An mp4 (H.264, fast start) of `seconds`, to the nearest frame."""
    width, height = frame_size(order.aspect, order.short_side)
    scene = _scene(order, round(width * _MARGIN), round(height * _MARGIN))
    frames = max(1, round(order.seconds * RATE))
    with tempfile.TemporaryDirectory(prefix="sandbox-film-") as folder:
        path = Path(folder) / "film.mp4"  # a file, for the index is moved to the front by writing it again
        with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as film:
            _draw(film, scene, width, height, frames, order)
        return path.read_bytes()


def _scene(order: FilmOrder, width: int, height: int) -> Pixels:
    if order.still is not None:
        with Image.open(io.BytesIO(order.still)) as picture:
            return cover(picture, width, height)
    return paint(order.look, width, height)


def _draw(
    film: OutputContainer, scene: Pixels, width: int, height: int, frames: int, order: FilmOrder
) -> None:
    picture = film.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "26"})
    picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
    picture.thread_count = 1
    sound = film.add_stream("aac", rate=_SOUND_RATE, layout="mono") if order.sound else None
    for number in range(frames):
        pixels = _view(scene, width, height, number / max(1, frames - 1), number, order.look)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        film.mux(picture.encode(frame))
    film.mux(picture.encode(None))
    if sound is not None:
        for chunk in _chord(frames, order.look):
            film.mux(sound.encode(chunk))
        film.mux(sound.encode(None))


def _view(scene: Pixels, width: int, height: int, part: float, number: int, look: Look) -> Pixels:
    """The camera's frame: it drifts along a diagonal, and a bright ball bounces through."""
    spare_x, spare_y = scene.shape[1] - width, scene.shape[0] - height
    back = look.number % 2
    x = round(spare_x * (1 - part if back else part))
    y = round(spare_y * (0.5 + 0.5 * np.sin(6.3 * part + look.hue * 6.3)))
    pixels = scene[y : y + height, x : x + width].copy()
    size = min(width, height) // 8
    left = int((width - size) * abs((number * 0.013 + look.hue) % 2 - 1))
    top = int((height - size) * abs((number * 0.021 + look.hue) % 2 - 1))
    _ball(pixels[top : top + size, left : left + size])
    return pixels


def _ball(patch: Pixels) -> None:
    size = patch.shape[0]
    middle = (size - 1) / 2
    down, across = np.ogrid[:size, :size]
    patch[(down - middle) ** 2 + (across - middle) ** 2 <= middle**2] = (250, 240, 215)


def _chord(frames: int, look: Look) -> list[av.AudioFrame]:
    """A chord as long as the pictures, in frames of 1024 samples."""
    at = np.arange(frames * _SOUND_RATE // RATE) / _SOUND_RATE
    root = 160 + 120 * look.hue
    wave = sum(np.sin(6.2832 * root * step * at) for step in (1, 1.25, 1.5))
    samples = (0.05 * wave * (1 + 0.3 * np.sin(6.2832 * 0.7 * at))).astype(np.float32)
    chunks = []
    for start in range(0, len(samples), 1024):
        chunk = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="fltp", layout="mono")
        chunk.sample_rate, chunk.pts, chunk.time_base = _SOUND_RATE, start, Fraction(1, _SOUND_RATE)
        chunks.append(chunk)
    return chunks
