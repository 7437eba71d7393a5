"""Everything the posterior needs to know of an account's tables, as few numbers per ad.

Always counted anew from the tables (platforms restate the last weeks), never added up over time.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.records import AccountView, BanditSettings, Floats, Ints
from kinoloop.learning.bandit.rules.credit import Credits, Times, count
from kinoloop.learning.bandit.rules.delays import Curve, chained, ladder, lognormal
from kinoloop.learning.bandit.rules.fatigue import Attention, attention
from kinoloop.learning.bandit.rules.rates import Design, one_hot
from kinoloop.learning.bandit.rules.response import Response, response
from kinoloop.learning.bandit.rules.stages import Passages, entered, passages, stage_curves
from kinoloop.learning.bandit.rules.value import Sales, sales

STEP_HOURS, DAY = 6.0, 24.0


@dataclass(frozen=True)
class Statistics:
    """One account. `pending` is clicks whose results are still to come, `maturity` the share of results (of
    sales, where there are stages) of past clicks that is in. `passages` is None where a click may buy at
    once.
    """

    design: Design
    clicks: Floats
    attention: Attention
    credits: Credits
    passages: Passages | None
    sales: Sales
    response: Response
    pending: Floats
    maturity: Floats


def gather(view: AccountView, settings: BanditSettings) -> Statistics:
    """From the tables of an account to its statistics."""
    tables, times = _folded(view, STEP_HOURS, settings)
    clicks, ads = tables["clicks"], view.count
    curve = result_curve(view)
    made, links = count(view, clicks, times, curve)
    entries = entered(view.outcomes)
    stages = stage_curves(entries, view.hours) if view.mode == "pipeline" else ()
    young, old = times.now - times.end, times.now - times.start
    daily, days = _folded(view, DAY, settings)
    sold = chained((curve, *stages)).over(young, old) @ clicks
    total = clicks.sum(axis=0)
    return Statistics(
        one_hot(view.features, view.kinds),
        total,
        attention(tables["impressions"], clicks, tables["frequency"], times.discount),
        made,
        passages(entries, links, stages, view.hours, ads) if stages else None,
        sales(view.outcomes, links, view.hoped, ads),
        response(daily["spend"], daily["impressions"], (days.end - days.start) / DAY, float(view.launch)),
        (1 - curve.over(young, old)) @ clicks,
        np.divide(sold, total, out=np.zeros(ads), where=total > 0),
    )


def result_curve(view: AccountView) -> Curve:
    """How long it takes from a click to a purchase or a lead, by results with a click id."""
    outcomes = view.outcomes
    told = (outcomes.by_id >= 0) & (outcomes.click_at >= 0)
    delays = (outcomes.entry_at - outcomes.click_at)[told]
    return ladder(delays, view.hours - outcomes.click_at[told], lognormal(0.7, 1.6, instant=0.3))


def _folded(view: AccountView, hours: float, settings: BanditSettings) -> tuple[dict[str, Floats], Times]:
    """Tables in steps of at least so many hours, counted back from now; the first may be shorter."""
    steps = len(view.spend)
    size = max(1, round(hours / view.step_hours))
    starts: Ints = np.unique(np.maximum(np.arange(steps, 0, -size) - size, 0))
    ends: Ints = np.append(starts[1:], steps)[: len(starts)]
    tables = {
        name: _added(getattr(view, name), starts).astype(np.float64)
        for name in ("spend", "impressions", "clicks")
    }
    tables["frequency"] = view.frequency[ends - 1] if steps else view.frequency
    start: Floats = starts.astype(np.float64) * view.step_hours
    end: Floats = ends.astype(np.float64) * view.step_hours
    half_life = settings.half_life_days * DAY
    discount: Floats = 2.0 ** (-(view.hours - (start + end) / 2) / half_life)
    return tables, Times(start, end, discount, view.hours, half_life)


def _added(table: Ints, starts: Ints) -> Ints:
    return np.add.reduceat(table, starts, axis=0) if len(starts) else table
