"""What user agents, components and addresses tell."""

import hashlib
from dataclasses import replace

import pytest

from kinoloop.learning.attribution.devices import (
    NOWHERE,
    device_of,
    fingerprint_hash,
    networks,
    version_rank,
)
from kinoloop.learning.attribution.records import Device
from tests.learning.attribution.visits import IPHONE

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {}"
)
AGENTS = {
    SAFARI.format("Version/18.1 Mobile/15E148 Safari/604.1"): ("iOS", "18.1.1", "Safari", "18", "mobile"),
    SAFARI.format("Mobile/15E148 Instagram 350.0.0"): ("iOS", "18.1.1", "Instagram", "350", "mobile"),
    SAFARI.format("Mobile/15E148 [FBAN/FBIOS;FBAV/480.0]"): ("iOS", "18.1.1", "Facebook", "480", "mobile"),
    "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36": (
        *("Android", "14", "Chrome", "130", "mobile"),
    ),
    "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36": (
        *("Android", "13", "Chrome", "130", "tablet"),
    ),
    "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 Version/17.6 Mobile Safari/604.1": (
        *("iPadOS", "17.6", "Safari", "17", "tablet"),
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/131.0": (
        *("Windows", "10.0", "Edge", "131", "desktop"),
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15": (
        *("macOS", "10.15.7", "Safari", "18", "desktop"),
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0": (
        *("Linux", None, "Firefox", "132", "desktop"),
    ),
    "some program": (None, None, None, None, None),
}


@pytest.mark.parametrize("agent", AGENTS)
def test_user_agents(agent: str) -> None:
    seen = device_of(agent)
    told = (seen.os, seen.os_version, seen.browser, seen.browser_version, seen.device_type)
    assert told == AGENTS[agent]


def test_components_come_before_the_user_agent() -> None:
    seen = device_of(
        next(iter(AGENTS)),
        {
            "screen_width": 393,
            "screen_height": 852,
            "browser": "Chrome",
            "timezone_offset": 360,
            "viewport_width": 393,
            "viewport_height": 700,
            "os": 7,
            "city": "x" * 101,
        },
    )
    assert (seen.screen, seen.viewport, seen.browser, seen.timezone_offset) == (
        "393x852",
        "393x700",
        "Chrome",
        360,
    )
    assert (seen.os, seen.city) == ("iOS", None)
    assert device_of(None, {"screen_width": 393}).screen is None
    assert device_of(None, {"timezone_offset": 90_000}).timezone_offset is None
    assert device_of(None) == Device()


def test_the_fingerprint_is_the_founding_documents_one() -> None:
    told = "393|852|America/Chicago|360|mobile|iOS|Instagram"
    assert fingerprint_hash(IPHONE) == hashlib.sha256(told.encode()).hexdigest()
    assert fingerprint_hash(replace(IPHONE, city="Paris", os_version="9")) == fingerprint_hash(IPHONE)
    assert fingerprint_hash(Device(city="Austin")) is None
    assert fingerprint_hash(Device(os="iOS")) == hashlib.sha256(b"|||||iOS|").hexdigest()


def test_networks_around_an_address() -> None:
    assert networks("203.0.113.77") == ("203.0.113.77", "203.0.113.0", "203.0.0.0")
    home = networks("2001:db8:1:2:3:4:5:6")
    assert home == networks("2001:db8:1:2:ffff::1")
    assert home == ("2001:db8:1:2::", "2001:db8:1::", "2001:db8::")
    assert networks("testclient") == networks(None) == networks("") == NOWHERE


def test_versions_have_an_order() -> None:
    assert version_rank("18.10") > version_rank("18.9.3")  # type: ignore[operator]
    assert version_rank(None) is None
    assert version_rank("new") is None
