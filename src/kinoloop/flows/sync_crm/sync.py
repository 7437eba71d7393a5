"""Every hour: all deals changed since last time, with their history, whatever the webhooks told or did not.

Parts are stored as they come and the sync goes on from there after a crash; the cursor moves only at the end,
with the report that says which moves no webhook told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from kinoloop.core.errors import KinoloopError
from kinoloop.core.text import plural
from kinoloop.flows.sync_crm.keeping import keep_deal
from kinoloop.flows.sync_crm.tools import CrmTools, is_passing, said
from kinoloop.flows.sync_crm.wishing import hand_on
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.ports import Crm
from kinoloop.learning.crm.records import CrmContact, CrmDeal, SyncReport
from kinoloop.learning.crm.rules import reconcile
from kinoloop.learning.revenue.queries import table_of
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.step import Step

NAME = "sync_crm"
HOURLY = Schedule("sync crm", "7 * * * *", NAME)
"""Not on the hour, when everybody else asks."""
OVERLAP = timedelta(minutes=10)
"""Read again from so long before the cursor: the search's index lags, and not evenly."""
GRACE = timedelta(minutes=15)
"""Webhooks of younger moves may still be on their way: those are compared next time."""
KEEP = timedelta(days=90)
"""How long events that are done stay in the inbox: far longer than anything is delivered again."""
BEGINNING = datetime(2006, 1, 1, tzinfo=UTC)
"""Before there was a HubSpot."""
PART = 50
Json = dict[str, Any]
Changed = tuple[str, datetime]


@dataclass(frozen=True)
class SyncCrm:
    """One step for each tenant that has a portal and a key."""

    tools: CrmTools

    def flow(self) -> Flow:
        return Flow(NAME, "poll", self.body, lambda _: "Sync the CRM", ("tenants", "wishes"))

    def body(self, run: Run, payload: Json) -> Json:
        tenants = run.step("tenants", self.tenants, payload)["tenants"]
        reports, failures = list[Json](), list[str]()
        for tenant_id in tenants:
            try:
                asked = {"tenant_id": tenant_id}
                reports.append(run.step(f"sync {tenant_id}", self.sync, asked, retries=3, backoff=30.0))
            except KinoloopError as error:
                failures.append(f"{tenant_id}: {error}")
        wished = run.step("wishes", self.wishes, payload, retries=3, backoff=2.0)
        if failures:
            run.partially(" ".join(failures))
        return {"reports": reports, "wishes": wished}

    def tenants(self, step: Step, payload: Json) -> Json:
        """Whose turn it is: `tenant_id` of the payload, or everybody with a key."""
        with step.begin() as connection:
            crm.forget_events(connection, older_than=self.tools.clock.now() - KEEP)
            known = queries.portals(connection, tenant_id=payload.get("tenant_id"))
        names = sorted({portal.tenant_id for portal in known})
        return {"tenants": [name for name in names if self.tools.crm_for(name) is not None]}

    def wishes(self, step: Step, payload: Json) -> Json:
        return dict(hand_on(self.tools))

    def sync(self, step: Step, payload: Json) -> Json:
        """One tenant. Raises what the CRM raises; the report says so, too."""
        tenant_id = str(payload["tenant_id"])
        client, sync_id = self.tools.crm_for(tenant_id), f"{step.run_id}:{tenant_id}"
        if client is None:
            return {"tenant_id": tenant_id, "state": "skipped"}
        with step.begin() as connection:
            report = crm.begin_sync(
                connection, sync_id, tenant_id, since=_since(connection, tenant_id), now=self._now()
            )
        try:
            return _told(report if report.state == "completed" else self._sync(step, client, report))
        except DBAPIError:
            raise  # where nothing can be written the report cannot either; the next attempt goes on from it
        except Exception as error:
            with step.begin() as connection:
                crm.fail_sync(connection, sync_id, said(error), now=self._now())
            raise

    def _sync(self, step: Step, client: Crm, report: SyncReport) -> SyncReport:
        with step.begin() as connection:
            table_of(connection, report.tenant_id)  # without a table every single deal would fail
        started, listed = self._now(), report.listed
        for part in _parts(client.changed_deals(report.position)):
            step.progress(listed, listed + len(part), plural(listed, "deal"))
            self._store(client, report, part)
            listed += len(part)
        gone = self._note_gone(client, report)
        return self._finish(report, gone, until=started - GRACE)

    def _store(self, client: Crm, report: SyncReport, part: Sequence[Changed]) -> None:
        ids = list(dict.fromkeys(deal_id for deal_id, _ in part))
        deals = client.deals(ids)
        people = list(dict.fromkeys(one for deal in deals.values() for one in deal.contact_ids))
        contacts = client.contacts(people) if people else {}
        kept = 0
        for deal in deals.values():
            theirs = [contacts[one] for one in deal.contact_ids if one in contacts]
            kept += self._keep(report.tenant_id, deal, theirs)
        with self.tools.begin() as connection:
            crm.advance(
                connection,
                report.sync_id,
                position=part[-1][1],
                listed=len(part),
                stored=kept,
                failed=len(deals) - kept,
            )

    def _keep(self, tenant_id: str, deal: CrmDeal, people: Sequence[CrmContact]) -> bool:
        """Whether it was kept; if not, it waits in the inbox with the reason."""
        try:
            with self.tools.begin() as connection:
                keep_deal(connection, self.tools, tenant_id, deal, people)
        except DBAPIError:
            raise  # the database's failure is the whole step's, not this deal's
        except Exception as error:  # one bad deal must not hold up the others, whatever is wrong with it
            with self.tools.begin() as connection:
                why, passing = said(error), is_passing(error)
                crm.put_off(connection, tenant_id, deal.deal_id, why, passing=passing, now=self._now())
            return False
        return True

    def _note_gone(self, client: Crm, report: SyncReport) -> int:
        """Deals deleted meanwhile; gives how many of them were known here."""
        count = 0
        for part in _parts(client.gone_deals(report.since)):
            with self.tools.begin() as connection:
                count += sum(crm.gone(connection, report.tenant_id, one, at=at) for one, at in part)
        return count

    def _finish(self, report: SyncReport, gone: int, *, until: datetime) -> SyncReport:
        with self.tools.begin() as connection:
            since = _compared_until(connection, report.tenant_id, until)
            until = max(since, until)
            history = queries.moves_told(connection, report.tenant_id, since, until)
            webhooks = queries.webhooks_told(connection, report.tenant_id, since, until)
            compared = reconcile(history, webhooks, since, until)
            return crm.finish_sync(
                connection,
                report.sync_id,
                compared=compared,
                window=(since, until),
                gone=gone,
                now=self._now(),
            )

    def _now(self) -> datetime:
        return self.tools.clock.now()


def _since(connection: Connection, tenant_id: str) -> datetime:
    known = queries.cursor(connection, tenant_id)
    return BEGINNING if known is None else known.cursor_at - OVERLAP


def _compared_until(connection: Connection, tenant_id: str, until: datetime) -> datetime:
    """Where the last comparison ended; the first begins when the portal was connected."""
    known = queries.cursor(connection, tenant_id)
    if known is not None:
        return known.reconciled_until
    return min((one.connected_at for one in queries.portals(connection, tenant_id=tenant_id)), default=until)


def _parts(told: Iterator[Changed]) -> Iterator[list[Changed]]:
    while part := list(islice(told, PART)):
        yield part


def _told(report: SyncReport) -> Json:
    compared = report.reconciled
    return {
        "tenant_id": report.tenant_id,
        "sync_id": report.sync_id,
        "state": report.state,
        "listed": report.listed,
        "stored": report.stored,
        "failed": report.failed,
        "gone": report.gone,
        "told_by_both": compared.both,
        "only_sync": compared.only_sync,
        "only_webhook": compared.only_webhook,
    }
