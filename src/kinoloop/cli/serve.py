"""`kinoloop serve`: the browser and HTTP faces, behind a one-time link."""

from typing import Annotated

import typer
import uvicorn

from kinoloop.app.compose import App
from kinoloop.cli import show
from kinoloop.cli.session import opened
from kinoloop.core.errors import ConflictError
from kinoloop.web.operations import new_link
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
        show.paper.print(f"Kinoloop is at http://{host}:{port}")
        show.paper.print(f"Open this link once to log in: {login_link(app, host, port)}")
        show.say("Ctrl-C stops it; a running step ends first.")
        config = uvicorn.Config(create_site(app), host=host, port=port, log_config=None, access_log=False)
        server = uvicorn.Server(config)
        server.run()
        if not server.started:
            raise ConflictError(
                f"The address {host}:{port} could not be used.",
                why="Something else listens there, or it is not an address of this machine.",
                fix="Choose another with --port or --host.",
            )


def login_link(app: App, host: str, port: int) -> str:
    """A fresh single-use link, good for ten minutes."""
    with app.begin() as connection:
        code = new_link(connection, app.clock.now())
    return f"http://{host}:{port}/login?code={code}"
