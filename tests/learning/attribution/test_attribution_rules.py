"""Identifiers, windows, consent, and whose answer counts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kinoloop.core.errors import InputError
from kinoloop.learning.attribution.records import (
    AttributionSettings,
    Candidate,
    Click,
    Conversion,
    Device,
    Layer,
    LayerResult,
)
from kinoloop.learning.attribution.rules import (
    b2b,
    by_identifier,
    consented,
    decide,
    likeliest,
    merged,
    require_settings,
    verdict,
    within,
)
from tests.learning.attribution.visits import IPHONE, NOW, TENANT, click, conversion

SETTINGS = AttributionSettings(TENANT)


def found(told: Conversion, **clicks: list[Click]) -> LayerResult:
    return by_identifier(told, clicks, SETTINGS)


def test_fbclid_is_certain() -> None:
    result = found(conversion(fbclid="f"), fbclid=[click("a", fbclid="f")])
    assert [(one.click_id, one.probability) for one in result.candidates] == [("a", 1.0)]
    assert result.none == 0.0
    assert verdict(result, 0.5) == "match"


def test_a_wrong_fbclid_does_not_block_the_click_id() -> None:
    result = found(conversion(fbclid="wrong", click_id="a"), fbclid=[], click_id=[click("a")])
    assert [one.click_id for one in result.candidates] == ["a"]
    assert "click_id" in result.reason


def test_clicks_after_the_conversion_are_excluded() -> None:
    late = click("late", hours=-1, fbclid="f")
    assert not within(late, conversion(), SETTINGS.window)
    assert found(conversion(fbclid="f"), fbclid=[late]).candidates == ()


def test_the_window_is_measured_at_the_conversions_time() -> None:
    """However late it is looked at: nothing here knows what time it is now."""
    told = conversion(fbclid="f", at=NOW - timedelta(days=300))
    fresh = click("a", hours=300 * 24 + 6 * 24, fbclid="f")
    stale = click("b", hours=300 * 24 + 8 * 24, fbclid="f")
    assert [one.click_id for one in found(told, fbclid=[stale, fresh]).candidates] == ["a"]
    assert found(told, fbclid=[stale]).candidates == ()
    assert by_identifier(told, {"fbclid": [stale]}, b2b(TENANT)).candidates != ()


def test_the_last_of_a_persons_clicks_counts() -> None:
    clicks = [click("first", hours=40, fbclid="f"), click("last", hours=2, fbclid="f")]
    assert [one.click_id for one in found(conversion(fbclid="f"), fbclid=clicks).candidates] == ["last"]


def test_a_link_passed_on_is_shared_by_its_visitors() -> None:
    clicks = [
        click("a", hours=40, fbclid="f", visitor_id="anna"),
        click("b", hours=2, fbclid="f", visitor_id="bob"),
        click("c", hours=1, fbclid="f"),
    ]
    result = found(conversion(fbclid="f"), fbclid=clicks)
    assert [(one.click_id, one.probability) for one in result.candidates] == [("b", 0.5), ("a", 0.5)]
    surer = found(conversion(fbclid="f", click_id="a"), fbclid=clicks, click_id=[clicks[0]])
    assert [(one.click_id, one.probability) for one in surer.candidates] == [("a", 1.0)]


def test_without_identifier_the_layer_is_not_tried() -> None:
    result = found(conversion())
    assert verdict(result, 0.5) == "not_attempted"
    assert verdict(found(conversion(fbclid="f")), 0.5) == "no_match"


def test_the_ad_is_what_its_clicks_add_up_to() -> None:
    clicks = [
        Candidate("a", "ad-1", None, NOW, 0.3),
        Candidate("b", "ad-1", None, NOW, 0.25),
        Candidate("c", "ad-2", None, NOW, 0.4),
    ]
    chosen, confidence = likeliest(clicks)
    assert chosen is not None and chosen.click_id == "a"
    assert confidence == pytest.approx(0.55)
    assert likeliest(()) == (None, 0.0)


def layers(
    url: float = 0.0, finger: float = 0.0, likely: float = 0.0, ad: str = "ad"
) -> dict[Layer, LayerResult]:
    def one(name: Layer, sure: float, whose: str) -> LayerResult:
        some = (Candidate(f"{name}-click", whose, "campaign", NOW, sure),) if sure else ()
        return LayerResult(name, True, f"{name} said.", some, 1 - sure)

    return {
        "url_param": one("url_param", url, "ad-url"),
        "fingerprint": one("fingerprint", finger, ad),
        "probabilistic": one("probabilistic", likely, "ad"),
    }


def test_identifiers_come_first() -> None:
    answer = decide(layers(url=1.0, likely=0.99), 0.5)
    assert (answer.method, answer.confidence, answer.credited) == ("url_param", 1.0, 1.0)


def test_below_the_threshold_unattributed_stays_unattributed() -> None:
    answer = decide(layers(finger=0.4, likely=0.49), 0.5)
    assert (answer.method, answer.click, answer.candidates, answer.credited) == (
        "unattributed",
        None,
        (),
        0.0,
    )
    assert "0.49" in answer.reason
    assert decide(layers(), 0.5).reason == "url_param said. probabilistic said."


def test_the_fingerprint_gives_its_name_only_when_it_would_do_alone() -> None:
    assert decide(layers(finger=0.7, likely=0.8), 0.5).method == "fingerprint"
    assert decide(layers(finger=0.4, likely=0.8), 0.5).method == "probabilistic"
    assert decide(layers(finger=0.7, likely=0.8, ad="another"), 0.5).method == "probabilistic"
    assert verdict(layers(finger=0.4)["fingerprint"], 0.5) == "ambiguous"


def test_an_ambiguous_identifier_is_left_to_the_matcher() -> None:
    assert decide(layers(url=0.33, likely=0.8), 0.5).method == "probabilistic"


def test_without_consent_nothing_personal_stays() -> None:
    seen = click("a", device=IPHONE, ip="203.0.113.7", visitor_id="anna", user_agent="UA", consent=False)
    bare = consented(seen)
    assert (bare.ip, bare.user_agent, bare.device, bare.visitor_id) == (None, None, Device(), None)
    assert bare.fingerprint_hash is None
    told = conversion(device=IPHONE, ip="203.0.113.7", visitor_id="anna", consent=False)
    assert (consented(told).ip, consented(told).visitor_id) == (None, "anna")
    assert consented(replace(seen, consent=True)).ip == "203.0.113.7"


def test_what_was_told_before_is_not_forgotten() -> None:
    before = conversion(fbclid="f", device=IPHONE, ip="203.0.113.7")
    told = merged(before, conversion(deal_id="9"))
    assert (told.fbclid, told.ip, told.device, told.deal_id) == ("f", "203.0.113.7", IPHONE, "9")
    assert told.consent
    assert merged(before, conversion(fbclid="g")).fbclid == "g"
    android = Device(os="Android")
    assert merged(before, conversion(device=android)).device == android


@pytest.mark.parametrize("wrong", [{"window_days": 0.0}, {"matcher_days": 400.0}, {"threshold": 1.2}])
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError):
        require_settings(replace(SETTINGS, **wrong))  # type: ignore[arg-type]


def test_nothing_personal_is_kept_longer_than_it_is_of_use() -> None:
    assert SETTINGS.retention == timedelta(days=14)
    assert b2b(TENANT).retention == timedelta(days=30)
    assert b2b(TENANT).window == timedelta(days=45)
