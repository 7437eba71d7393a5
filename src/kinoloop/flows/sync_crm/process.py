"""The journey of an event: claimed, its deal read fresh by id, the ledger reckoned from what was read.

Never from the event, which may be late, doubled or out of order. What fails is kept with its reason and tried
again; each piece is idempotent, so a worker may die anywhere. The same flow runs by the clock as a sweep.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy.exc import DBAPIError

from kinoloop.core.errors import KinoloopError
from kinoloop.core.text import plural
from kinoloop.flows.sync_crm.keeping import ONLY_TOLD, keep_contact, keep_deal, keep_told_stage
from kinoloop.flows.sync_crm.receiving import PROCESS
from kinoloop.flows.sync_crm.tools import CrmTools, is_passing, said, told_wait
from kinoloop.flows.sync_crm.wishing import hand_on
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.ports import Crm
from kinoloop.learning.crm.records import CrmContact, CrmDeal, CrmEvent, StageMove
from kinoloop.learning.crm.rules import FORGET, is_stage_event
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.step import Step

SWEEP = Schedule("sweep crm events", "*/5 * * * *", PROCESS)
BATCH = 50
GONE = "The CRM has this deal no more; its ledger stays as it was."
Json = dict[str, Any]


@dataclass
class Outcome:
    """What became of the records that a batch of events touched."""

    errors: dict[str, Exception] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def error(self, event: CrmEvent) -> Exception | None:
        return next((self.errors[one] for one in _marks(event) if one in self.errors), None)

    def note(self, event: CrmEvent) -> str | None:
        return next((self.notes[one] for one in _marks(event) if one in self.notes), None)


@dataclass(frozen=True)
class ProcessEvents:
    """Works off whatever is due, whichever delivery brought it."""

    tools: CrmTools

    def flow(self) -> Flow:
        return Flow(PROCESS, "poll", self.body, _title, ("events", "wishes"))

    def body(self, run: Run, payload: Json) -> Json:
        done = run.step("events", self.events, payload, retries=5, backoff=2.0)
        wished = run.step("wishes", self.wishes, payload, retries=3, backoff=2.0)
        if done["failed"]:
            run.partially(f"{plural(done['failed'], 'event')} failed and will be tried again.")
        return done | wished

    def events(self, step: Step, payload: Json) -> Json:
        """Claim, work, settle, until nothing is due."""
        counts = {"handled": 0, "failed": 0}
        with step.begin() as connection:
            crm.adopt(connection)  # what came in while its portal was being connected
        while True:
            with step.begin() as connection:
                mine = crm.claim(connection, step.run_id, now=self.tools.clock.now(), limit=BATCH)
            if not mine:
                return counts
            step.progress(counts["handled"], counts["handled"] + len(mine), "events")
            for tenant_id, own in groupby(sorted(mine, key=_tenant), key=_tenant):
                for state, count in self.work(tenant_id, list(own)).items():
                    counts[state] += count

    def wishes(self, step: Step, payload: Json) -> Json:
        return dict(hand_on(self.tools))

    def work(self, tenant_id: str, events: Sequence[CrmEvent]) -> dict[str, int]:
        """One tenant's events of a batch; gives how many were handled and how many failed."""
        client = self.tools.crm_for(tenant_id)
        self._forget(tenant_id, events)
        if client is None:
            outcome = self._as_told(tenant_id, events)
        else:
            try:
                outcome = self._as_read(client, tenant_id, events)
            except KinoloopError as error:
                if len(events) > 1 and not is_passing(error):
                    return self._one_by_one(tenant_id, events)
                outcome = Outcome({mark: error for event in events for mark in _marks(event)})
        return self._settle(events, outcome)

    def _one_by_one(self, tenant_id: str, events: Sequence[CrmEvent]) -> dict[str, int]:
        """A clear no to all of them together may be meant for a single one."""
        counts = {"handled": 0, "failed": 0}
        for event in events:
            for state, count in self.work(tenant_id, [event]).items():
                counts[state] += count
        return counts

    def _as_read(self, client: Crm, tenant_id: str, events: Sequence[CrmEvent]) -> Outcome:
        """Read the touched records, outside of any transaction; keep each in one of its own."""
        people = list(dict.fromkeys(one for event in events for one in event.contact_ids))
        with self.tools.begin() as connection:
            theirs = queries.deals_of(connection, tenant_id, people)
        wanted = list(dict.fromkeys([one for event in events for one in event.deal_ids] + list(theirs)))
        deals = client.deals(wanted) if wanted else {}
        asked = list(dict.fromkeys([one for deal in deals.values() for one in deal.contact_ids] + people))
        contacts = client.contacts(asked) if asked else {}
        outcome = Outcome()
        for contact_id in people:
            if contact_id in contacts:
                self._keep_contact(tenant_id, contacts[contact_id], outcome)
        for deal in deals.values():
            theirs_now = [contacts[one] for one in deal.contact_ids if one in contacts]
            self._keep_deal(tenant_id, deal, theirs_now, outcome)
        for deal_id in wanted:
            if deal_id not in deals:
                self._note_gone(tenant_id, deal_id, outcome)
        return outcome

    def _keep_deal(
        self, tenant_id: str, deal: CrmDeal, people: Sequence[CrmContact], outcome: Outcome
    ) -> None:
        try:
            with self.tools.begin() as connection:
                keep_deal(connection, self.tools, tenant_id, deal, people)
        except DBAPIError:
            raise  # the database's failure is the whole step's, not this deal's
        except Exception as error:  # one bad deal must not hold up the others, whatever is wrong with it
            outcome.errors[f"deal:{deal.deal_id}"] = error

    def _keep_contact(self, tenant_id: str, contact: CrmContact, outcome: Outcome) -> None:
        try:
            with self.tools.begin() as connection:
                keep_contact(connection, self.tools, tenant_id, contact)
        except DBAPIError:
            raise
        except Exception as error:
            outcome.errors[f"contact:{contact.contact_id}"] = error

    def _note_gone(self, tenant_id: str, deal_id: str, outcome: Outcome) -> None:
        with self.tools.begin() as connection:
            crm.gone(connection, tenant_id, deal_id, at=self.tools.clock.now())
        outcome.notes[f"deal:{deal_id}"] = GONE

    def _as_told(self, tenant_id: str, events: Sequence[CrmEvent]) -> Outcome:
        """Without a key: the event's own stage and time, marked as such; the rest cannot be known."""
        outcome = Outcome()
        for event in events:
            for mark in _marks(event):
                outcome.notes[mark] = ONLY_TOLD
            if is_stage_event(event) and event.property_value and event.occurred_at:
                move = StageMove(event.property_value, event.occurred_at)
                self._keep_told(tenant_id, event.object_id, move, outcome)
            elif event.kind == "deal" and event.change == "deletion":
                self._note_gone(tenant_id, event.object_id, outcome)
        return outcome

    def _keep_told(self, tenant_id: str, deal_id: str, move: StageMove, outcome: Outcome) -> None:
        try:
            with self.tools.begin() as connection:
                keep_told_stage(connection, self.tools, tenant_id, deal_id, move)
        except KinoloopError as error:
            outcome.errors[f"deal:{deal_id}"] = error

    def _forget(self, tenant_id: str, events: Iterable[CrmEvent]) -> None:
        """Whoever asks to be forgotten is so at once, key or no key."""
        ids = [one for event in events if event.change == FORGET for one in event.contact_ids]
        if ids:
            with self.tools.begin() as connection:
                for contact_id in ids:
                    crm.forget_contact(connection, tenant_id, contact_id, now=self.tools.clock.now())

    def _settle(self, events: Sequence[CrmEvent], outcome: Outcome) -> dict[str, int]:
        now, failed = self.tools.clock.now(), 0
        with self.tools.begin() as connection:
            for event in events:
                error = outcome.error(event)
                if error is None:
                    crm.handled(connection, [event.key], now=now, note=outcome.note(event))
                    continue
                failed += 1
                passing, wait = is_passing(error), told_wait(error)
                crm.failed(connection, event, said(error), passing=passing, now=now, wait=wait)
        return {"handled": len(events) - failed, "failed": failed}


def _marks(event: CrmEvent) -> tuple[str, ...]:
    deals = tuple(f"deal:{one}" for one in event.deal_ids)
    return (*deals, *(f"contact:{one}" for one in event.contact_ids))


def _tenant(event: CrmEvent) -> str:
    return event.tenant_id or ""


def _title(payload: Json) -> str:
    count = payload.get("events")
    return f"CRM: {plural(count, 'event')}" if count else "CRM: what is due"
