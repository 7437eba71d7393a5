"""`kinoloop serve`: the browser and HTTP faces, behind a one-time link."""

import signal
from contextlib import nullcontext, suppress
from typing import Annotated

import typer

from kinoloop.cli import show
from kinoloop.cli.session import opened
from kinoloop.core.errors import ConflictError
from kinoloop.web.logs import configure_logs
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.serve import Server
from kinoloop.web.site import create_site

PORT = 8420


def add_to(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = PORT,
    worker: Annotated[bool, typer.Option(help="Also do the work, in this process.")] = True,
) -> None:
    """Show footage, clips and runs in the browser. Prints a link that logs you in once."""
    with opened(mode="embedded" if worker else "client") as app:
        base = f"http://{host}:{port}"
        show.paper.print(f"Kinoloop is at {base}")
        show.paper.print(f"Open this link once to log in: {one_time_link(app, app.clock, base)}")
        show.say("Ctrl-C stops it; a running step ends first.")
        configure_logs(secrets=(app.token,))
        app.ads.first_look()
        server = Server(create_site(app), host, port)
        for number in (signal.SIGTERM, signal.SIGINT):  # raised again by the server after it has ended
            signal.signal(number, lambda *_: None)
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
