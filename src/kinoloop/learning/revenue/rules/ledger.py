"""The ledger of a deal, reckoned anew from all its events: the same events always give the same lines.

Nothing is ever added to a running total, so late, repeated and reordered events cannot count twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby

from kinoloop.core.currency import Minor
from kinoloop.core.errors import InputError
from kinoloop.learning.revenue.records import (
    DealLedger,
    DealValue,
    Flag,
    LedgerLine,
    StageEvent,
    StageTable,
)
from kinoloop.learning.revenue.rules.events import latest_value, merged, usable
from kinoloop.learning.revenue.rules.stages import order, stage_name, worth


def ledger(
    events: Iterable[StageEvent], table: StageTable
) -> tuple[tuple[LedgerLine, ...], tuple[Flag, ...]]:
    """The lines and flags of all deals in these events, by deal. Raises InputError for another tenant's."""
    lines, flags = list[LedgerLine](), list[Flag]()
    for _, told in groupby(merged(events), key=lambda event: event.deal_id):
        one = deal_ledger(tuple(told), table)
        lines += one.lines
        flags += one.flags
    return tuple(lines), tuple(flags)


def deal_ledger(events: Sequence[StageEvent], table: StageTable) -> DealLedger:
    """Lines, flags and standing of one deal from its events, of which there is at least one.

    Events go by time, those of one instant by the table's order of stages. An event of an unknown stage adds
    nothing, not even what it says the deal is worth. Raises InputError when they are of several deals or of
    another tenant.
    """
    told = merged(events)
    _require_one_deal(told, table)
    flags = tuple(flag for event in told for flag in _flags(event, table))
    moves = _moves(told, table)
    value = latest_value(moves)
    lines = _lines(moves, table, value)
    return DealLedger(lines, flags, _standing(told, lines, table, value))


def _moves(told: Sequence[StageEvent], table: StageTable) -> tuple[StageEvent, ...]:
    """The events of known stages under the table's names, in order."""
    named = (
        replace(event, stage=name) for event in told if (name := stage_name(table, event.stage)) is not None
    )
    place = {name: number for number, name in enumerate(order(table))}
    return tuple(sorted(merged(named), key=lambda event: (event.at, place[event.stage])))


def _lines(moves: Sequence[StageEvent], table: StageTable, value: Minor | None) -> tuple[LedgerLine, ...]:
    """One line per move; a stage told again while the deal is in it is none, unless its level changes."""
    lines = list[LedgerLine]()
    before, stood = None, 0
    for event in moves:
        own = event.deal_value if usable(event.deal_value) else value
        level, confidence = worth(table, event.stage, own)
        if (event.stage, level) == (before, stood):
            continue
        names = (table.tenant_id, event.deal_id, len(lines) + 1, before, event.stage)
        lines.append(LedgerLine(*names, level, level - stood, confidence, event.at))
        before, stood = event.stage, level
    return tuple(lines)


def _standing(
    told: Sequence[StageEvent], lines: Sequence[LedgerLine], table: StageTable, value: Minor | None
) -> DealValue:
    deal_id, updated = told[0].deal_id, max(event.at for event in told)
    if not lines:
        return DealValue(table.tenant_id, deal_id, None, 0, None, 0.0, False, False, updated)
    last = lines[-1]
    won, lost = last.stage_to == table.won, last.stage_to == table.lost
    expected = last.level if won or lost else _expected(table, last.stage_to, value)
    place = (last.stage_to, last.level, expected, last.confidence)
    return DealValue(table.tenant_id, deal_id, *place, won, lost, updated, value)


def _expected(table: StageTable, stage: str, value: Minor | None) -> Minor | None:
    """Chance of winning times what the deal would bring; None when either is not known."""
    chance = (table.probability or {}).get(stage)
    brings = table.avg_deal_value if value is None else value
    if chance is None or brings is None:
        return None
    return int((Decimal(str(chance)) * brings).quantize(Decimal(1), ROUND_HALF_EVEN))


def _flags(event: StageEvent, table: StageTable) -> Iterable[Flag]:
    """At most one flag per event: the stage is not known, or what it is said to be worth cannot be."""
    why = list[str]()
    if stage_name(table, event.stage) is None:
        why.append("The table of stages does not know it; map it or add it.")
    if event.deal_value is not None and event.deal_value < 0:
        why.append("The deal is said to be worth less than nothing; that is not counted.")
    if why:
        yield Flag(event.tenant_id, event.deal_id, event.stage, event.at, " ".join(why))


def _require_one_deal(told: Sequence[StageEvent], table: StageTable) -> None:
    whose = {event.tenant_id for event in told}
    if whose != {table.tenant_id}:
        raise InputError(f"These events are not all of '{table.tenant_id}'.", fix="Use each tenant's table.")
    if len({event.deal_id for event in told}) != 1:
        raise InputError("These events are of several deals.", fix="Reckon each deal by itself.")
