"""Lay a transparent picture over a yuv420p frame, in place, touching only its own rectangle.

The picture is converted once to premultiplied BT.709 limited-range Y, U, V and the inverse of its
alpha: out = in * (1 - a) + premultiplied. Even corners, so luma and chroma agree.
"""

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.uint16]
Light = NDArray[np.floating]
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True)
class Sprite:
    """Premultiplied planes (0..255) and inverse alpha (0..256) at an even corner `x`, `y` of the frame."""

    x: int
    y: int
    luma: Plane
    luma_clear: Plane
    blue: Plane
    red: Plane
    chroma_clear: Plane

    @property
    def size(self) -> tuple[int, int]:
        return self.luma.shape[1], self.luma.shape[0]


def sprite_of(picture: Image.Image, x: int, y: int, frame_size: tuple[int, int]) -> Sprite:
    """From an RGBA picture whose left upper corner shall stand at (x, y); what hangs over is cut."""
    x0, y0 = max(0, x) // 2 * 2, max(0, y) // 2 * 2
    x1, y1 = (
        min(a, b) // 2 * 2
        for a, b in zip((x + picture.width + 1, y + picture.height + 1), frame_size, strict=True)
    )
    room = Image.new("RGBA", (max(0, x1 - x0), max(0, y1 - y0)), (0, 0, 0, 0))
    room.paste(picture, (x - x0, y - y0))
    rgba: Light = np.asarray(room).astype(np.float32) / np.float32(255)
    alpha, rgb = rgba[..., 3], rgba[..., :3]
    luma = rgb @ _LUMA
    blue, red = (rgb[..., 2] - luma) / 1.8556, (rgb[..., 0] - luma) / 1.5748
    small = _halved(alpha)
    return Sprite(
        x0,
        y0,
        _levels((16 + 219 * luma) * alpha),
        _levels(256 * (1 - alpha)),
        _levels(128 * small + 224 * _halved(blue * alpha)),
        _levels(128 * small + 224 * _halved(red * alpha)),
        _levels(256 * (1 - small)),
    )


def blend(frame: av.VideoFrame, sprite: Sprite) -> None:
    """Lay the sprite over a writable yuv420p frame."""
    width, height = sprite.size
    _lay(frame.planes[0], sprite.x, sprite.y, width, height, sprite.luma, sprite.luma_clear)
    for place, colour in ((1, sprite.blue), (2, sprite.red)):
        _lay(
            frame.planes[place],
            sprite.x // 2,
            sprite.y // 2,
            width // 2,
            height // 2,
            colour,
            sprite.chroma_clear,
        )


def _lay(
    plane: av.video.plane.VideoPlane, x: int, y: int, width: int, height: int, over: Plane, clear: Plane
) -> None:
    pixels = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
        y : y + height, x : x + width
    ]
    mixed = pixels * clear
    mixed >>= 8
    mixed += over
    pixels[:] = mixed


def _halved(plane: Light) -> Light:
    return (plane[0::2, 0::2] + plane[1::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 1::2]) / 4


def _levels(plane: Light) -> Plane:
    return np.round(plane).astype(np.uint16)
