"""One ad account as it is known at an instant, from the database alone: what a policy may look at.

An ad is an arm. Money lives at a campaign or ad set, which the platform spends on the ads under it as it
likes; so an ad's budget here is its part of that (`rules.places`), verdicts are per ad, and budgets move at
their owner (`rules.moving`). Results are as they were known then; the mirror and deals are as they stand.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np
from sqlalchemy import Connection

from kinoloop.core.currency import Minor
from kinoloop.core.errors import NotFoundError, UnavailableError
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount, AdEntity
from kinoloop.delivery.drift.queries import open_drifts
from kinoloop.learning.attribution import queries as attribution
from kinoloop.learning.bandit.records import AccountView, Mode
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.evidence import disagreement, entries, iphone_clicks
from kinoloop.learning.decisions.records import DecisionSettings, Entry, Known, Traits
from kinoloop.learning.decisions.results import Results, results
from kinoloop.learning.decisions.rules import entries as columns
from kinoloop.learning.decisions.rules.features import Features, features
from kinoloop.learning.decisions.standings import Standings, standings
from kinoloop.learning.insights.queries import last_pull
from kinoloop.learning.revenue import queries as revenue
from kinoloop.learning.revenue.records import StageTable
from kinoloop.learning.revenue.rules import order

STEP_HOURS = 6.0
DOUBT_DAYS = 60
NO_TRAITS: Traits = MappingProxyType({})


@dataclass(frozen=True)
class Selling:
    """How the tenant sells: the stages after the first, and what a sale is hoped to be worth."""

    mode: Mode
    table: StageTable | None
    stages: tuple[str, ...]
    hoped: Minor | None


def gather(connection: Connection, account_id: str, *, now: datetime, traits: Traits = NO_TRAITS) -> Known:
    """Everything a round rests on. Raises UnavailableError where nothing can be decided, with the reason."""
    account, settings = accounts.account(connection, account_id), queries.settings(connection, account_id)
    _require_fresh(connection, account, settings, now)
    sells = selling(connection, account, settings)
    tree = accounts.entities(connection, account_id, gone=True)
    told = results(connection, account, tree, days=settings.lookback_days, now=now, step_hours=STEP_HOURS)
    _require_ads(account, told, settings)
    stand = standings(connection, account, tree, told, settings, now)
    made = features(traits, told.ad_ids)
    mine, notes = _entries(connection, account, tree, sells, told, now)
    since = now - timedelta(days=DOUBT_DAYS)
    doubts = disagreement(connection, account.tenant_id, since)
    return Known(
        account_id=account_id,
        tenant_id=account.tenant_id,
        currency=account.currency,
        at=now,
        start=told.start,
        view=_view(connection, account, told, stand, sells, mine, made, now),
        places=stand.places,
        owners=stand.owners,
        tree=stand.tree,
        stands=stand.stands,
        disagreement={ad_id: doubts[ad_id] for ad_id in told.ad_ids if doubts.get(ad_id)},
        drifted=frozenset(one.ad_id for one in open_drifts(connection, account_id=account_id)),
        settings=settings,
        notes=(*told.notes, *stand.notes, *notes),
        traits=tuple(zip(made.kinds, made.levels, strict=True)),
    )


def selling(connection: Connection, account: AdAccount, settings: DecisionSettings) -> Selling:
    """By the person's word, else by the tenant's table of stages: sold at once where there is none, where it
    takes less than a day, or where there is nothing before the sale. Raises UnavailableError.
    """
    try:
        table = revenue.table_of(connection, account.tenant_id)
    except NotFoundError:
        table = None
    if table is not None and table.currency != account.currency:
        raise UnavailableError(
            f"Deals are counted in {table.currency.code}, {account.name} spends {account.currency.code}.",
            why="No rate between them is known, and none is guessed.",
            fix="Keep a table of stages in the account's currency.",
        )
    way = () if table is None else tuple(one for one in order(table) if one != table.lost)
    days = None if table is None else table.sales_cycle_days
    quick = len(way) < 2 or (days is not None and days < 1)
    mode = settings.mode or ("direct" if quick else "pipeline")
    return Selling(mode, table, way[1:] if mode == "pipeline" else (), _hoped(settings, table))


def _hoped(settings: DecisionSettings, table: StageTable | None) -> Minor | None:
    if settings.hoped is not None or table is None:
        return settings.hoped
    return table.avg_deal_value or table.stages[table.won].value or None


def _require_fresh(
    connection: Connection, account: AdAccount, settings: DecisionSettings, now: datetime
) -> None:
    pull, longest = last_pull(connection, account.account_id), timedelta(hours=settings.stale_hours)
    for what, at in (("account", account.mirrored_at), ("results", pull.pulled_at if pull else None)):
        if at is None or now - at > longest:
            when = "were never read" if at is None else f"were last read {at:%Y-%m-%d %H:%M} UTC"
            raise UnavailableError(
                f"Nothing is decided for {account.name}: its {what} {when}.",
                why=f"What is older than {settings.stale_hours:g} hours is no ground for moving money.",
                fix="Read the account's results, and look why the hourly pull does not.",
            )


def _require_ads(account: AdAccount, told: Results, settings: DecisionSettings) -> None:
    if not told.ad_ids:
        raise UnavailableError(
            f"There is nothing to decide in {account.name}.",
            why=f"No ad can run, and none was shown within {settings.lookback_days} days.",
            fix="Publish an ad.",
        )


def _entries(
    connection: Connection,
    account: AdAccount,
    tree: tuple[AdEntity, ...],
    sells: Selling,
    told: Results,
    now: datetime,
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Those that may be this account's, and what is to be said of them."""
    everything = entries(connection, account, sells.mode, sells.table, now)
    alone = len(accounts.accounts(connection, tenant_id=account.tenant_id)) == 1
    ours = frozenset({*told.ad_ids, *(one.entity_id for one in tree if one.kind == "ad")})
    mine = columns.of_account(everything, ours, alone=alone)
    notes = list[str]()
    if not alone and any(one.ad_id is None and not one.guesses for one in mine):
        notes.append("The tenant has several accounts: entries that point nowhere are divided by chance.")
    if mine and not columns.is_told(mine):
        notes.append("Too few entries tell their device, so iPhones are not told apart.")
    return mine, tuple(notes)


def _view(
    connection: Connection,
    account: AdAccount,
    told: Results,
    stand: Standings,
    sells: Selling,
    mine: tuple[Entry, ...],
    made: Features,
    now: datetime,
) -> AccountView:
    told_apart = columns.is_told(mine)
    clicks = iphone_clicks(connection, account.tenant_id) if told_apart else {}
    return AccountView(
        mode=sells.mode,
        hours=told.hours,
        step_hours=STEP_HOURS,
        ad_ids=told.ad_ids,
        launched_at=told.launched_at,
        kinds=tuple(len(levels) for levels in made.levels),
        features=made.table,
        ios=columns.iphones(clicks, told.ad_ids, told=told_apart),
        spend=told.spend,
        impressions=told.impressions,
        clicks=told.clicks,
        frequency=told.frequency,
        budgets=np.array(stand.budgets, dtype=np.int64),
        standing=stand.stood,
        total=stand.total,
        launch=stand.launch,
        outcomes=columns.outcomes(mine, told.ad_ids, sells.stages, told.start, now),
        stages=sells.stages,
        hoped=sells.hoped,
        organic=attribution.settings(connection, account.tenant_id).organic,
    )
