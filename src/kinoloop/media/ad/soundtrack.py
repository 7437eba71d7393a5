"""The ad's sound before levelling: voice lines in their places, a bed under them, the shots' own sound.

All mixing is in floating point, so nothing clips here; the level is set once for the whole film.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Seconds, Span, short_clock
from kinoloop.media.ad.ducking import duck
from kinoloop.media.ad.records import AdPlan, AdShot, Samples
from kinoloop.media.ad.rules import Place, start_of
from kinoloop.media.ad.sources import Sources
from kinoloop.media.audio_mix import measure
from kinoloop.media.music import read_sound
from kinoloop.media.spans import SOUND_RATE, Sound, sound_of
from kinoloop.media.watch import Watch

SPOKEN = -18.0
"""LUFS of the voice in the mix; the bed is set against it."""
FADE = Fraction(1)
"""The bed fades out over the last second, everything over the last `_CLOSE`."""
_CLOSE = Fraction(1, 40)
_SEAM = Fraction(3, 2)
_JOINT = Fraction(1, 100)
_AUDIBLE = 10 ** (-45 / 20)


@dataclass
class Soundtrack:
    """One plan's sound; `places` are its shots in pictures."""

    plan: AdPlan
    places: tuple[Place, ...]
    sources: Sources
    watch: Watch

    def mixed(self) -> Sound:
        """(2, n) as long as the film. Raises InputError when there is nothing to hear."""
        sound = self.plan.sound
        total = round(self.places[-1].end / self.plan.rate * SOUND_RATE)
        voice = self._voice(total)
        bed = self._music(total, spoken=bool(np.any(voice)))
        if sound.source_gain_db is not None:
            bed += self._source(total) * np.float32(10 ** (sound.source_gain_db / 20))
        if sound.duck and np.any(voice):
            duck(bed, voice)
        _fade_out(bed, FADE)
        made = np.add(voice, bed, out=bed)
        _fade_out(made, _CLOSE)
        if not np.any(made):
            raise InputError(
                "The ad would have no sound.",
                why="It has no voice, no music and no sound of its shots, or all of them are silent.",
                fix="Add a voice or music, or ask for a silent film.",
            )
        return made

    def _voice(self, total: int) -> Sound:
        room = np.zeros((2, total), np.float32)
        for number, (at, line) in enumerate(self.plan.sound.voice, 1):
            self.watch.check()
            said, first = stereo(line), round(at * SOUND_RATE)
            kept = said[:, : total - first]
            lost = said[:, total - first :]
            if lost.size and np.abs(lost).max() > _AUDIBLE:
                raise InputError(
                    f"Voice line {number} is cut off by the end of the film.",
                    why=f"It begins at {short_clock(at)} and lasts {said.shape[1] / SOUND_RATE:.1f} s.",
                    fix="Lengthen the last shot, start the line earlier or shorten it.",
                )
            room[:, first : first + kept.shape[1]] += kept
        return at_loudness(room, SPOKEN)

    def _music(self, total: int, *, spoken: bool) -> Sound:
        sound = self.plan.sound
        if sound.music is None:
            return np.zeros((2, total), np.float32)
        bed = at_loudness(fitted(stereo(sound.music), total), SPOKEN)
        if spoken:
            bed *= np.float32(10 ** (sound.music_gain_db / 20))
        return bed

    def _source(self, total: int) -> Sound:
        """The shots' own sound; neighbours overlap and cross over where their pictures do."""
        room = np.zeros((2, total), np.float32)
        for number, (shot, place) in enumerate(zip(self.plan.shots, self.places, strict=True)):
            following = self.places[number + 1].entering if number + 1 < len(self.places) else 0
            found = None if shot.still else self._heard(shot, place)
            if found is None:
                continue
            _ramp(found, self._seam(place.entering))
            _ramp(found[:, ::-1], self._seam(following))
            first = round(place.first / self.plan.rate * SOUND_RATE)
            size = min(found.shape[1], total - first)
            room[:, first : first + size] += found[:, :size]
        return room

    def _heard(self, shot: AdShot, place: Place) -> Sound | None:
        span = Span(start_of(shot), start_of(shot) + place.count / self.plan.rate)
        found = sound_of(shot.source, self.sources.info(shot.source), span, watch=self.watch)
        return None if found is None else _clean(found)

    def _seam(self, pictures: int) -> Seconds:
        return max(_JOINT, pictures / self.plan.rate)


def stereo(given: Path | Samples) -> Sound:
    """A file or samples as (2, n) at 48 kHz; what is not a number is silence, beyond full scale is scaled."""
    sound = read_sound(given) if isinstance(given, Path) else np.asarray(given, np.float32)
    if sound.ndim == 1:
        sound = np.stack([sound, sound])
    if sound.ndim != 2 or sound.shape[0] != 2:
        raise InputError(
            f"Samples of shape {sound.shape} are no sound.", fix="Give (n,) mono or (2, n) stereo at 48 kHz."
        )
    return _clean(sound)


def at_loudness(sound: Sound, target: float) -> Sound:
    """One gain, in place, to `target` LUFS; what is too short to measure to a peak 6 dB higher."""
    found = measure(sound) if sound.size else None
    if found is None or found.peak is None:
        return sound
    gain = target - found.integrated if found.integrated is not None else target + 6 - found.peak
    sound *= np.float32(10 ** (gain / 20))
    return sound


def fitted(bed: Sound, total: int) -> Sound:
    """The bed cut, or repeated with soft seams, to `total` samples of its own."""
    room = np.zeros((2, total), np.float32)
    seam = min(round(_SEAM * SOUND_RATE), bed.shape[1] // 4)
    rise = np.sin(np.linspace(0, np.pi / 2, seam, dtype=np.float32))
    first = 0
    while first < total and bed.size:
        size = min(bed.shape[1], total - first)
        joint = min(seam, size) if first else 0
        room[:, first : first + joint] *= rise[::-1][:joint]
        room[:, first : first + joint] += bed[:, :joint] * rise[:joint]
        room[:, first + joint : first + size] = bed[:, joint:size]
        first += bed.shape[1] - seam
    return room


def _clean(sound: Sound) -> Sound:
    """A sound of its own without what is no number, scaled where it goes beyond full scale."""
    finite: Sound = np.nan_to_num(sound, nan=0.0, posinf=1.0, neginf=-1.0)
    peak = max(float(finite.max()), -float(finite.min())) if finite.size else 0.0
    if peak > 1:
        finite /= np.float32(peak)
    return finite


def _ramp(sound: Sound, length: Seconds) -> None:
    """Rise from nothing over `length` s, in place, at constant power."""
    size = min(sound.shape[1], round(length * SOUND_RATE))
    sound[:, :size] *= np.sin(np.linspace(0, np.pi / 2, size, dtype=np.float32))


def _fade_out(sound: Sound, length: Seconds) -> None:
    _ramp(sound[:, ::-1], min(length, Fraction(sound.shape[1], 4 * SOUND_RATE)))
