"""A circuit breaker that all processes share: its state is one row, its decisions are `circuit`.

It holds no connection while the call runs, and a healthy service costs two reads and no write.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Row, Select, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.clock import Clock
from kinoloop.core.errors import PassingError, UnavailableError
from kinoloop.core.ids import NewId, new_id
from kinoloop.core.text import plural, redact
from kinoloop.store.circuit import Circuit, Permit, Phase, Refusal, Rules
from kinoloop.store.session import Database
from kinoloop.store.tables import circuit_breakers
from kinoloop.store.types import Instant

Answer = TypeVar("Answer")
_KEPT = tuple(field.name for field in fields(Circuit))
_NOW = {"sqlite": "strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now')", "postgresql": "clock_timestamp()"}
LONGEST_ERROR = 500


class BreakerOpenError(UnavailableError):
    """The service failed too often; `retry_at` says when a call is worth making again."""

    code = "breaker_open"

    def __init__(self, what: str, *, why: str = "", fix: str = "", retry_at: datetime | None = None) -> None:
        super().__init__(what, why=why, fix=fix)
        self.retry_at = retry_at

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.what, self.why, self.fix, self.retry_at)


def _rebuild(what: str, why: str, fix: str, retry_at: datetime | None) -> BreakerOpenError:
    return BreakerOpenError(what, why=why, fix=fix, retry_at=retry_at)


BreakerOpen = BreakerOpenError


@dataclass(frozen=True)
class BreakerState:
    """What a page or a metric shows of one service."""

    name: str
    phase: Phase
    failures: int
    opened_count: int
    opened_at: datetime | None
    retry_at: datetime | None
    last_error: str | None


class Breaker:
    """Guards calls to the outside service `name`.

    `threshold` faults in a row open it for `recovery` seconds; then one trial at a time, each holding its
    place for at most `trial_lease` seconds (longer than the call's own timeout). Only `faults` count: a
    caller's mistake says nothing about the service. Time is the database's unless a `clock` is given.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        threshold: int = 3,
        recovery: float = 60.0,
        clock: Clock | None = None,
        *,
        trial_lease: float = 120.0,
        faults: tuple[type[BaseException], ...] = (PassingError,),
        ids: NewId = new_id,
    ) -> None:
        self.name = name
        self._database, self._clock, self._faults, self._ids = database, clock, faults, ids
        self._rules = Rules(threshold, recovery, trial_lease)

    def call(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` and learn from how it ends. Raises BreakerOpenError without running it while open."""
        permit = self._admit()
        try:
            answer = work()
        except self._faults as error:
            words = redact(f"{type(error).__name__}: {error}")[:LONGEST_ERROR]
            self._settle(lambda circuit, now: circuit.failed(permit, now, words, self._rules))
            raise
        except BaseException:
            self._settle(lambda circuit, _now: circuit.undecided(permit))
            raise
        self._settle(lambda circuit, _now: circuit.succeeded(permit))
        return answer

    def state(self) -> BreakerState:
        """As it stands now."""
        with self._database.read() as connection:
            return _shown(self.name, self._circuit(connection), self._now(connection))

    def _admit(self) -> Permit:
        token = self._ids()
        with self._database.read() as connection:
            now = self._now(connection)
            circuit, answer = (seen := self._circuit(connection)).admit(now, token, self._rules)
        if circuit != seen:
            answer = self._take_trial(token)
        if isinstance(answer, Permit):
            return answer
        raise BreakerOpenError(
            f"{self.name} is not asked for now.",
            why=f"It failed {plural(seen.failures, 'time')} in a row; the last: {seen.last_error}",
            fix=f"It is tried again at {answer.until:%H:%M:%S} UTC.",
            retry_at=answer.until,
        )

    def _take_trial(self, token: str) -> Permit | Refusal:
        with self._database.begin() as connection:
            seen = self._locked(connection)
            circuit, answer = seen.admit(now := self._now(connection), token, self._rules)
            self._write(connection, seen, circuit, now)
        return answer

    def _settle(self, step: Callable[[Circuit, datetime], Circuit]) -> None:
        with self._database.read() as connection:
            seen = self._circuit(connection)
            if step(seen, self._now(connection)) == seen:
                return
        with self._database.begin() as connection:
            seen, now = self._locked(connection), self._now(connection)
            self._write(connection, seen, step(seen, now), now)

    def _locked(self, connection: Connection) -> Circuit:
        """The row, made when missing, and nobody else's until the transaction ends."""
        insert = (sqlite if self._database.dialect == "sqlite" else postgresql).insert(circuit_breakers)
        values = {"name": self.name, "failures": 0, "opened_count": 0, "updated_at": self._now(connection)}
        connection.execute(insert.values(**values).on_conflict_do_nothing())
        return self._circuit(connection, lock=True)

    def _circuit(self, connection: Connection, *, lock: bool = False) -> Circuit:
        query: Select[tuple[object, ...]] = select(circuit_breakers).where(
            circuit_breakers.c.name == self.name
        )
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        return Circuit() if row is None else _circuit(row)

    def _write(self, connection: Connection, seen: Circuit, circuit: Circuit, now: datetime) -> None:
        if circuit != seen:
            update = circuit_breakers.update().where(circuit_breakers.c.name == self.name)
            connection.execute(update.values(**vars(circuit), updated_at=now))

    def _now(self, connection: Connection) -> datetime:
        return self._clock.now() if self._clock else database_now(connection)


def database_now(connection: Connection) -> datetime:
    """The database's clock: one time for all processes of all machines."""
    return connection.execute(select(literal_column(_NOW[connection.dialect.name], Instant()))).scalar_one()


def breakers(connection: Connection, now: datetime | None = None) -> tuple[BreakerState, ...]:
    """Every service that ever failed, by name."""
    now = now or database_now(connection)
    rows = connection.execute(select(circuit_breakers).order_by(circuit_breakers.c.name))
    return tuple(_shown(row.name, _circuit(row), now) for row in rows)


def _circuit(row: Row[tuple[object, ...]]) -> Circuit:
    return Circuit(**{name: row._mapping[name] for name in _KEPT})


def _shown(name: str, circuit: Circuit, now: datetime) -> BreakerState:
    return BreakerState(
        name,
        circuit.phase(now),
        circuit.failures,
        circuit.opened_count,
        circuit.opened_at,
        circuit.retry_at,
        circuit.last_error,
    )
