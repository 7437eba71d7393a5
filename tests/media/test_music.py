"""The beds are music by measure: in key, in time, different by mood and seed, and they end."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from kinoloop.core.errors import InputError, MediaError
from kinoloop.media.audio_mix import measure
from kinoloop.media.music import MOODS, music_bed, read_sound
from kinoloop.media.spans import SOUND_RATE, Sound
from tests.films import draw_film, draw_sound

SCALES = {"calm": "CDEFGAB", "bright": "D E F# G A B C#", "drive": "ABCDEFG"}
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def chroma(sound: Sound) -> dict[str, float]:
    """Share of the energy from 100 to 2000 Hz that lies within a third of a semitone of each note."""
    power = np.abs(np.fft.rfft(sound.mean(axis=0))) ** 2
    frequencies = np.fft.rfftfreq(sound.shape[1], 1 / SOUND_RATE)
    heard = (frequencies > 100) & (frequencies < 2000)
    notes = 69 + 12 * np.log2(frequencies[heard] / 440)
    nearest = np.round(notes)
    true = np.abs(notes - nearest) < 0.34
    energy = np.bincount(nearest[true].astype(int) % 12, power[heard][true], minlength=12)
    return dict(zip(NAMES, energy / power[heard].sum(), strict=True))


def loudness_of_seconds(sound: Sound) -> list[float]:
    return [
        float(np.sqrt((part**2).mean()))
        for part in np.split(sound.mean(axis=0), sound.shape[1] // SOUND_RATE)
    ]


@pytest.mark.parametrize("mood", MOODS)
def test_a_bed_is_as_long_as_asked_full_and_ends(mood: str) -> None:
    bed = music_bed(mood, Fraction(20))
    assert bed.shape == (2, 20 * SOUND_RATE) and bed.dtype == np.float32
    found = measure(bed)
    assert found.integrated == pytest.approx(-20, abs=3) and found.peak is not None and found.peak < -3
    levels = loudness_of_seconds(bed)
    assert min(levels[:17]) > 0.015
    assert levels[19] < max(levels) / 3 and np.abs(bed[:, -20:]).max() < 1e-3
    assert not np.array_equal(bed[0], bed[1])


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("seed", [7, 8])
def test_it_keeps_to_its_key(mood: str, seed: int) -> None:
    scale = SCALES[mood].split() if " " in SCALES[mood] else list(SCALES[mood])
    shares = chroma(music_bed(mood, Fraction(16), seed=seed))
    inside = sum(share for note, share in shares.items() if note in scale)
    assert inside > 0.9 and sum(share > 0.02 for share in shares.values()) >= 4


@pytest.mark.parametrize("mood", MOODS)
def test_the_last_chord_is_home(mood: str) -> None:
    home = {"calm": "CEG", "bright": "D F# A", "drive": "ACE"}[mood]
    bed = music_bed(mood, Fraction(16))
    shares = chroma(bed[:, round(14.2 * SOUND_RATE) : round(15.6 * SOUND_RATE)])
    inside = sum(
        share for note, share in shares.items() if note in (home.split() if " " in home else list(home))
    )
    assert inside > 0.7 * sum(shares.values())


def test_seeds_and_moods_differ_and_repeat() -> None:
    first = music_bed("calm", Fraction(4))
    assert np.array_equal(first, music_bed("calm", Fraction(4)))
    assert not np.allclose(first, music_bed("calm", Fraction(4), seed=8))
    assert not np.allclose(first, music_bed("bright", Fraction(4)))


@pytest.mark.parametrize("seconds", [1, 2, Fraction(37, 10), 61])
def test_any_length(seconds: Fraction) -> None:
    bed = music_bed("bright", Fraction(seconds))
    assert bed.shape == (2, round(Fraction(seconds) * SOUND_RATE)) and np.isfinite(bed).all()


def test_what_it_cannot_play() -> None:
    with pytest.raises(InputError, match="no music mood 'angry'"):
        music_bed("angry", Fraction(5))
    with pytest.raises(InputError, match="a second at least"):
        music_bed("calm", Fraction(1, 2))


def test_sound_is_read_from_sound_files_and_films(tmp_path: Path) -> None:
    assert read_sound(draw_sound(tmp_path / "a.wav", seconds=1)).shape == (2, SOUND_RATE)
    film = draw_film(tmp_path / "film.mp4", seconds=1)
    assert read_sound(film.path).shape[0] == 2
    with pytest.raises(MediaError, match="has no sound"):
        read_sound(draw_film(tmp_path / "mute.mp4", seconds=1, sound="none").path)
