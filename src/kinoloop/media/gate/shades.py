"""Y, U, V to colours a person can name: BT.709 both ways, and what colours fill a picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kinoloop.media.cards.colours import hex_of
from kinoloop.media.planes import SmallPicture

MOST_COLOURS, LEAST_SHARE = 5, 0.04
_STEP = 24


def rgb_of(y: float, u: float, v: float, *, full_range: bool = False) -> tuple[float, float, float]:
    """BT.709 levels 0..255 of one Y'CbCr sample (limited range unless told); kept in range."""
    luma = y / 255 if full_range else (y - 16) / 219
    scale = 255 if full_range else 224
    blue, red = (u - 128) / scale, (v - 128) / scale
    parts = (luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue)
    r, g, b = (min(255.0, max(0.0, 255 * part)) for part in parts)
    return r, g, b


def main_colours(picture: SmallPicture, *, full_range: bool = False) -> tuple[tuple[str, float], ...]:
    """(`#rrggbb`, share) of the colours that fill at least 4 % of the picture, the largest first."""
    high, wide = (min(a, b) for a, b in zip(picture.u.shape, _half(picture.y.shape), strict=True))
    samples = np.stack([plane[:high, :wide].ravel() for plane in (picture.y[::2, ::2], picture.u, picture.v)])
    bins = (samples // _STEP).astype(np.int64)
    names = (bins[0] * 16 + bins[1]) * 16 + bins[2]
    kinds, places, counts = np.unique(names, return_inverse=True, return_counts=True)
    if not kinds.size:
        return ()
    largest = np.argsort(-counts, kind="stable")[:MOST_COLOURS]
    chosen = [place for place in largest if counts[place] >= LEAST_SHARE * names.size]
    return tuple(
        (
            hex_of(rgb_of(*_mean(samples, places == place), full_range=full_range)),
            float(counts[place] / names.size),
        )
        for place in chosen
    )


def _mean(samples: NDArray[np.float32], where: NDArray[np.bool_]) -> tuple[float, float, float]:
    y, u, v = (float(plane[where].mean()) for plane in samples)
    return y, u, v


def _half(shape: Sequence[int]) -> tuple[int, int]:
    return (shape[0] + 1) // 2, (shape[1] + 1) // 2
