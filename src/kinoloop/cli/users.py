"""`kinoloop user`: who works here. A person's token is shown once, when it is made."""

from typing import Annotated

import typer

from kinoloop.cli import show
from kinoloop.cli.session import opened
from kinoloop.core.errors import InputError
from kinoloop.core.text import plural
from kinoloop.web.users import operations, queries
from kinoloop.web.users.records import User

JsonFlag = Annotated[bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")]
Name = Annotated[str, typer.Argument(help="The person's name.")]


def add_to(app: typer.Typer) -> None:
    room = typer.Typer(no_args_is_help=True, help="Who works here, each with a token of their own.")
    room.command("add")(add)
    room.command("list")(list_users)
    room.command("token")(token)
    room.command("disable")(disable)
    app.add_typer(room, name="user")


def add(
    name: Name,
    role: Annotated[str, typer.Option("--role", help="maker (own videos) or owner (all).")] = "maker",
    as_json: JsonFlag = False,
) -> None:
    """Add a person; their token is shown once."""
    if role not in ("maker", "owner"):
        raise InputError(f"'{role}' is not a role.", fix="Use maker or owner.")
    with opened() as app, app.begin() as connection:
        made, secret = operations.add_user(
            connection,
            name=name,
            role="owner" if role == "owner" else "maker",
            now=app.clock.now(),
            new_id=app.new_id,
        )
    _tell(made, secret, as_json)


def token(name: Name, as_json: JsonFlag = False) -> None:
    """A new token for a person; the old one ends."""
    with opened() as app, app.begin() as connection:
        known, secret = operations.new_token(connection, name)
    _tell(known, secret, as_json)


def disable(name: Name) -> None:
    """End a person's token and sessions; what they made stays."""
    with opened() as app, app.begin() as connection:
        ended = operations.disable_user(connection, name, now=app.clock.now())
    show.say(f"{ended.name} cannot come in any more.")


def list_users(as_json: JsonFlag = False) -> None:
    """Everybody, the house first."""
    with opened() as app, app.database.read() as connection:
        found = queries.users(connection)
    if as_json:
        show.emit({"users": [{"id": u.user_id, "name": u.name, "role": u.role} for u in found]})
        return
    rows = [(u.name, u.role, u.user_id, "ended" if u.disabled_at else "works") for u in found]
    show.table(plural(len(rows), "user"), ("name", "role", "id", "state"), rows)


def _tell(user: User, secret: str, as_json: bool) -> None:
    if as_json:
        show.emit({"id": user.user_id, "name": user.name, "role": user.role, "token": secret})
        return
    show.paper.print(f"{user.name} ({user.role}): {secret}")
    show.say("This token is shown once. It goes into `Authorization: Bearer ...` or into the login page.")
