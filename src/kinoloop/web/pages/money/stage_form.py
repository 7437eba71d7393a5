"""The table of stages as a form: a row per stage, money in major units, chances in per cent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError
from kinoloop.core.ids import hash_json
from kinoloop.creative.plain import to_json
from kinoloop.learning.revenue.records import Proposal, StageTable, StageValue
from kinoloop.learning.revenue.rules import order
from kinoloop.web.forms import Posted
from kinoloop.web.pages.ads.units import (
    Read,
    amount,
    money,
    money_or_none,
    percent,
    say,
    say_money,
    say_percent,
)

NEW = "new"
"""The row of a stage that is not there yet."""
DAYS = amount(0, 3650, " days")
SURE = percent(0, 100)


@dataclass(frozen=True)
class StageRow:
    """A row of the form: `key` names its fields, `learned` is what closed deals say of it. The lost stage has
    no fields: it is worth nothing.
    """

    key: str
    name: str
    lost: bool
    learned: Proposal | None


@dataclass(frozen=True)
class StageForm:
    """The form as it stands: `values` is what was typed, or what holds; `seen` the table it was made from."""

    template: ClassVar[str] = "money/parts/stage_form.html"
    currency: Currency
    rows: tuple[StageRow, ...]
    names: tuple[str, ...]
    values: Mapping[str, str]
    seen: str
    proof: str
    decides: bool
    unlearned: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


def mark_of(table: StageTable) -> str:
    """Which table the page showed."""
    return hash_json(to_json(table))[:32]


def rows_of(table: StageTable, learned: Mapping[str, Proposal]) -> tuple[StageRow, ...]:
    """The stages from the least to the most worth, won and lost last."""
    return tuple(
        StageRow(f"s{number}", name, name == table.lost, learned.get(name))
        for number, name in enumerate(order(table))
    )


def values_said(table: StageTable) -> dict[str, str]:
    """Everything as the fields show it."""
    said = {
        "won": table.won,
        "lost": table.lost,
        "avg_deal_value": say_money(table.avg_deal_value, table.currency),
        "sales_cycle_days": _said(table.sales_cycle_days, table.currency),
        **{f"{NEW}-{name}": "" for name in ("name", "value", "sure", "chance", "why")},
    }
    chances = table.probability or {}
    for row in _priced(table):
        one, chance = table.stages[row.name], chances.get(row.name)
        said |= {
            f"{row.key}-value": say_money(one.value, table.currency),
            f"{row.key}-sure": say_percent(one.confidence, table.currency),
            f"{row.key}-chance": "" if chance is None else say_percent(chance, table.currency),
            f"{row.key}-why": one.description or "",
        }
    return said


def table_posted(form: Posted, table: StageTable) -> tuple[StageTable, dict[str, str]]:
    """The table that was typed, and what is wrong by field; with errors the table is as it was."""
    reading = _Reading(form, table.currency)
    stages, chances = dict(table.stages), dict(table.probability or {})
    wanted = [(row.key, row.name) for row in _priced(table)]
    fresh = form.one(f"{NEW}-name")
    if fresh:
        wanted.append((NEW, fresh))
        if fresh in (*table.stages, table.lost):
            reading.errors[f"{NEW}-name"] = "There is a stage of that name already."
    for key, name in wanted:
        stages[name] = reading.stage(key)
        chance = reading.optional(f"{key}-chance", SURE)
        chances.pop(name, None)
        if chance is not None:
            chances[name] = float(chance)
    made = replace(
        table,
        stages=stages,
        probability=chances,
        won=form.one("won") or table.won,
        lost=form.one("lost") or table.lost,
        avg_deal_value=reading.optional("avg_deal_value", money_or_none),
        sales_cycle_days=reading.optional("sales_cycle_days", DAYS),
    )
    return (table if reading.errors else made), reading.errors


@dataclass
class _Reading:
    """Reads fields and gathers what is wrong with them."""

    form: Posted
    currency: Currency
    errors: dict[str, str] = field(default_factory=dict)

    def stage(self, key: str) -> StageValue:
        value, sure = self.needed(f"{key}-value", money), self.needed(f"{key}-sure", SURE)
        if value < 0:
            self.errors[f"{key}-value"] = "A stage is worth nothing or more."
        return StageValue(int(value), float(sure), self.form.one(f"{key}-why")[:200] or None)

    def needed(self, name: str, read: Read) -> Any:
        if not self.form.one(name):
            self.errors[name] = "Please fill it in."
        return self.optional(name, read) or 0

    def optional(self, name: str, read: Read) -> Any:
        """What it means; None when nothing was typed, or nothing that can be used."""
        text = self.form.one(name)
        try:
            return read(text, self.currency) if text else None
        except InputError as error:
            self.errors[name] = str(error)
            return None


def _priced(table: StageTable) -> tuple[StageRow, ...]:
    return tuple(row for row in rows_of(table, {}) if not row.lost)


def _said(value: float | None, currency: Currency) -> str:
    return "" if value is None else say(value, currency)
