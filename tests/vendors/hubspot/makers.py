"""A client as production builds it, pointed at a server on loopback; records as HubSpot writes them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from operator import eq, ge, gt
from random import Random
from typing import Any

from kinoloop.core.clock import ManualClock
from kinoloop.store.breaker import Breaker
from kinoloop.store.pace import Pace
from kinoloop.store.session import Database
from kinoloop.vendors.http import Patience, Retries
from kinoloop.vendors.hubspot.adapter import HubSpotCrm
from kinoloop.vendors.hubspot.client import CALLS, SEARCHES, HubSpotClient
from kinoloop.vendors.hubspot.http import HubSpotHttp
from kinoloop.vendors.hubspot.requests import MODIFIED, OBJECT_ID, Body

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOKEN = "pat-of-these-tests"


@contextmanager
def hubspot_client(
    database: Database, url: str, *, rests: list[float] | None = None, token: str = TOKEN, **options: Any
) -> Iterator[HubSpotClient]:
    """`rests` gets the seconds that were waited for; without it the waits are real."""
    clock, waits = ManualClock(START), rests if rests is not None else []

    def rest(seconds: float) -> None:
        waits.append(seconds)
        clock.advance(seconds)

    def pace(name: str, limit: int, window: float) -> Pace:
        if rests is None:
            return Pace(database, name, limit, window)
        return Pace(database, name, limit, window, clock, rest=rest)

    http = HubSpotHttp(
        "HubSpot",
        random=Random(1),
        patience=Patience(2.0, 5.0, 10.0),
        retries=Retries(3, 0.01, 0.1),
        trust_env=False,
    )
    with closing(http):
        yield HubSpotClient(
            url,
            token,
            http,
            Breaker(database, "hubspot", threshold=options.pop("threshold", 50)),
            pace("hubspot", CALLS.limit, CALLS.window_seconds),
            pace("hubspot search", SEARCHES.limit, SEARCHES.window_seconds),
            random=Random(2),
            rest=time.sleep if rests is None else rest,
            **options,
        )


@contextmanager
def hubspot_crm(database: Database, url: str, **options: Any) -> Iterator[HubSpotCrm]:
    with hubspot_client(database, url, **options) as client:
        yield HubSpotCrm(client)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def deal_row(deal_id: str = "901", **properties: Any) -> dict[str, Any]:
    """A deal that went through three stages; None takes a property away."""
    told = {
        "dealstage": "closedwon",
        "pipeline": "default",
        "amount": "20000.50",
        "deal_currency_code": "EUR",
        "createdate": stamp(START),
        "hs_lastmodifieddate": stamp(START + timedelta(days=6)),
        "hs_is_closed": "true",
        "hs_is_closed_won": "true",
        "hs_object_id": deal_id,
    }
    history = [
        {"value": "closedwon", "timestamp": stamp(START + timedelta(days=6)), "sourceType": "CRM_UI"},
        {"value": "showup", "timestamp": stamp(START + timedelta(days=2)), "sourceType": "API"},
        {"value": "appointmentscheduled", "timestamp": stamp(START), "sourceType": "FORM"},
    ]
    return {
        "id": deal_id,
        "properties": told | properties,
        "propertiesWithHistory": {"dealstage": history},
        "createdAt": stamp(START),
        "updatedAt": stamp(START + timedelta(days=6)),
        "archived": False,
    }


class Table:
    """Records with a time of change, searched as HubSpot searches: 10,000 rows at most, ties in any order."""

    def __init__(self, rows: Sequence[tuple[int, int]], *, page: int = 200, random: Random) -> None:
        self.rows = dict(rows)
        self.page, self._random, self.asked = page, random, 0

    def search(self, body: Body) -> tuple[list[dict[str, Any]], bool]:
        self.asked += 1
        found = list(self.rows.items())
        for one in _filters(body):
            found = _fitting(found, one)
        self._random.shuffle(found)
        by_id = body["sorts"][0]["propertyName"] == OBJECT_ID
        found.sort(key=lambda row: row[0] if by_id else row[1])
        limit = min(body["limit"], self.page)
        rows = [
            {"id": str(one), "properties": {MODIFIED: stamp(EPOCH + timedelta(milliseconds=at))}}
            for one, at in found[:limit]
        ]
        return rows, len(found) > limit


def _filters(body: Body) -> list[dict[str, str]]:
    (group,) = body["filterGroups"]
    filters: list[dict[str, str]] = group["filters"]
    return filters


def _fitting(rows: list[tuple[int, int]], one: dict[str, str]) -> list[tuple[int, int]]:
    place = 0 if one["propertyName"] == OBJECT_ID else 1
    fits = {"GTE": ge, "GT": gt, "EQ": eq}[one["operator"]]
    wanted = int(one["value"])
    return [row for row in rows if fits(row[place], wanted)]
