"""All that is known of some ads, read once: names, standings, what they are made of; and one ad as a card."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from kinoloop.delivery.accounts.queries import accounts
from kinoloop.learning.winners import queries
from kinoloop.learning.winners.records import Dna, Judged, Winner
from kinoloop.web.pages.decide.samples import is_sample
from kinoloop.web.pages.money.whose import ad_names
from kinoloop.web.pages.winners.films import Shown, shown
from kinoloop.web.pages.winners.scale import Scale, Span
from kinoloop.web.users.records import User


@dataclass(frozen=True)
class Card:
    """One ad. `span` is its 80 % interval on the page's line with the `bar` on it, None without figures.

    `account` is named only where there are several.
    """

    ad_id: str
    name: str
    account: str | None
    shown: Shown
    winner: Winner | None
    judged: Judged | None
    made_of: Dna | None
    span: Span | None
    bar: float | None


@dataclass(frozen=True)
class Book:
    """By ad id; `accounts` are names by account id, empty where there is only one. `sample`: some of it is
    the pretend platform's.
    """

    winners: Mapping[str, Winner]
    judged: Mapping[str, Judged]
    made_of: Mapping[str, Dna]
    names: Mapping[str, str]
    accounts: Mapping[str, str]
    sample: bool

    def card(self, connection: Connection, who: User, ad_id: str, scale: Scale) -> Card:
        winner, judged, made_of = self.winners.get(ad_id), self.judged.get(ad_id), self.made_of.get(ad_id)
        span, bar = span_of(judged, scale)
        return Card(
            ad_id=ad_id,
            name=self.names.get(ad_id, ad_id),
            account=self.accounts.get(judged.account_id) if judged else None,
            shown=shown(connection, who, made_of, winner),
            winner=winner,
            judged=judged,
            made_of=made_of,
            span=span,
            bar=bar,
        )


def book_of(connection: Connection, tenant: str, ad_ids: Iterable[str]) -> Book:
    """What is known of these ads; winners that were taken off are in it, too."""
    wanted = sorted(set(ad_ids))
    known = accounts(connection, tenant_id=tenant)
    return Book(
        winners={one.ad_id: one for one in queries.winners(connection, tenant, ad_ids=wanted, removed=True)},
        judged={one.standing.ad_id: one for one in queries.standings(connection, tenant, ad_ids=wanted)},
        made_of={one.ad_id: one for one in queries.dna(connection, tenant, ad_ids=wanted)},
        names=ad_names(connection, wanted),
        accounts={one.account_id: one.name for one in known} if len(known) > 1 else {},
        sample=any(is_sample(one) for one in known),
    )


def span_of(judged: Judged | None, scale: Scale) -> tuple[Span | None, float | None]:
    """The interval and the bar on the line; None where nothing may be said yet."""
    if judged is None:
        return None, None
    one = judged.standing
    if one.low is None or one.mean is None or one.high is None:
        return None, None
    return scale.span(one.low, one.mean, one.high), None if one.bar is None else scale.at(one.bar)


def ratios_of(judged: Iterable[Judged]) -> list[float]:
    """Everything that has to have a place on the line."""
    return [
        value
        for one in judged
        for value in (one.standing.low, one.standing.high, one.standing.bar)
        if value is not None
    ]
