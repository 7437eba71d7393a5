"""Spend becomes people, people become deals, and the CRM shows them in time."""

from datetime import UTC, datetime

import httpx2

from kinoloop.core.clock import ManualClock
from kinoloop.sandbox.causes import join_crm
from kinoloop.sandbox.testing import Sandbox, running_sandbox

USD = "act_100000000000001"


def deals(sandbox: Sandbox) -> int:
    headers = {"authorization": f"Bearer {sandbox.keys.hubspot}"}
    answer = httpx2.post(
        f"{sandbox.url}/hubspot/crm/v3/objects/deals/search", headers=headers, json={"limit": 1}
    )
    assert answer.status_code == 200, answer.text
    return int(answer.json()["total"])


def look_at_the_ads(sandbox: Sandbox) -> None:
    headers = {"authorization": f"Bearer {sandbox.keys.meta}"}
    httpx2.get(f"{sandbox.url}/meta/v26.0/{USD}", headers=headers)


def test_deals_follow_the_ads() -> None:
    with running_sandbox(clock=ManualClock(datetime(2026, 11, 18, 15, tzinfo=UTC))) as sandbox:
        join_crm(sandbox.world)
        assert deals(sandbox) == 0, "nobody has looked at the market yet"
        look_at_the_ads(sandbox)
        sandbox.world.advance(10)
        before = deals(sandbox)
        assert before > 10, "two weeks of history"
        sandbox.world.advance(2 * 86_400)
        assert deals(sandbox) > before
