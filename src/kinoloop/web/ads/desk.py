"""Who may do what with ad accounts: everybody may look and stop, owners decide about money."""

from typing import Annotated

from fastapi import Depends

from kinoloop.core.errors import ForbiddenError
from kinoloop.web.advertising import Ads
from kinoloop.web.stage import Stage, Who
from kinoloop.web.users.records import User


def _ads(stage: Stage) -> Ads:
    return stage.ads


def _decider(who: Who) -> User:
    """Raises ForbiddenError for those who may only look and stop."""
    if not who.sees_all:
        raise ForbiddenError(
            "Only owners decide about ad money.",
            why="Makers may look at changes and accounts, and may stop an account at any time.",
            fix="Ask an owner of the house.",
        )
    return who


AdDesk = Annotated[Ads, Depends(_ads)]
Decider = Annotated[User, Depends(_decider)]
