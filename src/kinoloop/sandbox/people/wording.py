"""What the world's codes look like on the wire: addresses, user agents, screens, cities, languages."""

from ipaddress import IPv4Address
from typing import Any

from kinoloop.sandbox.people.devices import (
    ANDROID,
    CHROME,
    EDGE,
    FACEBOOK,
    FIREFOX,
    INSTAGRAM,
    IOS,
    IPADOS,
    MACOS,
    SAMSUNG,
    SCREENS,
    WINDOWS,
)
from kinoloop.sandbox.people.records import Sightings

TIMEZONES = (
    ("America/New_York", 300),
    ("America/Chicago", 360),
    ("America/Denver", 420),
    ("America/Los_Angeles", 480),
)
LANGUAGES = ("en-US", "es-US", "zh-CN", "fr-CA")
_IOS_VERSIONS = ("17.5", "17.6", "18.0", "18.1", "18.2", "18.3")
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
_SYSTEMS = {
    IOS: "iPhone; CPU iPhone OS {dashed} like Mac OS X",
    IPADOS: "iPad; CPU OS {dashed} like Mac OS X",
    ANDROID: "Linux; Android {version}; K",
    WINDOWS: "Windows NT 10.0; Win64; x64",
    MACOS: "Macintosh; Intel Mac OS X 10_15_7",
}


def address(code: int) -> str:
    """`24.10.3.77`."""
    return str(IPv4Address(code))


def user_agent(os: int, version: int, browser: int) -> str:
    """As browsers and apps write it, so that a parser finds system, version and browser again."""
    number = _version(os, version)
    system = _SYSTEMS[os].format(version=number, dashed=number.replace(".", "_"))
    return f"Mozilla/5.0 ({system}) {_engine(os, browser, number)}"


def _version(os: int, version: int) -> str:
    if os in (IOS, IPADOS):
        return _IOS_VERSIONS[min(version, len(_IOS_VERSIONS) - 1)]
    return str(11 + version) if os == ANDROID else "10.0"


def _engine(os: int, browser: int, number: str) -> str:
    apple = os in (IOS, IPADOS, MACOS)
    base = f"{_WEBKIT} Mobile/15E148" if os in (IOS, IPADOS) else _BLINK
    mobile = " Mobile" if os == ANDROID else ""
    if browser == INSTAGRAM:
        return f"{base} Instagram 350.0.0.20"
    if browser == FACEBOOK:
        return f"{base} [FBAN/FBIOS;FBAV/480.0]" if apple else f"{base} [FB_IAB/FB4A;FBAV/480.0]"
    if browser == FIREFOX:
        return "Gecko/20100101 Firefox/132.0"
    if browser == CHROME:
        return (
            f"{_WEBKIT} CriOS/130.0 Safari/604.1"
            if os == IOS
            else f"{_BLINK} Chrome/130.0{mobile} Safari/537.36"
        )
    if browser in (SAMSUNG, EDGE):
        name = "SamsungBrowser/26.0" if browser == SAMSUNG else "Edg/130.0"
        return f"{_BLINK} Chrome/130.0{mobile} Safari/537.36 {name}"
    return f"{_WEBKIT} Version/{number if os == IOS else '18.0'} Safari/604.1"


def visit(sightings: Sightings, index: int) -> dict[str, Any]:
    """A visit as a page would report it: `ip_address`, `user_agent`, `fingerprint_components`."""
    width, height = SCREENS[int(sightings.screen[index])]
    zone, offset = TIMEZONES[int(sightings.timezone[index])]
    kind = (int(sightings.os[index]), int(sightings.version[index]), int(sightings.browser[index]))
    return {
        "ip_address": address(int(sightings.ip[index])),
        "user_agent": user_agent(*kind),
        "fingerprint_components": {
            "screen_width": width,
            "screen_height": height,
            "timezone": zone,
            "timezone_offset": offset,
            "language": LANGUAGES[int(sightings.language[index])],
            "city": f"City {int(sightings.city[index])}",
        },
    }
