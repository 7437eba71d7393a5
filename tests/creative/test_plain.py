"""Records to JSON and back; what does not fit is named."""

import pytest

from kinoloop.core.errors import InputError
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plain import from_json, hash_of, to_json
from kinoloop.creative.storyboards.records import FootageSource, Panel, Storyboard

BOARD = Storyboard(
    panels=(
        Panel(
            scene_id="s1",
            number=1,
            purpose="hook",
            line="Look.",
            super_text="",
            duration_ms=3000,
            description="",
            visual_prompt="",
            footage=FootageSource("a", None, "f.mp4", 0, 3000, None, "said"),
            price=3000,
        ),
    ),
    opening=None,
    style_notes="",
    palette=("#ffffff",),
    reason="",
    confidence=None,
    made_by="test",
)


def test_a_storyboard_comes_back_as_it_went() -> None:
    assert from_json(Storyboard, to_json(BOARD)) == BOARD
    assert BOARD.duration_ms == 3000
    assert BOARD.price == 3000


def test_unknown_missing_and_wrong_fields_are_named() -> None:
    with pytest.raises(InputError) as caught:
        from_json(Brief, {"name": "Ad", "colour": "red", "duration": "long"})
    assert "product" in caught.value.why
    assert "colour" in caught.value.why
    assert "duration" in caught.value.why
    assert "facts" in caught.value.fix


def test_a_value_that_is_no_record_is_refused() -> None:
    with pytest.raises(InputError):
        from_json(Brief, ["not", "a", "brief"], called="order")


def test_the_hash_follows_the_content() -> None:
    assert hash_of(BOARD, {"a": 1}) == hash_of(from_json(Storyboard, to_json(BOARD)), {"a": 1})
    assert hash_of(BOARD, {"a": 1}) != hash_of(BOARD, {"a": 2})
