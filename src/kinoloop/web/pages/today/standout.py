"""One winner and one waste: the ad most worth repeating, and the one whose money is most likely lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from sqlalchemy import Connection

from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.accounts.rules import ON
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import AdLine, Decision
from kinoloop.learning.decisions.rules.deciding import Z80
from kinoloop.learning.winners.queries import standings
from kinoloop.learning.winners.records import Judged, Standing
from kinoloop.web.pages.decide.ads import AdRow, row_of
from kinoloop.web.pages.decide.films import AdFilm, film_of_ad
from kinoloop.web.pages.decide.scales import Plot, Scale, plot_of, scale_of
from kinoloop.web.pages.decide.words import share_words
from kinoloop.web.pages.money.whose import ad_names
from kinoloop.web.users.records import User

LIKELY = 0.5
"""From this chance of losing money on an ad that runs is called waste."""


@dataclass(frozen=True)
class Winner:
    """`sure` False: nothing has won yet, and this ad comes closest. `over` is its chance to clear the bar.

    `line` is what the latest round expects of its next money: less than it brought so far, as a rule.
    """

    judged: Judged
    account: AdAccount
    name: str
    sure: bool
    over: str | None
    plot: Plot | None
    scale: Scale | None
    film: AdFilm | None
    line: AdLine | None


@dataclass(frozen=True)
class Waste:
    """An ad that ran when its account was last decided on, and still does. `a_day` was its budget then."""

    row: AdRow
    account: AdAccount
    decision: Decision
    scale: Scale
    a_day: str
    change_id: str | None
    """The change that would stop or lower it, if one was asked for."""


@dataclass(frozen=True)
class Standout:
    """`rounds` is how many accounts have been decided on; `told` whether any chance of a loss is known."""

    winner: Winner | None
    waste: Waste | None
    rounds: int
    told: bool


def standout(connection: Connection, known: Sequence[AdAccount], who: User) -> Standout:
    """What stands out over all accounts."""
    rounds = [(one, queries.last(connection, one.account_id)) for one in known]
    decided = [(one, told) for one, told in rounds if told is not None]
    every = [
        (one, told, line) for one, told in decided for line in queries.lines(connection, told.decision_id)
    ]
    lines = [one for one in every if one[2].chance_loser is not None]
    winner = _winner(connection, known, who, {line.ad_id: line for *_, line in every})
    return Standout(winner, _waste(connection, lines), len(decided), bool(lines))


def _winner(
    connection: Connection, known: Sequence[AdAccount], who: User, lines: Mapping[str, AdLine]
) -> Winner | None:
    by_id = {one.account_id: one for one in known}
    judged = [
        one
        for tenant_id in sorted({one.tenant_id for one in known})
        for one in standings(connection, tenant_id)
        if one.account_id in by_id and one.standing.chance_over is not None
    ]
    best = max(judged, key=_strength, default=None)
    if best is None:
        return None
    told, account = best.standing, by_id[best.account_id]
    scale, plot = _drawn(told)
    name = ad_names(connection, [told.ad_id]).get(told.ad_id, told.ad_id)
    sure, film = told.verdict == "winner", film_of_ad(connection, told.ad_id, who)
    over, line = share_words(told.chance_over), lines.get(told.ad_id)
    return Winner(best, account, name, sure, over, plot, scale, film, line)


def _drawn(told: Standing) -> tuple[Scale | None, Plot | None]:
    """Only returns lie on a scale of returns. The posterior is a lognormal, so its ends give its hill."""
    if told.measure != "return" or not told.low or not told.high:
        return None, None
    low, high = log(told.low), log(told.high)
    scale = scale_of([(told.low, told.high)])
    return scale, plot_of(scale, told.mean, told.low, told.high, (low + high) / 2, (high - low) / (2 * Z80))


def _strength(one: Judged) -> tuple[bool, float, float, str]:
    told = one.standing
    return told.verdict == "winner", told.chance_over or 0.0, told.mean or 0.0, told.ad_id


def _waste(connection: Connection, lines: Sequence[tuple[AdAccount, Decision, AdLine]]) -> Waste | None:
    """The largest part of an account's money times the chance that it is lost."""
    found = [one for one in lines if one[2].stood == "running" and (one[2].chance_loser or 0) >= LIKELY]
    running = {ad_id for one in {one[0].account_id for one in found} for ad_id in _running(connection, one)}
    for account, decision, line in sorted(found, key=_loss, reverse=True):
        if line.ad_id in running:
            scale = scale_of([(line.low, line.high)] if line.low and line.high else [])
            row = row_of(line, scale, account, None, drifted=False)
            a_day = account.currency.show(line.before)
            return Waste(row, account, decision, scale, a_day, _change(connection, decision, line))
    return None


def _loss(one: tuple[AdAccount, Decision, AdLine]) -> tuple[float, str]:
    _, decision, line = one
    return (line.chance_loser or 0) * line.before / max(1, decision.total), line.ad_id


def _running(connection: Connection, account_id: str) -> set[str]:
    """The ads that the platform showed running when it was last looked at."""
    there = accounts.entities(connection, account_id, kind="ad")
    return {one.entity_id for one in there if one.effective_status == ON}


def _change(connection: Connection, decision: Decision, line: AdLine) -> str | None:
    """The first step of its round that takes money from it."""
    if line.standing == "running" and line.budget >= line.before:
        return None
    asked = queries.steps(connection, decision.decision_id)
    return next((one.change_id for one in asked if line.ad_id in one.ad_ids and one.change_id), None)
