"""Whose deals these are, who may say what a stage means, and how ads are called."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection

from kinoloop.core.errors import ForbiddenError, NotFoundError
from kinoloop.delivery.accounts.queries import entity
from kinoloop.web.stage import Stage, Who
from kinoloop.web.users.records import User


def _tenant(stage: Stage) -> str:
    return stage.settings.tenant


def _owner(who: Who) -> User:
    if not who.sees_all:
        raise ForbiddenError(
            "Only owners say what a stage is worth.",
            why="It changes the value of every deal in it.",
            fix="Ask an owner of the house.",
        )
    return who


Tenant = Annotated[str, Depends(_tenant)]
Owner = Annotated[User, Depends(_owner)]


def ad_names(connection: Connection, ad_ids: Iterable[str | None]) -> dict[str, str]:
    """The names of these ads by id; those that no mirrored account has are left out."""
    found = dict[str, str]()
    for ad_id in sorted({one for one in ad_ids if one}):
        try:
            found[ad_id] = entity(connection, ad_id).name
        except NotFoundError:  # a click may name an ad of an account that is not connected
            continue
    return found
