"""The ad's sound, decoded: the voice in its place, the bed lower under it, levels held, an ending."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kinoloop.core.errors import InputError
from kinoloop.media.ad.compose import render_ad
from kinoloop.media.ad.ducking import DEPTH, duck, speaking
from kinoloop.media.ad.records import AdPlan, AdSound
from kinoloop.media.ad.rules import lay_out
from kinoloop.media.ad.soundtrack import SPOKEN, Soundtrack, at_loudness, fitted, stereo
from kinoloop.media.ad.sources import Sources
from kinoloop.media.audio_mix import measure
from kinoloop.media.encoder import Encoder
from kinoloop.media.music import music_bed, read_sound
from kinoloop.media.spans import SOUND_RATE, Sound
from kinoloop.media.watch import SilentWatch
from tests.films import draw_sound
from tests.media.ad.films import flat_film, numbered, plan, shot

FAST = Encoder(preset="ultrafast", crf=30)
VOICE, BED = 1000.0, 200.0
Line = NDArray[np.float32]


def tone(frequency: float, seconds: float, gain: float = 0.2) -> Line:
    clock = np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE
    return (gain * np.sin(2 * np.pi * frequency * clock)).astype(np.float32)


def strength(sound: Sound, frequency: float, start: float, end: float) -> float:
    """dB of one frequency within a stretch."""
    part = sound[0, round(start * SOUND_RATE) : round(end * SOUND_RATE)]
    clock = np.arange(len(part)) / SOUND_RATE
    wave = np.exp(-2j * np.pi * frequency * clock) * np.hanning(len(part))
    return float(20 * np.log10(np.abs(part @ wave) / len(part) + 1e-9))


def mixed(ad: AdPlan) -> Sound:
    return Soundtrack(ad, lay_out(ad.shots, ad.rate), Sources(), SilentWatch()).mixed()


def heard(ad: AdPlan, folder: Path) -> Sound:
    return read_sound(render_ad(ad, folder / "ad.mp4", encoder=FAST).path)


@pytest.fixture
def base(tmp_path: Path) -> AdPlan:
    return plan(shot(flat_film(tmp_path / "grey.mp4", 90, seconds=8), "0", "8"), size=(32, 32))


def with_sound(base: AdPlan, **fields: object) -> AdPlan:
    return replace(base, sound=AdSound(**fields))  # type: ignore[arg-type]  # fields by name


def test_the_voice_stands_in_its_place_and_the_music_goes_down_under_it(base: AdPlan, tmp_path: Path) -> None:
    ad = with_sound(base, voice=((Fraction(3), tone(VOICE, 2)),), music=tone(BED, 8))
    sound = heard(ad, tmp_path)
    assert strength(sound, VOICE, 3.1, 4.9) - strength(sound, VOICE, 0.5, 2.5) > 50
    under_voice, alone, after = (strength(sound, BED, *span) for span in ((3.2, 4.8), (0.5, 2.5), (6.0, 6.9)))
    assert alone - under_voice == pytest.approx(DEPTH, abs=1) and after == pytest.approx(alone, abs=1)
    assert strength(sound, VOICE, 3.2, 4.8) - under_voice > 20


def test_without_ducking_the_music_stays(base: AdPlan) -> None:
    ad = with_sound(base, voice=((Fraction(3), tone(VOICE, 2)),), music=tone(BED, 8), duck=False)
    sound = mixed(ad)
    assert strength(sound, BED, 3.2, 4.8) == pytest.approx(strength(sound, BED, 0.5, 2.5), abs=0.5)


def test_the_music_gain_is_against_the_voice(base: AdPlan) -> None:
    sounds = [
        mixed(
            with_sound(base, voice=((Fraction(6), tone(VOICE, 1)),), music=tone(BED, 8), music_gain_db=gain)
        )
        for gain in (-14.0, -20.0)
    ]
    apart = [strength(sound, BED, 1, 4) for sound in sounds]
    assert apart[0] - apart[1] == pytest.approx(6, abs=0.2)


@pytest.mark.parametrize("loudness", [-14.0, -20.0])
def test_the_loudness_asked_for_holds_over_the_whole(base: AdPlan, tmp_path: Path, loudness: float) -> None:
    burst = np.tile(np.concatenate([tone(330, 0.3, 0.9), np.zeros(9_600, np.float32)]), 8)
    ad = with_sound(
        base, voice=((Fraction(1), burst),), music=music_bed("drive", Fraction(5)), loudness=loudness
    )
    found = render_ad(ad, tmp_path / "ad.mp4", encoder=FAST)
    assert found.integrated_lufs == pytest.approx(loudness, abs=1)
    assert found.peak_dbfs is not None and found.peak_dbfs <= -1


def test_clipped_and_broken_input_comes_out_whole(base: AdPlan, tmp_path: Path) -> None:
    clipped = np.clip(tone(VOICE, 6, 8.0), -1, 1)
    clipped[1000:1010] = np.nan
    clipped[2000] = np.inf
    ad = with_sound(base, voice=((Fraction(1), clipped),), music=np.stack([tone(BED, 3, 5.0)] * 2))
    found = render_ad(ad, tmp_path / "ad.mp4", encoder=FAST)
    assert found.integrated_lufs == pytest.approx(-14, abs=1)
    assert found.peak_dbfs is not None and found.peak_dbfs <= -1
    assert np.isfinite(read_sound(found.path)).all()


def test_the_end_fades(base: AdPlan) -> None:
    sound = mixed(with_sound(base, music=tone(BED, 3)))
    assert sound.shape == (2, 8 * SOUND_RATE)
    assert strength(sound, BED, 7.9, 8.0) < strength(sound, BED, 6.0, 6.9) - 12
    assert np.abs(sound[:, -5:]).max() < 1e-3


def test_the_shots_own_sound_is_heard_and_crosses_over(tmp_path: Path) -> None:
    film = numbered(tmp_path / "film.mp4", sound=True)
    ad = plan(shot(film, "0", "2"), shot(film, "1", "2", "0.4"), sound=AdSound(source_gain_db=0.0))
    sound = mixed(ad)
    power = [float((sound[0, n * 4800 : n * 4800 + 4800] ** 2).mean()) for n in range(2, 24)]
    assert sound.shape == (2, round(3.6 * SOUND_RATE)) and min(power) > max(power) / 30
    quieter = mixed(replace(ad, sound=AdSound(source_gain_db=-6.0)))
    assert np.abs(quieter).max() == pytest.approx(np.abs(sound).max() / 2, rel=0.02)


def test_silent_films_among_the_sources_are_silent_there(tmp_path: Path) -> None:
    loud, mute = numbered(tmp_path / "loud.mp4", sound=True), numbered(tmp_path / "mute.mp4")
    sound = mixed(plan(shot(loud, "0", "2"), shot(mute, "0", "2"), sound=AdSound(source_gain_db=0.0)))
    assert np.abs(sound[:, :SOUND_RATE]).max() > 0.01 and not np.any(sound[:, round(2.1 * SOUND_RATE) :])


def test_files_are_read_and_a_short_bed_is_repeated_without_a_gap(base: AdPlan, tmp_path: Path) -> None:
    music = draw_sound(tmp_path / "bed.wav", seconds=3)
    sound = mixed(with_sound(base, music=music))
    power = [float((sound[0, n * 4800 : n * 4800 + 4800] ** 2).mean()) for n in range(65)]
    assert min(power) > max(power) / 4


def test_a_line_cut_off_is_refused_but_its_silence_is_not(base: AdPlan) -> None:
    line = np.concatenate([tone(VOICE, 1), np.zeros(SOUND_RATE, np.float32)])
    mixed(with_sound(base, voice=((Fraction(7), line),)))
    with pytest.raises(InputError, match="Voice line 1 is cut off"):
        mixed(with_sound(base, voice=((Fraction("7.5"), line),)))


def test_levels_and_lengths() -> None:
    assert measure(at_loudness(stereo(tone(VOICE, 3, 0.01)), SPOKEN)).integrated == pytest.approx(
        SPOKEN, abs=0.2
    )
    short = at_loudness(stereo(tone(VOICE, 0.1, 0.01)), SPOKEN)
    assert 20 * np.log10(np.abs(short).max()) == pytest.approx(SPOKEN + 6, abs=0.5)
    nothing = np.zeros((2, 0), np.float32)
    assert at_loudness(nothing, SPOKEN).shape == (2, 0) and not np.any(fitted(nothing, 10))
    assert fitted(stereo(tone(BED, 1)), 100).shape == (2, 100)
    assert np.abs(stereo(np.array([4.0, -8.0], np.float32))).max() == 1
    with pytest.raises(InputError, match="no sound"):
        stereo(np.zeros((5, 5), np.float32))


def test_the_bed_is_down_before_the_voice_and_holds_over_pauses() -> None:
    voice = np.zeros((2, 4 * SOUND_RATE), np.float32)
    for start in (1.0, 1.7):
        first = round(start * SOUND_RATE)
        voice[:, first : first + SOUND_RATE // 2] = tone(VOICE, 0.5)
    said = speaking(voice)
    assert said[105] and not said[90] and not said[160]
    bed = np.ones_like(voice)
    duck(bed, voice)
    gain = 20 * np.log10(bed[0])
    moments = [float(gain[round(seconds * SOUND_RATE)]) for seconds in (0.7, 1.02, 1.6, 3.5)]
    assert moments == pytest.approx([0, -DEPTH, -DEPTH, 0], abs=1)
    assert np.abs(np.diff(gain)).max() < 0.01
