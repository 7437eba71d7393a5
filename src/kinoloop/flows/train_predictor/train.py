"""The daily run over all tenants; what fails for one stops no other.

In this order, so that nothing is judged by what it has seen: what became of old predictions, the open trial,
a new model, new predictions. Each is one transaction that finds nothing left to do when it is repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from kinoloop.core.errors import CancelledError, KinoloopError
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.flows.train_predictor.learning import learn
from kinoloop.flows.train_predictor.saying import foresee, settle
from kinoloop.flows.train_predictor.tools import TrainTools
from kinoloop.flows.train_predictor.trying import judge_trial
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.step import Step

NAME = "train_predictor"
DAILY = Schedule("train predictor", "43 5 * * *", NAME)
"""After the night's results, before people come."""
Json = dict[str, Any]
Part = Callable[[Connection, TrainTools, str], Json]
PARTS: tuple[tuple[str, Part], ...] = (
    ("settle", settle),
    ("trial", judge_trial),
    ("learn", learn),
    ("foresee", foresee),
)


@dataclass(frozen=True)
class TrainPredictor:
    """A payload with a `tenant_id` is about that one only."""

    tools: TrainTools

    def flow(self) -> Flow:
        return Flow(NAME, "cron", self.body, lambda _: "Train the predictor", ("tenants",))

    def body(self, run: Run, payload: Json) -> Json:
        """`{"tenants": {id: {settle, trial, learn, foresee}}}`."""
        found = run.step("tenants", self.tenants, payload)
        failures, told = list[str](), dict[str, Json]()
        for tenant_id in found["tenants"]:
            told[tenant_id] = self._tenant(run, tenant_id, failures)
        if failures:
            run.partially(" ".join(failures))
        return {"tenants": told}

    def tenants(self, step: Step, payload: Json) -> Json:
        with step.begin() as connection:
            known = {one.tenant_id for one in accounts.accounts(connection)}
        wanted = payload.get("tenant_id")
        return {"tenants": sorted(one for one in known if wanted in (None, one))}

    def _tenant(self, run: Run, tenant_id: str, failures: list[str]) -> Json:
        told: Json = {}
        for name, part in PARTS:
            try:
                told[name] = run.step(f"{name} {tenant_id}", self._work(name, part), {"tenant_id": tenant_id})
            except CancelledError:
                raise
            except KinoloopError as error:
                told[name] = {"error": error.as_dict()}
                failures.append(f"{name} of {tenant_id}: {error}")
        return told

    def _work(self, name: str, part: Part) -> Callable[[Step, Json], Json]:
        def work(step: Step, payload: Json) -> Json:
            tenant_id = payload["tenant_id"]
            with step.begin() as connection:
                told = part(connection, self.tools, tenant_id)
                if told.get("event"):
                    step.event(f"predictor_{name}", f"{tenant_id}: {told['event']}", tenant_id=tenant_id)
            return told

        return work
