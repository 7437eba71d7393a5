"""Ads: one row each, with what is known of its return, how sure that is, and what is done about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.delivery.accounts.queries import accounts, entities
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.drift.queries import open_drifts
from kinoloop.flows.decide_budget.tick import EVERY_SIX_HOURS
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import AdLine, Decision
from kinoloop.learning.winners.queries import standings
from kinoloop.learning.winners.records import Judged
from kinoloop.web.ads.words import running_words, until_words
from kinoloop.web.pages.decide.samples import is_sample
from kinoloop.web.pages.decide.scales import Plot, Scale, plot_of, scale_of
from kinoloop.web.pages.decide.ticks import next_tick
from kinoloop.web.pages.decide.words import (
    STANDINGS,
    TIRED,
    WORDS,
    answer_words,
    reason_words,
    risk_words,
    share_words,
)
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
ROWS = 100
"""So many ads stand on one page of an account, those with the most money first."""


@dataclass(frozen=True)
class AdRow:
    """An ad in a round; `head` is what its reason comes down to, `rest` all else of it.

    `tired` and `judged` are of the winners' own reckoning, None without one.
    """

    line: AdLine
    name: str
    plot: Plot | None
    word: str
    standing: str
    best: str | None
    loses: str | None
    worn: str | None
    tired: str | None
    judged: Judged | None
    head: str
    rest: str
    risk: str | None
    answer: str | None
    drifted: bool


@dataclass(frozen=True)
class Unjudged:
    """An ad of the mirror that no round has looked at yet."""

    ad_id: str
    name: str
    status: str


@dataclass(frozen=True)
class AccountAds:
    """An account with its ads. `decision` None: no round was made yet. `undecided` is money a day at risk."""

    account: AdAccount
    sample: bool
    decision: Decision | None
    ago: str | None
    scale: Scale | None
    rows: tuple[AdRow, ...]
    count: int
    undecided: str | None
    unjudged: tuple[Unjudged, ...]
    more: str | None


@dataclass(frozen=True)
class AdsPage:
    template: ClassVar[str] = "decide/ads.html"
    frame: Frame
    groups: tuple[AccountAds, ...]
    tabs: tuple[tuple[str, str], ...]
    chosen: str | None
    next: str | None
    decides: bool


@router.get("/ads")
def ads_page(
    request: Request,
    stage: Stage,
    clock: Now,
    who: Who,
    account: str | None = None,
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """`start` is the place of the first row, for an account with many ads."""
    with stage.database.read() as connection:
        known = accounts(connection)
        shown = [one for one in known if account in (None, "", one.account_id)]
        groups = tuple(_group(connection, clock, one, start) for one in shown)
    frame, tabs = frame_of(request, "Ads", "ads"), tuple((one.account_id, one.name) for one in known)
    return respond(AdsPage(frame, groups, tabs, account or None, next_words(clock.now()), who.sees_all))


def next_words(now: datetime) -> str | None:
    """When the next round is due; None when the schedule cannot be told."""
    at = next_tick(EVERY_SIX_HOURS.cron, now)
    return None if at is None else until_words(at, now)


def row_of(line: AdLine, scale: Scale, account: AdAccount, judged: Judged | None, *, drifted: bool) -> AdRow:
    head, rest = reason_words(line)
    return AdRow(
        line=line,
        name=line.name or line.ad_id,
        plot=plot_of(scale, line.mean, line.low, line.high, line.mu, line.sd),
        word=WORDS[line.word],
        standing=STANDINGS[line.standing],
        best=share_words(line.chance_best),
        loses=share_words(line.chance_loser),
        worn=share_words(line.fatigue),
        tired=None if judged is None else TIRED[judged.fatigue.status],
        judged=judged,
        head=head,
        rest=rest,
        risk=risk_words(line, account.currency),
        answer=answer_words(line, account.currency),
        drifted=drifted,
    )


def _group(connection: Connection, clock: Clock, account: AdAccount, start: int) -> AccountAds:
    account_id = account.account_id
    decision = queries.last(connection, account_id)
    lines = () if decision is None else queries.lines(connection, decision.decision_id)
    part = lines[start : start + ROWS]
    scale = scale_of((one.low, one.high) for one in lines if one.low and one.high)
    judged = {
        one.standing.ad_id: one for one in standings(connection, account.tenant_id, account_id=account_id)
    }
    drifted = {one.ad_id for one in open_drifts(connection, account_id=account_id)}
    rows = tuple(
        row_of(one, scale, account, judged.get(one.ad_id), drifted=one.ad_id in drifted) for one in part
    )
    end = start + len(part)
    return AccountAds(
        account=account,
        sample=is_sample(account),
        decision=decision,
        ago=None if decision is None else ago_words(decision.at, clock.now()),
        scale=scale if any(row.plot for row in rows) else None,
        rows=rows,
        count=len(lines),
        undecided=_undecided(lines, account),
        unjudged=_unjudged(connection, account_id, lines),
        more=f"/ads?account={account_id}&start={end}" if end < len(lines) else None,
    )


def _undecided(lines: tuple[AdLine, ...], account: AdAccount) -> str | None:
    """What ads that nobody can judge yet may spend a day together."""
    some = [one for one in lines if one.word == "not_enough_data" and one.standing == "running"]
    return account.currency.show(sum(one.budget for one in some)) if some else None


def _unjudged(connection: Connection, account_id: str, lines: tuple[AdLine, ...]) -> tuple[Unjudged, ...]:
    told = {one.ad_id for one in lines}
    there = entities(connection, account_id, kind="ad")
    return tuple(
        Unjudged(one.entity_id, one.name, running_words(one)) for one in there if one.entity_id not in told
    )
