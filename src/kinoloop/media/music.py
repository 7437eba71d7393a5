"""Original music beds, composed and played here from a seed: chords, bass, a figure and soft drums.

The tempo bends a little so that whole bars fill the time; the last chord is the home chord and rings out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np

from kinoloop.core.errors import InputError, MediaError
from kinoloop.core.timecode import Seconds
from kinoloop.media.instruments import Wave, bass, bell, hat, kick, pad, pluck, room, snare
from kinoloop.media.probe import probe
from kinoloop.media.spans import SOUND_RATE, Sound, sound_of

_MAJOR, _MINOR = (4, 7), (3, 7)


@dataclass(frozen=True)
class Mood:
    """`tempo` in beats a minute; `figures` are eight eighths each (an index into the chord, -1 is a rest).

    A chord is its root as a MIDI note below middle C, then third and fifth in semitones above it.
    """

    tempo: float
    progressions: tuple[tuple[tuple[int, tuple[int, int]], ...], ...]
    figures: tuple[tuple[int, ...], ...]
    drums: float
    brightness: float
    bells: float
    pulse: tuple[float, ...]
    """Eighths of a bar at which the bass plays."""


MOODS = {
    "calm": Mood(
        76,
        (
            ((48, _MAJOR), (45, _MINOR), (53, _MAJOR), (43, _MAJOR)),
            ((48, _MAJOR), (52, _MINOR), (53, _MAJOR), (53, _MAJOR)),
        ),
        ((0, -1, 2, -1, 4, -1, 2, -1), (0, -1, 1, 2, -1, 4, -1, 2), (-1, 0, -1, 2, -1, 4, 3, -1)),
        0.35,
        0.8,
        0.35,
        (0.0, 5.0),
    ),
    "bright": Mood(
        108,
        (
            ((50, _MAJOR), (45, _MAJOR), (47, _MINOR), (43, _MAJOR)),
            ((50, _MAJOR), (43, _MAJOR), (47, _MINOR), (45, _MAJOR)),
        ),
        ((0, 2, 4, 2, 3, 2, 4, 2), (0, 2, -1, 4, 3, -1, 4, 2), (4, -1, 3, 2, -1, 2, 4, 3)),
        0.75,
        1.3,
        0.2,
        (0.0, 3.0, 4.0, 7.0),
    ),
    "drive": Mood(
        122,
        (
            ((45, _MINOR), (41, _MAJOR), (48, _MAJOR), (43, _MAJOR)),
            ((45, _MINOR), (43, _MAJOR), (41, _MAJOR), (43, _MAJOR)),
        ),
        ((0, 0, 3, 0, 4, 0, 3, 2), (0, 3, 0, 4, 0, 3, 2, 3), (0, -1, 0, 3, 0, -1, 4, 3)),
        1.0,
        1.1,
        0.0,
        (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0),
    ),
}
_RING = 3.0
_GAIN = 0.45
_SHORTEST = 1.0


def music_bed(mood: str, duration: Seconds, *, seed: int = 7) -> Sound:
    """(2, n) samples at 48 kHz, exactly `duration` long, about -20 LUFS. Raises InputError for bad moods."""
    if mood not in MOODS:
        raise InputError(f"There is no music mood '{mood}'.", fix=f"Choose one of: {', '.join(MOODS)}.")
    if duration < _SHORTEST:
        raise InputError("Music needs a second at least.", fix="Ask for a longer bed.")
    return _Score(
        MOODS[mood], float(duration), np.random.default_rng([seed, list(MOODS).index(mood)])
    ).played()


def read_sound(path: Path) -> Sound:
    """(2, n) samples at 48 kHz of a sound file or a film. Raises MediaError, also when it has no sound."""
    info = probe(path)
    sound = sound_of(path, info, info.whole)
    if sound is None:
        raise MediaError(f"'{path.name}' has no sound.", fix="Choose a file that can be heard.")
    return sound


@dataclass
class _Score:
    """One piece being written: three stems as (2, n), which are mixed at the end."""

    mood: Mood
    seconds: float
    random: np.random.Generator
    _notes: dict[tuple[object, ...], Wave] = field(default_factory=dict)

    def __post_init__(self) -> None:
        total = round(Fraction(self.seconds) * SOUND_RATE)
        self.wet, self.dry = (np.zeros((2, total), np.float32) for _ in range(2))
        ring = min(_RING, self.seconds / 3)
        bar = 240 / self.mood.tempo
        self.bars = max(1, round((self.seconds - ring) / bar))
        self.bar = (self.seconds - ring) / self.bars
        self.chords = self.mood.progressions[self.random.integers(len(self.mood.progressions))]
        order = self.random.permutation(len(self.mood.figures))
        self.figures = [self.mood.figures[number] for number in order]
        self.strokes = (kick(), snare(self.random), hat(self.random), hat(self.random, 0.16))

    def played(self) -> Sound:
        for bar in range(self.bars):
            self._bar(bar)
        self._ending()
        mixed = self.dry + self._in_room(self.wet)
        made: Sound = np.tanh(mixed * np.float32(_GAIN)).astype(np.float32)
        close = round((self.seconds - self.bars * self.bar) * 0.8 * SOUND_RATE)
        made[:, made.shape[1] - close :] *= np.linspace(1, 0, close, dtype=np.float32) ** 2
        return made

    def _bar(self, bar: int) -> None:
        """Pads from the first bar, then figure and bass, then drums; every eighth bar the drums rest."""
        start, eighth = bar * self.bar, self.bar / 8
        root, steps = self._chord(bar)
        tones = _tones(root, steps)
        for note, side in zip(_voiced(tones), (-0.5, 0.4, -0.15), strict=True):
            self._put(self.wet, self._note(pad, note, round(self.bar + 0.3, 3)), start, side)
        if bar or self.bars < 4:
            for at in self.mood.pulse:
                self._put(self.dry, self._note(bass, root - 12, round(eighth * 1.6, 3)), start + at * eighth)
        self._figure(bar, tones, start, eighth)
        rest = self.bars >= 8 and bar % 8 == 7
        if bar >= min(2, self.bars - 1) and not rest:
            self._drums(bar, start, eighth)
        if self.random.random() < self.mood.bells:
            at = start + eighth * int(self.random.integers(2, 8))
            self._put(self.wet, self._note(bell, tones[int(self.random.integers(3))] + 24, 1.8), at, 0.6)

    def _figure(self, bar: int, tones: tuple[int, ...], start: float, eighth: float) -> None:
        figure = self.figures[bar // 2 % len(self.figures)]
        for place, step in enumerate(figure):
            if step >= 0:
                late = float(self.random.normal(0, 0.004))
                loud = 1.0 if place % 4 == 0 else float(self.random.uniform(0.62, 0.85))
                wave = self._note(pluck, tones[step] + 12, 0.9, self.mood.brightness)
                at = max(0.0, start + place * eighth + late)
                self._put(self.wet, wave, at, 0.45 if place % 2 else -0.35, loud)

    def _drums(self, bar: int, start: float, eighth: float) -> None:
        low, back, tick, half_open = self.strokes
        loud = self.mood.drums
        kicks = (0, 2, 4, 6) if loud >= 1 else (0, 5) if bar % 2 else (0, 4)
        for place in kicks:
            self._put(self.dry, low, start + place * eighth, 0.0, loud)
        for place in (2, 6):
            self._put(self.wet, back, start + place * eighth, 0.1, loud * 0.8)
        for place in range(8):
            accent = float(self.random.uniform(0.5, 0.8)) * (1.25 if place % 2 else 0.9)
            stroke = half_open if place == 7 and bar % 4 == 3 else tick
            self._put(self.dry, stroke, start + place * eighth, -0.25, loud * accent)

    def _ending(self) -> None:
        """The home chord from bottom to top, struck once and left to ring."""
        at, ring = self.bars * self.bar, self.seconds - self.bars * self.bar
        root, steps = self.chords[0]
        tones = _tones(root, steps)
        self._put(self.dry, bass(root - 12, ring), at)
        self._put(self.dry, self.strokes[0], at, 0.0, self.mood.drums)
        for place, note in enumerate((*_voiced(tones), tones[3] + 12)):
            self._put(self.wet, pad(note, ring), at, (-0.5, 0.5, -0.2, 0.2)[place])
            self._put(self.wet, pluck(note + 12, ring, self.mood.brightness), at + place * 0.045, 0.2)

    def _chord(self, bar: int) -> tuple[int, tuple[int, int]]:
        """Each progression ends before the ending so that the last bar leads home."""
        return self.chords[(bar - self.bars) % len(self.chords)]

    def _note(self, instrument: Callable[..., Wave], *how: float) -> Wave:
        key = (instrument, *how)
        if key not in self._notes:
            self._notes[key] = instrument(*how)
        return self._notes[key]

    def _put(self, stem: Sound, wave: Wave, at: float, side: float = 0.0, loud: float = 1.0) -> None:
        """Add a note at `at` seconds, `side` from -1 (left) to 1, at constant power."""
        first = round(at * SOUND_RATE)
        part = wave[: max(0, stem.shape[1] - first)] * np.float32(loud)
        angle = (side + 1) * np.pi / 4
        stem[0, first : first + len(part)] += part * np.float32(np.cos(angle) * 1.414)
        stem[1, first : first + len(part)] += part * np.float32(np.sin(angle) * 1.414)

    def _in_room(self, stem: Sound) -> Sound:
        """The stem and, softer, what the hall answers."""
        hall = room(self.random)
        size = 1 << (stem.shape[1] + hall.shape[1] - 1).bit_length()
        answer = np.fft.irfft(np.fft.rfft(stem, size) * np.fft.rfft(hall, size), size)[:, : stem.shape[1]]
        mixed: Sound = (stem + answer * 0.45).astype(np.float32)
        return mixed


def _tones(root: int, steps: tuple[int, int]) -> tuple[int, ...]:
    """As the figures count them: root, third, fifth, and the first two an octave higher."""
    third, fifth = steps
    return root, root + third, root + fifth, root + 12, root + 12 + third


def _voiced(tones: tuple[int, ...]) -> tuple[int, int, int]:
    """The three tones of the chord in the octave around middle C, so that chords move little."""
    low, middle, high = sorted(57 + (tone - 57) % 12 for tone in tones[:3])
    return low, middle, high
