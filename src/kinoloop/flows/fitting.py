"""Every week: what tells devices and habits apart is learnt anew from each tenant's own conversions."""

from dataclasses import dataclass
from typing import Any

from kinoloop.core.clock import Clock
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution.queries import tenants
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.step import Step

NAME = "fit_matcher"
WEEKLY = Schedule("fit the matcher", "13 4 * * 1", NAME)
Json = dict[str, Any]


@dataclass(frozen=True)
class FitMatcher:
    """One step per tenant; later conversions are looked for with the new numbers, earlier answers stay."""

    clock: Clock

    def flow(self) -> Flow:
        return Flow(NAME, "cron", self.body, lambda _: "Learn who is who from conversions", ("list", "fit"))

    def body(self, run: Run, payload: Json) -> Json:
        told: list[str] = run.step("list", self.list_tenants, payload)["tenants"]
        for place, tenant_id in enumerate(told):
            run.step(f"fit {place}", self.fit, {"tenant_id": tenant_id})
        return {"tenants": len(told)}

    def list_tenants(self, step: Step, payload: Json) -> Json:
        with step.begin() as connection:
            return {"tenants": list(tenants(connection))}

    def fit(self, step: Step, payload: Json) -> Json:
        tenant_id = str(payload["tenant_id"])
        with step.begin() as connection:
            attribution.fit_matcher(connection, tenant_id, who=NAME, now=self.clock.now())
            step.event("matcher_fitted", f"The matcher of {tenant_id} was fitted to its conversions")
        return {}
