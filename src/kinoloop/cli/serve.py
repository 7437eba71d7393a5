"""`kinoloop serve`: the browser and HTTP faces, behind a one-time link."""

from typing import Annotated

import typer

from kinoloop.cli.serving import served
from kinoloop.cli.session import opened

PORT = 8420


def add_to(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = PORT,
    worker: Annotated[bool, typer.Option(help="Also do the work, in this process.")] = True,
    sample: Annotated[bool, typer.Option("--sample", help="Show what the last demo left.")] = False,
) -> None:
    """Show footage, films, ads and decisions in the browser. Prints a link that logs you in once."""
    if sample:
        from kinoloop.cli.demo.reopening import reopened  # it brings the whole sandbox along

        with reopened() as app:
            served(app, host, port, worker=worker)
        return
    with opened(mode="embedded" if worker else "client") as app:
        app.ads.first_look()
        served(app, host, port, worker=worker)
