"""What is shown against what was approved, field by field."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.delivery.drift.records import AdContent, Difference
from kinoloop.delivery.drift.rules import content_hash, differences, revert, untold
from tests.delivery.drift.ads import CONTENT, content


def test_the_same_content_has_no_differences() -> None:
    assert differences(CONTENT, content()) == ()
    assert untold(CONTENT, content()) == ()
    assert content_hash(CONTENT) == content_hash(content())


@pytest.mark.parametrize(
    ("served", "field", "before", "after"),
    [
        (content(creative_id="72"), "creative_id", "71", "72"),
        (content(media_hash="video:18"), "media_hash", "video:17", "video:18"),
        (content({"title": "Stale bread"}), "copy.title", "Fresh bread", "Stale bread"),
        (content({"title": None}), "copy.title", "Fresh bread", None),
        (content({"body.2": "Bread by robots."}), "copy.body.2", None, "Bread by robots."),
        (content(toggles={"enhance_cta": True}), "toggles.enhance_cta", False, True),
        (content(toggles={"show_summary": True}), "toggles.show_summary", None, True),
        (content(toggles={"music_generation": False}), "toggles.music_generation", True, False),
    ],
)
def test_each_field_is_named(served: AdContent, field: str, before: object, after: object) -> None:
    assert differences(CONTENT, served) == (Difference(field, before, after),)
    assert content_hash(served) != content_hash(CONTENT)


def test_what_was_not_told_is_no_difference_but_is_said() -> None:
    silent = content(media_hash=None, toggles={"enhance_cta": None})
    assert differences(CONTENT, silent) == ()
    assert untold(CONTENT, silent) == ("media_hash", "toggles.enhance_cta")
    assert differences(content(media_hash=None), CONTENT) == ()
    assert untold(content(media_hash=None), CONTENT) == ("media_hash",)


def test_an_enhancement_that_stays_off_is_no_difference() -> None:
    assert differences(CONTENT, content(toggles={"show_summary": False})) == ()


def test_another_creative_is_reverted_and_an_altered_one_is_paused() -> None:
    other = revert(CONTENT, content(creative_id="72", media_hash="video:18"))
    assert (other.change_type, other.requested) == ("creative", "71")
    assert "creative_id, media_hash" in other.reason
    altered = revert(CONTENT, content(toggles={"enhance_cta": True}))
    assert (altered.change_type, altered.requested) == ("status", "PAUSED")
    assert "toggles.enhance_cta" in altered.reason


TEXTS = st.dictionaries(st.sampled_from(["title", "body", "cta", "body.2"]), st.sampled_from(["a", "b", ""]))
SWITCHES = st.dictionaries(st.sampled_from(["enhance_cta", "show_summary"]), st.booleans())
CONTENTS = st.builds(
    AdContent, st.sampled_from(["71", "72"]), st.sampled_from([None, "video:1", "video:2"]), TEXTS, SWITCHES
)


@given(approved=CONTENTS, served=CONTENTS)
def test_nothing_differs_silently(approved: AdContent, served: AdContent) -> None:
    """What has no difference and was told whole is the same, up to enhancements that are off."""
    found = differences(approved, served)
    assert differences(approved, approved) == ()
    assert all(one.approved != one.served for one in found)
    if not found and not untold(approved, served):
        on = {name: value for name, value in served.toggles.items() if value}
        assert replace(served, toggles=on) == replace(
            approved, toggles={name: value for name, value in approved.toggles.items() if value}
        )
