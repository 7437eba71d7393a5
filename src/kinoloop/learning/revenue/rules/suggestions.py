"""What closed deals teach about a stage: its rate of winning, shrunk towards the table, and so its value.

Only deals that entered the stage long enough ago count, else fast endings would stand for all. Deals that
are still open are censored: they count neither as won nor as lost, and are told. A person decides.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import accumulate, pairwise

from kinoloop.core.currency import Minor
from kinoloop.core.errors import InputError
from kinoloop.core.text import plural
from kinoloop.learning.revenue.records import DealPath, Proposal, StageTable
from kinoloop.learning.revenue.rules.stages import order

CYCLES = 3.0
"""So many sales cycles after entering a stage a deal has had its time to close."""
PRIOR_DEALS = 20.0
"""The table's own chance weighs as much as so many closed deals."""
PRIOR_VALUES = 10.0
"""The table's average deal weighs as much as so many won deals."""
POINTS = 4001
TINY = 1e-9


@dataclass(frozen=True)
class _Cohort:
    won: tuple[DealPath, ...]
    lost: int
    still_open: int
    young: int

    @property
    def closed(self) -> int:
        return len(self.won) + self.lost


def suggest(
    table: StageTable,
    paths: Iterable[DealPath],
    *,
    now: datetime,
    mature_days: float | None = None,
    prior_deals: float = PRIOR_DEALS,
) -> tuple[Proposal, ...]:
    """One proposal per stage between the first and the end, in the table's order.

    rate ~ Beta(prior_deals * chance + won, prior_deals * (1 - chance) + lost), or Jeffreys' Beta(1/2, 1/2)
    where the table gives no chance; value = rate x average deal. Raises InputError when it is not known how
    long a deal needs (`mature_days`, else three sales cycles of the table).
    """
    since = now - timedelta(days=_mature_days(table, mature_days))
    known = tuple(paths)
    brings = _deal_value(table, [path for path in known if path.won])
    stages = [name for name in order(table) if name not in (table.won, table.lost)]
    return tuple(_proposal(table, name, _cohort(known, name, since), brings, prior_deals) for name in stages)


def accepted(table: StageTable, proposals: Iterable[Proposal]) -> StageTable:
    """The table with the values and chances of the proposals a person said yes to; those without one stay."""
    stages, chances = dict(table.stages), dict(table.probability or {})
    for one in proposals:
        if one.value is not None and one.rate is not None and one.stage in stages:
            stages[one.stage] = replace(stages[one.stage], value=one.value, description=one.reason)
            chances[one.stage] = round(one.rate, 4)
    return replace(table, stages=stages, probability=chances)


def beta_quantiles(a: float, b: float, shares: Sequence[float]) -> tuple[float, ...]:
    """Where a Beta(a, b) has these shares below it, for a, b >= 1/2 (error below 0.001).

    With x = sin(t)^2 the density is sin(t)^(2a-1) cos(t)^(2b-1), which is finite and about as wide wherever
    the mean lies; its sums are taken by the trapezoid rule. The tests hold it against closed forms.
    """
    middle, reach = math.asin(math.sqrt(a / (a + b))), 5 / math.sqrt(a + b)
    low, high = max(middle - reach, TINY), min(middle + reach, math.pi / 2 - TINY)
    angles = [low + (high - low) * number / (POINTS - 1) for number in range(POINTS)]
    logs = [(2 * a - 1) * math.log(math.sin(t)) + (2 * b - 1) * math.log(math.cos(t)) for t in angles]
    top = max(logs)
    heights = [math.exp(one - top) for one in logs]
    sums = list(accumulate((left + right for left, right in pairwise(heights)), initial=0.0))
    return tuple(math.sin(angles[bisect_left(sums, share * sums[-1])]) ** 2 for share in shares)


def _mature_days(table: StageTable, given: float | None) -> float:
    if given is not None:
        return given
    if table.sales_cycle_days is None:
        raise InputError(
            "It is not known how long a deal needs to close.",
            fix="Write the sales cycle into the table, or say after how many days a deal counts.",
        )
    return CYCLES * table.sales_cycle_days


def _cohort(paths: Sequence[DealPath], stage: str, since: datetime) -> _Cohort:
    entered = [path for path in paths if stage in path.entered]
    old = [path for path in entered if path.entered[stage] <= since]
    lost, won = sum(path.lost for path in old), tuple(path for path in old if path.won)
    return _Cohort(won, lost, len(old) - lost - len(won), len(entered) - len(old))


def _deal_value(table: StageTable, won: Sequence[DealPath]) -> Minor | None:
    """What a won deal brings: the mean of the real ones, shrunk towards the table's average."""
    real = [path.value for path in won if path.value is not None]
    prior = 0.0 if table.avg_deal_value is None else PRIOR_VALUES
    if not real and not prior:
        return None
    total = Decimal(sum(real)) + Decimal(prior) * (table.avg_deal_value or 0)
    return int((total / (len(real) + Decimal(prior))).quantize(Decimal(1), ROUND_HALF_EVEN))


def _proposal(
    table: StageTable, stage: str, cohort: _Cohort, brings: Minor | None, weight: float
) -> Proposal:
    blank = Proposal(
        stage, table.stages[stage].value, None, None, None, None, None, len(cohort.won), cohort.lost,
        cohort.still_open, cohort.young, brings, "",
    )  # fmt: skip
    if not cohort.closed:
        return replace(blank, reason=f"No deal that entered '{stage}' long enough ago is closed yet.")
    a, b = _posterior((table.probability or {}).get(stage), cohort, weight)
    rate = a / (a + b)
    low, high = beta_quantiles(a, b, (0.05, 0.95))
    worst = len(cohort.won) / (cohort.closed + cohort.still_open)
    known = replace(blank, rate=rate, low=low, high=high, worst=worst)
    if brings is None:
        return replace(known, reason=f"It is not known what a deal of '{table.tenant_id}' brings.")
    value = int((Decimal(str(rate)) * brings).quantize(Decimal(1), ROUND_HALF_EVEN))
    return replace(known, value=value, reason=_told(table, cohort, rate, brings))


def _posterior(chance: float | None, cohort: _Cohort, weight: float) -> tuple[float, float]:
    """Beta's two numbers. The prior is never weaker than Jeffreys', so no chance is ruled out for ever."""
    a, b = (0.0, 0.0) if chance is None else (weight * chance, weight * (1 - chance))
    return max(a, 0.5) + len(cohort.won), max(b, 0.5) + cohort.lost


def _told(table: StageTable, cohort: _Cohort, rate: float, brings: Minor) -> str:
    won, closed = len(cohort.won), plural(cohort.closed, "closed deal")
    rest = f"; {cohort.still_open} still open, not counted" if cohort.still_open else ""
    return f"{rate:.1%} of {table.currency.show(brings)}: {won} of {closed} won{rest}."
