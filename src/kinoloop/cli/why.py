"""`kinoloop why`: a decision about ad money as it was made, and whether it comes out the same again."""

from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from sqlalchemy import Connection

from kinoloop.app.compose import App
from kinoloop.cli import show
from kinoloop.cli.session import opened
from kinoloop.cli.why_words import Page, list_decisions, tell, tell_replay
from kinoloop.core.errors import NotFoundError
from kinoloop.delivery.accounts.queries import account as account_of
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.records import AdLine, BudgetStep, Decision, Replay
from kinoloop.learning.decisions.replaying import replay
from kinoloop.learning.decisions.rules.around import tree_of
from kinoloop.learning.decisions.rules.freezing import around

LISTED = 10


def add_to(app: typer.Typer) -> None:
    app.command()(why)


def why(
    some_id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A decision, or a change that one asked for. None: the latest."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every ad in full, not those that matter most.")
    ] = False,
    sample: Annotated[bool, typer.Option("--sample", help="Of what the last demo left.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")
    ] = False,
) -> None:
    """Say why: what was decided, which money moves, how sure that is; and decide it once more.

    The replay reads what was known then, not what is known today. Exit code 1 when it is not the same.
    """
    if some_id is None:
        _latest(as_json, sample=sample)
        return
    with _house(sample=sample) as app, app.database.read() as connection:
        told = queries.find(connection, some_id)
        lines = queries.lines(connection, told.decision_id)
        steps = queries.steps(connection, told.decision_id)
        names, again = _again(connection, told)
        account = account_of(connection, told.account_id).name
    if as_json:
        show.emit(as_dict(told, lines, steps, again))
    else:
        called = {one.ad_id: one.name for one in lines if one.name}
        tell(told, lines, steps, Page(some_id, every, account, {**called, **names}))
    tell_replay(again, told, lines, quiet=as_json)
    if isinstance(again, Replay) and not again.same:
        raise typer.Exit(1)


def as_dict(
    told: Decision, lines: tuple[AdLine, ...], steps: tuple[BudgetStep, ...], again: Replay | str
) -> dict[str, Any]:
    """The whole record, amounts in minor units. `replay` is null with the reason in `no_replay`."""
    known = isinstance(again, Replay)
    return {
        "decision": asdict(told),
        "ads": [asdict(one) for one in lines],
        "steps": [asdict(one) for one in steps],
        "replay": asdict(again) if isinstance(again, Replay) else None,
        "no_replay": None if known else again,
    }


def _again(connection: Connection, told: Decision) -> tuple[dict[str, str], Replay | str]:
    """What entities were called then, and the replay, or why there is none any more."""
    try:
        then = tree_of(around(queries.frozen(connection, told.view_sha256)))
        return {one.entity_id: one.name for one in then if one.name}, replay(connection, told)
    except NotFoundError as error:
        return {}, f"{error.what} {error.why}"


def _house(*, sample: bool) -> AbstractContextManager[App]:
    """A person's own house, or what the last demo left."""
    if sample:
        from kinoloop.cli.demo.reopening import reopened  # it brings the whole sandbox along

        return reopened(launch=False)
    return opened()


def _latest(as_json: bool, *, sample: bool) -> None:
    with _house(sample=sample) as app, app.database.read() as connection:
        found = queries.decisions(connection, limit=LISTED)
        asked = [queries.steps(connection, one.decision_id) for one in found]
    if as_json:
        show.emit({"decisions": [asdict(one) for one in found]})
    elif found:
        list_decisions(tuple(zip(found, asked, strict=True)))
    else:
        show.say("No decision yet: budgets are decided every six hours once an ad account is connected.")
        show.say(f"  [dim]do:[/] {escape('Run `kinoloop serve`, or look at a sample with `kinoloop demo`.')}")
