"""Which of Meta's action types mean a result, without counting one twice. One table, one function.

The same lead or purchase is told under several types: a total over all places (`lead`, `omni_purchase`), and
each place of its own. The total is taken when it is told, else the sum of places that do not overlap.
Sources: Ads Action Stats; types are matched whole, never by a part of their name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kinoloop.core.errors import InputError

Names = tuple[str, ...]


@dataclass(frozen=True)
class Counting:
    """`totals` in the order of trust; `places` are disjoint, each with its newer and older names."""

    totals: Names
    places: tuple[Names, ...] = ()


def _event(name: str, app: str, onsite: str | None = None) -> Counting:
    """A standard event: on the website by the pixel, in an app, and at Meta itself."""
    places: tuple[Names, ...] = (
        (f"offsite_conversion.fb_pixel_{name}",),
        (f"app_custom_event.fb_mobile_{app}",),
    )
    return Counting((f"omni_{name}", name), (*places, (onsite,)) if onsite else places)


RESULTS: dict[str, Counting] = {
    "lead": Counting(
        ("lead",),
        (("onsite_conversion.lead_grouped", "leadgen_grouped"), ("offsite_conversion.fb_pixel_lead",)),
    ),
    "purchase": _event("purchase", "purchase", "onsite_conversion.purchase"),
    "registration": _event("complete_registration", "complete_registration"),
    "add_to_cart": _event("add_to_cart", "add_to_cart", "onsite_conversion.add_to_cart"),
    "checkout": Counting(
        ("omni_initiated_checkout", "initiate_checkout"),
        (
            ("offsite_conversion.fb_pixel_initiate_checkout",),
            ("app_custom_event.fb_mobile_initiated_checkout",),
        ),
    ),
    "landing_page_view": Counting(("omni_landing_page_view", "landing_page_view")),
    "conversation": Counting(("onsite_conversion.messaging_conversation_started_7d",)),
    "link_click": Counting(("link_click",)),
    "video_3s": Counting(("video_view",)),
}
"""Our name of a result, and how it is counted. `post_engagement` and its like contain others: no results."""


def results_of(actions: Mapping[str, float], outcome: str) -> float:
    """How many results (or how much of their value) one window's `{type: count}` holds.

    Meta leaves out types that have no count, so nothing told is none: 0. Raises InputError for an outcome
    that is not in the table.
    """
    counting = RESULTS.get(outcome)
    if counting is None:
        raise InputError(
            f"'{outcome}' is not a result that is counted.", fix=f"Use one of {', '.join(RESULTS)}."
        )
    total = _first(actions, counting.totals)
    if total is not None:
        return total
    return float(sum(_first(actions, names) or 0 for names in counting.places))


def _first(actions: Mapping[str, float], names: Names) -> float | None:
    return next((actions[name] for name in names if name in actions), None)
