"""KIE lists no tasks: what became of a lost answer is told by its callback, and paid for once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kinoloop.app.compose import App
from kinoloop.core.errors import ForbiddenError, KinoloopError, NotFoundError
from kinoloop.costs.queries import entries
from kinoloop.creative.visuals.queries import tasks
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.testing import Sandbox
from tests.flows.make_video.conftest import GENERATED, ME, drafted, now, waited, whatever

KIE = replace(GENERATED, service="kie")


@contextmanager
def doorstep() -> Iterator[tuple[str, list[App]]]:
    """An address that services can call; what arrives goes to the house in the list."""
    houses: list[App] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            _, _, service, token = self.path.split("/")
            try:
                houses[0].videos.callback(service, token, dict(self.headers.items()), body)
                self.send_response(204)
            except KinoloopError as error:
                self.send_response(error.http_status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", houses
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_lost_answer_is_learnt_from_the_callback(studio_of: Callable[..., App], sandbox: Sandbox) -> None:
    with doorstep() as (address, houses):
        app = studio_of(sandbox, public_url=address)
        houses.append(app)
        try:
            video = drafted(app, KIE)
            sandbox.fault(Fault(vendor="kie", method="POST", cut="after", nth=1))
            with whatever():
                waited(app, app.videos.render(video.video_id, who=ME, approve=True))
            ended = now(app, video.video_id)
            assert (ended.status, ended.error_message) == ("completed", None)
            assert ended.actual_cost == sandbox.billed("kie")
            with app.database.read() as connection:
                assert len(entries(connection, video.video_id)) == 3
                assert all(task.external_id for task in tasks(connection, video.video_id))
        finally:
            app.close()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_without_a_callback_a_lost_answer_is_never_repeated(
    studio_of: Callable[..., App], sandbox: Sandbox
) -> None:
    app = studio_of(sandbox)
    try:
        video = drafted(app, KIE)
        sandbox.fault(Fault(vendor="kie", method="POST", cut="after", nth=1))
        with whatever():
            waited(app, app.videos.render(video.video_id, who=ME, approve=True))
        ended = now(app, video.video_id)
        assert ended.status == "partially_completed"
        assert ended.error_message
        with app.database.read() as connection:
            found = entries(connection, video.video_id)
        assert sorted(entry.state for entry in found) == ["committed", "committed", "reserved"]
        assert sum(entry.amount for entry in found) == sandbox.billed("kie"), "the lost one was charged, too"
    finally:
        app.close()


def test_a_call_that_proves_nothing_is_refused(studio_of: Callable[..., App], sandbox: Sandbox) -> None:
    app = studio_of(sandbox, launch=False)
    try:
        with pytest.raises(ForbiddenError):
            app.videos.callback("kie", "token", {}, b"{}")
        with pytest.raises(NotFoundError):
            app.videos.callback("elsewhere", "token", {}, b"{}")
    finally:
        app.close()
