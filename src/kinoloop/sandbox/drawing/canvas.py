"""A textured landscape of colours that stands for a prompt; a camera can move over a larger one."""

import hashlib
import io
from colorsys import hls_to_rgb
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
_SHORT_SIDE = 480


@dataclass(frozen=True)
class Look:
    """What a prompt and a seed come to: a base hue (0 to 1) and a number to draw everything else from."""

    hue: float
    number: int


def look_of(prompt: str, seed: int) -> Look:
    digest = hashlib.sha256(f"{prompt}|{seed}".encode()).digest()
    return Look(digest[0] / 256, int.from_bytes(digest[1:8], "big"))


def frame_size(aspect: str, short_side: int = _SHORT_SIDE) -> tuple[int, int]:
    """Even width and height of an aspect such as 9:16. Raises ValueError for what is none."""
    across, down = (int(part) for part in aspect.split(":"))
    if not 0.2 <= across / down <= 5:
        raise ValueError(aspect)
    long_side = round(short_side * max(across, down) / min(across, down) / 2) * 2
    return (long_side, short_side) if across >= down else (short_side, long_side)


def paint(look: Look, width: int, height: int) -> Pixels:
    """(height, width, 3): a bright two-colour sky with soft discs and fine grain; never dark, never flat."""
    random = np.random.default_rng(look.number)
    first, second, third = (_colour(look.hue + shift, light) for shift, light in _tones(random))
    across, down = np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32)
    mix = (down[:, None] * 0.7 + across[None, :] * 0.3)[..., None]
    picture = first * (1 - mix) + second * mix
    for _ in range(7):
        x, y, size = random.random(), random.random(), 0.06 + 0.12 * random.random()
        reach = min(width, height) / np.float32(1)
        gap = np.hypot((across[None, :] - x) * width, (down[:, None] - y) * height) / (size * reach)
        soft = np.clip(1.15 - gap, 0, 0.15)[..., None] / 0.15
        picture = picture * (1 - soft * 0.8) + third * soft * 0.8
    grain = random.normal(0, 6, (height // 2 + 1, width // 2 + 1, 1)).astype(np.float32)
    picture = picture + np.repeat(np.repeat(grain, 2, 0), 2, 1)[:height, :width]
    pixels: Pixels = np.clip(picture, 24, 250).astype(np.uint8)
    return pixels


def _tones(random: np.random.Generator) -> list[tuple[float, float]]:
    return [(0.0, 0.62), (0.08 + 0.1 * random.random(), 0.42), (0.45 + 0.1 * random.random(), 0.55)]


def _colour(hue: float, light: float) -> NDArray[np.float32]:
    return np.array([255 * part for part in hls_to_rgb(hue % 1, light, 0.6)], dtype=np.float32)


def cover(picture: Image.Image, width: int, height: int) -> Pixels:
    """A given picture, scaled to fill (width, height) without stretching."""
    scale = max(width / picture.width, height / picture.height)
    size = (max(width, round(picture.width * scale)), max(height, round(picture.height * scale)))
    resized = picture.convert("RGB").resize(size, Image.Resampling.BILINEAR)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.asarray(resized.crop((left, top, left + width, top + height)), dtype=np.uint8)


def picture_bytes(look: Look, aspect: str, file_format: str) -> bytes:
    """An image file: `png`, `jpg` or `webp`."""
    width, height = frame_size(aspect)
    out = io.BytesIO()
    kind = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[file_format]
    Image.fromarray(paint(look, width, height)).save(out, kind, quality=85)
    return out.getvalue()
