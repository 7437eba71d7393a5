"""Captions on frames: inside the safe zone, exact colours, nothing else touched, missing letters told."""

from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import Span
from kinoloop.media.captions.blend import blend, sprite_of
from kinoloop.media.captions.fonts import drawable, missing
from kinoloop.media.captions.overlay import SMALLEST, Captions
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.captions.safe import ZONES, zone_for, zone_named
from kinoloop.media.captions.styles import STYLES, style_named
from kinoloop.media.records import Word
from kinoloop.media.subtitles import spread

WIDTH, HEIGHT = 360, 640
CUES = cues_from_words(spread("Watch what happens next", Span(Fraction(0), Fraction(2))))


def grey_frame() -> av.VideoFrame:
    pixels = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="yuv420p")


def changed(frame: av.VideoFrame) -> NDArray[np.bool_]:
    return np.asarray(frame.to_ndarray()[:HEIGHT] != 128)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_captions_stand_inside_the_safe_zone(style: str) -> None:
    captions = Captions(CUES, STYLES[style], WIDTH, HEIGHT)
    frame = grey_frame()
    assert captions.draw_on(frame, Fraction(1))
    rows, columns = np.nonzero(changed(frame))
    left, top, right, bottom = zone_for(WIDTH, HEIGHT).box(WIDTH, HEIGHT)
    slack = round(captions.font_size * 0.5)  # outline and shadow may reach a little beyond the letters
    assert left - slack <= columns.min() <= columns.max() <= right + slack
    assert top <= rows.min() <= rows.max() <= bottom
    assert captions.font_size >= HEIGHT * SMALLEST


def test_nothing_is_drawn_outside_the_cues() -> None:
    captions = Captions(CUES, STYLES["plain"], WIDTH, HEIGHT)
    frame = grey_frame()
    assert not captions.draw_on(frame, Fraction(60))
    assert not changed(frame).any()
    assert captions.looks(Fraction(60)) is None


def test_the_word_being_said_changes_the_picture_and_is_drawn_once() -> None:
    captions = Captions(CUES, STYLES["karaoke"], WIDTH, HEIGHT)
    first, second = (captions.state(at) for at in (Fraction(0), Fraction("0.9")))
    assert first is not None and second is not None and first != second
    assert captions.sprite(*first) is captions.sprite(*first)
    assert not np.array_equal(captions.sprite(*first).luma, captions.sprite(*second).luma)
    assert captions.state(Fraction("0.1")) == first


@pytest.mark.parametrize(
    ("colour", "wanted"),
    [((255, 255, 255), (235, 128, 128)), ((0, 0, 0), (16, 128, 128)), ((255, 0, 0), (63, 102, 240))],
)
def test_blending_gives_bt709_colours(colour: tuple[int, int, int], wanted: tuple[int, int, int]) -> None:
    frame = grey_frame()
    blend(frame, sprite_of(Image.new("RGBA", (40, 40), (*colour, 255)), 21, 31, (WIDTH, HEIGHT)))
    planes = [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size) for plane in frame.planes
    ]
    seen = (planes[0][50, 40], planes[1][25, 20], planes[2][25, 20])
    assert all(abs(int(a) - b) <= 1 for a, b in zip(seen, wanted, strict=True))
    assert planes[0][29, 40] == 128 and planes[0][50, 18] == 128


def test_half_transparent_mixes_and_overhang_is_cut() -> None:
    frame = grey_frame()
    blend(
        frame,
        sprite_of(Image.new("RGBA", (100, 100), (255, 255, 255, 128)), -50, HEIGHT - 30, (WIDTH, HEIGHT)),
    )
    picture = frame.to_ndarray()
    assert abs(int(picture[HEIGHT - 10, 10]) - 181) <= 2
    assert picture[HEIGHT - 10, 60] == 128


def test_letters_the_font_lacks_are_named() -> None:
    words = [Word("Hello", Fraction(0), Fraction(1)), Word("世界", Fraction(1), Fraction(2))]
    captions = Captions(cues_from_words(words), STYLES["bold"], WIDTH, HEIGHT)
    assert captions.note is not None and captions.note.startswith("degraded captions: 2 letters")
    assert missing("Grüße, Привет, Ελλάδα") == ""
    assert drawable("ok 世") == "ok "
    only = Captions(cues_from_words(words[1:]), STYLES["bold"], WIDTH, HEIGHT)
    assert not only.draw_on(grey_frame(), Fraction(1, 2))
    assert Captions(CUES, STYLES["bold"], WIDTH, HEIGHT).note is None


def test_long_words_shrink_into_the_zone() -> None:
    cues = cues_from_words([Word("Donaudampfschifffahrtsgesellschaft", Fraction(0), Fraction(1))])
    captions = Captions(cues, STYLES["bold"], WIDTH, HEIGHT)
    assert captions.sprite(0, 0).size[0] <= WIDTH


def test_names_that_do_not_exist_are_refused_with_the_list() -> None:
    with pytest.raises(InputError, match="bold, karaoke, plain"):
        style_named("comic")
    with pytest.raises(InputError, match="reels"):
        zone_named("billboard")
    assert zone_named("reels") is ZONES["reels"]
    assert zone_for(1080, 1080) is ZONES["square"]
    assert zone_for(1920, 1080) is ZONES["wide"]
