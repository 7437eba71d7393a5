"""Clips are judged by decoding them: exact pictures, true shapes, sound in step, loudness, no leftovers."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from kinoloop.core.errors import CancelledError, InputError, IntegrityError
from kinoloop.core.timecode import Span
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.crop import CropKey, CropPath, CropPiece
from kinoloop.media.encoder import Encoder
from kinoloop.media.probe import probe
from kinoloop.media.records import VideoStream
from kinoloop.media.render import ClipPlan, output_rate, output_size, render_clip, segment_ranges
from kinoloop.media.segments import SegmentCache
from kinoloop.media.spans import sound_of
from kinoloop.media.subtitles import spread
from kinoloop.media.verify import starts_fast, verify
from tests.films import draw_film, frame_numbers

SHORT = Span(Fraction("0.4"), Fraction("1.6"))
CUES = cues_from_words(spread("Watch what happens next", Span(Fraction(0), Fraction(1))))


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


def draw_ball(
    path: Path, size: tuple[int, int], *, aspect: Fraction = Fraction(1), rotation: int = 0
) -> Path:
    """A white circle (round when shown at `aspect`) in the middle of grey, 10 pictures."""
    wide, high = size
    y, x = np.mgrid[0:high, 0:wide]
    ball = ((x - wide / 2) * float(aspect)) ** 2 + (y - high / 2) ** 2 < (
        min(wide * float(aspect), high) / 5
    ) ** 2
    pixels = np.where(ball[..., None], 255, 60).astype(np.uint8).repeat(3, axis=2)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def first_picture(path: Path) -> NDArray[np.uint8]:
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="gray8").astype(np.uint8)


def width_and_height(picture: NDArray[np.uint8]) -> tuple[int, int]:
    rows, columns = np.nonzero(picture > 180)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def test_the_pictures_asked_for_and_no_others(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=4, timecode=True, options={"g": "40", "bf": "3"})
    made = render_clip(
        ClipPlan(film.path, Span(Fraction("1.2"), Fraction("2.8")), height=180), tmp_path / "clip.mp4"
    )
    assert frame_numbers(made.path) == list(range(30, 70))
    assert (made.width, made.height, made.frames, made.duration) == (320, 180, 40, Fraction("1.6"))
    assert made.has_audio and made.notes == () and starts_fast(made.path)
    assert (
        made.integrated_lufs == pytest.approx(-14, abs=1)
        and made.peak_dbfs is not None
        and made.peak_dbfs <= -1
    )
    with av.open(str(made.path)) as clip:
        context = clip.streams.video[0].codec_context
        assert (context.pix_fmt, context.colorspace, context.color_range) == ("yuv420p", 1, 1)


@pytest.mark.parametrize(
    "aspect", [Fraction(9, 16), Fraction(1), Fraction(4, 5), Fraction(16, 9), None], ids=str
)
def test_shapes(tmp_path: Path, aspect: Fraction | None) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=2, timecode=True)
    made = render_clip(ClipPlan(film.path, SHORT, aspect, 180), tmp_path / "clip.mp4")
    assert abs(Fraction(made.width, made.height) - (aspect or Fraction(16, 9))) < Fraction(1, 60)
    if aspect != Fraction(9, 16):  # the numbers are wider than that window
        assert frame_numbers(made.path) == list(range(10, 40))


@pytest.mark.parametrize(
    ("size", "aspect", "rotation"),
    [
        ((320, 180), Fraction(1), 0),
        ((240, 180), Fraction(4, 3), 0),
        ((180, 320), Fraction(1), 90),
        ((320, 180), Fraction(1), 180),
        ((321, 181), Fraction(1), 270),
    ],
)
@pytest.mark.parametrize("out", [Fraction(9, 16), None], ids=str)
def test_a_circle_stays_round(
    tmp_path: Path, size: tuple[int, int], aspect: Fraction, rotation: int, out: Fraction | None
) -> None:
    even = (size[0] // 2 * 2, size[1] // 2 * 2)
    film = draw_ball(tmp_path / "ball.mp4", even, aspect=aspect, rotation=rotation)
    made = render_clip(ClipPlan(film, Span(Fraction(0), Fraction("0.4")), out, 320), tmp_path / "clip.mp4")
    wide, high = width_and_height(first_picture(made.path))
    assert wide / high == pytest.approx(1, abs=0.04)
    video = probe(film).video
    assert video is not None
    shown = Fraction(video.display_width, video.display_height)
    assert abs(Fraction(made.width, made.height) - (out or shown)) < Fraction(1, 50)


def test_the_blurred_fit_shows_the_whole_picture(tmp_path: Path) -> None:
    film = draw_ball(tmp_path / "ball.mp4", (320, 180))
    piece = CropPiece(Span(Fraction(0), Fraction(1)), "pad", (), "too wide")
    plan = ClipPlan(
        film, Span(Fraction(0), Fraction("0.4")), Fraction(9, 16), 320, CropPath(101, 180, (piece,))
    )
    picture = first_picture(render_clip(plan, tmp_path / "clip.mp4").path)
    wide, high = width_and_height(picture)
    assert wide / high == pytest.approx(1, abs=0.1)
    assert wide / picture.shape[1] == pytest.approx(72 / 320, abs=0.02)
    assert picture[20].mean() < 60 and picture.shape == (320, 180)


def test_the_window_moves_along_its_path_and_jumps_at_the_cut(tmp_path: Path) -> None:
    film = draw_ball(tmp_path / "ball.mp4", (320, 180))
    first = CropPiece(
        Span(Fraction(0), Fraction("0.2")),
        "crop",
        (CropKey(Fraction(0), 98, 0), CropKey(Fraction("0.16"), 122, 0)),
        "x",
    )
    second = CropPiece(Span(Fraction("0.2"), Fraction(1)), "crop", (CropKey(Fraction(0), 110, 0),), "x")
    plan = ClipPlan(
        film, Span(Fraction(0), Fraction("0.4")), Fraction(9, 16), 180, CropPath(101, 180, (first, second))
    )
    made = render_clip(plan, tmp_path / "clip.mp4")
    with av.open(str(made.path)) as clip:
        middles = [np.nonzero(f.to_ndarray(format="gray8") > 180)[1].mean() for f in clip.decode(video=0)]
    assert middles[0] - middles[4] == pytest.approx(24 * made.width / 101, abs=3)
    assert middles[5] == pytest.approx(50, abs=3) and middles[9] == pytest.approx(middles[5], abs=1)


@pytest.mark.parametrize(
    "kind",
    [
        {"pix_fmt": "yuv420p10le", "codec": "libx264"},
        {"pix_fmt": "yuv444p"},
        {"variable_rate": True},
        {"rate": Fraction(30000, 1001)},
        {"codec": "libvpx", "name": "film.webm"},
        {"size": (322, 182)},
    ],
    ids=str,
)
def test_every_ordinary_kind_of_film(tmp_path: Path, kind: dict[str, object]) -> None:
    name = str(kind.pop("name", "film.mp4"))
    film = draw_film(tmp_path / name, seconds=2, timecode=True, **kind)  # type: ignore[arg-type]  # chosen above
    made = render_clip(ClipPlan(film.path, SHORT, None, 180, cues=CUES, style="plain"), tmp_path / "clip.mp4")
    with av.open(str(made.path)) as clip:
        assert len(list(clip.decode(video=0))) == made.frames


def test_variable_rate_becomes_constant_by_time(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=3, timecode=True, variable_rate=True)
    made = render_clip(
        ClipPlan(film.path, Span(Fraction("0.5"), Fraction("2.5")), height=180), tmp_path / "clip.mp4"
    )
    for number, seen in enumerate(frame_numbers(made.path)):
        at = Fraction("0.5") + number * made.duration / made.frames
        due = max(n for n, begun in enumerate(film.times) if begun <= at + Fraction(1, 500))
        assert seen == due


def test_a_film_without_sound_gets_a_silent_track(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=2, sound="none")
    made = render_clip(ClipPlan(film.path, SHORT, height=90), tmp_path / "clip.mp4")
    assert made.has_audio and made.integrated_lufs is None and made.peak_dbfs is None
    assert made.notes == ("no sound in the source: the clip has a silent track",)


def test_sound_and_picture_stay_in_step(tmp_path: Path) -> None:
    """A flash and a click at 2.0 s are found together in the clip, at 1.0 s."""
    path = tmp_path / "flash.mp4"
    with av.open(str(path), "w") as out:
        picture = out.add_stream("libx264", rate=25, options={"preset": "ultrafast", "g": "30"})
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        track = out.add_stream("aac", rate=48_000, layout="stereo")
        for number in range(100):
            frame = av.VideoFrame.from_ndarray(
                np.full((64, 64, 3), 255 if number == 50 else 0, np.uint8), format="rgb24"
            )
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(picture.encode(frame))
        wave = np.zeros((2, 192_000), np.float32)
        wave[:, 96_000:96_480] = 0.8
        for start in range(0, 192_000, 1024):
            sound = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(wave[:, start : start + 1024]), "fltp", "stereo"
            )
            sound.sample_rate, sound.pts = 48_000, start
            out.mux(track.encode(sound))
        for stream in (picture, track):
            out.mux(stream.encode(None))
    made = render_clip(
        ClipPlan(path, Span(Fraction(1), Fraction(3)), height=64, loudness=None), tmp_path / "c.mp4"
    )
    with av.open(str(made.path)) as clip:
        light = [float(frame.to_ndarray(format="gray8").mean()) for frame in clip.decode(video=0)]
    info = probe(made.path)
    heard = sound_of(made.path, info, info.whole)
    assert heard is not None and light.index(max(light)) == 25
    assert np.argmax(np.abs(heard[0]) > 0.3) / 48_000 == pytest.approx(1.0, abs=0.01)


def test_captions_are_in_the_picture_only_while_they_stand(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=2, size=(180, 320))
    plan = ClipPlan(film.path, Span(Fraction(0), Fraction(2)), height=320, cues=(CUES[0],), style="plain")
    plain = replace(plan, cues=())
    both = [render_clip(p, tmp_path / f"{n}.mp4").path for n, p in enumerate((plan, plain))]
    with av.open(str(both[0])) as a, av.open(str(both[1])) as b:
        gaps = [
            float(np.abs(x.to_ndarray().astype(int) - y.to_ndarray().astype(int)).max())
            for x, y in zip(a.decode(video=0), b.decode(video=0), strict=True)
        ]
    end = int(CUES[0].span.end * 25)
    assert min(gaps[1 : end - 1]) > 60 and max(gaps[end + 2 :]) < 60


def test_a_letter_the_font_lacks_is_told(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=2)
    cues = cues_from_words(spread("漢字 yes", Span(Fraction(0), Fraction(1))))
    made = render_clip(ClipPlan(film.path, SHORT, height=90, cues=cues), tmp_path / "clip.mp4")
    assert len(made.notes) == 1 and made.notes[0].startswith("degraded captions")


def test_a_changed_caption_encodes_only_its_piece(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=10, timecode=True)
    cache = SegmentCache(tmp_path / "cache")
    late = cues_from_words(spread("At the end", Span(Fraction(8), Fraction(9))))
    plan = ClipPlan(film.path, Span(Fraction(0), Fraction(10)), height=180)
    first = render_clip(plan, tmp_path / "a.mp4", cache=cache)
    assert len(list(cache.folder.rglob("*.mp4"))) == 3
    second = render_clip(replace(plan, cues=late, style="plain"), tmp_path / "b.mp4", cache=cache)
    assert len(list(cache.folder.rglob("*.mp4"))) == 4
    nudged = render_clip(
        replace(plan, span=Span(Fraction("0.4"), Fraction(10))), tmp_path / "c.mp4", cache=cache
    )
    assert len(list(cache.folder.rglob("*.mp4"))) == 5
    again = render_clip(plan, tmp_path / "d.mp4", cache=cache)
    assert again.sha256 == first.sha256 != second.sha256
    assert frame_numbers(nudged.path) == list(range(10, 250))
    assert frame_numbers(first.path) == list(range(250))


def test_pieces_of_other_settings_are_not_joined(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=6)
    cache, plan = (
        SegmentCache(tmp_path / "cache"),
        ClipPlan(film.path, Span(Fraction(0), Fraction(6)), height=90),
    )
    render_clip(plan, tmp_path / "a.mp4", cache=cache)
    kept = sorted(cache.folder.rglob("*.mp4"))
    other = render_clip(plan, tmp_path / "o.mp4", encoder=Encoder(preset="ultrafast"))
    kept[0].write_bytes(other.path.read_bytes())
    with pytest.raises(IntegrityError):
        render_clip(plan, tmp_path / "b.mp4", cache=cache)
    assert not (tmp_path / "b.mp4").exists()


def test_segments_stand_on_the_sources_clock() -> None:
    times = [Fraction("2.96") + Fraction(n, 25) for n in range(200)]
    ranges = segment_ranges(times)
    assert [len(part) for part in ranges] == [26, 100, 74]
    assert segment_ranges([Fraction(5)]) == [range(0, 1)]


def test_stopping_leaves_nothing_and_progress_rises(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=3)
    plan, out = ClipPlan(film.path, Span(Fraction(0), Fraction(3)), height=90), tmp_path / "out" / "clip.mp4"
    with pytest.raises(CancelledError):
        render_clip(plan, out, watch=StopAfter(30))
    assert not out.exists()
    watch = StopAfter(10_000)
    render_clip(plan, out, watch=watch)
    assert watch.told == sorted(watch.told) and len(watch.told) >= 3
    assert [path.name for path in out.parent.iterdir()] == ["clip.mp4"]


def test_what_cannot_be_made_is_refused(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=1)
    for plan in (
        ClipPlan(film.path, Span(Fraction(5), Fraction(6)), height=90),
        ClipPlan(film.path, SHORT, height=90, style="comic"),
        ClipPlan(film.path, Span(Fraction(0), Fraction(0)), height=90),
    ):
        with pytest.raises(InputError):
            render_clip(plan, tmp_path / "clip.mp4")
    assert not (tmp_path / "clip.mp4").exists()


def test_a_stretch_beyond_the_picture_ends_with_it(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=1)
    made = render_clip(ClipPlan(film.path, Span(Fraction(0), Fraction(4)), height=90), tmp_path / "clip.mp4")
    assert made.frames == 25 and made.notes == ("the picture ends at 0:01.0, and so does the clip",)


def test_verify_finds_what_differs(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=2)
    made = render_clip(ClipPlan(film.path, SHORT, height=90), tmp_path / "clip.mp4")
    good = {"span_duration": made.duration, "width": made.width, "height": made.height, "frames": made.frames}
    assert verify(made.path, **good).sha256 == made.sha256  # type: ignore[arg-type]  # as above
    for wrong, said in (
        ({"width": 162}, "the picture is"),
        ({"frames": 29}, "not 29"),
        ({"span_duration": Fraction(2), "frames": None}, "it lasts 1.200 s"),
        ({"sound": False}, "sound is there"),
    ):
        with pytest.raises(IntegrityError, match=said):
            verify(made.path, **{**good, **wrong})  # type: ignore[arg-type]  # as above
    with pytest.raises(IntegrityError, match="its index stands at the end"):
        verify(film.path, span_duration=Fraction(2), width=320, height=180)
    (tmp_path / "no.mp4").write_bytes(made.path.read_bytes()[:900])
    with pytest.raises(IntegrityError, match="cannot be read"):
        verify(tmp_path / "no.mp4", **good)  # type: ignore[arg-type]  # as above


def video(
    rate: Fraction | None, *, variable: bool = False, shape: tuple[int, int] = (1920, 1080)
) -> VideoStream:
    return VideoStream(
        0,
        "h264",
        *shape,
        *shape,
        Fraction(1),
        0,
        rate,
        Fraction(1, 90_000),
        "yuv420p",
        8,
        Fraction(0),
        None,
        None,
        variable,
    )


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (video(Fraction(25)), Fraction(25)),
        (video(Fraction(120)), Fraction(60)),
        (video(Fraction(30000, 1001)), Fraction(30000, 1001)),
        (video(Fraction("29.3"), variable=True), Fraction(30000, 1001)),
        (video(Fraction(12)), Fraction(12)),
        (video(Fraction(2)), Fraction(24000, 1001)),
        (video(None), Fraction(25)),
    ],
)
def test_output_rates(source: VideoStream, wanted: Fraction) -> None:
    assert output_rate(source) == wanted


def test_output_sizes_are_even() -> None:
    assert output_size(video(None), Fraction(9, 16), 1920) == (1080, 1920)
    assert output_size(video(None, shape=(853, 480)), None, 481) == (852, 480)


@pytest.mark.realmedia
@pytest.mark.parametrize(
    "name", ["skv_bigbuckbunny.mp4", "mpy_fire2.mp4", "tc_bt709_full.mp4", "intel_asl_book.mkv"]
)
def test_real_films(real_media: Path, tmp_path: Path, name: str) -> None:
    made = render_clip(
        ClipPlan(real_media / name, Span(Fraction(0), Fraction(1)), Fraction(9, 16), 640, cues=CUES),
        tmp_path / "c.mp4",
    )
    assert (made.width, made.height) == (360, 640) and made.has_audio
