"""A flow is plain data; a body gets a `Run` and plays it, first time or again after a crash, the same way.

What a body does outside steps happens again on replay, so it must only decide. Step names are unique within a
run: a name used again gets a number (`cut`, `cut #2`).
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dbos import DBOS, error

from kinoloop.runs import mailbox
from kinoloop.runs.failure import StoredError, rebuild
from kinoloop.runs.looks import message_key
from kinoloop.runs.place import Place
from kinoloop.runs.queries import outcomes
from kinoloop.runs.records import Json
from kinoloop.runs.step import StepPlan, StepPolicy, Work, perform


@dataclass(frozen=True)
class Flow:
    """A kind of run.

    `steps` names the expected ones, for progress; `partition` gives the key of a limited queue.
    """

    name: str
    queue: str
    body: Callable[["Run", Json], Json]
    title: Callable[[Json], str]
    steps: tuple[str, ...] = ()
    partition: Callable[[Json], str] | None = None


class StartChild(Protocol):
    """Starts a run of another flow, once per id, as a child."""

    def __call__(self, flow: str, payload: Json, *, run_id: str, parent: str) -> str: ...


class Run:
    """What a body is given: named steps, children, waits."""

    def __init__(self, run_id: str, flow: Flow, place: Place, start: StartChild) -> None:
        self.id = run_id
        self.incomplete: str | None = None
        self._flow, self._place, self._start = flow, place, start
        self._names: Counter[str] = Counter()

    def step(
        self,
        name: str,
        work: Work,
        payload: Json,
        *,
        retries: int = 0,
        backoff: float = 1.0,
        timeout: float | None = None,
    ) -> Json:
        """The result of `work`, computed once and stored.

        Raises what the last attempt raised, also on replay.
        """
        policy = StepPolicy(retries, backoff, timeout)
        finished, expected = sum(self._names[s] > 0 for s in self._flow.steps), len(self._flow.steps) or None
        plan = StepPlan(self.id, self._flow.name, self._unique(name), policy, finished, expected)
        with self._place.gate.step():
            return self._stored(plan.name, lambda: perform(self._place, plan, work, payload))

    def child(self, flow: str, payload: Json, *, key: str) -> str:
        """Start a run of another flow; its id is this run's, a colon and `key`, so it starts once."""
        child_id = f"{self.id}:{key}"
        with self._place.gate.step():
            self._stored(
                self._unique(f"start {key}"),
                lambda: {"run_id": self._start(flow, payload, run_id=child_id, parent=self.id)},
            )
        return child_id

    def gather(self, run_ids: Sequence[str]) -> list[Json]:
        """The results of runs, in order, once all have finished. Raises the first error among them."""
        for run_id in run_ids:
            with self._place.watcher.watching("finished", run_id) as done:
                self._wait(done, None)
        ids = list(run_ids)
        with self._place.gate.step():
            found = self._stored(self._unique("gather"), lambda: {"results": self._results(ids)})
        results: list[Json] = found["results"]
        return results

    def wait(self, topic: str, timeout: float) -> Json | None:
        """The next message on `topic`, or None `timeout` seconds after it first waited."""
        name, clock = self._unique(f"wait {topic}"), self._place.clock
        with self._place.gate.step():
            until = self._stored(name, lambda: {"until": clock.now().timestamp() + timeout})["until"]
        with self._place.watcher.watching("message", message_key(self.id, topic)) as arrived:
            self._wait(arrived, time.monotonic() + max(0.0, until - clock.now().timestamp()))
        with self._place.gate.step():
            taken = self._stored(f"{name}: answer", lambda: {"message": self._take(topic, name)})
        message: Json | None = taken["message"]
        return message

    def partially(self, why: str) -> None:
        """The run will end as partially completed: some of its work could not be done."""
        self.incomplete = why

    def _unique(self, name: str) -> str:
        self._names[name] += 1
        return name if self._names[name] == 1 else f"{name} #{self._names[name]}"

    def _stored(self, name: str, act: Callable[[], Json]) -> Json:
        try:
            result: Json = DBOS.run_step({"name": name}, act)
        except error.DBOSException:
            raise
        except Exception as failure:
            raise rebuild(stored_data(failure)) from failure
        return result

    def _wait(self, event: Any, deadline: float | None) -> None:
        with self._place.watcher.watching("cancelled", self.id) as cancelled:
            while not event.is_set() and not cancelled.is_set():
                soon = time.monotonic() + self._place.config.watch
                if deadline is not None and time.monotonic() >= deadline:
                    return
                self._place.watcher.wait(event, soon if deadline is None else min(soon, deadline))

    def _take(self, topic: str, by: str) -> Json | None:
        return self._place.write(lambda c: mailbox.take(c, self.id, topic, by))

    def _results(self, run_ids: list[str]) -> list[Json]:
        """Fails as a step fails, so that a retry asks the children again."""
        found = self._place.write(lambda c: outcomes(c, run_ids))
        for outcome in found:
            if outcome["error"] is not None:
                raise StoredError(rebuild(outcome["error"]))
        return [outcome["result"] for outcome in found]


def stored_data(failure: Exception) -> Json:
    """The data of an error that crossed the engine: fresh (StoredError) or replayed (the engine's type)."""
    data = getattr(failure, "data", None)
    if isinstance(failure, StoredError) or isinstance(data, dict):
        return dict(data or {})
    return {"code": "bug", "what": f"{type(failure).__name__}: {failure}"}
