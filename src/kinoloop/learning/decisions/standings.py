"""How each ad stands, what it has of its budget, and how much there is to hand out. Reads, writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts.records import AdAccount, AdEntity
from kinoloop.delivery.history.queries import sent_since
from kinoloop.delivery.history.records import HistoryRow
from kinoloop.learning.bandit.records import Standing
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import TRIGGER, AdPlace, BudgetOwner, Decision, DecisionSettings
from kinoloop.learning.decisions.results import Results
from kinoloop.learning.decisions.rules import places
from kinoloop.learning.decisions.rules.around import tree_of
from kinoloop.learning.decisions.rules.freezing import around

RECENT_STEPS = 12
"""Shared budgets are divided by what ads spent in the last three days."""


@dataclass(frozen=True)
class Standings:
    """In the order of the results' ads. `stands` is what running ads may spend a day, `total` what is handed
    out, `launch` an ad's usual first budget.
    """

    tree: tuple[AdEntity, ...]
    places: tuple[AdPlace, ...]
    owners: tuple[BudgetOwner, ...]
    stood: tuple[Standing, ...]
    budgets: tuple[Minor, ...]
    stands: Minor
    total: Minor
    launch: Minor
    notes: tuple[str, ...]


def standings(
    connection: Connection,
    account: AdAccount,
    tree: Sequence[AdEntity],
    told: Results,
    settings: DecisionSettings,
    now: datetime,
) -> Standings:
    """By the mirror, our own pauses, and the round before."""
    there = {one.entity_id: one for one in tree if one.gone_at is None}
    ads = {one.entity_id: one for one in tree if one.kind == "ad"}
    spots = tuple(
        places.place(ads[ad_id], there) if ad_id in ads else places.lost_place(ad_id) for ad_id in told.ad_ids
    )
    ours = queries.pauses(connection, account.account_id)
    seen = queries.last_running(connection, account.account_id)
    stood = tuple(places.stood(one, places.paused_as(one, ours, seen)) for one in spots)
    before = queries.last(connection, account.account_id, before=now)
    holders = places.owners(there)
    spent = told.spend[-RECENT_STEPS:].sum(axis=0).tolist()
    recent = dict(zip(told.ad_ids, spent, strict=True))
    last = {} if before is None else queries.last_budgets(connection, before.decision_id)
    budgets = places.budgets(spots, stood, holders, recent, last)
    running = [one for one, how in zip(budgets, stood, strict=True) if how == "running"]
    total, notes = _total(connection, account, settings, before, tuple(there.values()), sum(running))
    return Standings(
        tree=tuple(there.values()),
        places=spots,
        owners=holders,
        stood=stood,
        budgets=budgets,
        stands=sum(running),
        total=total,
        launch=_launch(settings, before, total, len(running)),
        notes=(*notes, *_unowned(spots)),
    )


def _total(
    connection: Connection,
    account: AdAccount,
    settings: DecisionSettings,
    before: Decision | None,
    tree: Sequence[AdEntity],
    stands: Minor,
) -> tuple[Minor, tuple[str, ...]]:
    """What a person set; else that of the round before with what others changed; else what stands."""
    if settings.total is not None:
        return settings.total, ()
    if before is None:
        return stands, ()
    was = tree_of(around(queries.frozen(connection, before.view_sha256)))
    sent = sent_since(connection, account.account_id, before.at)
    total, others = places.carried(before.total, was, _arrived(sent, tree), tree)
    if not others:
        return total, ()
    show, more = account.currency.show, "added" if others > 0 else "took away"
    return total, (f"Since the round before others {more} {show(abs(others))} a day; the total follows.",)


def _arrived(sent: Sequence[HistoryRow], tree: Sequence[AdEntity]) -> tuple[HistoryRow, ...]:
    """Our changes that are made, or that the mirror shows already though no answer came yet."""
    shown = {one.entity_id: (one.daily_budget, one.status) for one in tree}
    return tuple(
        row
        for row in sent
        if row.triggered_by == TRIGGER
        and (row.status == "completed" or row.new_value in shown.get(row.entity_id, ()))
    )


def _launch(settings: DecisionSettings, before: Decision | None, total: Minor, running: int) -> Minor:
    """Kept from round to round: it is the scale of the account's response to money."""
    if settings.launch is not None:
        return settings.launch
    return before.launch if before is not None else max(1, total // max(1, running))


def _unowned(spots: Sequence[AdPlace]) -> tuple[str, ...]:
    loose = sorted(one.ad_id for one in spots if one.able and one.owner_id is None)
    if not loose:
        return ()
    return (f"Nothing above ad {', '.join(loose)} has a daily budget, so its money is left alone.",)
