"""What a film is made of is read from its records; what they do not tell is unknown with a reason."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from kinoloop.core.timecode import Span
from kinoloop.creative.storyboards.records import FootageSource, Panel
from kinoloop.footage.analysis.records import Measured, Scores, Shot
from kinoloop.learning.winners.rules.traits import pictured, read
from tests.creative.makers import LAMP
from tests.learning.winners.makers import unit

HOOK = Panel("s01", 1, "hook", "Tired eyes after a day at the screen?", "", 2000, "", "")
FACT = Panel("s02", 2, "proof", "It folds flat to 3 cm.", "", 3000, "", "")
CALL = Panel("s03", 3, "cta", "Order yours at lumenlamp.example.", "", 2000, "", "")


def shot(clip_id: str, **features: float | None) -> Shot:
    measured = {
        name: Measured(value, None if value is not None else "no picture") for name, value in features.items()
    }
    scores = Scores(None, {}, {}, {}, None)
    span = Span(Fraction(0), Fraction(2))
    return Shot(clip_id, "asset", span, measured, scores, space="look-1", embedding=unit(clip_id))


def showing(panel: Panel, clip_id: str | None) -> Panel:
    return replace(panel, kind="footage", footage=FootageSource("asset", clip_id, "a.mp4", 0, 2000, None, ""))


def test_a_whole_film() -> None:
    panels = (showing(HOOK, "a"), FACT, CALL)
    found = read(LAMP, panels, {"a": shot("a", face_share=0.5, hook_energy=0.1)})
    assert found.traits == {
        "hook_type": "question",
        "pacing": "fast",
        "caption_style": LAMP.captions,
        "cta": "link",
        "opening_shot": "face",
    }
    assert found.untold == {}
    assert found.said == (("hook", HOOK.line), ("proof", FACT.line), ("cta", CALL.line))


@pytest.mark.parametrize(
    ("features", "opening"),
    [
        ({"face_share": 0.1, "hook_energy": 0.7}, "lively"),
        ({"face_share": None, "hook_energy": 0.2}, "calm"),
        ({"hook_energy": 0.2}, "calm"),
        ({"face_share": 0.0, "hook_energy": None}, None),
        ({}, None),
    ],
)
def test_openings_are_told_by_what_was_measured(
    features: dict[str, float | None], opening: str | None
) -> None:
    found = read(LAMP, (showing(HOOK, "a"), CALL), {"a": shot("a", **features)})
    assert found.traits["opening_shot"] == opening
    assert ("opening_shot" in found.untold) == (opening is None)


def test_what_the_records_do_not_tell_is_unknown() -> None:
    silent = (replace(HOOK, line=""), replace(FACT, line=""))
    found = read(LAMP, (showing(silent[0], None), silent[1]), {})
    assert (found.traits["hook_type"], found.traits["cta"]) == (None, None)
    assert found.untold["opening_shot"] == "its first picture is no analysed footage"
    assert found.said == ()
    assert read(LAMP, (HOOK, CALL), {}).traits["opening_shot"] == "card"


def test_pictures_have_the_vectors_of_their_shots() -> None:
    one, two, three = pictured((showing(HOOK, "a"), showing(FACT, "gone"), CALL), {"a": shot("a")})
    assert (one.duration_ms, one.space) == (2000, "look-1") and np.array_equal(one.vector, unit("a"))  # type: ignore[arg-type]
    assert two.vector is None and three.vector is None and three.duration_ms == 2000
