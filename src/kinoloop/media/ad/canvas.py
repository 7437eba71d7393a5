"""Whole pictures in yuv420p: copy one, mix two, sample a larger one. No conversions, no filter graphs."""

import av
import numpy as np
from av.video.plane import VideoPlane
from numpy.typing import NDArray
from PIL import Image

Box = tuple[float, float, float, float]
_STEPS = 256


def samples(plane: VideoPlane) -> NDArray[np.uint8]:
    """The plane's picture as (height, width), a view that writes through."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    found: NDArray[np.uint8] = rows[: plane.height, : plane.width]
    return found


def fresh(width: int, height: int) -> av.VideoFrame:
    """A writable BT.709 limited-range frame with nothing in it yet."""
    frame = av.VideoFrame(width, height, "yuv420p")
    frame.colorspace, frame.color_range = 1, 1
    return frame


def copied(frame: av.VideoFrame) -> av.VideoFrame:
    """A frame of its own with the same picture."""
    made = fresh(frame.width, frame.height)
    for old, new in zip(frame.planes, made.planes, strict=True):
        samples(new)[:] = samples(old)
    return made


def mix(below: av.VideoFrame, above: av.VideoFrame, share: float) -> None:
    """Turn `below` into a linear mix with `share` (0..1) of `above`, to 1/256."""
    weight = np.uint16(round(share * _STEPS))
    for old, new in zip(below.planes, above.planes, strict=True):
        pixels = samples(old)
        mixed = np.multiply(pixels, _STEPS - weight, dtype=np.uint16)
        mixed += np.multiply(samples(new), weight, dtype=np.uint16)
        mixed += np.uint16(_STEPS // 2)
        mixed >>= 8
        pixels[:] = mixed


def sampled(frame: av.VideoFrame, box: Box, width: int, height: int) -> av.VideoFrame:
    """The part of a larger frame inside `box` (left, top, right, bottom; parts of pixels count), scaled."""
    made = fresh(width, height)
    for number, (old, new) in enumerate(zip(frame.planes, made.planes, strict=True)):
        scale = 0.5 if number else 1.0
        part = tuple(edge * scale for edge in box)
        picture = Image.fromarray(samples(old))
        size = (new.width, new.height)
        samples(new)[:] = np.asarray(picture.resize(size, Image.Resampling.BICUBIC, box=part))  # type: ignore[arg-type]  # four edges
    return made
