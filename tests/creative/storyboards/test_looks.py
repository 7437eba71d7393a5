"""Footage that looks like a winning opening is preferred for the first panel, and says whose."""

from dataclasses import replace

import numpy as np
import pytest

from kinoloop.creative.plain import from_json, to_json
from kinoloop.creative.storyboards.candidates import Clip, candidates_of
from kinoloop.creative.storyboards.looks import LIKE, MOST, WinningLook, likeness
from kinoloop.creative.storyboards.records import Storyboard
from kinoloop.creative.storyboards.rules import bind
from kinoloop.creative.writing.plain import PlainWriter
from kinoloop.footage.analysis.records import Vector
from tests.creative.makers import HOUSE, LAMP

WRITER = PlainWriter()
BRIEF = replace(LAMP, vary=("hook",), variants=2)
SCRIPT = WRITER.script(BRIEF, HOUSE, WRITER.plan(BRIEF, HOUSE))
SKETCHES = WRITER.describe(BRIEF, HOUSE, SCRIPT)


def direction(*numbers: float) -> Vector:
    vector = np.zeros(512, dtype=np.float32)
    vector[: len(numbers)] = numbers
    made: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return made


def clip(name: str, vector: Vector | None = None, space: str | None = "look-1") -> Clip:
    space = None if vector is None else space
    return Clip(
        f"clip-{name}",
        f"asset-{name}",
        f"{name}.mp4",
        0,
        20_000,
        20_000,
        quality=0.5,
        space=space,
        vector=vector,
    )


WON = WinningLook("ad-7", "look-1", direction(1.0), "Ad 7 won.")


def board(*clips: Clip, winners: tuple[WinningLook, ...] = (WON,)) -> Storyboard:
    return bind(SCRIPT, SKETCHES, candidates_of(SKETCHES, clips, winners=winners), BRIEF)


def test_the_first_panel_takes_what_looks_like_a_win() -> None:
    shots = (*(clip(f"x{n}", direction(0.0, 1.0)) for n in range(5)), clip("like", direction(1.0, 0.2)))
    made = board(*shots)
    first = made.panels[0]
    assert first.footage is not None and first.footage.filename == "like.mp4"
    assert [note.source for note in first.rests_on] == ["ad-7"]
    assert "Looks like the opening of ad-7, which won." in first.note
    assert "cosine 0.98" in first.rests_on[0].text
    assert all(panel.rests_on == () for panel in made.panels[1:])
    assert from_json(Storyboard, to_json(made)) == made
    without = board(*shots, winners=())
    assert all(panel.rests_on == () for panel in without.panels)


def test_words_still_weigh_more() -> None:
    said = replace(clip("said"), spoken="my eyes are tired after a day at the screen")
    made = board(said, clip("like", direction(1.0)))
    assert made.panels[0].footage is not None and made.panels[0].footage.filename == "said.mp4"
    assert made.panels[0].rests_on == ()


def test_only_vectors_of_one_space_are_compared() -> None:
    assert likeness("clip:1", direction(1.0), [WON]) is None
    assert likeness(None, direction(1.0), [WON]) is None and likeness("look-1", None, [WON]) is None
    assert likeness("look-1", direction(0.2, 1.0), [WON]) is None
    like = likeness("look-1", direction(1.0), [replace(WON, source=f"ad-{n}") for n in range(5)])
    assert like is not None and like.cosine == pytest.approx(1.0)
    assert [note.source for note in like.notes] == ["ad-0", "ad-1", "ad-2"] and MOST == 3 and 0 < LIKE < 1


def test_a_later_panel_drafted_alone_is_not_compared() -> None:
    [one] = candidates_of(SKETCHES[2:3], [clip("like", direction(1.0))], winners=[WON])
    assert one.won == {}
