"""What an address and a user agent tell: networks around the address, the device, and the fingerprint of old.

Pure. Nothing is guessed: what is not told is None.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from kinoloop.learning.attribution.records import Device


class Networks(NamedTuple):
    """The address as one household has it (IPv6: its /64), and the networks around it."""

    home: str | None
    near: str | None
    wide: str | None


NOWHERE = Networks(None, None, None)
_PREFIXES = {4: (32, 24, 16), 6: (64, 48, 32)}
_SYSTEMS = (
    ("iPadOS", re.compile(r"iPad;.*? OS (\d+(?:_\d+)*)")),
    ("iOS", re.compile(r"(?:iPhone|iPod).*? OS (\d+(?:_\d+)*)")),
    ("Android", re.compile(r"Android (\d+(?:\.\d+)*)")),
    ("Windows", re.compile(r"Windows NT (\d+(?:\.\d+)*)")),
    ("macOS", re.compile(r"Mac OS X (\d+(?:[_.]\d+)*)")),
    ("ChromeOS", re.compile(r"CrOS \S+ (\d+(?:\.\d+)*)")),
    ("Linux", re.compile(r"Linux()")),
)
_BROWSERS = (
    ("Instagram", re.compile(r"Instagram (\d+)")),
    ("Facebook", re.compile(r"FBAV/(\d+)")),
    ("Facebook", re.compile(r"\bFBAN/()")),
    ("TikTok", re.compile(r"(?:musical_ly_|BytedanceWebview/)(\d*)")),
    ("Edge", re.compile(r"Edg(?:A|iOS)?/(\d+)")),
    ("Samsung", re.compile(r"SamsungBrowser/(\d+)")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"(?:Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"Version/(\d+).*Safari")),
)
_TEXTS = (
    "os",
    "os_version",
    "browser",
    "browser_version",
    "device_type",
    "timezone",
    "language",
    "city",
    "country",
)
LONGEST = 100
"""Longer texts than this are no field of a device."""


@lru_cache(maxsize=10_000)
def networks(address: str | None) -> Networks:
    """The address's own networks; NOWHERE for None and for what is no address."""
    try:
        parsed = ip_address((address or "").strip())
    except ValueError:
        return NOWHERE
    home, near, wide = (ip_network((parsed, length), strict=False) for length in _PREFIXES[parsed.version])
    return Networks(str(home.network_address), str(near.network_address), str(wide.network_address))


def device_of(user_agent: str | None, components: Mapping[str, Any] | None = None) -> Device:
    """The device by its user agent, what `components` tell taking precedence.

    Components are named as the founding documents name them: screen_width, screen_height, timezone,
    timezone_offset, device_type, os, browser; also os_version, language, city, country, viewport_width ...
    """
    told = components or {}
    found = _by_user_agent(user_agent or "")
    texts = {name: value for name in _TEXTS if (value := _text(told.get(name))) is not None}
    offset = told.get("timezone_offset")
    return replace(
        found,
        screen=_size(told.get("screen_width"), told.get("screen_height")),
        viewport=_size(told.get("viewport_width"), told.get("viewport_height")),
        timezone_offset=offset if isinstance(offset, int) and abs(offset) <= 24 * 60 else None,
        **texts,
    )


def fingerprint_hash(device: Device) -> str | None:
    """SHA-256 of `screen_w|screen_h|timezone|tz_offset|device_type|os|browser`, None when none is known."""
    width, _, height = (device.screen or "").partition("x")
    offset = "" if device.timezone_offset is None else str(device.timezone_offset)
    parts = (width, height, device.timezone, offset, device.device_type, device.os, device.browser)
    if not any(parts):
        return None
    return hashlib.sha256("|".join(part or "" for part in parts).encode()).hexdigest()


@lru_cache(maxsize=1_000)
def version_rank(version: str | None) -> tuple[int, ...] | None:
    """`18.1.2` -> (18, 1, 2), so that versions have an order."""
    numbers = re.findall(r"\d+", version or "")
    return tuple(int(number) for number in numbers[:4]) or None


def _by_user_agent(text: str) -> Device:
    text = text[:1_000]
    os, version = _first(text, _SYSTEMS)
    browser, browser_version = _first(text, _BROWSERS)
    return Device(os, version, browser, browser_version, _kind(text, os))


def _first(text: str, table: tuple[tuple[str, re.Pattern[str]], ...]) -> tuple[str | None, str | None]:
    for name, pattern in table:
        if match := pattern.search(text):
            return name, match[1].replace("_", ".") or None
    return None, None


def _kind(text: str, os: str | None) -> str | None:
    if os is None:
        return None
    if os == "iPadOS" or (os == "Android" and "Mobile" not in text):
        return "tablet"
    return "mobile" if os in {"iOS", "Android"} else "desktop"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST else None


def _size(width: object, height: object) -> str | None:
    sides = [side for side in (width, height) if isinstance(side, int) and 0 < side < 100_000]
    return f"{sides[0]}x{sides[1]}" if len(sides) == 2 else None
