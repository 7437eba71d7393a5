"""The sample shoot: films that play, cuts and words where the truth says, the same again by seed."""

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from kinoloop.core.errors import CancelledError
from kinoloop.core.timecode import Span
from kinoloop.media.faces import faces_in
from kinoloop.media.probe import probe
from kinoloop.media.sample import SampleFilm, draw_sample_shoot, shoot
from kinoloop.media.sample.scenes import Moment, scene_of
from kinoloop.media.sample.script import Beat, Script
from kinoloop.media.sample.sound import envelope, mix
from kinoloop.media.spans import SOUND_RATE, sound_of
from kinoloop.media.speak import Voice
from kinoloop.media.subtitles import read_subtitles
from tests.once import sample_shoot

SHORT = (
    Script(
        "short",
        "sage",
        Voice(rate=220),
        (
            Beat("talk", "Hello you!", 0.8),
            Beat("close", "", 0.8),
            Beat("burst", "Wow!", 0.8, 1.6, dissolve=True),
        ),
        music=True,
    ),
)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> SampleFilm:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shoot, "SCRIPTS", SHORT)
        return draw_sample_shoot(tmp_path_factory.mktemp("shoot"))[0]


def test_the_film_is_what_its_record_says(film: SampleFilm) -> None:
    info = probe(film.path)
    assert info.video is not None and info.audio is not None
    assert (info.video.width, info.video.height, info.video.average_rate) == (1280, 720, Fraction(25))
    assert abs(info.duration - film.duration) < Fraction(1, 20)
    truth = json.loads((film.path.parent / "truth.json").read_text())["films"][0]
    assert truth["cuts"] == [float(at) for at in film.cuts] and len(film.cuts) == len(film.dissolves) == 1
    assert truth["words"][0][0] == "Hello" and film.loudest.contains(film.words[-1].start)


def test_the_cut_is_where_the_truth_says(film: SampleFilm) -> None:
    with av.open(str(film.path)) as container:
        pictures = [
            frame.to_ndarray(format="gray8")[::8, ::8].astype(int) for frame in container.decode(video=0)
        ]
    change = [float(np.abs(b - a).mean()) for a, b in pairwise(pictures)]
    assert (int(np.argmax(change)) + 1) / Fraction(25) == film.cuts[0]
    mixing = [change[round(at * 25)] for at in (film.dissolves[0].start, film.dissolves[0].middle)]
    assert max(mixing) < max(change) / 3


def test_words_lie_on_the_sound_and_in_the_files(film: SampleFilm) -> None:
    read = read_subtitles(film.subtitles.with_suffix(".vtt"))
    assert (
        [word.text for word in read.words] == [word.text for word in film.words] == ["Hello", "you!", "Wow!"]
    )
    assert read.words[1].start == pytest.approx(film.words[1].start, abs=0.002)
    assert film.subtitles.suffix == ".srt" and read_subtitles(film.subtitles).words
    sound = sound_of(film.path, probe(film.path), Span(Fraction(0), film.duration))
    assert sound is not None
    spoken = sound[0, round(film.words[0].start * SOUND_RATE) : round(film.words[1].end * SOUND_RATE)]
    assert np.abs(spoken).max() > 0.1


def test_the_speakers_face_can_be_found(film: SampleFilm) -> None:
    track = faces_in(film.path, Span(Fraction(0), film.cuts[0]), per_second=4)
    assert any(look.faces for look in track.sightings)


def test_the_corner_says_sample(film: SampleFilm) -> None:
    with av.open(str(film.path)) as container:
        corner = next(container.decode(video=0)).to_ndarray(format="gray8")[26:66, 28:150]
    assert corner.max() > 220 and corner.min() < 120


def test_the_same_seed_draws_the_same_film(
    film: SampleFilm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shoot, "SCRIPTS", SHORT)
    again = draw_sample_shoot(tmp_path)[0]
    assert again.path.read_bytes() == film.path.read_bytes()


def test_drawing_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop:
        def progress(self, done: float, total: float, note: str = "") -> None:
            assert note == "drawing short"

        def check(self) -> None:
            raise CancelledError("Stopped.")

    monkeypatch.setattr(shoot, "SCRIPTS", SHORT)
    with pytest.raises(CancelledError):
        draw_sample_shoot(tmp_path, watch=Stop())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sight", ["talk", "table", "close", "burst", "pair", "glass"])
@pytest.mark.parametrize("look", ["dawn", "sage", "dusk"])
def test_every_scene_moves(sight: str, look: str) -> None:
    scene = scene_of(Beat(sight), look, 5)  # type: ignore[arg-type]  # the names above
    first, later = (
        np.asarray(scene.stage(Moment(share, share * 3, share)), np.int16) for share in (0.0, 0.7)
    )
    moved = scene.camera(0.0) != scene.camera(1.0) or bool((first != later).any())
    assert moved and first.shape == (900, 1600, 3) and first.std() > 10


def test_music_lies_below_speech_and_ends_in_silence() -> None:
    voice = np.full(SOUND_RATE, 0.6, np.float32)
    mixed = mix(Fraction(4), [(Fraction(1), voice, 1.0)], music=True)
    levels = envelope(mixed, [Fraction("0.5"), Fraction("1.5"), Fraction("3.8")])
    assert levels[2] == 0 < levels[0] < levels[1] / 3
    assert envelope(mixed, [Fraction(99)]) == [0.0]


@pytest.mark.slow
def test_the_whole_shoot() -> None:
    folder = sample_shoot()
    films = json.loads((folder / "truth.json").read_text())["films"]
    assert [20 <= film["duration"] <= 35 for film in films] == [True] * 3
    assert all(len(film["cuts"]) >= 4 and len(film["words"]) > 25 for film in films)
    for film in films:
        assert abs(float(probe(folder / film["file"]).duration) - film["duration"]) < 0.05
