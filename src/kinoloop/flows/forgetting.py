"""Every hour: what clicks and conversions say of people's devices is dropped when its time is over."""

from dataclasses import dataclass
from typing import Any

from kinoloop.core.clock import Clock
from kinoloop.core.text import plural
from kinoloop.learning.attribution import operations as attribution
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.step import Step

NAME = "forget_people"
HOURLY = Schedule("forget people", "37 * * * *", NAME)
Json = dict[str, Any]


@dataclass(frozen=True)
class ForgetPeople:
    """Addresses, user agents and what was derived from them; the click itself and its credit stay."""

    clock: Clock

    def flow(self) -> Flow:
        return Flow(NAME, "cron", self.body, lambda _: "Forget what must not be kept", ("forget",))

    def body(self, run: Run, payload: Json) -> Json:
        return run.step("forget", self.forget, payload)

    def forget(self, step: Step, payload: Json) -> Json:
        with step.begin() as connection:
            rows = attribution.forget(connection, now=self.clock.now())
            if rows:
                step.event("people_forgotten", f"Device and address of {plural(rows, 'row')} dropped")
        return {"rows": rows}
