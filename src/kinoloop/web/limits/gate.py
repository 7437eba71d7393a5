"""A limit as something a route can ask for."""

from collections.abc import Callable

from kinoloop.web.limits.operations import use
from kinoloop.web.limits.rules import Limit
from kinoloop.web.stage import Now, Stage, Who


def within(limit: Limit) -> Callable[[Stage, Now, Who], None]:
    """A dependency that counts one use by who asks. Raises TooOftenError (429 with Retry-After)."""

    def count(stage: Stage, clock: Now, who: Who) -> None:
        with stage.begin() as connection:
            use(connection, limit, who.user_id, clock.now())

    return count
