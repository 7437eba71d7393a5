"""An account with an approved ad that tests start from."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection

from kinoloop.core.currency import Currency
from kinoloop.core.ids import NewId, uuid7
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import AdEntity, Mirror
from kinoloop.delivery.drift.records import AdContent, ApprovedAd
from kinoloop.delivery.drift.rules import content_hash

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONTENT = AdContent(
    creative_id="71",
    media_hash="video:17",
    copy={
        "title": "Fresh bread",
        "body": "Every morning at six.",
        "link": "https://us.example/",
        "cta": "LEARN_MORE",
    },
    toggles={"text_optimizations": False, "enhance_cta": False, "music_generation": True},
)


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def ids() -> NewId:
    """Ids in the order they were asked for."""
    numbers = count(1)
    return lambda: uuid7(1_790_000_000_000 + next(numbers), 7)


def content(
    copy: Mapping[str, str | None] | None = None,
    toggles: Mapping[str, bool | None] | None = None,
    **changes: Any,
) -> AdContent:
    """The approved content with changes; None takes a text or toggle away."""
    words = {name: text for name, text in {**CONTENT.copy, **(copy or {})}.items() if text is not None}
    switches = {name: on for name, on in {**CONTENT.toggles, **(toggles or {})}.items() if on is not None}
    return replace(CONTENT, copy=words, toggles=switches, **changes)


def approved(
    ad_id: str = "30", account_id: str = "act_1", what: AdContent = CONTENT, **changes: Any
) -> ApprovedAd:
    made = ApprovedAd(ad_id, account_id, what, content_hash(what), "ada", NOON, "v1", "x1")
    return replace(made, **changes)


def open_account(connection: Connection, account_id: str = "act_1", ads: int = 3) -> None:
    """A mirrored account: one campaign, one ad set, ads 30, 31, ..."""

    def made(entity_id: str, kind: Any, parent: str | None) -> AdEntity:
        return AdEntity(entity_id, account_id, kind, parent, "10", f"{kind} {entity_id}", "ACTIVE", "ACTIVE")

    tree = [made("10", "campaign", None), made("20", "adset", "10")]
    tree += [made(str(30 + number), "ad", "20") for number in range(ads)]
    mirror = Mirror(account_id, "Bakery", Currency("USD"), "Europe/Berlin", 100, tuple(tree), NOON)
    accounts.save_mirror(connection, mirror, tenant_id="t1", platform="meta")
