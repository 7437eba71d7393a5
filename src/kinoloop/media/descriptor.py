"""The look of a picture as 512 numbers (space `look-v1`): colour layout, palette, edges, coarse shape.

It compares how pictures look, not what they mean; vectors compare within this space only.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from kinoloop.media.planes import SmallPicture
from kinoloop.media.records import Floats

SPACE = "look-v1"
SIZE = 512
_ROWS, _COLUMNS = 4, 6
_EDGE_GRID, _EDGE_WAYS = 4, 8
_PALETTE = 6
_WAVES = 5
_WEIGHTS = {"mean": 0.3, "spread": 0.6, "palette": 2.0, "edges": 0.8, "shape": 0.6}


def describe(picture: SmallPicture, turns: int = 0) -> Floats:
    """(512,) unit vector. `turns` quarter turns counter-clockwise bring the picture upright.

    6x4 grid means (72) and spreads (72) of Y, U, V; 6^3 root histogram (216); 4x4 cells x 8 edge
    directions (128); 24 low cosine waves of luma.
    """
    y, u, v = (np.rot90(plane, turns) if turns else plane for plane in (picture.y, picture.u, picture.v))
    means, spreads = _layout((y, u, v))
    parts = {
        "mean": means,
        "spread": spreads,
        "palette": _palette(y, u, v),
        "edges": _edges(y),
        "shape": _shape(y),
    }
    joined = np.concatenate([weight * _unit(parts[name]) for name, weight in _WEIGHTS.items()])
    return _unit(joined).astype(np.float32)


def _layout(planes: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    means, spreads = [], []
    for plane in planes:
        rows, columns = _cells(plane.shape[0], _ROWS), _cells(plane.shape[1], _COLUMNS)
        mean = rows @ plane @ columns.T
        means.append(mean.ravel() - 128)
        spreads.append(np.sqrt(np.maximum(rows @ (plane * plane) @ columns.T - mean * mean, 0)).ravel())
    return np.concatenate(means), np.concatenate(spreads)


def _palette(y: Floats, u: Floats, v: Floats) -> Floats:
    rows, columns = min(y[::2].shape[0], u.shape[0]), min(y[:, ::2].shape[1], u.shape[1])
    step = 256 / _PALETTE
    code = np.zeros((rows, columns), np.int64)
    # Chroma of ordinary film stays near the middle, so its bins cover the middle half.
    for plane, low, width in ((y[::2, ::2], 0.0, step), (u, 64.0, step / 2), (v, 64.0, step / 2)):
        bins = np.clip((plane[:rows, :columns] - low) / width, 0, _PALETTE - 1).astype(np.int64)
        code = code * _PALETTE + bins
    counts = np.bincount(code.ravel(), minlength=_PALETTE**3)
    return np.sqrt(counts / code.size).astype(np.float32)


def _edges(y: Floats) -> Floats:
    across = y[1:-1, 2:] - y[1:-1, :-2]
    down = y[2:, 1:-1] - y[:-2, 1:-1]
    way = ((np.arctan2(down, across) / np.pi + 1) * (_EDGE_WAYS / 2)).astype(np.int64) % _EDGE_WAYS
    place = _places(across.shape[0])[:, None] * _EDGE_GRID + _places(across.shape[1])[None, :]
    weight = np.hypot(across, down).ravel()
    counts = np.bincount((place * _EDGE_WAYS + way).ravel(), weight, minlength=_EDGE_GRID**2 * _EDGE_WAYS)
    return np.sqrt(counts).astype(np.float32)


def _shape(y: Floats) -> Floats:
    waves = _cosines(y.shape[0]) @ y @ _cosines(y.shape[1]).T
    return np.asarray(waves.ravel()[1:], np.float32)


@cache
def _cells(length: int, count: int) -> Floats:
    """(count, length) rows that average one of `count` equal stretches."""
    owner = np.minimum(np.arange(length) * count // length, count - 1)
    rows = (owner[None, :] == np.arange(count)[:, None]).astype(np.float32)
    return np.asarray(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1), np.float32)


@cache
def _cosines(length: int) -> Floats:
    """(5, length) first waves of the orthonormal DCT-II."""
    place = (np.arange(length) + 0.5) / length
    waves = np.cos(np.pi * np.arange(_WAVES)[:, None] * place[None, :]) * np.sqrt(2 / length)
    waves[0] /= np.sqrt(2)
    return np.asarray(waves, np.float32)


@cache
def _places(length: int) -> NDArray[np.int64]:
    return np.arange(length) * _EDGE_GRID // length


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 1e-9 else vector
