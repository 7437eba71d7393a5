"""Fixtures and walls for every test: own databases on both dialects, loopback only, honest skips."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_socket
from playwright.sync_api import Browser

from kinoloop.store.session import Database, connect
from tests import databases
from tests.web.browser import chromium, chromium_open

CI = os.environ.get("CI") == "true"
ALL_AT_ONCE = CI or os.environ.get("KINOLOOP_COVERAGE") == "1"
REQUIRE_POSTGRES = CI or os.environ.get("KINOLOOP_REQUIRE_POSTGRES") == "1"
REAL_MEDIA = Path(
    os.environ.get("KINOLOOP_REAL_MEDIA", Path(__file__).resolve().parents[2] / "shared" / "media")
)
LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.run_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.finish()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What cannot run here says why. Slow tests come last, and first where all are run at once."""
    absent = None if REAL_MEDIA.is_dir() else f"the real footage is not at {REAL_MEDIA}"
    browserless = None if chromium() or CI else "no Chromium is installed"
    for item in items:
        for marker, reason in (("realmedia", absent), ("browser", browserless)):
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None, reverse=ALL_AT_ONCE)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """The wall: loopback and unix sockets only."""
    pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture
def real_media() -> Path:
    """The folder of real footage (mark the test `realmedia`)."""
    return REAL_MEDIA


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A fresh migrated SQLite file."""
    path = tmp_path / "kinoloop.db"
    path.write_bytes(databases.sqlite_template())
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A fresh migrated PostgreSQL database (mark the test `postgres`)."""
    try:
        host = databases.server()
    except databases.NoPostgresError as error:
        if REQUIRE_POSTGRES:
            pytest.fail(str(error))
        pytest.skip(str(error))
    with databases.fresh(host) as url:
        yield url


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    database = connect(sqlite_url, profile="test")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh migrated database; the test runs once on each dialect."""
    opened = connect(request.getfixturevalue(f"{request.param}_url"), profile="test")
    yield opened
    opened.close()


@pytest.fixture
def database_url(database: Database) -> str:
    """Where `database` is, for another process."""
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def open_chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium_open(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def chrome(open_chromium: Browser) -> Iterator[Browser]:
    """A real browser (mark the test `browser` and `enable_socket`); its pages are closed after the test."""
    yield open_chromium
    for context in open_chromium.contexts:
        context.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line that says what was skipped and why."""
    reasons = Counter(_reason(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        told = "; ".join(f"{count} x {reason}" for reason, count in reasons.most_common())
        terminalreporter.write_line(f"Skipped: {told}")


def _reason(told: object) -> str:
    text = str(told[-1]) if isinstance(told, tuple) else str(told)
    return text.removeprefix("Skipped: ")
