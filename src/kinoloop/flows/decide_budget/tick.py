"""The run over all ad accounts, every six hours or by hand: decide, then propose. One account stops no other.

A repeated step finds the decision it has already made; a change is proposed once for each round and entity.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from kinoloop.core.errors import CancelledError, KinoloopError, UnavailableError
from kinoloop.core.text import plural
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.flows.decide_budget.proposing import propose_steps
from kinoloop.flows.decide_budget.round import decide_round
from kinoloop.flows.decide_budget.tools import DecideTools
from kinoloop.learning.decisions import operations, queries
from kinoloop.learning.decisions.records import Decision
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.step import Step

NAME = "decide_budget"
EVERY_SIX_HOURS = Schedule("decide budgets", "41 */6 * * *", NAME)
"""After the hourly pull, so that what is decided on is fresh."""
RETRIES = 2
Json = dict[str, Any]


@dataclass(frozen=True)
class DecideBudget:
    """A payload with an `account_id` decides for that one only."""

    tools: DecideTools

    def flow(self) -> Flow:
        return Flow(NAME, "cron", self.body, lambda _: "Decide ad budgets", ("accounts",))

    def body(self, run: Run, payload: Json) -> Json:
        """`{"decisions": {account: {decision_id, ...}}, "skipped": {account: reason}}`."""
        ids = run.step("accounts", self.accounts, payload)["account_ids"]
        told, skipped, failures = dict[str, Json](), dict[str, str](), list[str]()
        for account_id in ids:
            try:
                made = self._account(run, account_id)
            except CancelledError:
                raise
            except KinoloopError as error:
                told[account_id] = {"error": error.as_dict()}
                failures.append(f"{account_id}: {error}")
                continue
            if "skipped" in made:
                skipped[account_id] = made["skipped"]
            else:
                told[account_id] = made
        if "account_id" not in payload:
            run.step("drop", self.drop, {})
        if failures:
            run.partially(" ".join(failures))
        return {"decisions": told, "skipped": skipped}

    def accounts(self, step: Step, payload: Json) -> Json:
        """Whose turn it is. Where changes are off there is a decision too: it says what would be."""
        with step.begin() as connection:
            if payload.get("account_id") is not None:
                known = [accounts.account(connection, payload["account_id"])]
            else:
                known = list(accounts.accounts(connection))
        return {"account_ids": [one.account_id for one in known]}

    def decide(self, step: Step, payload: Json) -> Json:
        """One round; where nothing can be decided, the reason."""
        account_id = payload["account_id"]
        step.progress(0, 1, f"Deciding for {account_id}")
        try:
            made = decide_round(step, self.tools, account_id, key=payload["key"])
        except UnavailableError as error:
            return {"skipped": str(error)}
        _tell(step, made)
        return {"decision_id": made.decision_id, "ads": made.ads, "total": made.total}

    def propose(self, step: Step, payload: Json) -> Json:
        """Hand the round's steps to the queue."""
        with step.begin() as connection:
            decision = queries.decision(connection, payload["decision_id"])
        return asdict(propose_steps(step, self.tools, decision))

    def drop(self, step: Step, payload: Json) -> Json:
        """What old rounds rest on."""
        before = self.tools.clock.now() - timedelta(days=self.tools.keep_days)
        with step.begin() as connection:
            return {"dropped": operations.drop_views(connection, before=before)}

    def _account(self, run: Run, account_id: str) -> Json:
        wanted = {"account_id": account_id, "key": f"{run.id}:{account_id}"}
        backoff = self.tools.backoff
        made = run.step(f"decide {account_id}", self.decide, wanted, retries=RETRIES, backoff=backoff)
        if "skipped" in made:
            return made
        name = f"propose {account_id}"
        return made | run.step(name, self.propose, made, retries=RETRIES, backoff=backoff)


def _tell(step: Step, made: Decision) -> None:
    words = f"{made.account_id}: {plural(made.ads, 'ad')}, {made.currency.show(made.total)} a day"
    step.event(
        "budget_decided", words, severity="debug", account_id=made.account_id, decision_id=made.decision_id
    )
