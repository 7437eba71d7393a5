"""A new ad for the publishing tests."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kinoloop.delivery.publishing.records import AdDraft, AdSetDraft, CampaignDraft, CreativeDraft

CAMPAIGN = CampaignDraft("kinoloop campaign a1")
AD_SET = AdSetDraft(
    name="kinoloop ad set a1",
    targeting={"geo_locations": {"countries": ["US"]}, "targeting_automation": {"advantage_audience": 0}},
    daily_budget=2000,
    promoted_object={"page_id": "7"},
    start_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
)
CREATIVE = CreativeDraft(
    name="kinoloop creative a1",
    page_id="7",
    title="Fresh bread",
    body="Every morning at six.",
    link="https://us.example/bread?x=1",
    cta="SIGN_UP",
    utm={"utm_source": "meta", "utm_content": "{{ad.id}}", "utm_campaign": "spring & more"},
)


def draft(film: Path, sha256: str = "ab" * 32, **changes: Any) -> AdDraft:
    return AdDraft("act_1", "kinoloop ad a1", CAMPAIGN, AD_SET, CREATIVE, film, sha256, **changes)
