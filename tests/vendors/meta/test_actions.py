"""The mapping of action types to results: whole names, nothing counted twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kinoloop.core.errors import InputError
from kinoloop.vendors.meta.actions import RESULTS, results_of

CASES: list[tuple[str, dict[str, float], float]] = [
    ("lead", {}, 0),
    ("lead", {"lead": 7}, 7),
    # The total holds both places already.
    ("lead", {"lead": 7, "onsite_conversion.lead_grouped": 4, "offsite_conversion.fb_pixel_lead": 3}, 7),
    ("lead", {"onsite_conversion.lead_grouped": 4, "offsite_conversion.fb_pixel_lead": 3}, 7),
    # The newer and the older name of the same leads.
    ("lead", {"onsite_conversion.lead_grouped": 4, "leadgen_grouped": 4}, 4),
    ("lead", {"leadgen_grouped": 4}, 4),
    # A part of a name is not a name.
    ("lead", {"onsite_conversion.lead": 9, "offsite_complete_registration_add_meta_leads": 9, "leads": 9}, 0),
    ("lead", {"lead": 0, "leadgen_grouped": 4}, 0),
    ("purchase", {"omni_purchase": 5, "purchase": 4, "offsite_conversion.fb_pixel_purchase": 4}, 5),
    ("purchase", {"purchase": 4, "offsite_conversion.fb_pixel_purchase": 4}, 4),
    (
        "purchase",
        {
            "offsite_conversion.fb_pixel_purchase": 4,
            "app_custom_event.fb_mobile_purchase": 2,
            "onsite_conversion.purchase": 1,
        },
        7,
    ),
    ("registration", {"complete_registration": 3, "offsite_conversion.fb_pixel_complete_registration": 3}, 3),
    ("add_to_cart", {"offsite_conversion.fb_pixel_add_to_cart": 3}, 3),
    ("checkout", {"offsite_conversion.fb_pixel_initiate_checkout": 2}, 2),
    ("link_click", {"link_click": 12, "post_engagement": 40, "page_engagement": 41}, 12),
    ("video_3s", {"video_view": 100, "post_engagement": 130}, 100),
    ("conversation", {"onsite_conversion.messaging_conversation_started_7d": 2}, 2),
    ("landing_page_view", {"landing_page_view": 6, "omni_landing_page_view": 6}, 6),
]


@pytest.mark.parametrize(("outcome", "actions", "count"), CASES)
def test_each_result_is_counted_once(outcome: str, actions: dict[str, float], count: float) -> None:
    assert results_of(actions, outcome) == count


def test_every_result_has_a_case() -> None:
    assert {outcome for outcome, _actions, _count in CASES} == set(RESULTS)


def test_an_unknown_result_is_refused() -> None:
    with pytest.raises(InputError):
        results_of({"lead": 1}, "leads")


KNOWN = sorted({name for each in RESULTS.values() for name in (*each.totals, *sum(each.places, ()))})


@given(some.dictionaries(some.sampled_from(KNOWN), some.integers(0, 100)), some.sampled_from(sorted(RESULTS)))
def test_never_more_than_all_and_never_of_another_result(actions: dict[str, float], outcome: str) -> None:
    counting = RESULTS[outcome]
    own = {*counting.totals, *sum(counting.places, ())}
    count = results_of(actions, outcome)
    assert 0 <= count <= sum(value for name, value in actions.items() if name in own)
    assert count == results_of({name: value for name, value in actions.items() if name in own}, outcome)
