"""Every ad's row: its interval on a common scale with the truth marked, its budgets, its standing. Pure.

Ads that run come first, the largest budget on top; those that rest follow, the largest spend on top.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.cli.demo.records import AdLine
from kinoloop.cli.demo.report import words
from kinoloop.core.text import plural
from kinoloop.web.pages.decide.scales import Plot, Scale, plot_of, scale_of


@dataclass(frozen=True)
class AdRow:
    """One ad. `truth_at` is where its truth lies on the scale: while it rests, its fresh truth."""

    line: AdLine
    plot: Plot | None
    truth_at: float
    runs: bool
    share: float
    """Its last budget as part of the largest, in per cent."""
    label: str


@dataclass(frozen=True)
class AdTable:
    """The rows, their scale, and how often the stated range held the truth."""

    rows: tuple[AdRow, ...]
    scale: Scale
    judged: int
    held: int


def table_of(ads: Sequence[AdLine]) -> AdTable:
    """Empty for no ads."""
    told = [(one.low, one.high) for one in ads if one.low is not None and one.high is not None]
    truths = [(true, true) for one in ads if (true := _true(one)) > 0]
    scale = scale_of([*told, *truths])
    most = max((one.last_budget for one in ads if running(one)), default=0)
    judged = [one for one in ads if _holds(one) is not None]
    return AdTable(
        rows=tuple(_row(one, scale, most) for one in in_order(ads)),
        scale=scale,
        judged=len(judged),
        held=sum(_holds(one) is True for one in judged),
    )


def in_order(ads: Sequence[AdLine]) -> list[AdLine]:
    return sorted(
        ads, key=lambda one: (not running(one), -one.last_budget * running(one), -one.spend, one.ad_id)
    )


def running(one: AdLine) -> bool:
    """Whether it spends today: only then it has a true return at today's budget."""
    return one.truth is not None


def coverage(table: AdTable) -> str:
    """How honest the ranges were, in a sentence."""
    if not table.judged:
        return "No ad that runs has a stated range, so the ranges cannot be checked against the truth."
    of = plural(table.judged, "ad that runs", "ads that run")
    expected = words.count(round(0.8 * table.judged, 1))
    return f"The 80 % range holds the truth for {table.held} of {of}; about {expected} were to be expected."


def _row(one: AdLine, scale: Scale, most: int) -> AdRow:
    runs = running(one)
    return AdRow(
        line=one,
        plot=plot_of(scale, one.mid, one.low, one.high, None, None),
        truth_at=scale.at(_true(one)),
        runs=runs,
        share=round(100 * one.last_budget / most, 2) if runs and most > 0 else 0.0,
        label=_label(one),
    )


def _true(one: AdLine) -> float:
    return one.fresh_truth if one.truth is None else one.truth


def _holds(one: AdLine) -> bool | None:
    if one.truth is None or one.low is None or one.high is None:
        return None
    return one.low <= one.truth <= one.high


def _label(one: AdLine) -> str:
    """The drawing in words."""
    if one.low is None or one.high is None:
        said = "no range is stated"
    else:
        said = f"{words.back(one.mid)} back per 1, 80 % range {one.low:.2f} to {one.high:.2f}"
    kind = "truth" if one.truth is not None else "truth when fresh"
    return f"{one.name}: {said}; {kind} {words.back(_true(one))}"
