"""Accounts and entities as rows and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Row

from kinoloop.core.currency import Currency
from kinoloop.delivery.accounts.records import AdAccount, AdEntity, GuardSettings, Mirror, SettingsChange

_GUARDS = frozenset(field.name for field in fields(GuardSettings))


def read_account(row: Row[Any]) -> AdAccount:
    """Stored limits that this program does not know are left aside; absent ones are the default."""
    values = dict(row._mapping)
    currency = Currency(values.pop("currency"), values.pop("currency_offset"))
    return AdAccount(currency=currency, guards=read_guards(values.pop("guards")), **values)


def read_guards(stored: Mapping[str, Any]) -> GuardSettings:
    return GuardSettings(**{name: value for name, value in stored.items() if name in _GUARDS})


def guard_values(guards: GuardSettings) -> dict[str, Any]:
    return asdict(guards)


def mirror_values(mirror: Mirror) -> dict[str, Any]:
    """The columns of the account that a look at the platform tells."""
    return {
        "name": mirror.name,
        "currency": mirror.currency.code,
        "currency_offset": mirror.currency.offset,
        "timezone": mirror.timezone,
        "platform_minimum": mirror.platform_minimum,
        "mirrored_at": mirror.seen_at,
    }


def read_entity(row: Row[Any]) -> AdEntity:
    return AdEntity(**row._mapping)


def entity_values(entity: AdEntity) -> dict[str, Any]:
    return {field.name: getattr(entity, field.name) for field in fields(AdEntity)}


def read_log(row: Row[Any]) -> SettingsChange:
    values = dict(row._mapping)
    del values["entry"]
    return SettingsChange(**values)
