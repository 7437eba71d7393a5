"""Loudness: measured against known signals, reached within 1 LU, peaks held, silence left alone."""

import numpy as np
import pytest

from kinoloop.media.audio_mix import CEILING, level, measure
from kinoloop.media.spans import SOUND_RATE, Sound


def tone(decibels: float, seconds: float = 3.0) -> Sound:
    clock = np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE
    wave = 10 ** (decibels / 20) * np.sin(2 * np.pi * 997 * clock)
    return np.stack([wave, wave]).astype(np.float32)


def speechlike(gain: float) -> Sound:
    """Noise in bursts with a few sharp peaks."""
    rng = np.random.default_rng(4)
    wave = rng.normal(0, 0.05, 6 * SOUND_RATE) * (np.sin(np.arange(6 * SOUND_RATE) / 9000) > -0.2)
    wave[:: SOUND_RATE // 2] = 0.9
    return (np.stack([wave, wave]) * gain).astype(np.float32)


def test_a_stereo_tone_measures_as_ebu_tech_3341_says() -> None:
    found = measure(tone(-23))
    assert found.integrated == pytest.approx(-23, abs=0.1)
    assert found.peak == pytest.approx(-23, abs=0.2)


@pytest.mark.parametrize("gain", [0.2, 0.5, 1.0])
def test_the_target_is_reached_and_peaks_are_held(gain: float) -> None:
    made = level(speechlike(gain), -14)
    after = measure(made.sound)
    assert made.note is None and after.integrated is not None and after.peak is not None
    assert after.integrated == pytest.approx(-14, abs=1)
    assert np.abs(made.sound).max() <= 10 ** (CEILING / 20) + 1e-3
    assert after.peak <= -1
    assert made.sound.shape == speechlike(gain).shape


def test_what_needs_no_limiter_is_only_scaled() -> None:
    quiet = tone(-40)
    made = level(quiet, -23).sound
    assert np.allclose(made / quiet.max(), quiet / quiet.max() * (made.max() / quiet.max()), atol=1e-4)


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (np.zeros((2, 2 * SOUND_RATE), np.float32), "silent"),
        (tone(-20, 0.3), "shorter than 0.4 s"),
    ],
)
def test_short_and_silent_sound_stays(sound: Sound, said: str) -> None:
    made = level(sound, -14)
    assert made.note is not None and said in made.note
    assert np.array_equal(made.sound, sound)


def test_very_quiet_sound_is_not_raised_without_end() -> None:
    made = level(tone(-60), -14)
    assert made.note is not None and "30 dB" in made.note
    assert measure(made.sound).integrated == pytest.approx(-30, abs=0.5)


def test_silence_has_no_peak() -> None:
    assert measure(np.zeros((2, SOUND_RATE), np.float32)).peak is None
