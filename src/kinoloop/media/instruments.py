"""Synthetic instruments: one note or stroke at a time as mono samples at 48 kHz, about -12 dBFS at most.

Additive and subtractive by hand in numpy; partials stop below 12 kHz, so nothing folds back.
"""

import numpy as np
from numpy.typing import NDArray

from kinoloop.media.spans import SOUND_RATE

Wave = NDArray[np.float32]
_HIGHEST = 12_000.0


def pitch(note: int) -> float:
    """Frequency in Hz of a MIDI note (69 is 440 Hz)."""
    return float(440.0 * 2 ** ((note - 69) / 12))


def pad(note: int, seconds: float) -> Wave:
    """A soft swelling string: three voices a little apart, dark partials."""
    clock = _clock(seconds)
    wave = np.zeros_like(clock)
    for detune in (-0.0023, 0.0, 0.0027):
        wave += _partials(pitch(note) * (1 + detune), clock, fall=1.6, most=8)
    made: Wave = (wave * _swell(len(clock), attack=0.28, release=0.45) * np.float32(0.05)).astype(np.float32)
    return made


def pluck(note: int, seconds: float, bright: float = 1.0) -> Wave:
    """A struck string between marimba and guitar; higher partials die sooner."""
    clock, base = _clock(seconds), pitch(note)
    wave = np.zeros_like(clock)
    for number in range(1, min(9, int(_HIGHEST / base)) + 1):
        decay = np.exp(-clock * np.float32(2.2 + 1.2 * number / bright))
        wave += decay * np.sin(np.float32(2 * np.pi * base * number) * clock) / np.float32(number**1.2)
    made: Wave = (wave * _swell(len(clock), attack=0.003, release=0.04) * np.float32(0.16)).astype(np.float32)
    return made


def bass(note: int, seconds: float) -> Wave:
    """A round electric bass."""
    clock = _clock(seconds)
    wave = _partials(pitch(note), clock, fall=2.0, most=5) * np.exp(-clock * np.float32(1.1))
    made: Wave = (
        np.tanh(wave * np.float32(1.4)) * _swell(len(clock), attack=0.008, release=0.06) * np.float32(0.2)
    ).astype(np.float32)
    return made


def bell(note: int, seconds: float) -> Wave:
    """A small bell by frequency modulation, for sparse high notes."""
    clock, base = _clock(seconds), np.float32(2 * np.pi * pitch(note))
    swing = np.sin(base * np.float32(3.5) * clock) * np.exp(-clock * 5) * np.float32(0.9)
    wave = np.sin(base * clock + swing) * np.exp(-clock * np.float32(2.2))
    made: Wave = (wave * _swell(len(clock), attack=0.004, release=0.05) * np.float32(0.09)).astype(np.float32)
    return made


def kick(hard: float = 1.0) -> Wave:
    """A soft bass drum: a falling sine."""
    clock = _clock(0.32)
    way = np.cumsum(46 + 88 * hard * np.exp(-clock * 34)).astype(np.float32) / SOUND_RATE
    made: Wave = (np.sin(np.float32(2 * np.pi) * way) * np.exp(-clock * 13) * np.float32(0.34)).astype(
        np.float32
    )
    return made


def snare(random: np.random.Generator) -> Wave:
    """A brushed snare: noise over a short body."""
    clock = _clock(0.24)
    noise = _bright(random.normal(0, 1, len(clock)).astype(np.float32))
    body = np.sin(np.float32(2 * np.pi * 186) * clock) * np.exp(-clock * 32)
    made: Wave = (
        (noise * np.exp(-clock * 20) * np.float32(0.34) + body * np.float32(0.4)) * np.float32(0.24)
    ).astype(np.float32)
    return made


def hat(random: np.random.Generator, seconds: float = 0.06) -> Wave:
    """A closed cymbal; longer is half open."""
    clock = _clock(seconds)
    noise = _bright(_bright(random.normal(0, 1, len(clock)).astype(np.float32)))
    made: Wave = (noise * np.exp(-clock * np.float32(4.5 / seconds)) * np.float32(0.06)).astype(np.float32)
    return made


def room(random: np.random.Generator, seconds: float = 1.3) -> NDArray[np.float32]:
    """(2, n) the answer of a hall: noise that dies and darkens, different on either side."""
    clock = _clock(seconds)
    noise = random.normal(0, 1, (2, len(clock))).astype(np.float32)
    for _ in range(3):
        noise[:, 1:] = (noise[:, 1:] + noise[:, :-1]) / 2
    tail = noise * np.exp(-clock * np.float32(6.9 / seconds))
    tail[:, : SOUND_RATE // 90] = 0
    hall: NDArray[np.float32] = (tail / np.sqrt(np.sum(tail**2, axis=1, keepdims=True))).astype(np.float32)
    return hall


def _clock(seconds: float) -> Wave:
    return np.arange(max(1, round(seconds * SOUND_RATE)), dtype=np.float32) / np.float32(SOUND_RATE)


def _partials(base: float, clock: Wave, *, fall: float, most: int) -> Wave:
    wave = np.zeros_like(clock)
    for number in range(1, max(1, min(most, int(_HIGHEST / base))) + 1):
        wave += np.sin(np.float32(2 * np.pi * base * number) * clock) / np.float32(number**fall)
    made: Wave = (wave).astype(np.float32)
    return made


def _swell(count: int, *, attack: float, release: float) -> Wave:
    """Up and down without a click, both cut to half of a short note."""
    shape = np.ones(count, np.float32)
    for seconds, view in ((attack, shape), (release, shape[::-1])):
        size = min(round(seconds * SOUND_RATE), count // 2)
        view[:size] *= np.sin(np.linspace(0, np.pi / 2, size, dtype=np.float32)) ** 2
    return shape


def _bright(noise: Wave) -> Wave:
    return np.diff(noise, prepend=np.float32(0)) / np.float32(1.4)
