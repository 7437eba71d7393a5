"""Rows of the CRM's tables as records, and an insert that can meet what is there."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.learning.crm.records import CrmEvent, KnownDeal, Reconciled, ReportedValue, SyncReport

EVENT_FIELDS = tuple(field.name for field in fields(CrmEvent))


def insert(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An insert that knows ON CONFLICT, in the dialect spoken."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def put(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Write a row whole, over the one of its key if there is one."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in keys}
    query = insert(connection, table).values(dict(row))
    connection.execute(query.on_conflict_do_update(index_elements=keys, set_=rest))


def add(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Write a row unless its key is there; whether it was written."""
    keys = [column.name for column in table.primary_key]
    query = insert(connection, table).values(dict(row)).on_conflict_do_nothing(index_elements=keys)
    return connection.execute(query.returning(*table.primary_key)).first() is not None


def event_row(event: CrmEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in EVENT_FIELDS} | {
        "deal_ids": list(event.deal_ids),
        "contact_ids": list(event.contact_ids),
    }


def read_event(row: Row[Any]) -> CrmEvent:
    told = {name: row._mapping[name] for name in EVENT_FIELDS}
    lists = {"deal_ids": tuple(row.deal_ids), "contact_ids": tuple(row.contact_ids)}
    return CrmEvent(**(told | lists))


def read_deal(row: Row[Any], contact_ids: tuple[str, ...] = ()) -> KnownDeal:
    amount = None if row.amount is None else Decimal(row.amount)
    return KnownDeal(**(dict(row._mapping) | {"amount": amount, "contact_ids": contact_ids}))


def read_sync(row: Row[Any]) -> SyncReport:
    told = dict(row._mapping)
    compared = Reconciled(
        told.pop("told_by_both"), told.pop("only_sync"), told.pop("only_webhook"), tuple(told.pop("missed"))
    )
    return SyncReport(**told, reconciled=compared)


def sync_row(report: SyncReport) -> dict[str, Any]:
    told = dict(vars(report))
    compared: Reconciled = told.pop("reconciled")
    return told | {
        "told_by_both": compared.both,
        "only_sync": compared.only_sync,
        "only_webhook": compared.only_webhook,
        "missed": list(compared.missed),
    }


def read_reported(row: Row[Any]) -> ReportedValue:
    return ReportedValue(**(dict(row._mapping) | {"value": Decimal(row.value)}))
