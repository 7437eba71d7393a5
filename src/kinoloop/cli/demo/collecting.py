"""Reads the sample's own tables, and its hidden truth, into the report. Nothing is reckoned that a page could
tell.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import Connection

from kinoloop.cli.demo.days import Days
from kinoloop.cli.demo.launching import USD
from kinoloop.cli.demo.records import (
    AdLine,
    Changes,
    FilmMade,
    Lineage,
    Money,
    NextPlan,
    PlanLine,
    Story,
    WinnerLine,
)
from kinoloop.cli.demo.sample import ACCOUNT, EACH, TENANT, Sample
from kinoloop.creative.videos.records import Video
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.changes import queries as changes
from kinoloop.delivery.changes.records import Change
from kinoloop.learning.attribution import queries as attribution
from kinoloop.learning.attribution.records import Model
from kinoloop.learning.decisions import queries as decisions
from kinoloop.learning.decisions.records import TRIGGER
from kinoloop.learning.insights import queries as insights
from kinoloop.learning.lineage import queries as lineage
from kinoloop.learning.lineage.records import Trace
from kinoloop.learning.lineage.sale_queries import won_deals
from kinoloop.learning.revenue import queries as revenue
from kinoloop.learning.winners import queries as winners

MODEL: Model = "matched"
MOST, PAGE = 100_000, 200
STORIES = 5
Labels = Mapping[str, str]
"""Our versions' letters by ad."""


def labels_of(films: Sequence[FilmMade]) -> Labels:
    return {one.ad_id: one.label for one in films}


def money(connection: Connection, sample: Sample) -> Money:
    """Everything the account has counted, its two weeks before the new films included."""
    zone = sample.market.start.date()
    days = insights.totals(connection, ACCOUNT, zone, sample.clock.now().date())
    deals = revenue.totals(connection, TENANT)
    won = next((one for one in deals.stages if one.stage == "closed_won"), None)
    sold = set(won_deals(connection, TENANT, MOST))
    told = [one for one in attribution.conversions(connection, TENANT, limit=MOST) if one.deal_id in sold]
    ways = [attribution.attribution(connection, TENANT, one.conversion_id).method for one in told]
    traces = lineage.traces(connection, TENANT, sorted(sold))
    return Money(
        spend=sum(one.spend for one in days),
        impressions=sum(one.impressions for one in days),
        clicks=sum(one.clicks for one in days),
        leads=deals.deals,
        won=won.deals if won else 0,
        revenue=deals.won,
        credited=sum(one.sale.value - one.rest.under(MODEL) for one in traces),
        pipeline=deals.pipeline,
        by_click_id=ways.count("url_param"),
        by_likeness=ways.count("fingerprint") + ways.count("probabilistic"),
        uncredited=ways.count("unattributed"),
    )


def ads(connection: Connection, days: Days, labels: Labels) -> tuple[AdLine, ...]:
    """As the last decision left them; those that earn most first."""
    last, market, played = decisions.last(connection, ACCOUNT), days.sample.market, days.played()
    if last is None:
        return ()
    spent = Counter[str]()
    since, until = market.start.date(), days.sample.clock.now().date()
    for row in insights.totals(connection, ACCOUNT, since, until, by_entity=True):
        spent[row.entity_id or ""] += row.spend
    lines = decisions.lines(connection, last.decision_id)
    budgets = {one.ad_id: one.budget if one.standing == "running" else 0 for one in lines}
    truth = days.game.returns(np.array([float(budgets.get(ad, 0)) for ad in market.ad_ids]))
    found = [
        AdLine(
            ad_id=one.ad_id,
            name=one.name,
            label=labels.get(one.ad_id, ""),
            spend=spent[one.ad_id],
            first_budget=EACH,
            last_budget=budgets[one.ad_id],
            standing=one.standing,
            verdict=one.word,
            low=one.low,
            mid=one.mean,
            high=one.high,
            truth=float(truth[market.place(one.ad_id)]) if budgets[one.ad_id] else None,
            fresh_truth=float(played.fresh[market.place(one.ad_id)]),
        )
        for one in lines
    ]
    return tuple(sorted(found, key=lambda one: (-one.last_budget, -one.spend, one.ad_id)))


def made_changes(connection: Connection, days: Days) -> Changes:
    """What the decisions asked for and what became of it."""
    asked = [one for one in _all_changes(connection) if one.triggered_by == TRIGGER]
    states = [one.state for one in asked]
    rounds = decisions.decisions(connection, account_id=ACCOUNT, limit=PAGE)
    moved = [
        abs(one.requested / one.current - 1)
        for one in asked
        if one.change_type == "budget" and isinstance(one.requested, int) and isinstance(one.current, int)
    ]
    stopped = sum(one.state in ("blocked", "rejected") for one in asked)
    return Changes(
        decisions=len(rounds),
        proposed=len(asked),
        applied=states.count("completed"),
        refused=stopped,
        other=len(asked) - states.count("completed") - stopped,
        most_moved=max(moved, default=0.0),
        stories=_stories(connection, asked, days),
    )


def the_winners(connection: Connection, sample: Sample, labels: Labels) -> tuple[WinnerLine, ...]:
    """On the list now."""
    told = winners.earned(connection, TENANT, since=sample.market.start, until=sample.clock.now())
    names = _names(connection)
    return tuple(
        WinnerLine(
            ad_id=one.ad_id,
            name=names.get(one.ad_id, one.ad_id),
            label=labels.get(one.ad_id, ""),
            reason=one.reason,
            won_deals=told.get(one.ad_id, (0.0, 0))[0],
        )
        for one in sorted(winners.winners(connection, TENANT), key=lambda one: one.ad_id)
    )


def a_lineage(connection: Connection, sample: Sample, labels: Labels) -> Lineage | None:
    """The dearest won deal that leads back to footage of ours; None while there is none."""
    told = lineage.overview(connection, TENANT, np.random.default_rng(sample.seed), limit=MOST).traces
    ours = [(trace, ad_id) for trace in told if (ad_id := _first_of_ours(trace, labels))]
    if not ours:
        return None
    trace, ad_id = max(ours, key=lambda one: (one[0].sale.value, one[0].sale.deal_id))
    part = next(one for one in trace.ads if one.ad_id == ad_id)
    sources = [one.scene.source for one in part.scenes if one.scene.source is not None]
    spans = dict.fromkeys(f"{one.filename} {_clock(one.in_ms)}-{_clock(one.out_ms)}" for one in sources)
    names = _names(connection)
    return Lineage(trace.sale.deal_id, trace.sale.value, names.get(ad_id, ad_id), labels[ad_id], tuple(spans))


def next_plan(connection: Connection, video: Video) -> NextPlan | None:
    """What the next storyboard was drafted from."""
    if video.plan is None:
        return None
    names = _names(connection)

    lines = tuple(
        PlanLine(
            beat.purpose,
            beat.duration_ms / 1000,
            beat.intent,
            tuple(dict.fromkeys(names.get(note.source, note.source) for note in beat.rests_on)),
        )
        for beat in video.plan.beats
    )
    plan = video.plan
    return NextPlan(plan.title, plan.angle, plan.reason, lines, video.video_id)


def _first_of_ours(trace: Trace, labels: Labels) -> str | None:
    best = [one for one in trace.ads_under(MODEL) if one.film is not None and one.ad_id in labels]
    return best[0].ad_id if best and best[0].shares[MODEL] > 0 else None


def _stories(connection: Connection, asked: Sequence[Change], days: Days) -> tuple[Story, ...]:
    """The first pause, the first return, then the largest moves of money; in order of time."""
    done = sorted((one for one in asked if one.state == "completed"), key=lambda one: one.created_at)
    stops = [one for one in done if one.requested == "PAUSED"][:2]
    starts = [one for one in done if one.requested == "ACTIVE"][:1]
    budgets = [one for one in done if isinstance(one.requested, int) and isinstance(one.current, int)]
    budgets.sort(key=lambda one: (-abs(_by(one)), one.created_at, one.entity_id))
    picked = [*stops, *starts, *budgets][:STORIES]
    names = _names(connection)
    return tuple(
        Story(
            day=(one.created_at - days.started).days,
            ad_name=names.get(one.entity_id, one.entity_id),
            what=_what(one),
            why=one.reason,
            change_id=one.change_id,
        )
        for one in sorted(picked, key=lambda one: (one.created_at, one.entity_id))
    )


def _by(change: Change) -> int:
    assert isinstance(change.requested, int)
    assert isinstance(change.current, int)
    return change.requested - change.current


def _what(change: Change) -> str:
    if isinstance(change.requested, str):
        return "Paused" if change.requested == "PAUSED" else "Switched on again"
    more = "Raised" if _by(change) > 0 else "Lowered"
    return f"{more} from {USD.show(int(change.current or 0))} to {USD.show(change.requested)} a day"


def _all_changes(connection: Connection) -> list[Change]:
    found = list[Change]()
    while True:
        before = found[-1].change_id if found else None
        page = changes.changes(connection, account_id=ACCOUNT, limit=PAGE, before=before)
        found += page
        if len(page) < PAGE:
            return found


def _names(connection: Connection) -> dict[str, str]:
    return {one.entity_id: one.name for one in accounts.entities(connection, ACCOUNT, gone=True)}


def _clock(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes}:{rest / 1000:04.1f}"


def standing(connection: Connection) -> tuple[int, int, int]:
    """Deals won, what they brought in minor units, and changes made so far."""
    deals = revenue.totals(connection, TENANT)
    won = next((one.deals for one in deals.stages if one.stage == "closed_won"), 0)
    return won, deals.won, changes.counts(connection, ACCOUNT).get("completed", 0)
