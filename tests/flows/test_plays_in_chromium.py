"""What we render plays in a real browser: a captioned clip and a smart cut, from their own files."""

from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from kinoloop.core.timecode import Span, exact
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.records import Artefact, Word
from kinoloop.media.render import ClipPlan, render_clip
from kinoloop.media.smartcut import smart_cut
from tests.films import draw_film

pytestmark = pytest.mark.browser
PLAYED = "() => { const v = document.querySelector('video'); return v && v.currentTime > 0.3 }"
FACTS = (
    "() => { const v = document.querySelector('video'); return [v.videoWidth, v.videoHeight, v.duration] }"
)


def played(browser: Browser, made: Artefact) -> list[float]:
    page = browser.new_page()
    try:
        page.goto(made.path.as_uri())
        page.evaluate("() => { const v = document.querySelector('video'); v.muted = true; v.play() }")
        page.wait_for_function(PLAYED, timeout=20_000)
        return [float(value) for value in page.evaluate(FACTS)]
    finally:
        page.close()


def test_a_captioned_clip_plays(chrome: Browser, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    draw_film(film, seconds=3, shots=2)
    words = [Word("it", exact(0.6), exact(0.9)), Word("plays", exact(1.0), exact(1.6))]
    span = Span(exact(0.5), exact(2.5))
    plan = ClipPlan(film, span, Fraction(9, 16), 640, cues=cues_from_words(words, span=span))
    width, height, duration = played(chrome, render_clip(plan, tmp_path / "clip.mp4"))
    assert (width, height) == (360, 640)
    assert abs(duration - 2) < 0.1


def test_a_smart_cut_plays(chrome: Browser, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    draw_film(film, seconds=6, shots=3, options={"g": "25"})
    made = smart_cut(film, Span(exact(1.24), exact(4.6)), tmp_path / "cut.mp4")
    width, height, duration = played(chrome, made)
    assert (width, height) == (320, 180)
    assert abs(duration - 3.36) < 0.1
