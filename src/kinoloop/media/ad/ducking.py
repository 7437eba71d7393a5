"""How far the bed goes down under the voice: a gain curve from the voice's own level, known ahead of time.

The curve begins to fall before a word and holds over short pauses, so nothing pumps.
"""

import numpy as np
from numpy.typing import NDArray

from kinoloop.media.spans import SOUND_RATE, Sound

DEPTH = 9.0
"""dB taken off the bed while somebody speaks."""
_HOP = SOUND_RATE // 100
_BLOCK = SOUND_RATE * 10
_FLOOR = -42.0
_AHEAD, _HOLD, _GLIDE = 15, 45, 25
"""Hundredths of a second: how early the bed goes down, how long it stays down, how long it takes."""


def speaking(voice: Sound, *, floor: float = _FLOOR) -> NDArray[np.bool_]:
    """Per 10 ms whether the voice is above `floor` dBFS (RMS)."""
    mono = voice.mean(axis=0)
    hops = -(-len(mono) // _HOP)
    padded = np.zeros(hops * _HOP, np.float32)
    padded[: len(mono)] = mono
    power = np.mean(padded.reshape(hops, _HOP) ** 2, axis=1)
    found: NDArray[np.bool_] = power > 10 ** (floor / 10)
    return found


def duck(bed: Sound, voice: Sound, *, depth: float = DEPTH) -> None:
    """Turn the bed down under the voice, in place; both are (2, n)."""
    curve = _curve(speaking(voice)) * -depth / 20
    for first in range(0, bed.shape[1], _BLOCK):
        size = min(_BLOCK, bed.shape[1] - first)
        places = (first + np.arange(size)) / _HOP - 0.5
        levels = np.interp(places, np.arange(len(curve)), curve)
        bed[:, first : first + size] *= (10**levels).astype(np.float32)


def _curve(said: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Per 10 ms how far the bed is down, 0 to 1."""
    held = np.convolve(said, np.ones(_AHEAD + _HOLD + 1))[_AHEAD : _AHEAD + len(said)] > 0
    window = np.hanning(_GLIDE + 2)[1:-1]
    padded = np.pad(held.astype(np.float64), _GLIDE // 2, mode="edge")
    smooth: NDArray[np.float64] = np.convolve(padded, window / window.sum(), mode="valid")[: len(said)]
    return smooth
