"""Is the text really there? The delivered picture is held against the sprite that should lie over it.

Only pixels that the sprite nearly covers count: letters, outlines, boxes. What lies behind them cannot make a
match, and another text, or none, does not have these edges in these places.
"""

from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds
from kinoloop.media.cards.colours import contrast
from kinoloop.media.gate.records import TextLook
from kinoloop.media.gate.shades import rgb_of
from kinoloop.media.gate.texts import Expected, Mask

Plane = NDArray[np.float32]
COVERED = 96
"""Of 256: a pixel that lets less than this through belongs to the text."""
_SOLID_PART = 60
"""A part with fewer letter or edge pixels than this tells nothing."""
_WORST_QUARTER = 25


@dataclass(frozen=True)
class Seen:
    """The planes of one picture (h, w) under a text, chroma doubled to the size of luma."""

    y: Plane
    u: Plane
    v: Plane
    full_range: bool = False


def look_at(frame: VideoFrame, expected: Expected, at: Seconds) -> TextLook:
    """Measure one text in one picture of the size the sprite was drawn for."""
    seen = cut_out(frame, expected)
    want = wanted_luma(expected, seen.y)
    covered = expected.sprite.luma_clear < COVERED
    parts = _parts(expected)
    matches = [_correlation(seen.y[part], want[part], covered[part]) for part in parts]
    told = [match for match in matches if match is not None]
    whole = _correlation(seen.y, want, covered) or 0.0
    bare = seen.y[expected.sprite.luma_clear > 250]
    return TextLook(
        at,
        whole,
        min(told, default=whole),
        _contrast(seen, expected, parts),
        float(bare.mean()) if bare.size else None,
        float(bare.std()) if bare.size else None,
    )


def cut_out(frame: VideoFrame, expected: Expected) -> Seen:
    """The planes under the sprite."""
    plain = frame if frame.format.name in ("yuv420p", "yuvj420p") else frame.reformat(format="yuv420p")
    left, top, right, bottom = expected.box
    y = plane_of(plain, 0)[top:bottom, left:right]
    u, v = (
        plane_of(plain, place)[top // 2 : (bottom + 1) // 2, left // 2 : (right + 1) // 2]
        .repeat(2, axis=0)
        .repeat(2, axis=1)[: y.shape[0], : y.shape[1]]
        for place in (1, 2)
    )
    full = plain.format.name == "yuvj420p" or frame.color_range == 2
    return Seen(y.astype(np.float32), u.astype(np.float32), v.astype(np.float32), full)


def plane_of(frame: VideoFrame, place: int) -> NDArray[np.uint8]:
    """(h, w) view of one plane."""
    plane = frame.planes[place]
    rows = np.frombuffer(memoryview(plane), np.uint8, plane.line_size * plane.height)
    view: NDArray[np.uint8] = rows.reshape(plane.height, plane.line_size)[:, : plane.width]
    return view


def wanted_luma(expected: Expected, seen: Plane) -> Plane:
    """The luma the sprite makes over what lies around it (taken as even: it hardly shines through)."""
    sprite = expected.sprite
    bare = seen[sprite.luma_clear > 250]
    behind = float(bare.mean()) if bare.size else 110.0
    want: Plane = (sprite.luma + sprite.luma_clear * np.float32(behind / 256)).astype(np.float32)
    return want


def _parts(expected: Expected) -> list[tuple[slice, slice]]:
    """Pieces of lines about one and a half letters wide: small enough that one wrong word shows."""
    letters = expected.letters
    found = []
    for top, bottom in _bands(letters):
        size = max(8, bottom - top)
        columns = np.flatnonzero(letters[top:bottom].any(axis=0))
        if not columns.size:
            continue
        step = max(8, round(size * 1.3))
        found += [
            (slice(max(0, top - 2), bottom + 2), slice(left, left + step))
            for left in range(int(columns[0]), int(columns[-1]) + 1, step)
        ]
    return found


def _bands(letters: Mask) -> list[tuple[int, int]]:
    """(top, bottom) of each line: where most ink is, parted at the emptiest row between."""
    ink = letters.sum(axis=1)
    rows = np.flatnonzero(ink > 0.08 * ink.max(initial=0))
    if not rows.size:
        return []
    breaks = np.flatnonzero(np.diff(rows) > 1)
    edges = [rows[0], *(rows[place + 1] for place in breaks)]
    ends = [*(rows[place] for place in breaks), rows[-1]]
    return [(int(a), int(b) + 1) for a, b in zip(edges, ends, strict=True) if b - a >= 4]


def _correlation(seen: Plane, want: Plane, where: Mask) -> float | None:
    """Pearson's r over the pixels chosen; None where there are few or the wanted ones are all alike."""
    a, b = seen[where], want[where]
    if a.size < _SOLID_PART or b.std() < 12:
        return None
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt(float(a @ a) * float(b @ b)))
    return float(a @ b) / norm if norm > 1e-3 else 0.0


def _contrast(seen: Seen, expected: Expected, parts: list[tuple[slice, slice]]) -> float | None:
    """The ratio at the worst quarter of the parts, each by the mean colours of letters and of their rim."""
    core, rim = _core_and_rim(expected)
    ratios = []
    for part in parts:
        inner, outer = core[part], rim[part]
        if inner.sum() >= _SOLID_PART / 3 and outer.sum() >= _SOLID_PART / 3:
            ratios.append(contrast(_colour(seen, part, inner), _colour(seen, part, outer)))
    return float(np.percentile(ratios, _WORST_QUARTER)) if ratios else None


def _core_and_rim(expected: Expected) -> tuple[Mask, Mask]:
    """Letters without their soft edge, and what touches them: a rim about as wide as an outline."""
    letters = expected.letters
    bands = _bands(letters)
    size = max((bottom - top for top, bottom in bands), default=0)
    large = size > 24
    core = ~_grown(~letters, 1) if large else letters
    soft = _grown(letters, 1) if large else letters
    reach = max(1 + large, round(size * 0.07))
    return core, _grown(letters, reach) & ~soft


def _grown(mask: Mask, by: int) -> Mask:
    """The mask with everything within `by` pixels across or down, by rows and then by columns."""
    for axis in (0, 1):
        grown = mask.copy()
        for step in range(1, by + 1):
            away, back = (slice(step, None), slice(None, -step))
            here, there = (away, back) if axis == 0 else ((slice(None), away), (slice(None), back))
            grown[here] |= mask[there]
            grown[there] |= mask[here]
        mask = grown
    return mask


def _colour(seen: Seen, part: tuple[slice, slice], where: Mask) -> tuple[float, float, float]:
    y, u, v = (float(plane[part][where].mean()) for plane in (seen.y, seen.u, seen.v))
    return rgb_of(y, u, v, full_range=seen.full_range)
