"""The plain way to lay days and hours on steps, row by row: what the quick one has to come to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from kinoloop.learning.bandit.records import Ints
from kinoloop.learning.decisions.rules.grid import HOUR, begin_of, end_of, grid
from kinoloop.learning.insights.records import InsightRow

STEP = 6.0


def laid_by_row(
    days: Sequence[InsightRow],
    hours: Sequence[InsightRow],
    columns: Mapping[str, int],
    now: datetime,
    zone: ZoneInfo,
) -> tuple[int, list[Ints]]:
    """How many days have no hours, and the tables of impressions, link clicks and spend."""
    start, steps = grid(min(begin_of(one.day, one.hour, zone) for one in (*days, *hours)), now, STEP)
    tables = [np.zeros((steps, len(columns)), dtype=np.int64) for _ in range(3)]
    even, keys = 0, {(one.entity_id, one.day) for one in (*days, *hours) if one.entity_id in columns}
    for ad_id, day in sorted(keys):
        parts = sorted(
            (one for one in hours if (one.entity_id, one.day) == (ad_id, day)), key=lambda one: one.hour or 0
        )
        whole = [one for one in days if (one.entity_id, one.day) == (ad_id, day)]
        even += not parts
        for hour, amounts in _parts(parts, whole):
            begin, end = begin_of(day, hour, zone), min(end_of(day, hour, zone), now)
            if begin < end:
                span = ((begin - start) / HOUR, (end - start) / HOUR)
                for table, amount in zip(tables, amounts, strict=True):
                    _lay(table[:, columns[ad_id]], span, amount)
    return even, tables


def _parts(parts: list[InsightRow], whole: list[InsightRow]) -> list[tuple[int | None, tuple[int, ...]]]:
    if not parts:
        return [(None, _amounts(whole[0]))]
    made = list[list[int]]()
    for metric in range(3):
        told = [_amounts(one)[metric] for one in parts]
        total = _amounts(whole[0])[metric] if whole else sum(told)
        weights = told if sum(told) else [1] * len(told)
        edges = [round(sum(weights[: n + 1]) / sum(weights) * total) for n in range(len(weights))]
        made.append([edge - before for edge, before in zip(edges, [0, *edges], strict=False)])
    return [(one.hour, tuple(line)) for one, line in zip(parts, zip(*made, strict=True), strict=True)]


def _lay(column: Ints, span: tuple[float, float], amount: int) -> None:
    begin, end = span
    edges = [min(max((STEP * step - begin) / (end - begin), 0.0), 1.0) for step in range(len(column) + 1)]
    laid = [round(amount * edge) for edge in (0.0, *edges[1:-1], 1.0)]
    column += np.diff(laid)


def _amounts(one: InsightRow) -> tuple[int, int, int]:
    return one.impressions, one.link_clicks or 0, one.spend
