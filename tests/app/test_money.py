"""Ads and deals in the house: what is connected, what is missing, and settings that contradict each other."""

from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Never

import pytest

from kinoloop.app.compose import App, open_app
from kinoloop.app.health import checks
from kinoloop.app.settings import read_settings
from kinoloop.core.errors import InputError, NotFoundError, UnavailableError
from kinoloop.learning.attribution.queries import settings as clicks
from kinoloop.learning.crm.queries import portals
from kinoloop.learning.crm.records import BudgetWish
from tests.web.house import START

META = {"META_ACCESS_TOKEN": "sandbox-meta-token", "KINOLOOP_META_URL": "http://127.0.0.1:1/meta"}
HUBSPOT = {
    "HUBSPOT_ACCESS_TOKEN": "sandbox-hubspot-token",
    "HUBSPOT_CLIENT_SECRET": "old, new",
    "HUBSPOT_PORTAL_ID": "77",
    "KINOLOOP_HUBSPOT_URL": "http://127.0.0.1:1/hubspot",
}


def opened(home: Path) -> App:
    return open_app(read_settings(home=home, database_url=None), mode="client")


def set_all(patch: pytest.MonkeyPatch, *settings: dict[str, str], **more: str) -> None:
    for one in (*settings, more):
        for name, value in one.items():
            patch.setenv(name, value)


def verdicts(home: Path) -> dict[str, tuple[str, str]]:
    found = checks(read_settings(home=home, database_url=None))
    return {part.name: (part.verdict, part.detail) for part in found if part.name in ("ads", "deals")}


def test_the_doctor_says_what_is_connected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert [verdict for verdict, _ in verdicts(tmp_path).values()] == ["degraded", "degraded"]
    set_all(monkeypatch, META, HUBSPOT)
    half = verdicts(tmp_path)
    assert half["ads"] == ("degraded", "a key, but no account is named")
    assert "webhooks cannot be proven" in half["deals"][1]
    set_all(monkeypatch, META_AD_ACCOUNT_ID="act_1", KINOLOOP_PUBLIC_URL="https://ads.example")
    whole = verdicts(tmp_path)
    assert whole["ads"] == ("passed", "Meta v26.0: act_1")
    assert whole["deals"] == ("passed", "HubSpot, portals: 77; webhooks are taken")


def test_without_a_key_nothing_is_applied_or_read(tmp_path: Path) -> None:
    app = opened(tmp_path)
    try:
        with app.ads.applying():
            assert app.ads.first_look() == ()
        with pytest.raises(UnavailableError, match="META_ACCESS_TOKEN is not set"):
            app.ads.pull("act_1")
    finally:
        app.close()


class Broken:
    """A database whose transactions end in a bug."""

    def begin(self) -> Never:
        raise RuntimeError("a bug")

    read = begin


def test_a_bug_of_the_executor_is_told_at_once_and_raised(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_all(monkeypatch, META)
    app, heard = opened(tmp_path), Event()
    ads = replace(app.ads, desk=replace(app.ads.desk, database=Broken()))
    try:
        with pytest.raises(RuntimeError, match="a bug"), ads.applying(heard.set):
            assert heard.wait(10)
    finally:
        app.close()


def test_the_settings_name_the_portal_and_the_sites(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_all(monkeypatch, META, HUBSPOT, KINOLOOP_LANDING_HOSTS="shop.example", META_AD_ACCOUNT_ID="act_1")
    app = opened(tmp_path)
    try:
        with app.database.read() as connection:
            [portal] = portals(connection)
            assert (portal.portal_id, portal.tenant_id) == ("77", "main")
            assert clicks(connection, "main").hosts == ("shop.example",)
        assert app.ads.first_look() == ("pull_results:first:act_1",)
    finally:
        app.close()


@pytest.mark.parametrize("name", ["META_ACCESS_TOKEN", "HUBSPOT_ACCESS_TOKEN"])
def test_a_sandbox_key_does_not_go_to_the_real_service(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(name, "sandbox-key")
    with pytest.raises(InputError, match="do not belong together"):
        opened(tmp_path)


def test_a_raise_for_an_ad_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    app = opened(tmp_path)
    wish = BudgetWish("w", "main", "d", "won", START, 10**6, 1.0, 1.0, 0.1, "77", "88", "Because.", START)
    try:
        propose = app.crm.tools.propose
        assert propose is not None
        with pytest.raises(NotFoundError):
            propose(wish)
    finally:
        app.close()
