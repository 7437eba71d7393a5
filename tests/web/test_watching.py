"""Figures that move with what happens, logs without secrets, files that are what they say."""

import io
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jinja2 import StrictUndefined, UndefinedError

from kinoloop import __version__
from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import PassingError
from kinoloop.store.breaker import Breaker
from kinoloop.web.logs import configure_logs
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.render import HERE as WEB
from kinoloop.web.render import environment
from kinoloop.web.serve import Server
from tests.web.conftest import HERE
from tests.web.house import TOKEN, House, add_run


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure_logs(stream, secrets=(TOKEN,))
    yield stream
    structlog.reset_defaults()


def _figure(text: str, name: str) -> float | None:
    found = re.search(rf"^{re.escape(name)} ([\d.e+]+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


def test_figures_follow_the_store(client: TestClient, house: House) -> None:
    def fails() -> None:
        raise PassingError("down")

    with house.begin() as connection:
        add_run(connection, status="failed")
        add_run(connection, status="queued", queue="media")
    breaker = Breaker(house.database, "speech")
    for _ in range(3):
        with pytest.raises(PassingError, match="down"):
            breaker.call(fails)
    text = client.get("/metrics").text
    assert _figure(text, 'kinoloop_runs{status="failed"}') == 1
    assert _figure(text, 'kinoloop_queue_depth{queue="media"}') == 1
    assert _figure(text, 'kinoloop_breaker_open{name="speech"}') == 1
    assert _figure(text, f'kinoloop_build_info{{version="{__version__}"}}') == 1


def test_requests_are_counted_by_pattern(client: TestClient) -> None:
    client.get("/api/jobs/one")
    client.get("/api/jobs/two")
    client.get("/nowhere/secret")
    text = client.get("/metrics").text
    count = 'kinoloop_http_request_seconds_count{method="GET",route="/api/jobs/{job_id}",status="404"}'
    assert _figure(text, count) == 2
    assert "secret" not in text


def test_logs_are_json_with_the_job(lines: io.StringIO, client: TestClient) -> None:
    client.get("/api/jobs/run-7")
    line = json.loads(lines.getvalue().splitlines()[-1])
    assert (line["job_id"], line["status"], line["path"]) == ("run-7", 404, "/api/jobs/run-7")
    assert line["request_id"] and line["timestamp"].endswith("Z") and line["level"] == "info"


def test_no_secret_reaches_the_logs(
    lines: io.StringIO, site: FastAPI, stranger: TestClient, house: House, clock: ManualClock
) -> None:
    canary = "canary-4f1d9"

    @site.get("/broken")
    def broken() -> None:
        raise RuntimeError(f"password={canary} and {TOKEN}")

    link = one_time_link(house, clock, HERE)
    stranger.get(link)
    cookie = stranger.cookies["kinoloop_session"]
    stranger.get(f"/assets?token={canary}")
    stranger.post("/login", data={"token": canary})
    stranger.get("/assets", headers={"authorization": f"Bearer {canary}"})
    assert stranger.get("/broken", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 500
    said = lines.getvalue()
    assert "unforeseen" in said
    for secret in (canary, TOKEN, cookie, link.partition("code=")[2]):
        assert secret not in said


def test_nested_values_are_masked(lines: io.StringIO) -> None:
    structlog.get_logger("x").info("told", deep={"a": [TOKEN, 1, None]}, text="api_key=abc")
    line = json.loads(lines.getvalue())
    assert (line["deep"], line["text"]) == ({"a": ["***", 1, None]}, "api_key=***")


def test_health_checks_are_not_logged(lines: io.StringIO, client: TestClient) -> None:
    client.get("/health/live")
    assert lines.getvalue() == ""


def test_vendored_files_are_all_named() -> None:
    folder = WEB / "static/vendor"
    table = (folder / "VENDORED.md").read_text()
    for path in folder.iterdir():
        name = path.name
        plain = re.sub(r"open-props-(sizes|easings|shadows|fonts|borders)\.min\.css", "open-props-{", name)
        assert name == "VENDORED.md" or plain in table, name


def test_templates_are_strict() -> None:
    assert environment().undefined is StrictUndefined
    with pytest.raises(UndefinedError):
        environment().from_string("{{ page.nothing }}").render(page=object())


def test_every_template_is_whole() -> None:
    for path in (WEB / "templates").rglob("*.html"):
        environment().get_template(str(path.relative_to(WEB / "templates")))


def test_scripts_use_no_eval_and_no_other_host() -> None:
    for path in Path(WEB, "static/js").glob("*.js"):
        text = path.read_text()
        assert not re.search(r"\beval\(|new Function|https?://", text), path


def test_a_stopping_server_ends_the_streams(site: FastAPI) -> None:
    server = Server(site, "127.0.0.1", 0)
    server.handle_exit(signal.SIGTERM, None)
    assert site.state.streams.closed and server.should_exit
