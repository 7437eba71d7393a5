"""Which clicks are looked at for one conversion: each question goes by an index and has an upper bound."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from kinoloop.learning.attribution.devices import networks
from kinoloop.learning.attribution.matcher_layers import Sample, Visit, sample_of
from kinoloop.learning.attribution.matcher_parameters import SOON_HOURS
from kinoloop.learning.attribution.records import AttributionSettings, Click, Conversion
from kinoloop.learning.attribution.rows import read_click
from kinoloop.learning.attribution.rules import IDENTIFIERS
from kinoloop.learning.attribution.tables import click_tracking

MOST = 500
"""Clicks taken from one blocking rule, the newest: no more are told apart anyway."""
SAMPLE = 2_000
"""Clicks by which it is judged what is common."""
_c = click_tracking.c
_PLAIN = {
    "ip": _c.ip_home,
    "near": _c.ip_near,
    "wide": _c.ip_wide,
    "city": _c.ip_city,
    "timezone": _c.timezone,
    "os": _c.os,
    "version": _c.os_version,
    "browser": _c.browser,
    "language": _c.language,
    "digest": _c.fingerprint_hash,
    "visitor": _c.visitor_id,
    "device_type": _c.device_type,
}
_VISIT = (_c.click_timestamp, _c.screen_width, _c.screen_height, *_PLAIN.values())


def by_identifiers(connection: Connection, conversion: Conversion) -> dict[str, tuple[Click, ...]]:
    """The clicks that have each identifier of the conversion, of any age before it."""
    return {
        name: _newest(connection, conversion, [_c[name] == told])
        for name in IDENTIFIERS
        if (told := getattr(conversion, name))
    }


def by_visitor(connection: Connection, conversion: Conversion, visitor_id: str) -> tuple[Click, ...]:
    """A visitor's clicks before the conversion, the newest first."""
    return _newest(connection, conversion, [_c.visitor_id == visitor_id])


def by_blocking(
    connection: Connection, conversion: Conversion, settings: AttributionSettings
) -> tuple[Click, ...]:
    """The candidates of the matcher's blocking rules, oldest first, each once."""
    since = _c.click_timestamp >= conversion.at - settings.matcher_window
    found: dict[str, Click] = {}
    for block in _blocks(conversion):
        for click in _newest(connection, conversion, [*block, since]):
            found[click.click_id] = click
    return tuple(sorted(found.values(), key=lambda click: (click.at, click.click_id)))


def by_fingerprint(
    connection: Connection, conversion: Conversion, settings: AttributionSettings
) -> tuple[Click, ...]:
    """Clicks with the same fingerprint in the matcher's window."""
    if not conversion.fingerprint_hash:
        return ()
    since = _c.click_timestamp >= conversion.at - settings.matcher_window
    return _newest(connection, conversion, [_c.fingerprint_hash == conversion.fingerprint_hash, since])


def sample(connection: Connection, conversion: Conversion, settings: AttributionSettings) -> Sample:
    """The newest clicks of the window before the conversion."""
    since = _c.click_timestamp >= conversion.at - settings.matcher_window
    wanted = (*_before(conversion), since)
    query = select(*_VISIT).where(*wanted).order_by(_c.click_timestamp.desc(), _c.click_id.desc())
    newest = [_visit(*row) for row in connection.execute(query.limit(SAMPLE))]
    return sample_of(newest, conversion.at, settings.matcher_days * 24.0, SAMPLE)


def _blocks(conversion: Conversion) -> Iterable[list[ColumnElement[bool]]]:
    """The rules of matcher_pairs, one question each."""
    network, device = networks(conversion.ip), conversion.device
    if network.home is not None:
        yield [_c.ip_home == network.home]
    if device.os is None:
        if conversion.fingerprint_hash:
            yield [_c.fingerprint_hash == conversion.fingerprint_hash]
        return
    if device.screen is None:
        return
    width, _, height = device.screen.partition("x")
    like: list[ColumnElement[bool]] = [
        _c.os == device.os,
        _c.screen_width == int(width),
        _c.screen_height == int(height),
    ]
    if network.wide is not None:
        yield [_c.ip_wide == network.wide, *like]
    if device.city is not None:
        yield [_c.ip_city == device.city, *like]
    yield [*like, _c.click_timestamp >= conversion.at - timedelta(hours=SOON_HOURS)]


def _newest(
    connection: Connection, conversion: Conversion, wanted: list[Any], *, most: int = MOST
) -> tuple[Click, ...]:
    query = (
        select(click_tracking)
        .where(*_before(conversion), *wanted)
        .order_by(_c.click_timestamp.desc(), _c.click_id.desc())
        .limit(most)
    )
    return tuple(read_click(row) for row in connection.execute(query))


def _before(conversion: Conversion) -> tuple[ColumnElement[bool], ...]:
    return _c.tenant_id == conversion.tenant_id, _c.click_timestamp <= conversion.at


def _visit(at: datetime, width: int | None, height: int | None, *rest: Any) -> Visit:
    told = dict(zip(_PLAIN, rest, strict=True))
    return Visit(at=at, screen=None if width is None else f"{width}x{height}", **told)
