"""Revenue's rows as records, and a stage table as a row."""

from dataclasses import asdict, fields
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row

from kinoloop.core.currency import Currency
from kinoloop.learning.revenue.records import (
    DealValue,
    Flag,
    LedgerLine,
    StageEvent,
    StageTable,
    StageValue,
)

_EVENT, _LINE, _FLAG, _DEAL = (
    tuple(field.name for field in fields(kind)) for kind in (StageEvent, LedgerLine, Flag, DealValue)
)


def table_id(tenant_id: str) -> str:
    """The id of a tenant's row: one tenant has one table, so its name is enough."""
    return str(uuid5(NAMESPACE_URL, f"kinoloop:synthetic_revenue_config:{tenant_id}"))


def read_table(row: Row[Any]) -> StageTable:
    return StageTable(
        tenant_id=row.tenant_id,
        currency=Currency(row.currency, row.currency_offset),
        stages={name: StageValue(**told) for name, told in row.stage_values.items()},
        aliases=dict(row.aliases),
        won=row.won_stage,
        lost=row.lost_stage,
        avg_deal_value=row.avg_deal_value,
        sales_cycle_days=row.sales_cycle_days,
        win_rate=row.win_rate,
        probability=row.probability,
    )


def table_row(table: StageTable) -> dict[str, Any]:
    """The columns that a stage table fills."""
    return {
        "id": table_id(table.tenant_id),
        "tenant_id": table.tenant_id,
        "stage_values": {name: asdict(one) for name, one in table.stages.items()},
        "avg_deal_value": table.avg_deal_value,
        "sales_cycle_days": table.sales_cycle_days,
        "win_rate": table.win_rate,
        "currency": table.currency.code,
        "currency_offset": table.currency.offset,
        "aliases": dict(table.aliases),
        "won_stage": table.won,
        "lost_stage": table.lost,
        "probability": None if table.probability is None else dict(table.probability),
    }


def read_event(row: Row[Any]) -> StageEvent:
    return StageEvent(**{name: row._mapping[name] for name in _EVENT})


def read_line(row: Row[Any]) -> LedgerLine:
    return LedgerLine(**{name: row._mapping[name] for name in _LINE})


def read_flag(row: Row[Any]) -> Flag:
    return Flag(**{name: row._mapping[name] for name in _FLAG})


def read_deal(row: Row[Any]) -> DealValue:
    return DealValue(**{name: row._mapping[name] for name in _DEAL})
