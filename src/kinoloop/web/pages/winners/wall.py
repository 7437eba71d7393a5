"""Winners: the wall of ads that earned it, what they share against losers, losers beside, who is off it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.learning.winners import queries
from kinoloop.learning.winners.operations import RULE
from kinoloop.learning.winners.records import Judged, Verdict, Winner
from kinoloop.web.ads.words import who_words, with_names
from kinoloop.web.pages.ads.told import names_of
from kinoloop.web.pages.money.whose import Tenant
from kinoloop.web.pages.winners.book import Book, Card, book_of, ratios_of
from kinoloop.web.pages.winners.scale import Scale, scale_of
from kinoloop.web.pages.winners.shared import SETTINGS, Shared, shared_of
from kinoloop.web.pages.winners.words import WHY_REMOVED, rule_words, why_not_back
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.records import User
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
CARDS, LOSERS, WAITING, OFF = 24, 20, 10, 20
"""So many of each stand on a page."""


@dataclass(frozen=True)
class Off:
    """An ad that is off the list: by whom and why. `stays` says why it cannot be put back by hand."""

    winner: Winner
    name: str
    who: str
    ago: str | None
    why: str
    stays: str | None


@dataclass(frozen=True)
class Pages:
    """Where the wall goes on: addresses, None at either end."""

    before: str | None
    after: str | None


@dataclass(frozen=True)
class WallPage:
    """`counts` are ads by verdict; `rule` says with its numbers when an ad wins."""

    template: ClassVar[str] = "winners/wall.html"
    frame: Frame
    scale: Scale
    cards: tuple[Card, ...]
    total: int
    pages: Pages
    counts: Mapping[Verdict, int]
    losers: tuple[Card, ...]
    waiting: tuple[Card, ...]
    off: tuple[Off, ...]
    shared: Shared | None
    judged: int
    judged_ago: str | None
    rule: tuple[str, ...]
    sample: bool
    decides: bool


@router.get("/winners")
def wall_page(
    request: Request, stage: Stage, clock: Now, who: Who, tenant: Tenant,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:  # fmt: skip
    frame = frame_of(request, "Winners", "winners")
    with stage.database.read() as connection:
        return respond(_wall(connection, frame, who, tenant, clock.now(), page))


def _wall(
    connection: Connection, frame: Frame, who: User, tenant: str, now: datetime, number: int
) -> WallPage:
    everybody = queries.winners(connection, tenant, removed=True)
    judged = queries.standings(connection, tenant)
    by_ad = {one.standing.ad_id: one for one in judged}
    alive = by_worth([one for one in everybody if one.removed_at is None], by_ad)
    gone = [one for one in everybody if one.removed_at is not None][:OFF]
    here = [one.ad_id for one in alive[CARDS * (number - 1) : CARDS * number]]
    won = {one.ad_id for one in alive}
    lost = dearest(judged, "loser", LOSERS, without=won)
    unsure = dearest(judged, "not_enough_data", WAITING, without=won)
    book = book_of(connection, tenant, [*here, *lost, *unsure, *(one.ad_id for one in gone)])
    scale = scale_of(ratios_of(book.judged.values()))
    names = names_of(connection)
    return WallPage(
        frame=frame,
        scale=scale,
        cards=tuple(book.card(connection, who, ad_id, scale) for ad_id in here),
        total=len(alive),
        pages=pages_of(number, len(alive)),
        counts=_counts(judged),
        losers=tuple(book.card(connection, who, ad_id, scale) for ad_id in lost),
        waiting=tuple(book.card(connection, who, ad_id, scale) for ad_id in unsure),
        off=tuple(off_of(one, book, names, now) for one in gone),
        shared=shared_of(connection, tenant, now),
        judged=len(judged),
        judged_ago=ago_words(max((one.judged_at for one in judged), default=None), now),
        rule=rule_words(SETTINGS, judged[0].currency if judged else None),
        sample=book.sample,
        decides=who.sees_all,
    )


def by_worth(winners: Sequence[Winner], judged: Mapping[str, Judged]) -> list[Winner]:
    """Those that earned most for sure first: by the lower end of their interval; unmeasured ones last."""

    def worth(one: Winner) -> tuple[float, str]:
        low = judged[one.ad_id].standing.low if one.ad_id in judged else None
        return (float("inf") if low is None else -low, one.ad_id)

    return sorted(winners, key=worth)


def dearest(judged: Sequence[Judged], verdict: Verdict, most: int, *, without: set[str]) -> list[str]:
    """The ads of a verdict on which most money went, first."""
    found = [one for one in judged if one.standing.verdict == verdict and one.standing.ad_id not in without]
    found.sort(key=lambda one: (-one.standing.track.spend, one.standing.ad_id))
    return [one.standing.ad_id for one in found[:most]]


def pages_of(number: int, total: int) -> Pages:
    before = None if number <= 1 else f"/winners?page={number - 1}"
    return Pages(before, f"/winners?page={number + 1}" if CARDS * number < total else None)


def off_of(winner: Winner, book: Book, names: Mapping[str, str], now: datetime) -> Off:
    judged = book.judged.get(winner.ad_id)
    why = winner.metadata.get(WHY_REMOVED)
    if winner.removed_by == RULE and judged is not None:
        why = judged.standing.reason
    return Off(
        winner=winner,
        name=book.names.get(winner.ad_id, winner.ad_id),
        who=who_words(winner.removed_by, names) or "nobody known",
        ago=ago_words(winner.removed_at, now),
        why=with_names(str(why), names) if why else "No reason was given.",
        stays=why_not_back(winner, judged, SETTINGS),
    )


def _counts(judged: Sequence[Judged]) -> dict[Verdict, int]:
    found: dict[Verdict, int] = {"winner": 0, "loser": 0, "neither": 0, "not_enough_data": 0}
    for one in judged:
        found[one.standing.verdict] += 1
    return found
