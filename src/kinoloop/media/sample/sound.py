"""The sound of a sample film: its sentences in their places, a bed of chords, and real silence."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds
from kinoloop.media.spans import SOUND_RATE, Sound
from kinoloop.media.speak import Speech

Samples = NDArray[np.float32]
_CHORDS = ((220.0, 261.63, 329.63), (174.61, 220.0, 261.63), (196.0, 246.94, 293.66), (164.81, 196.0, 246.94))
_BEAT = 0.5


def voice_samples(speech: Speech) -> Samples:
    """Speech at 48 kHz, -1..1, by straight lines between samples."""
    count = round(speech.duration * SOUND_RATE)
    places = np.arange(count, dtype=np.float64) * (speech.rate / SOUND_RATE)
    return np.interp(places, np.arange(len(speech.samples)), speech.samples / 32768.0).astype(np.float32)


def mix(duration: Seconds, spoken: Sequence[tuple[Seconds, Samples, float]], *, music: bool) -> Sound:
    """Place (start, samples, gain); with music, chords lie 14 dB below and fall silent at the very end."""
    total = round(duration * SOUND_RATE)
    voice = np.zeros(total, np.float32)
    for start, samples, gain in spoken:
        first = round(start * SOUND_RATE)
        part = samples[: max(0, total - first)]
        voice[first : first + len(part)] += part * np.float32(gain * 0.42)
    voice = np.tanh(voice * 1.3).astype(np.float32) * np.float32(0.72)
    if music:
        bed = _bed(total)
        bed[max(0, total - round(Fraction(4, 5) * SOUND_RATE)) :] = 0
        voice = voice + bed
    return np.stack([voice, voice])


def envelope(samples: Sound, times: Sequence[Seconds]) -> list[float]:
    """How loud it is at each time, 0..1, over 40 ms: how far the speaker's mouth opens."""
    half = SOUND_RATE // 50
    levels = []
    for at in times:
        middle = round(at * SOUND_RATE)
        part = samples[0, max(0, middle - half) : middle + half]
        levels.append(min(1.0, float(np.sqrt(np.mean(part**2))) * 5.0) if part.size else 0.0)
    return levels


def _bed(total: int) -> Samples:
    """Soft plucked chords with a low drum on each second beat."""
    clock = np.arange(total, dtype=np.float32) / SOUND_RATE
    within = clock % _BEAT
    number = (clock / _BEAT).astype(np.int32)
    pluck = np.exp(-within * 5.0) * np.minimum(1, within * 200)
    bed = np.zeros(total, np.float32)
    for place, chord in enumerate(_CHORDS):
        chosen = (number // 4) % len(_CHORDS) == place
        for note in chord:
            bed += np.where(chosen, np.sin(2 * np.pi * note * clock) * pluck, 0).astype(np.float32)
    drum = np.sin(2 * np.pi * 58 * within) * np.exp(-within * 14) * (number % 2 == 0)
    mixed: Samples = (bed * 0.022 + drum * 0.07).astype(np.float32)
    return mixed
