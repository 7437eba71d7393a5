"""Meta's shapes and ours: accounts, campaigns, ad sets and ads as they stand, a write as a request. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kinoloop.core.currency import Minor
from kinoloop.core.errors import InputError, IntegrityError
from kinoloop.core.ids import hash_json
from kinoloop.delivery.accounts.records import AdEntity, Kind
from kinoloop.delivery.ports import Write

PARENT: dict[Kind, str] = {"adset": "campaign_id", "ad": "adset_id"}
FIELDS: dict[str, tuple[Kind, ...]] = {
    "daily_budget": ("campaign", "adset"),
    "bid_amount": ("adset",),
    "status": ("campaign", "adset", "ad"),
    "creative_id": ("ad",),
}
"""What may be written of what: a budget lives on a campaign or an ad set, never on an ad."""
STATUSES = ("ACTIVE", "PAUSED")
DRY = {"execution_options": ["validate_only"]}


def entity_of(told: Mapping[str, Any], account_id: str, kind: Kind, seen_at: datetime) -> AdEntity:
    """Raises IntegrityError for what has no id or status, or an amount that is none."""
    try:
        entity_id, learning = str(told["id"]), told.get("learning_stage_info") or {}
        parent = str(told[PARENT[kind]]) if kind in PARENT else None
        return AdEntity(
            entity_id=entity_id,
            account_id=account_id,
            kind=kind,
            parent_id=parent,
            campaign_id=entity_id if kind == "campaign" else str(told["campaign_id"]),
            name=str(told.get("name", "")),
            status=str(told["status"]),
            effective_status=str(told["effective_status"]),
            daily_budget=amount_of(told.get("daily_budget")) or None,
            bid=amount_of(told.get("bid_amount")) or None,
            creative_id=_creative_id(told),
            audience=hash_json(told["targeting"]) if told.get("targeting") else None,
            learning=learning.get("status"),
            updated_at=instant_of(told.get("updated_time")),
            seen_at=seen_at,
            raw=dict(told),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IntegrityError(f"Meta's answer about the {kind} cannot be read.", why=repr(error)) from error


def belongs(told: Mapping[str, Any], account_id: str) -> bool:
    """Whether a thing is of this account; Meta writes its id there without `act_`."""
    return str(told.get("account_id", "")).removeprefix("act_") == account_id.removeprefix("act_")


def amount_of(told: object) -> Minor | None:
    """Minor units, which Meta writes as a string of digits. "0" stands for no budget of this kind."""
    if told is None:
        return None
    text = str(told)
    if not text.isdecimal():
        raise ValueError(f"{text!r} is no amount in minor units")
    return int(text)


def instant_of(told: object) -> datetime | None:
    """`2026-11-20T10:00:00+0000`."""
    if told is None:
        return None
    at = datetime.fromisoformat(str(told))
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at


def minimum_of(entries: Iterable[Mapping[str, Any]], currency: str) -> Minor | None:
    """The least daily budget in this currency; None when it is not told.

    It is that of an ad set paid by impression, the smallest there is. Where more is needed, Meta says so.
    """
    found = next((entry for entry in entries if entry.get("currency") == currency), {})
    return amount_of(found.get("min_daily_budget_imp"))


def request_of(write: Write, *, validate_only: bool) -> dict[str, Any]:
    """The parameters of a write. Raises InputError for what Meta does not have or we do not do."""
    if write.kind not in FIELDS.get(write.field, ()):
        raise InputError(f"{_named(write.kind)} has no {write.field} to set.")
    value, dry = _value(write), DRY if validate_only else {}
    if write.field == "creative_id":
        return {"creative": {"creative_id": value}, **dry}
    return {write.field: value, **dry}


def _value(write: Write) -> int | str:
    value = write.value
    if write.field in {"daily_budget", "bid_amount"}:
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise InputError(
                f"{value!r} is not an amount in minor units.", fix="Give a whole number above 0."
            )
    elif write.field == "status":
        if value not in STATUSES:
            raise InputError(
                f"{value!r} is not a status that is set here.", fix=f"Use {' or '.join(STATUSES)}."
            )
    elif not isinstance(value, str) or not value.isdecimal():
        raise InputError(f"{value!r} is not a creative's id.")
    return value


def _named(kind: Kind) -> str:
    return {"campaign": "A campaign", "adset": "An ad set", "ad": "An ad"}[kind]


def _creative_id(told: Mapping[str, Any]) -> str | None:
    creative = told.get("creative")
    return str(creative["id"]) if creative else None
