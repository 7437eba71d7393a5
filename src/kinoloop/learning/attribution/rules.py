"""What identifiers say, and which layer's answer counts. Pure.

A click counts only when it came before the conversion and within the window, both measured at the
conversion's own time. A wrong identifier does not keep the next one from being tried.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from kinoloop.core.errors import InputError
from kinoloop.learning.attribution.records import (
    AttributionSettings,
    Candidate,
    Click,
    Conversion,
    Device,
    Layer,
    LayerResult,
    Method,
)

B2B_WINDOW_DAYS = 45.0
LEAST = 0.01
"""Candidates below this probability are neither credited nor kept in the log, but for the likeliest."""
IDENTIFIERS = ("fbclid", "click_id", "visitor_id")
_KEPT = (
    *IDENTIFIERS,
    *("fingerprint_hash", "ip", "user_agent", "deal_id", "contact_id", "external_id", "stage"),
)


@dataclass(frozen=True)
class Answer:
    """Which ad it was by which layer; `credited` is what all its candidates together are sure of."""

    method: Method
    confidence: float
    click: Candidate | None
    reason: str
    candidates: tuple[Candidate, ...] = ()
    credited: float = 0.0


def b2b(tenant_id: str) -> AttributionSettings:
    """The template for long sales: ids are good for 45 days."""
    return AttributionSettings(tenant_id, window_days=B2B_WINDOW_DAYS)


def require_settings(settings: AttributionSettings) -> None:
    """Raises InputError for windows and shares that cannot be."""
    for name in ("window_days", "matcher_days"):
        if not 0 < getattr(settings, name) <= 365:
            raise InputError(f"{name} must be above 0 and at most 365 days.", fix="Correct it.")
    for name in ("threshold", "organic", "cross_device"):
        if not 0 <= getattr(settings, name) <= 1:
            raise InputError(f"{name} must lie between 0 and 1.", fix="Correct it.")


Visit = TypeVar("Visit", Click, Conversion)


def consented(visit: Visit) -> Visit:
    """The visit as it may be kept and compared: without consent no address and no device.

    A click without consent keeps no visitor id either. A conversion may name one: somebody handed it over.
    """
    if visit.consent:
        return visit
    bare = replace(visit, ip=None, user_agent=None, device=Device(), fingerprint_hash=None)
    return replace(bare, visitor_id=None) if isinstance(bare, Click) else bare


def merged(known: Conversion, told: Conversion) -> Conversion:
    """What is told now, and what was told before where nothing is told now."""
    fill = {name: getattr(known, name) for name in _KEPT if getattr(told, name) is None}
    if told.device == Device():
        fill["device"] = known.device
    return replace(told, consent=told.consent or known.consent, **fill)


def within(click: Click, conversion: Conversion, window: timedelta) -> bool:
    """Not after the conversion, and not too long before it."""
    return timedelta(0) <= conversion.at - click.at <= window


def by_identifier(
    conversion: Conversion, found: Mapping[str, Sequence[Click]], settings: AttributionSettings
) -> LayerResult:
    """The layer `url_param`. `found` holds the clicks that have the conversion's fbclid, click_id,
    visitor_id.

    Clicks of several visitors under one id share the probability: somebody passed the link on.
    """
    told = [name for name in IDENTIFIERS if getattr(conversion, name)]
    if not told:
        return LayerResult("url_param", False, "The conversion carries no identifier.")
    best: tuple[Candidate, ...] = ()
    for name in told:
        people = _last_of_each(
            [one for one in found.get(name, ()) if within(one, conversion, settings.window)]
        )
        if people and (not best or len(people) < len(best)):
            best = tuple(candidate(click, 1 / len(people)) for click in people)
        if len(best) == 1:
            return LayerResult("url_param", True, f"A click has the same {name}.", best, 0.0)
    if best:
        return LayerResult("url_param", True, f"Clicks of {len(best)} visitors have the same id.", best, 0.0)
    return LayerResult("url_param", True, f"No click in the window has the same {' or '.join(told)}.")


def candidate(click: Click, probability: float) -> Candidate:
    return Candidate(click.click_id, click.ad_id, click.campaign_id, click.at, probability)


def _last_of_each(clicks: Sequence[Click]) -> tuple[Click, ...]:
    """Each visitor's last click, the newest first. Clicks without a visitor id are taken for one person's."""
    latest: dict[str | None, Click] = {}
    for click in sorted(clicks, key=lambda one: (one.at, one.click_id)):
        latest[click.visitor_id] = click
    named = [click for visitor, click in latest.items() if visitor is not None]
    people = named or list(latest.values())
    return tuple(sorted(people, key=lambda one: (one.at, one.click_id), reverse=True))


def likeliest(candidates: Sequence[Candidate]) -> tuple[Candidate | None, float]:
    """The likeliest ad's likeliest click (the newest of equals), and the probability of the ad."""
    by_ad: dict[str, float] = defaultdict(float)
    for one in candidates:
        by_ad[one.ad_id] += one.probability
    if not by_ad:
        return None, 0.0
    ad = max(by_ad, key=lambda name: (by_ad[name], name))
    clicks = [one for one in candidates if one.ad_id == ad]
    return max(clicks, key=lambda one: (one.probability, one.at, one.click_id)), min(by_ad[ad], 1.0)


def verdict(layer: LayerResult, threshold: float) -> str:
    """For the log: `match`, `ambiguous` (something, but not sure enough), `no_match`, `not_attempted`."""
    if not layer.tried:
        return "not_attempted"
    if not layer.candidates:
        return "no_match"
    return "match" if likeliest(layer.candidates)[1] >= threshold else "ambiguous"


def decide(layers: Mapping[Layer, LayerResult], threshold: float) -> Answer:
    """The identifiers' answer when they have one, else the matcher's.

    The matcher weighs the fingerprint too; its answer goes by that name when the fingerprint alone would do.
    """
    click, confidence = likeliest(layers["url_param"].candidates)
    if click is not None and confidence >= threshold:
        return _answer("url_param", click, confidence, layers["url_param"])
    click, confidence = likeliest(layers["probabilistic"].candidates)
    if click is None or confidence < threshold:
        return Answer("unattributed", 0.0, None, _why(layers, confidence, threshold))
    alone, sure = likeliest(layers["fingerprint"].candidates)
    by_print = alone is not None and alone.ad_id == click.ad_id and sure >= threshold
    return _answer("fingerprint" if by_print else "probabilistic", click, confidence, layers["probabilistic"])


def _answer(method: Layer, click: Candidate, confidence: float, layer: LayerResult) -> Answer:
    credited = min(sum(one.probability for one in layer.candidates), 1.0)
    return Answer(method, confidence, click, layer.reason, layer.candidates, credited)


def _why(layers: Mapping[Layer, LayerResult], confidence: float, threshold: float) -> str:
    if confidence > 0:
        return (
            f"The likeliest ad has a probability of {confidence:.2f}, below the threshold of {threshold:.2f}."
        )
    return f"{layers['url_param'].reason} {layers['probabilistic'].reason}"
