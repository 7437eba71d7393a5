"""Clicks and conversions for the tests of attribution, each with a plain default."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kinoloop.learning.attribution.devices import fingerprint_hash
from kinoloop.learning.attribution.records import Click, Conversion, Device

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TENANT = "gym"
IPHONE = Device(
    os="iOS",
    os_version="18.1",
    browser="Instagram",
    device_type="mobile",
    screen="393x852",
    timezone="America/Chicago",
    timezone_offset=360,
    language="en-US",
    city="Austin",
)


def click(click_id: str, *, hours: float = 24.0, **more: Any) -> Click:
    """A click so many hours before NOW, without consent unless `device` or `ip` is given."""
    at = NOW - timedelta(hours=hours)
    values: dict[str, Any] = {
        "ad_id": "ad-1",
        "campaign_id": "campaign-1",
        "at": at,
        "expires_at": at + timedelta(days=7),
        "consent": bool(more.keys() & {"device", "ip", "visitor_id"}),
    }
    values |= more
    if "device" in more:
        values.setdefault("fingerprint_hash", fingerprint_hash(more["device"]))
    return Click(click_id=click_id, tenant_id=values.pop("tenant_id", TENANT), **values)


def conversion(conversion_id: str = "deal-1", **more: Any) -> Conversion:
    """A conversion at NOW worth 150.00."""
    values: dict[str, Any] = {
        "conversion_type": "lead",
        "value": 15_000,
        "at": NOW,
        "consent": bool(more.keys() & {"device", "ip"}),
    }
    values |= more
    if "device" in more:
        values.setdefault("fingerprint_hash", fingerprint_hash(more["device"]))
    return Conversion(conversion_id=conversion_id, tenant_id=values.pop("tenant_id", TENANT), **values)
