"""`kinoloop demo`: the whole loop on sample money, from footage to the next decision, and a report of it.

`sample` is the pretend account and its house, `story` the stages, `collecting` and `report` what is told.
"""

import typer


def add_to(app: typer.Typer) -> None:
    """Imports the rest only when the command is asked for."""
    from kinoloop.cli.demo import command

    command.add_to(app)
