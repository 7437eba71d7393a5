"""Outward calls that must not happen twice: intent, call, done; a lost answer is reconciled by reading.

Nothing here repeats a call blindly. After an intent without an answer the outside world is read first: what
is there already is taken as done. A call is claimed by its count, so two workers cannot both hold the claim;
and whoever finds a fresh claim of another waits until that call must have ended, one way or the other.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kinoloop.core.errors import ConflictError, KinoloopError, PassingError
from kinoloop.runs.failure import worth_retrying
from kinoloop.runs.records import Json
from kinoloop.runs.tables import run_effects

Write = Callable[[Callable[[Connection], Any]], Any]
Now = Callable[[], datetime]
NOT_TAKEN = "not_taken"
"""The code of a passing failure that surely left nothing behind at the other side."""


class EffectLedger:
    """The effects of one run. `write` runs a function in a transaction of its own."""

    def __init__(
        self, run_id: str, write: Write, now: Now, *, patience: float, pause: Callable[[float], None]
    ) -> None:
        """`patience` seconds must outlast any call; `pause` sleeps and may raise to leave."""
        self._run_id, self._write, self._now = run_id, write, now
        self._patience, self._pause = patience, pause

    def once(
        self, key: str, desired: Json, call: Callable[[], Json], read: Callable[[], Json | None]
    ) -> Json:
        """The result of `call`, which happens once per run and `key`.

        `desired` is the absolute state wanted, `read` gives the result when the outside already shows it and
        None when it does not. Raises ConflictError when `key` was used for another state, whatever `call`
        raises, and PassingError when another worker has just claimed the call.
        """
        row = self._write(lambda c: self._intend(c, key, desired))
        if row.state == "intent" and row.calls and self._wait_for_its_end(row):
            row = self._write(lambda c: self._intend(c, key, desired))
        if row.state == "done":
            return dict(row.result)
        if row.calls and row.state != "refused":
            found = read()
            if found is not None:
                return self._done(row.effect_id, found)
        self._claim(row)
        return self._call(row.effect_id, call)

    def _wait_for_its_end(self, row: Row[Any]) -> bool:
        left = self._patience - float((self._now() - row.intent_at).total_seconds())
        if left > 0:
            self._pause(min(left, self._patience))
        return bool(left > 0)

    def _intend(self, connection: Connection, key: str, desired: Json) -> Row[Any]:
        effect_id = f"{self._run_id}:{key}"
        query = select(run_effects).where(run_effects.c.effect_id == effect_id)
        known = connection.execute(query).first()
        if known is None:
            row = {"effect_id": effect_id, "run_id": self._run_id, "effect_key": key, "desired": desired}
            opened = {"state": "intent", "calls": 0, "intent_at": self._now()}
            connection.execute(insert(run_effects).values(**row, **opened))
            return connection.execute(query).one()
        if known.desired != desired:
            raise ConflictError(
                f"The effect '{key}' was begun with another wish.",
                why=f"It was {known.desired}, now it is {desired}.",
                fix="Give each wish a key of its own.",
            )
        return known

    def _claim(self, row: Row[Any]) -> None:
        mine = (run_effects.c.effect_id == row.effect_id) & (run_effects.c.calls == row.calls)
        query = update(run_effects).where(mine, run_effects.c.state != "done")
        changed = self._write(
            lambda c: (
                c.execute(query.values(state="intent", calls=row.calls + 1, intent_at=self._now())).rowcount
            )
        )
        if not changed:
            raise PassingError(
                "Another worker is making this call.", why="Two hold the same run for a moment.", fix="Wait."
            )

    def _call(self, effect_id: str, call: Callable[[], Json]) -> Json:
        try:
            result = call()
        except Exception as error:
            refused = isinstance(error, KinoloopError) and (
                error.code == NOT_TAKEN or not worth_retrying(error)
            )
            self._mark(effect_id, "refused" if refused else "unknown")
            raise
        return self._done(effect_id, result)

    def _done(self, effect_id: str, result: Json) -> Json:
        self._mark(effect_id, "done", result=result, done_at=self._now())
        return result

    def _mark(self, effect_id: str, state: str, **values: Any) -> None:
        query = update(run_effects).where(run_effects.c.effect_id == effect_id).values(state=state, **values)
        self._write(lambda c: c.execute(query))
