"""HubSpot's records as ours. Every value there is text or null; what cannot be read is an error."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from kinoloop.core.errors import IntegrityError
from kinoloop.learning.crm.records import CrmContact, CrmDeal, CrmStage, StageMove
from kinoloop.learning.crm.rules import STAGE, ordered

DEAL_FIELDS = (
    STAGE,
    "pipeline",
    "amount",
    "deal_currency_code",
    "createdate",
    "hs_lastmodifieddate",
    "hs_is_closed",
    "hs_is_closed_won",
)
Told = Mapping[str, Any]


@dataclass(frozen=True)
class ContactLinks:
    """The contact properties that hold what links a person to a click; of several the first with a value."""

    click_id: tuple[str, ...] = ("kinoloop_click_id",)
    fbclid: tuple[str, ...] = ("hs_facebook_click_id", "fbclid")
    visitor_id: tuple[str, ...] = ("kinoloop_visitor_id",)

    @property
    def names(self) -> tuple[str, ...]:
        return *self.click_id, *self.fbclid, *self.visitor_id


def deal_of(row: Told, contact_ids: Sequence[str]) -> CrmDeal:
    """`stage` is empty where it has none. Raises IntegrityError for a deal without its id or its times."""
    properties, deal_id = _properties(row), _id(row)
    modified = properties.get("hs_lastmodifieddate") or row.get("updatedAt")
    return CrmDeal(
        deal_id=deal_id,
        pipeline=properties.get("pipeline") or "",
        stage=properties.get(STAGE) or "",
        amount=_amount(properties.get("amount")),
        currency=properties.get("deal_currency_code") or None,
        created_at=instant(properties.get("createdate") or row.get("createdAt"), "when a deal was made"),
        modified_at=instant(modified, "when a deal was changed"),
        moves=moves_of(row),
        contact_ids=tuple(contact_ids),
        closed=properties.get("hs_is_closed") == "true",
        won=properties.get("hs_is_closed_won") == "true",
        archived=bool(row.get("archived", False)),
        properties=properties,
    )


def moves_of(row: Told) -> tuple[StageMove, ...]:
    """The stage history, oldest first. A deal that was taken out of a stage into none is left out."""
    histories = row.get("propertiesWithHistory")
    history = histories.get(STAGE) if isinstance(histories, dict) else None
    entries = [entry for entry in history if isinstance(entry, dict)] if isinstance(history, list) else []
    return ordered(
        StageMove(
            str(entry["value"]),
            instant(entry.get("timestamp"), "when a deal moved"),
            str(entry.get("sourceType") or ""),
        )
        for entry in entries
        if entry.get("value")
    )


def contact_of(row: Told, links: ContactLinks) -> CrmContact:
    properties = _properties(row)
    return CrmContact(
        contact_id=_id(row),
        created_at=instant(properties.get("createdate") or row.get("createdAt"), "when a contact was made"),
        click_id=_first(properties, links.click_id),
        fbclid=_first(properties, links.fbclid),
        visitor_id=_first(properties, links.visitor_id),
        properties={name: properties.get(name) for name in links.names},
    )


def stages_of(pipelines: Iterable[Told]) -> tuple[CrmStage, ...]:
    """Every stage of every pipeline; `metadata` holds texts there."""
    found = []
    for pipeline in pipelines:
        for stage in pipeline.get("stages") or ():
            metadata = stage.get("metadata") or {}
            found.append(
                CrmStage(
                    pipeline=_id(pipeline),
                    stage_id=_id(stage),
                    label=str(stage.get("label") or ""),
                    order=int(stage.get("displayOrder") or 0),
                    probability=_probability(metadata.get("probability")),
                    closed=metadata.get("isClosed") == "true",
                )
            )
    return tuple(found)


def instant(told: object, what: str) -> datetime:
    """From ISO text or milliseconds as text. Raises IntegrityError saying what is missing."""
    text = str(told or "")
    try:
        if text.isascii() and text.isdigit():
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise _unreadable("a record", what) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _properties(row: Told) -> dict[str, str | None]:
    told = row.get("properties")
    if not isinstance(told, dict):
        raise _unreadable("a record", "its properties")
    return {str(name): None if value is None else str(value) for name, value in told.items()}


def _first(properties: Mapping[str, str | None], names: Iterable[str]) -> str | None:
    return next((value for name in names if (value := properties.get(name))), None)


def _id(row: Told) -> str:
    if not row.get("id"):
        raise _unreadable("a record", "its id")
    return str(row["id"])


def _amount(text: str | None) -> Decimal | None:
    """None for no amount, and for what is none."""
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() else None


def _probability(text: object) -> float | None:
    try:
        number = float(str(text))
    except ValueError:
        return None
    return number if 0 <= number <= 1 else None


def _unreadable(record: str, what: str) -> IntegrityError:
    return IntegrityError(f"HubSpot's answer about {record} cannot be read.", why=f"It lacks {what}.")
