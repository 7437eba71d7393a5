"""How winning, tiring and what films are made of are said. Pure."""

from collections.abc import Mapping

from kinoloop.core.currency import Currency
from kinoloop.learning.winners.operations import RULE
from kinoloop.learning.winners.records import Judged, Measure, Verdict, Winner, WinnerSettings
from kinoloop.web.words import plain

VERDICTS: Mapping[Verdict, str] = {
    "winner": "Winner",
    "loser": "Loser",
    "neither": "Neither",
    "not_enough_data": "Not enough data",
}
MEASURES: Mapping[Measure, str] = {
    "return": "back per 1 spent",
    "conversions": "times the account's conversions per money",
    "ctr": "times the account's click rate",
}
FATIGUE: Mapping[str, str] = {
    "HEALTHY": "Holds",
    "FATIGUING": "Tires",
    "SATURATED": "Worn out",
    "AUDIENCE_EXHAUSTED": "Audience used up",
    "NOT_ENOUGH_DATA": "Wear not known",
}
TRAITS: Mapping[str, str] = {
    "hook_type": "Hook",
    "pacing": "Pacing",
    "caption_style": "Captions",
    "cta": "Call to action",
    "opening_shot": "Opening shot",
}
WHY_REMOVED = "removed_why"
"""The key of a winner's metadata that holds why a person took it off."""


def percent(share: float) -> str:
    """`90 %`."""
    return f"{100 * share:.0f} %"


def trait_words(trait: str) -> str:
    return TRAITS.get(trait, plain(trait))


def level_words(level: str) -> str:
    """`none` as a level of a trait is a choice, too: no captions."""
    return "None" if level == "none" else plain(level)


def rule_words(settings: WinnerSettings, currency: Currency | None) -> tuple[str, ...]:
    """When an ad wins, loses and stays, with the numbers that hold; money only in a known currency."""
    least = [f"{settings.least_impressions:,} impressions", f"{settings.least_clicks:,} clicks"]
    if currency is not None:
        least.append(f"{currency.show(settings.least_spend)} spent")
    least.append(f"{settings.least_age_hours:g} hours")
    return (
        f"Nothing is said of an ad before {', '.join(least)}.",
        f"It wins when it is {percent(settings.chance)} sure to return over {settings.bar_return:g} per 1 "
        f"spent, on at least {settings.least_conversions:g} conversions of its own. Where no value is known, "
        f"conversions or clicks over {settings.bar_lift:g} times the account's own count instead.",
        f"It stays a winner down to {percent(settings.keep_chance)}: figures at the edge would flicker.",
        f"It loses when it is as sure to return under {settings.floor_return:g}.",
        f"What was spent in the last {settings.settle_days} days is left out: its results are not in.",
    )


def why_not_back(winner: Winner, judged: Judged | None, settings: WinnerSettings) -> str | None:
    """Why an ad that is off the list may not be put back by hand; None when it may."""
    if winner.removed_by == RULE:
        return "It comes back by itself once it clears the bar again."
    if winner.source == "told":
        return None
    if judged is None:
        return "Its results are not known any more."
    over = judged.standing.chance_over
    if judged.standing.verdict == "winner" or (over is not None and over >= settings.keep_chance):
        return None
    return f"It is no winner any more: {judged.standing.reason}"
