"""What winners share that losers do not, as rows with small intervals: odds, not logs of odds."""

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.learning.winners import queries
from kinoloop.learning.winners.records import DnaReport, Effect, WinnerSettings
from kinoloop.web.pages.winners.scale import Scale, Span, scale_of
from kinoloop.web.pages.winners.words import level_words, trait_words
from kinoloop.web.words import ago_words

SETTINGS = WinnerSettings()
"""The thresholds that the refreshing of winners works with."""


@dataclass(frozen=True)
class Line:
    """One level of one trait. `odds` of winning with it over those without it, with their 80 % interval."""

    effect: Effect
    trait: str
    level: str
    odds: float
    low: float
    high: float
    span: Span


@dataclass(frozen=True)
class Shared:
    """`left_out` are (trait, why): too little is known of it. `ago` is when it was reckoned. `wrong` is the
    share of false finds that is accepted among those that stand out.
    """

    report: DnaReport
    wrong: float
    scale: Scale
    lines: tuple[Line, ...]
    left_out: tuple[tuple[str, str], ...]
    ago: str | None


def shared_of(connection: Connection, tenant: str, now: datetime) -> Shared | None:
    """None before anything was reckoned."""
    found = queries.report(connection, tenant)
    if found is None:
        return None
    report, at = found
    ends = [math.exp(end) for one in report.effects for end in (one.low, one.high)]
    scale = scale_of([*ends, *(1 / end for end in ends)])
    return Shared(
        report=report,
        wrong=SETTINGS.false_discovery,
        scale=scale,
        lines=tuple(line_of(one, scale) for one in report.effects),
        left_out=tuple((trait_words(trait), why) for trait, why in report.abstained.items()),
        ago=ago_words(at, now),
    )


def line_of(effect: Effect, scale: Scale) -> Line:
    low, odds, high = (math.exp(one) for one in (effect.low, effect.effect, effect.high))
    return Line(
        effect=effect,
        trait=trait_words(effect.trait),
        level=level_words(effect.level),
        odds=odds,
        low=low,
        high=high,
        span=scale.span(low, odds, high),
    )
