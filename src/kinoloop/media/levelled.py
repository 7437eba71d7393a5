"""A sound file brought to a loudness, with AAC's own overshoot measured and taken back where needed."""

from pathlib import Path

from kinoloop.media.audio_mix import CEILING, level, measure
from kinoloop.media.encoder import Encoder
from kinoloop.media.mux import write_sound
from kinoloop.media.probe import probe
from kinoloop.media.spans import Sound, sound_of

LOUDEST_PEAK = -1.0
"""dBTP allowed after encoding."""


def write_levelled(sound: Sound, out: Path, encoder: Encoder, loudness: float) -> str | None:
    """Encode at `loudness` LUFS with true peaks up to -1 dBTP; a sentence when that was not fully reached."""
    for ceiling in (CEILING, CEILING - 1, CEILING - 2):
        levelled = level(sound, loudness, ceiling=ceiling)
        write_sound(levelled.sound, out, encoder)
        peak = _peak(out)
        if peak is None or peak <= LOUDEST_PEAK:
            break
    return levelled.note


def _peak(path: Path) -> float | None:
    info = probe(path)
    sound = sound_of(path, info, info.whole)
    return None if sound is None else measure(sound).peak
