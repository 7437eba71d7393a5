"""A rate limit that all processes share: at most so many calls in any window of so many seconds.

Each call is given the first free instant, in the order of asking; the last `limit` instants are kept as a
ring, and a new one comes no sooner than a window after the one it replaces. Nothing is held while waiting.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.clock import Clock
from kinoloop.core.errors import PassingError
from kinoloop.store.breaker import database_now
from kinoloop.store.session import Database
from kinoloop.store.tables import pace_places, paces

SLACK = 0.1
"""A window is kept this part longer than told: calls do not take equally long to arrive."""


class PaceFullError(PassingError):
    """No call was made: its turn would come later than the caller waits. `wait` is how many seconds later."""

    code: ClassVar[str] = "not_taken"

    def __init__(self, what: str, *, why: str = "", fix: str = "", wait: float = 0.0) -> None:
        super().__init__(what, why=why, fix=fix)
        self.wait = wait

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.what, self.why, self.fix, self.wait)


def _rebuild(what: str, why: str, fix: str, wait: float) -> PaceFullError:
    return PaceFullError(what, why=why, fix=fix, wait=wait)


class Pace:
    """Turns for the calls to `name`: `limit` in any `window_seconds`, over all processes of one database.

    Whose turn comes within `patience` seconds waits with `rest`; others are refused and use up no turn.
    Time is the database's unless a `clock` is given. A process that dies while it waits only wastes its turn.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        limit: int,
        window_seconds: float,
        clock: Clock | None = None,
        *,
        patience: float = 30.0,
        rest: Callable[[float], None] = time.sleep,
        slack: float = SLACK,
    ) -> None:
        self._database, self._clock, self._limit = database, clock, limit
        self._window = timedelta(seconds=window_seconds * (1 + slack))
        self._patience, self._rest, self._service = patience, rest, name
        # Another limit is another ring: places of a longer one would be read as older than they are.
        self.name = f"{name}:{limit}/{window_seconds:g}s"

    def take(self) -> None:
        """Come back when a call may be made. Raises PaceFullError, and whatever `rest` raises."""
        wait = self.reserve()
        if wait > 0:
            self._rest(wait)

    def reserve(self) -> float:
        """Take the next turn; gives how many seconds there are until it. Raises PaceFullError."""
        with self._database.begin() as connection:
            pace = self._locked(connection)
            now, place = self._now(connection), pace.taken % self._limit
            before = self._before(connection, place)
            free = now if before is None else before + self._window
            at = max(now, free, pace.closed_until or now)
            wait = (at - now).total_seconds()
            if wait <= self._patience:
                self._write(connection, pace_places, {"name": self.name, "place": place, "at": at})
                self._write(connection, paces, {"name": self.name, "taken": pace.taken + 1})
                return wait
        raise PaceFullError(
            f"{self._service} is asked for as often as it allows.",
            why=f"The next turn is in {wait:.1f} s, and at most {self._patience:g} s are waited for.",
            fix="Nothing was sent; try again later.",
            wait=wait,
        )

    def close_for(self, seconds: float) -> None:
        """The service said to leave it alone: no turn for anybody until then. Never shortens a closure."""
        with self._database.begin() as connection:
            pace = self._locked(connection)
            until = self._now(connection) + timedelta(seconds=seconds)
            if pace.closed_until is None or pace.closed_until < until:
                self._write(connection, paces, {"name": self.name, "closed_until": until})

    def _before(self, connection: Connection, place: int) -> datetime | None:
        mine = (pace_places.c.name == self.name, pace_places.c.place == place)
        found: datetime | None = connection.execute(select(pace_places.c.at).where(*mine)).scalar()
        return found

    def _locked(self, connection: Connection) -> Row[tuple[object, ...]]:
        """The row, made when missing, and nobody else's until the transaction ends."""
        insert = self._insert(paces).values(name=self.name, taken=0).on_conflict_do_nothing()
        connection.execute(insert)
        return connection.execute(select(paces).where(paces.c.name == self.name).with_for_update()).one()

    def _write(self, connection: Connection, table: Table, values: dict[str, object]) -> None:
        keys = [column.name for column in table.primary_key]
        fresh = {name: value for name, value in values.items() if name not in keys}
        query = self._insert(table).values(**values)
        connection.execute(query.on_conflict_do_update(index_elements=keys, set_=fresh))

    def _insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        if self._database.dialect == "sqlite":
            return sqlite.insert(table)
        return postgresql.insert(table)

    def _now(self, connection: Connection) -> datetime:
        return self._clock.now() if self._clock else database_now(connection)
