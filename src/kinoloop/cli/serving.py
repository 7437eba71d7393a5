"""Serving an open house until told to stop: the link that logs in once, the server, the executor."""

import os
import signal
import sys
import webbrowser
from contextlib import nullcontext, suppress

from kinoloop.app.compose import App
from kinoloop.cli import show
from kinoloop.core.clock import Clock
from kinoloop.core.errors import ConflictError
from kinoloop.web.logs import configure_logs
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.serve import Server
from kinoloop.web.site import create_site


def served(
    app: App, host: str, port: int, *, worker: bool = True, clock: Clock | None = None, launch: bool = False
) -> None:
    """Returns when the server was told to stop. `clock` is the house's when left out.

    `launch` opens a browser where there is a screen. With `worker` this process also applies changes. Raises
    ConflictError for an address that cannot be used.
    """
    clock = clock or app.clock
    base = f"http://{host}:{port}"
    link = one_time_link(app, clock, base)
    show.paper.print(f"Kinoloop is at {base}")
    show.paper.print(f"Open this link once to log in: {link}")
    show.say("Ctrl-C stops it; a running step ends first.")
    configure_logs(secrets=(app.token,))
    server = Server(create_site(app, clock=clock), host, port)
    for number in (signal.SIGTERM, signal.SIGINT):  # raised again by the server after it has ended
        signal.signal(number, lambda *_: None)
    if launch and _has_screen():
        webbrowser.open(link)
    # A server that changes no ads any more must not look as if it did.
    applying = app.ads.applying(lambda: setattr(server, "should_exit", True)) if worker else nullcontext()
    with applying, suppress(SystemExit):  # by which a server says that it could not start
        server.run()
    if not server.started:
        raise ConflictError(
            f"The address {host}:{port} could not be used.",
            why="Something else listens there, or it is not an address of this machine.",
            fix="Choose another with --port or --host.",
        )


def _has_screen() -> bool:
    """Elsewhere a browser would be one of the terminal's, which would take it over."""
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
