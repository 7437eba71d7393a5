"""What the house does by itself with clicks and conversions: forgetting in time, learning every week."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kinoloop.app.compose import App
from kinoloop.flows import fitting, forgetting
from kinoloop.learning.attribution import queries
from kinoloop.learning.attribution.operations import attribute, track
from kinoloop.learning.attribution.records import AttributionSettings, Click, Conversion, Device
from kinoloop.runs.records import Json

PHONE = Device(os="iOS", screen="390x844", city="Porto")


def visited(app: App, days: float) -> None:
    """One click that long ago, and the conversion that it brought an hour later."""
    at = datetime.now(UTC) - timedelta(days=days)
    seen: dict[str, Any] = {"ip": "198.51.100.7", "device": PHONE, "consent": True}
    click = Click("c1", "main", "ad-1", None, at, at + timedelta(days=7), **seen)
    bought = Conversion("v1", "main", "purchase", 4000, at + timedelta(hours=1), click_id="c1", **seen)
    with app.database.begin() as connection:
        track(connection, click, now=at)
        settings = AttributionSettings("main")
        attribute(connection, bought, settings=settings, now=bought.at, new_id=app.new_id)


def done(app: App, flow: str) -> Json:
    return app.runs.wait(app.runs.start(flow, {}), timeout=60)


def test_devices_are_forgotten_when_their_time_is_over(app: App) -> None:
    visited(app, days=15)
    assert done(app, forgetting.NAME) == {"rows": 2}
    with app.database.read() as connection:
        click = queries.click(connection, "main", "c1")
        [credit] = queries.credits(connection, "main", model="last")
    assert (click.ip, click.device, click.ad_id) == (None, Device(), "ad-1")
    assert (credit.ad_id, credit.share) == ("ad-1", 1.0)


def test_the_matcher_is_fitted_for_everybody_who_sold_something(app: App) -> None:
    assert done(app, fitting.NAME) == {"tenants": 0}
    visited(app, days=2)
    assert done(app, fitting.NAME) == {"tenants": 1}
    with app.database.read() as connection:
        assert queries.parameters(connection, "main").labelled == 1
