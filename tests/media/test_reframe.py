"""Where the window looks: faces first, then a mover, else the middle; still, following, or fitted whole."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.timecode import Span
from kinoloop.media import faces as faces_module
from kinoloop.media.crop import CropKey, CropPiece, centred, window_size
from kinoloop.media.faces import Box, FaceTrack, Sighting, faces_in, look_times, moving_place
from kinoloop.media.probe import probe
from kinoloop.media.records import MediaInfo, VideoStream
from kinoloop.media.reframe import plan_crop
from tests.films import draw_film, draw_sound

WIDE, UPRIGHT = (1920, 1080), Fraction(9, 16)
SPAN = Span(Fraction(0), Fraction(8))


def info(size: tuple[int, int] = WIDE) -> MediaInfo:
    video = VideoStream(
        0,
        "h264",
        *size,
        *size,
        Fraction(1),
        0,
        Fraction(25),
        Fraction(1, 12_800),
        "yuv420p",
        8,
        Fraction(0),
        Fraction(8),
        200,
        False,
    )
    return MediaInfo(Path("film.mp4"), "mp4", 1, Fraction(0), Fraction(8), video, None, 1, 0, 0)


def seen(middles: Sequence[float | None], width: float = 200) -> FaceTrack:
    """A face of this width at each half second."""
    looks = [
        Sighting(
            Fraction(n, 2) + Fraction(1, 4),
            () if x is None else (Box(x - width / 2, 300, width, width),),
            None,
        )
        for n, x in enumerate(middles)
    ]
    return FaceTrack(tuple(looks))


def inside(track: FaceTrack, plan: object) -> int:
    """How many faces lie wholly in the window."""
    count = 0
    for look in track.sightings:
        for face in look.faces:
            x, _ = plan.piece(look.at).corner(look.at)  # type: ignore[attr-defined]  # a crop path
            count += x <= face.x and face.x + face.width <= x + plan.width  # type: ignore[attr-defined]
    return count


def test_a_face_at_rest_gives_one_still_window_around_it() -> None:
    track = seen([500, 510, None, 495, 505, 500, 500, 498])
    plan = plan_crop(info(), SPAN, UPRIGHT, track)
    (piece,) = plan.pieces
    assert (plan.width, plan.height, piece.fit, piece.reason, len(piece.keys)) == (
        608,
        1080,
        "crop",
        "faces",
        1,
    )
    assert piece.keys[0].x == pytest.approx(500 - 304, abs=60)
    assert inside(track, plan) == 7


def test_a_walking_face_is_followed_smoothly() -> None:
    track = seen([float(x) for x in np.linspace(300, 1600, 16)])
    plan = plan_crop(info(), SPAN, UPRIGHT, track)
    (piece,) = plan.pieces
    assert piece.reason == "following faces"
    assert inside(track, plan) >= 15
    steps = np.diff([key.x for key in piece.keys])
    assert (steps >= -1).all() and steps.max() < 250


def test_each_shot_is_framed_by_itself() -> None:
    track = seen([400.0] * 8 + [1500.0] * 8)
    shots = (Span(Fraction(-3), Fraction(4)), Span(Fraction(4), Fraction(20)))
    plan = plan_crop(info(), SPAN, UPRIGHT, track, shots=shots)
    assert [piece.span for piece in plan.pieces] == [
        Span(Fraction(0), Fraction(4)),
        Span(Fraction(4), Fraction(8)),
    ]
    assert all(len(piece.keys) == 1 for piece in plan.pieces)
    assert inside(track, plan) == 16


def test_a_face_wider_than_the_window_is_shown_whole() -> None:
    plan = plan_crop(info(), SPAN, UPRIGHT, seen([900.0] * 16, width=700))
    assert plan.pieces[0].fit == "pad" and plan.pieces[0].keys == ()


def test_two_people_apart_are_shown_whole_but_a_small_face_behind_is_not_minded() -> None:
    pair = tuple(
        Sighting(Fraction(n), (Box(200, 300, 200, 200), Box(1500, 300, 210, 210)), None) for n in range(8)
    )
    assert plan_crop(info(), SPAN, UPRIGHT, FaceTrack(pair)).pieces[0].fit == "pad"
    behind = tuple(
        Sighting(Fraction(n), (Box(200, 300, 300, 300), Box(1500, 300, 60, 60)), None) for n in range(8)
    )
    assert plan_crop(info(), SPAN, UPRIGHT, FaceTrack(behind)).pieces[0].fit == "crop"


def test_without_faces_a_mover_is_followed_else_the_middle() -> None:
    moving = tuple(Sighting(Fraction(n), (), Box(1400, 400, 200, 300)) for n in range(8))
    plan = plan_crop(info(), SPAN, UPRIGHT, FaceTrack(moving))
    assert plan.pieces[0].reason == "motion" and plan.pieces[0].keys[0].x > 1000
    for nothing in (None, FaceTrack(()), seen([None] * 16)):
        piece = plan_crop(info(), SPAN, UPRIGHT, nothing).pieces[0]
        assert piece.reason == "centre" and piece.keys[0].x == pytest.approx((1920 - 608) / 2)


def test_an_upright_film_is_cropped_up_and_down() -> None:
    track = FaceTrack(tuple(Sighting(Fraction(n), (Box(400, 200, 200, 200),), None) for n in range(8)))
    plan = plan_crop(info((1080, 1920)), SPAN, Fraction(16, 9), track)
    assert (plan.width, plan.height) == (1080, 608)
    assert plan.pieces[0].keys[0].x == 0 and plan.pieces[0].keys[0].y <= 200


@given(st.lists(st.one_of(st.none(), st.floats(0, 1920)), min_size=1, max_size=16))
def test_the_window_never_leaves_the_picture(middles: list[float | None]) -> None:
    plan = plan_crop(info(), SPAN, UPRIGHT, seen(middles))
    for number in range(80):
        at = Fraction(number, 10)
        piece = plan.piece(at)
        if piece.fit == "crop":
            x, y = piece.corner(at)
            assert -1e-6 <= x <= 1920 - plan.width + 1 and y == 0


@given(
    st.integers(16, 4000),
    st.integers(16, 4000),
    st.sampled_from([Fraction(9, 16), Fraction(1), Fraction(16, 9)]),
)
def test_windows_fit_and_touch(width: int, height: int, aspect: Fraction) -> None:
    wide, high = window_size(width, height, aspect)
    assert wide <= width and high <= height and (wide == width or high == height)


def test_corners_between_and_beyond_keys() -> None:
    piece = CropPiece(SPAN, "crop", (CropKey(Fraction(1), 0, 0), CropKey(Fraction(3), 100, 10)), "x")
    assert piece.corner(Fraction(2)) == (50, 5)
    assert piece.corner(Fraction(0)) == (0, 0) and piece.corner(Fraction(9)) == (100, 10)
    assert centred(1920, 1080, UPRIGHT, SPAN).piece(Fraction(99)).reason == "centre"


def test_looks_are_pairs_in_equal_parts() -> None:
    times = look_times(SPAN, 2)
    assert len(times) == 32 and times == sorted(times) and times[1] - times[0] == Fraction(1, 10)
    assert look_times(Span(Fraction(1), Fraction(1)), 2) == []


def test_a_compact_mover_is_found_and_a_moving_camera_is_not() -> None:
    before = np.full((270, 480), 90, np.uint8)
    after = before.copy()
    after[90:180, 330:390] = 200
    found = moving_place(before, after)
    assert found is not None and 320 < found.x < 340 and found.width == pytest.approx(60, abs=12)
    assert moving_place(before, before) is None
    assert moving_place(before, (before + 60).astype(np.uint8)) is None
    apart = before.copy()
    apart[100:140, :40] = apart[100:140, -40:] = 250
    assert moving_place(before, apart) is None


def test_films_without_people_or_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=2, rotation=90)
    track = faces_in(film.path, Span(Fraction(0), Fraction(9)))
    assert len(track.sightings) == 4 and track.reason is None
    assert faces_in(draw_sound(tmp_path / "a.wav"), SPAN).reason == "there is no picture"
    monkeypatch.setattr(faces_module, "_detector", lambda: (None, "not installed"))
    assert faces_in(film.path, SPAN).reason == "not installed"


def test_without_opencv_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    detector, reason = faces_module._detector()
    assert detector is None and reason is not None and "OpenCV" in reason


@pytest.mark.realmedia
def test_a_real_signer_is_kept_inside(real_media: Path) -> None:
    path = real_media / "intel_asl_book.mkv"
    found = probe(path)
    track = faces_in(path, found.whole)
    assert sum(bool(look.faces) for look in track.sightings) >= len(track.sightings) - 1
    plan = plan_crop(found, found.whole, UPRIGHT, track)
    assert inside(track, plan) == sum(len(look.faces) for look in track.sightings)


@pytest.mark.realmedia
def test_a_real_bottle_has_no_face(real_media: Path) -> None:
    track = faces_in(real_media / "intel_bottle.mp4", Span(Fraction(0), Fraction(4)))
    assert all(look.faces == () for look in track.sightings)
    assert replace(track, reason="x").sightings == track.sightings
