"""One step: attempts with backoff, each in the journal, and the door that its work is given.

A step asks `check` whether it should stop; that costs a look at memory. It holds at most one connection.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from kinoloop.core.errors import CancelledError
from kinoloop.runs import journal
from kinoloop.runs.drain import Parked
from kinoloop.runs.effects import EffectLedger
from kinoloop.runs.failure import StepTimeoutError, StoredError, WorkerLostError, as_known, worth_retrying
from kinoloop.runs.place import Place
from kinoloop.runs.progress import Word
from kinoloop.runs.records import Json, Severity

Work = Callable[["Step", Json], Json]
LONGEST_BACKOFF = 300.0
LEFT = "The worker was asked to leave; the step starts again elsewhere."


@dataclass(frozen=True)
class StepPolicy:
    """`retries` after the first attempt, `backoff` seconds that double, `timeout` seconds per attempt."""

    retries: int = 0
    backoff: float = 1.0
    timeout: float | None = None

    def pause(self, attempt: int) -> float:
        """Seconds to wait after the `attempt`-th attempt, counted from 1."""
        return min(self.backoff * 2.0 ** (attempt - 1), LONGEST_BACKOFF)


@dataclass(frozen=True)
class StepPlan:
    """What is known about a step before it runs."""

    run_id: str
    flow: str
    name: str
    policy: StepPolicy
    finished_steps: int
    expected_steps: int | None


class Step:
    """What the work of a step is given; it is a `Watch` for media work."""

    def __init__(self, place: Place, plan: StepPlan, attempt: int, cancelled: threading.Event) -> None:
        self.run_id, self.name, self.attempt = plan.run_id, plan.name, attempt
        self._place, self._plan, self._cancelled = place, plan, cancelled
        timeout = plan.policy.timeout
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._open: Connection | None = None

    def progress(self, done: float, total: float, note: str = "") -> None:
        """Tell how far the step is; written at most twice a second. Checks, too."""
        self.check()
        plan = self._plan
        word = Word(self.run_id, self.name, done, total, note, plan.finished_steps, plan.expected_steps)
        self._place.board.say(word)

    def check(self) -> None:
        """Raises CancelledError, StepTimeoutError, or Parked when the worker's patience has ended."""
        if self._place.gate.abandoned.is_set():
            raise Parked
        if self._cancelled.is_set():
            raise cancelled_by_somebody()
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise StepTimeoutError(
                f"The step '{self.name}' took longer than {self._plan.policy.timeout:g} s.",
                why="It has a time limit.",
                fix="Retry it; if it stays, the input may be too large.",
            )

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction, committed at the end. Not nested: a step holds one connection at most."""
        if self._open is not None:
            raise RuntimeError("a step holds one connection: end its transaction first")
        with self._place.database.begin() as connection:
            self._open = connection
            try:
                yield connection
            finally:
                self._open = None

    def event(self, kind: str, message: str, *, severity: Severity = "info", **details: object) -> None:
        """Keep a notable thing; inside `begin` it belongs to that transaction."""
        at, flow = self._place.clock.now(), self._plan.flow

        def write(connection: Connection) -> None:
            said = {"step": self.name, **details}
            journal.event(
                connection,
                kind,
                message,
                at,
                component=flow,
                severity=severity,
                run_id=self.run_id,
                details=said,
            )

        if self._open is not None:
            write(self._open)
        else:
            self._place.write(write)

    def effect(
        self,
        key: str,
        desired: Json,
        call: Callable[[], Json],
        read: Callable[[], Json | None],
        *,
        scope: str | None = None,
    ) -> Json:
        """An outward call that happens once per run and `key`: see `EffectLedger.once`.

        With a `scope` it happens once in that, whichever runs ask for it. Not inside `begin`.
        """
        if self._open is not None:
            raise RuntimeError("an effect writes by itself: end the step's transaction first")
        place = self._place
        ledger = EffectLedger(
            scope or self.run_id, place.write, place.clock.now, patience=place.config.lease, pause=self.rest
        )
        return ledger.once(key, desired, call, read)

    def rest(self, seconds: float) -> None:
        """Sleep; raises what `check` raises as soon as there is a reason."""
        self._place.watcher.wait(self._cancelled, time.monotonic() + seconds)
        self.check()


def perform(place: Place, plan: StepPlan, work: Work, payload: Json) -> Json:
    """All attempts of one step. Raises StoredError with the last failure."""
    with place.watcher.watching("cancelled", plan.run_id) as cancelled:
        for turn in range(1, plan.policy.retries + 2):
            try:
                return _attempt(place, plan, work, payload, cancelled)
            except Exception as error:
                if turn > plan.policy.retries or not worth_retrying(error):
                    raise StoredError(as_known(error)) from error
            _pause(place, plan.policy.pause(turn), cancelled)
    raise AssertionError("unreachable: the last turn returns or raises")


def _pause(place: Place, seconds: float, cancelled: threading.Event) -> None:
    """Wait for the next attempt; ends early with Parked or StoredError(CancelledError)."""
    if place.watcher.wait(cancelled, time.monotonic() + seconds):
        raise StoredError(cancelled_by_somebody())


def cancelled_by_somebody() -> CancelledError:
    return CancelledError(
        "The run was cancelled.", why="Somebody asked for it.", fix="Retry it if that was an error."
    )


def _attempt(place: Place, plan: StepPlan, work: Work, payload: Json, cancelled: threading.Event) -> Json:
    began, at = time.monotonic(), place.clock.now()
    opened = place.write(lambda c: journal.step_started(c, plan.run_id, plan.name, place.worker, at))
    step = Step(place, plan, opened.number, cancelled)

    def close(why: str) -> None:
        took = time.monotonic() - began
        place.write(lambda c: journal.step_failed(c, opened.row_id, place.clock.now(), took, why))

    try:
        _refuse_poison(place, plan, opened.crashes)
        output = _plain(work(step, payload))
    except Parked:
        close(LEFT)
        raise
    except Exception as error:
        close(json.dumps(as_known(error).as_dict()))
        raise
    took, ended = time.monotonic() - began, place.clock.now()
    place.write(lambda c: journal.step_completed(c, opened.row_id, ended, took, output))
    return output


def _refuse_poison(place: Place, plan: StepPlan, crashes: int) -> None:
    if crashes >= place.config.max_crashes:
        raise WorkerLostError(
            f"The step '{plan.name}' ended its worker {crashes} times.",
            why="It may need more memory than there is, or the file breaks the decoder.",
            fix="Look at the worker's log, then retry the run.",
        )


def _plain(output: Json) -> Json:
    """The output as a replay would see it: through JSON and back. Raises TypeError for what is not JSON."""
    if not isinstance(output, dict):
        raise TypeError(f"a step gives back a dictionary, not {type(output).__name__}")
    plain: Json = json.loads(json.dumps(output, allow_nan=False))
    return plain
