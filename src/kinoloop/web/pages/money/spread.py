"""How far the models of attribution are apart. Pure.

Two models differ by the part of everything that one gives to other ads than the other does: half the sum of
the absolute differences of the shares (total variation distance, 0 to 1), what nobody gets being one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from kinoloop.core.currency import Minor
from kinoloop.learning.attribution.records import MODELS, AdCredit, Model


@dataclass(frozen=True)
class Cell:
    """What an ad got under one model: conversions (a sum of shares), their part of all, their money."""

    conversions: float
    share: float
    value: Minor


@dataclass(frozen=True)
class AdRow:
    """One ad under every model (None: the rest); `spread` is the largest share less the least."""

    ad_id: str | None
    name: str | None
    cells: tuple[Cell, ...]
    spread: float


@dataclass(frozen=True)
class Spread:
    """The two models that are furthest apart, and by which part of everything."""

    part: float
    one: Model
    other: Model


def rows_of(told: Sequence[AdCredit], names: dict[str, str]) -> tuple[AdRow, ...]:
    """Ads by their money under the matched model, then by conversions; the rest last. Cells as in MODELS."""
    by_place = {(one.ad_id, one.model): one for one in told}
    all_of = {model: sum(one.conversions for one in told if one.model == model) for model in MODELS}
    ads = dict.fromkeys(one.ad_id for one in told)
    rows = [_row(ad_id, by_place, all_of, names) for ad_id in ads]
    return tuple(sorted(rows, key=_standing))


def spread_of(rows: Sequence[AdRow]) -> Spread | None:
    """None when nothing was credited to any ad: then the models have nothing to disagree about."""
    if not any(cell.conversions for row in rows if row.ad_id is not None for cell in row.cells):
        return None
    apart = [
        Spread(_distance(rows, MODELS.index(one), MODELS.index(other)), one, other)
        for one, other in combinations(MODELS, 2)
    ]
    return max(apart, key=lambda pair: pair.part)


def _row(
    ad_id: str | None,
    by_place: dict[tuple[str | None, Model], AdCredit],
    all_of: dict[Model, float],
    names: dict[str, str],
) -> AdRow:
    cells = tuple(_cell(by_place.get((ad_id, model)), all_of[model]) for model in MODELS)
    shares = [cell.share for cell in cells]
    return AdRow(ad_id, names.get(ad_id or ""), cells, max(shares) - min(shares))


def _cell(told: AdCredit | None, everything: float) -> Cell:
    if told is None or everything == 0:
        return Cell(0.0, 0.0, 0)
    return Cell(told.conversions, told.conversions / everything, told.value)


def _distance(rows: Sequence[AdRow], one: int, other: int) -> float:
    return sum(abs(row.cells[one].share - row.cells[other].share) for row in rows) / 2


def _standing(row: AdRow) -> tuple[bool, Minor, float, str]:
    matched = row.cells[MODELS.index("matched")]
    return row.ad_id is None, -matched.value, -matched.conversions, row.ad_id or ""
