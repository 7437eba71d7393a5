"""Ads, judged by decoding them: exact pictures, true mixes, round circles, layers in place, kept pieces."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from kinoloop.core.errors import CancelledError, InputError, IntegrityError, KinoloopError
from kinoloop.core.timecode import Span
from kinoloop.media.ad import compose
from kinoloop.media.ad.compose import render_ad
from kinoloop.media.ad.records import AdPlan, AdShot, AdSound, Super
from kinoloop.media.ad.rules import zone_of
from kinoloop.media.ad.work import MAKE_AD
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.crop import Fit, centred
from kinoloop.media.encoder import Encoder
from kinoloop.media.guard import guarded
from kinoloop.media.probe import probe
from kinoloop.media.records import Artefact
from kinoloop.media.segments import SegmentCache
from kinoloop.media.subtitles import spread
from kinoloop.media.verify import starts_fast
from tests.films import draw_film, draw_sound, frame_numbers
from tests.media.ad.films import ball, extent, flat_film, grey, logo, numbered, pictures, plan, shot
from tests.media.real import real_media

FAST = Encoder(preset="ultrafast", crf=16)
SHAPES = [(180, 320), (240, 240), (320, 180)]


class StopAfter:
    """A watch that stops the work at the n-th check."""

    def __init__(self, checks: int) -> None:
        self.left, self.told = checks, [0.0]

    def progress(self, done: float, total: float, note: str = "") -> None:
        self.told.append(done / total)

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CancelledError("Stopped.")


def kept(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*.mp4")}


def made(plan: AdPlan, folder: Path, *, cache: Path | None = None) -> Artefact:
    shelf = None if cache is None else SegmentCache(cache)
    return render_ad(plan, folder / "ad.mp4", encoder=FAST, cache=shelf)


def test_hard_cuts_show_exactly_the_pictures_asked_for(tmp_path: Path) -> None:
    film = numbered(tmp_path / "film.mp4")
    ad = plan(shot(film, "1", "0.4"), shot(film, "0.2", "0.6"), shot(film, "3", "0.2"), size=(320, 180))
    found = made(ad, tmp_path)
    assert frame_numbers(found.path) == [*range(25, 35), *range(5, 20), *range(75, 80)]
    assert (found.frames, found.duration, found.width, found.height) == (30, Fraction(6, 5), 320, 180)
    assert not found.has_audio and found.integrated_lufs is None and starts_fast(found.path)
    with av.open(str(found.path)) as opened:
        context = opened.streams.video[0].codec_context
        assert (context.pix_fmt, context.colorspace, context.color_range) == ("yuv420p", 1, 1)
        assert not opened.streams.audio


def test_a_crossfade_is_a_rising_mix_and_shortens_the_film(tmp_path: Path) -> None:
    dark, light = flat_film(tmp_path / "dark.mp4", 40), flat_film(tmp_path / "light.mp4", 200)
    found = made(plan(shot(dark, "0", "1"), shot(light, "0.5", "1", "0.4"), shot(dark, "1", "1")), tmp_path)
    levels = [grey(picture) for picture in pictures(found.path)]
    assert found.duration == Fraction("2.6") and len(levels) == 65
    assert levels[14] == pytest.approx(40, abs=3) and levels[25] == pytest.approx(200, abs=3)
    mixed = levels[15:25]
    assert mixed == sorted(mixed)
    assert mixed == pytest.approx([40 + 160 * (k + 1) / 11 for k in range(10)], abs=4)
    assert levels[39] == pytest.approx(200, abs=3) and levels[40] == pytest.approx(40, abs=3)


def test_the_length_lies_on_the_grid_however_odd_the_times(tmp_path: Path) -> None:
    film = numbered(tmp_path / "film.mp4")
    ad = plan(shot(film, "0", "0.333"), shot(film, "1", "0.711", "0.101"), shot(film, "2", "0.457", "0.05"))
    found = made(replace(ad, rate=Fraction(30000, 1001)), tmp_path)
    assert found.frames == round(Fraction("1.35") * Fraction(30000, 1001))
    assert found.duration == found.frames * Fraction(1001, 30000)


def test_sources_of_other_rates_keep_their_time(tmp_path: Path) -> None:
    slow = draw_film(tmp_path / "slow.mp4", seconds=2, rate=Fraction(10), timecode=True, sound="none").path
    fast = draw_film(tmp_path / "fast.mp4", seconds=2, rate=Fraction(50), timecode=True, sound="none").path
    found = made(plan(shot(slow, "0.5", "1"), shot(fast, "0.5", "1"), size=(320, 180)), tmp_path)
    numbers = frame_numbers(found.path)
    assert numbers[:25] == [int((Fraction(1, 2) + Fraction(n, 25)) * 10) for n in range(25)]
    assert numbers[25:] == list(range(25, 75, 2))


@pytest.mark.parametrize("size", SHAPES, ids=str)
@pytest.mark.parametrize("fit", ["crop", "pad"])
@pytest.mark.parametrize("zoom", [0.0, 0.25])
def test_a_circle_stays_round(tmp_path: Path, size: tuple[int, int], fit: Fit, zoom: float) -> None:
    still = AdShot(ball(tmp_path / "ball.png"), None, Fraction("0.4"), still=True, zoom=zoom, fit=fit)
    found = made(plan(still, size=size), tmp_path)
    first, last = (extent(picture) for picture in (pictures(found.path)[0], pictures(found.path)[-1]))
    for wide, high in (first, last):
        assert wide == pytest.approx(high, abs=2)
    assert last[0] / first[0] == pytest.approx(1 + zoom, abs=0.04)


@pytest.mark.parametrize("size", SHAPES, ids=str)
def test_a_circle_in_a_film_stays_round(tmp_path: Path, size: tuple[int, int]) -> None:
    still = AdShot(ball(tmp_path / "ball.png"), None, Fraction(1), still=True)
    film = made(plan(still, size=(640, 480)), tmp_path).path.rename(tmp_path / "film.mp4")
    found = made(plan(shot(film, "0", "0.4"), size=size), tmp_path)
    wide, high = extent(pictures(found.path)[3])
    assert wide == pytest.approx(high, abs=2)


def test_logo_titles_and_captions_stand_where_they_belong(tmp_path: Path) -> None:
    grey_film = flat_film(tmp_path / "grey.mp4", 110, seconds=3)
    cues = cues_from_words(spread("Watch what happens next", Span(Fraction(1), Fraction(2))))
    title = Super(Span(Fraction(0), Fraction(1)), "Cold all day", fill=(0, 0, 0), box=(255, 255, 255, 255))
    ad = plan(
        shot(grey_film, "0", "3"),
        size=(360, 640),
        cues=cues,
        supers=(title,),
        logo=logo(tmp_path / "logo.png"),
        zone="tiktok",
    )
    seen = pictures(made(ad, tmp_path).path)
    left, top, right, bottom = zone_of(ad).box(360, 640)
    early, middle, late = (seen[number].astype(int) for number in (12, 40, 74))
    red = np.argwhere(early[..., 0] - early[..., 1] > 100)
    assert top - 3 <= red[:, 0].min() and red[:, 1].max() <= right + 3 and red[:, 1].min() > 180
    assert np.ptp(red[:, 1]) / np.ptp(red[:, 0]) == pytest.approx(180 / 40, rel=0.12)
    white = np.argwhere(early.min(axis=2) > 220)
    assert white[:, 0].min() > red[:, 0].max() and white[:, 0].max() < 320
    assert left <= white[:, 1].min() and white[:, 1].max() <= right
    changed = np.argwhere(np.abs(middle - late).max(axis=2) > 60)
    assert changed[:, 0].min() > 320 and changed[:, 0].max() < bottom
    assert left <= changed[:, 1].min() and changed[:, 1].max() <= right
    assert np.abs(early - late)[400:].max() < 12


def test_titles_rise_softly(tmp_path: Path) -> None:
    film = flat_film(tmp_path / "dark.mp4", 20, seconds=2)
    white = Super(Span(Fraction(0), Fraction(1)), "Hello", fill=(0, 0, 0), box=(255, 255, 255, 255))
    seen = pictures(made(plan(shot(film, "0", "2"), supers=(white,)), tmp_path).path)
    levels = [float(picture.max(axis=2).max()) for picture in seen]
    assert levels[0] < levels[1] < levels[2] < levels[8] and levels[23] > levels[24] > levels[25]


def test_a_changed_shot_touches_only_its_own_pieces(tmp_path: Path) -> None:
    films = [numbered(tmp_path / f"{n}.mp4") for n in range(3)]
    shots = [shot(film, "0.5", "1", "0.2" if n else "0", sha256=f"{n}") for n, film in enumerate(films)]
    cache = tmp_path / "cache"
    first = made(plan(*shots), tmp_path, cache=cache)
    before = kept(cache)
    assert len(before) == 5
    again = made(plan(*shots), tmp_path, cache=cache)
    assert again.sha256 == first.sha256 and kept(cache) == before
    old = pictures(first.path)
    other = made(plan(shot(films[0], "1", "1", sha256="0"), *shots[1:]), tmp_path, cache=cache)
    assert len(kept(cache) - before) == 2  # its body and the mix beside it
    new = pictures(other.path)
    assert len(new) == len(old) == 65
    assert all(np.array_equal(a, b) for a, b in zip(old[25:], new[25:], strict=True))
    assert not np.array_equal(old[5], new[5])


def test_with_hard_cuts_one_shot_is_one_piece(tmp_path: Path) -> None:
    films = [numbered(tmp_path / f"{n}.mp4") for n in range(3)]
    shots = [shot(film, "0.5", "0.6") for film in films]
    cache = tmp_path / "cache"
    made(plan(*shots), tmp_path, cache=cache)
    before = kept(cache)
    made(plan(shots[0], shot(films[1], "1.5", "0.6"), shots[2]), tmp_path, cache=cache)
    assert len(kept(cache) - before) == 1
    made(plan(shots[2], shots[0]), tmp_path, cache=cache)
    assert len(kept(cache) - before) == 1  # another order needs nothing new


def test_with_and_without_cache_the_pictures_are_the_same(tmp_path: Path) -> None:
    film = numbered(tmp_path / "film.mp4")
    ad = plan(shot(film, "0", "1"), shot(film, "2", "1", "0.48"))
    plain = made(ad, tmp_path)
    cached = render_ad(ad, tmp_path / "b.mp4", encoder=FAST, cache=SegmentCache(tmp_path / "cache"))
    assert plain.sha256 == cached.sha256


def test_a_damaged_piece_is_made_again(tmp_path: Path) -> None:
    film = numbered(tmp_path / "film.mp4")
    ad, cache = plan(shot(film, "0", "1")), tmp_path / "cache"
    first = made(ad, tmp_path, cache=cache)
    (piece,) = cache.rglob("*.mp4")
    data = bytearray(piece.read_bytes())
    data[len(data) // 2] ^= 255
    piece.write_bytes(data)
    assert made(ad, tmp_path, cache=cache).sha256 == first.sha256
    assert piece.read_bytes() != bytes(data)


def test_a_piece_missing_in_the_middle_is_read_by_seeking(tmp_path: Path) -> None:
    film = numbered(tmp_path / "film.mp4", seconds=14)
    ad, cache = plan(shot(film, "0.2", "13"), size=(320, 180)), tmp_path / "cache"
    first = made(ad, tmp_path, cache=cache)
    before = sorted(cache.rglob("*.mp4"), key=lambda path: path.stat().st_mtime_ns)
    assert len(before) == 4
    before[0].unlink()
    before[2].unlink()
    assert made(ad, tmp_path, cache=cache).sha256 == first.sha256
    assert frame_numbers(first.path) == list(range(5, 330))


def test_real_sound_is_there_at_the_wanted_loudness(tmp_path: Path) -> None:
    film = numbered(tmp_path / "film.mp4", sound=True)
    ad = plan(shot(film, "0", "2"), shot(film, "1", "2", "0.4"), sound=AdSound(source_gain_db=0.0))
    found = made(ad, tmp_path)
    assert found.has_audio and found.integrated_lufs == pytest.approx(-14, abs=1)
    assert found.peak_dbfs is not None and found.peak_dbfs <= -1
    info = probe(found.path)
    assert info.audio is not None and info.audio.duration is not None
    assert abs(info.audio.duration - found.duration) < Fraction(1, 20)


@pytest.mark.parametrize("stop", [0, 3, 30])
def test_a_stop_leaves_nothing_behind(tmp_path: Path, stop: int) -> None:
    film = numbered(tmp_path / "film.mp4")
    out = tmp_path / "out"
    watch = StopAfter(stop)
    with pytest.raises(CancelledError):
        render_ad(
            plan(shot(film, "0", "3")), out / "ad.mp4", encoder=FAST, cache=SegmentCache(out), watch=watch
        )
    assert [path for path in out.rglob("*") if path.is_file()] == []


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    film = numbered(tmp_path / "film.mp4")
    watch = StopAfter(10_000)
    render_ad(plan(shot(film, "0", "1")), tmp_path / "ad.mp4", encoder=FAST, watch=watch)
    assert watch.told == sorted(watch.told) and watch.told[-1] == 1


def test_a_piece_that_fails_its_check_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = numbered(tmp_path / "film.mp4")
    monkeypatch.setattr(compose, "decoded", lambda part: (3, (180, 320)))
    with pytest.raises(IntegrityError, match="did not pass"):
        made(plan(shot(film, "0", "1")), tmp_path, cache=tmp_path / "cache")
    assert kept(tmp_path / "cache") == set() and not (tmp_path / "ad.mp4").exists()


def bad_plans(folder: Path) -> dict[str, AdPlan]:
    film, text = numbered(folder / "film.mp4"), folder / "notes.png"
    text.write_text("no picture")
    sound = draw_film(folder / "tone.mp4", seconds=1).path
    crop = centred(1920, 1920, Fraction(9, 16), Span(Fraction(0), Fraction(1)))
    return {
        "There is no file": plan(shot(folder / "none.mp4", "0", "1")),
        "no PNG, JPEG": plan(AdShot(text, None, Fraction(1), still=True)),
        "Shot 2 reaches beyond": plan(shot(film, "0", "1"), shot(film, "3.5", "1")),
        "larger than its picture": plan(shot(film, "0", "1", crop=crop)),
        "no sound": plan(shot(film, "0", "1"), sound=AdSound()),
        "cut off": plan(
            shot(film, "0", "1"), sound=AdSound(voice=((Fraction(1, 2), np.ones(48_000, np.float32)),))
        ),
        "wholly transparent": plan(shot(film, "0", "1"), logo=clear(folder / "clear.png")),
        "Samples of shape": plan(shot(sound, "0", "1"), sound=AdSound(music=np.ones((3, 9), np.float32))),
    }


def clear(path: Path) -> Path:
    Image.new("RGBA", (40, 20), (255, 0, 0, 0)).save(path)
    return path


def test_what_cannot_be_made_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    for said, wrong in bad_plans(tmp_path).items():
        with pytest.raises(KinoloopError, match=said):
            made(wrong, tmp_path)
        assert not (tmp_path / "ad.mp4").exists()


def test_a_film_of_sound_alone_is_no_shot(tmp_path: Path) -> None:
    tone = draw_sound(tmp_path / "tone.wav")
    with pytest.raises(InputError, match="Shot 1 has no picture"):
        made(plan(shot(tone, "0", "1")), tmp_path)


def test_it_runs_in_the_supervised_process(tmp_path: Path) -> None:
    film = numbered(tmp_path / "film.mp4")
    voice = (0.2 * np.sin(np.arange(48_000) / 20)).astype(np.float32)
    ad = plan(shot(film, "0", "2"), sound=AdSound(voice=((Fraction(1, 2), voice),)))
    found = guarded(MAKE_AD, ad, tmp_path / "ad.mp4", FAST, tmp_path / "cache")
    assert isinstance(found, Artefact) and found.frames == 50 and found.has_audio
    assert len(kept(tmp_path / "cache")) == 2


@pytest.mark.realmedia
@pytest.mark.slow
def test_real_footage_in_three_shapes(tmp_path: Path) -> None:
    media = real_media()
    still = ball(tmp_path / "ball.png")
    shots = (
        shot(media / "mdn_crystal.mp4", "1", "1.5"),
        shot(media / "mpy_bbb_0_30.webm", "9", "1.5", "0.5"),
        AdShot(still, None, Fraction("1.5"), still=True, zoom=0.1, transition=Fraction(1, 2)),
        shot(media / "mdn_chromakey.mp4", "2", "1.5", fit="pad"),
    )
    sound = AdSound(music=media / "mdn_outfoxing.mp3", source_gain_db=-12.0)
    for size in ((360, 640), (480, 480), (640, 360)):
        found = made(plan(*shots, size=size, rate=Fraction(30), sound=sound), tmp_path)
        assert (found.width, found.height, found.frames, found.duration) == (*size, 150, Fraction(5))
        assert found.integrated_lufs == pytest.approx(-14, abs=1)


def test_the_encoder_chooses_its_own_kinds_of_pictures(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=2, sound="none", options={"g": "5", "sc_threshold": "0"})
    found = made(plan(shot(film.path, "0", "2"), size=(320, 180)), tmp_path)
    with av.open(str(found.path)) as opened:
        keys = [frame.pts for frame in opened.decode(video=0) if frame.key_frame]
    assert len(keys) == 1
