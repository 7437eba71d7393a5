"""The hourly sync: all that changed, whatever the webhooks told; it goes on where it was; the cursor last."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from kinoloop.core.errors import KinoloopError, NotFoundError, PassingError
from kinoloop.flows.sync_crm.sync import GRACE, HOURLY, NAME, OVERLAP, SyncCrm
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.ports import Crm
from kinoloop.learning.crm.records import SyncReport
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.records import Json
from kinoloop.sandbox.faults import Fault
from kinoloop.store.session import Database
from tests.flows.sync_crm.office import TENANT, Office, deal_with, moved, open_office
from tests.vendors.hubspot.sandboxed import START, HubSpotBox

QUICK = RunsConfig(fastest_poll=0.01, watch=0.02, progress_every=0.1, beat=0.1, lease=0.6, drain_timeout=5.0)
WAY = ("appointmentscheduled", "presentationscheduled", "closedwon")


class Running:
    """The flow on the real engine."""

    def __init__(self, office: Office) -> None:
        self.runs = Runs(office.database, [office.sync.flow(), office.process.flow()], QUICK)
        self.runs.launch()

    def sync(self, **payload: Any) -> Json:
        return self.runs.wait(self.runs.start(NAME, payload), 60)


@pytest.fixture
def running(office: Office) -> Iterator[Running]:
    opened = Running(office)
    yield opened
    opened.runs.close(timeout=5.0)


def cursor_of(office: Office) -> Any:
    with office.database.read() as connection:
        return queries.cursor(connection, TENANT)


def reports(office: Office) -> tuple[SyncReport, ...]:
    with office.database.read() as connection:
        return queries.syncs(connection)


def test_everything_then_only_what_changed(office: Office, running: Running) -> None:
    office.click("k1", START - timedelta(hours=1))
    person = office.box.desk.portal.put_contact({"email": "a@b.example", "kinoloop_click_id": "k1"}, at=START)
    deals = [deal_with(office.box, WAY[: 1 + n % 3], contacts=[person]) for n in range(60)]
    office.tell(*[moved(one, WAY[0], START) for one in deals[:40]])
    office.box.clock.at += timedelta(minutes=1)
    (first,) = running.sync()["reports"]
    counted = {name: first[name] for name in ("state", "listed", "stored", "failed", "gone")}
    assert counted == {"state": "completed", "listed": 60, "stored": 60, "failed": 0, "gone": 0}
    levels = [225_000, 900_000, 1_500_000]
    assert {one: level for one, (_, level) in office.levels().items()} == {
        one: levels[n % 3] for n, one in enumerate(deals)
    }
    assert (first["told_by_both"], first["only_sync"], first["only_webhook"]) == (40, 80, 0)
    (report,) = reports(office)
    assert len(report.reconciled.missed) == 50 and report.window_to == office.clock.now() - GRACE
    assert cursor_of(office).cursor_at == START + timedelta(hours=2)
    lost, kept = deals[2], deals[0]
    office.clock.advance(3600)
    office.box.clock.at = office.clock.now()
    office.box.desk.portal.remove("deals", lost)
    office.box.desk.portal.move_deal(kept, WAY[1])
    office.clock.advance(3600)
    office.box.clock.at = office.clock.now()
    (second,) = running.sync()["reports"]
    assert second["gone"] == 1 and second["stored"] < 30 and office.levels()[kept][1] == 900_000
    assert (second["told_by_both"], second["only_sync"], second["only_webhook"]) == (0, 1, 0)
    with office.database.read() as connection:
        assert queries.deal(connection, TENANT, lost).gone_at is not None
    (third,) = running.sync(tenant_id=TENANT)["reports"]
    assert (third["only_sync"], third["gone"]) == (0, 0), "nothing is counted twice"


def test_webhooks_and_sync_end_with_the_same_ledger(office: Office, running: Running) -> None:
    deals = [deal_with(office.box, WAY[: 1 + n % 3]) for n in range(9)]
    office.tell(*[moved(one, WAY[0], START) for one in deals])
    office.work()
    by_events = office.levels()
    office.box.clock.at += timedelta(minutes=1)
    running.sync()
    assert office.levels() == by_events and len(by_events) == 9


def test_a_sync_that_is_cut_off_goes_on_from_there(office: Office) -> None:
    """Its step runs again under the same run: what was stored is not read again, the report is one."""
    deals = [deal_with(office.box, WAY[:1], at=START + timedelta(minutes=n)) for n in range(64)]
    office.box.clock.at += timedelta(minutes=1)
    office.clock.at = office.box.clock.at
    step, whole = StepDouble(office), cast(Crm, office.crm)

    class Dying:
        asked = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(whole, name)

        def deals(self, ids: Any) -> Any:
            self.asked += 1
            if self.asked == 2:
                raise KeyboardInterrupt  # as a process that ends: nothing of ours catches it
            return whole.deals(ids)

    office.crm = Dying()
    with pytest.raises(KeyboardInterrupt):
        office.sync.sync(step, {"tenant_id": TENANT})  # type: ignore[arg-type]
    (cut,) = reports(office)
    assert (cut.state, cut.stored, cut.position) == ("running", 50, START + timedelta(minutes=49))
    assert cursor_of(office) is None, "the cursor has not moved"
    office.crm = whole
    done = office.sync.sync(step, {"tenant_id": TENANT})  # type: ignore[arg-type]
    assert (done["stored"], done["state"]) == (65, "completed") and set(office.levels()) == set(deals)
    assert len(reports(office)) == 1 and cursor_of(office).cursor_at == START + timedelta(minutes=63)
    assert office.sync.sync(step, {"tenant_id": TENANT}) == done, "a finished one is not done again"  # type: ignore[arg-type]


class StepDouble:
    """The little of a step that a sync uses, where a test has to end the process in between."""

    def __init__(self, office: Office) -> None:
        self.run_id, self.begin = "run-1", office.database.begin

    def progress(self, done: float, total: float, note: str = "") -> None: ...


def test_hubspot_down_is_reported_and_the_next_one_catches_up(office: Office) -> None:
    deal_id = deal_with(office.box, WAY[:1])
    office.box.clock.at += timedelta(minutes=1)
    step = StepDouble(office)
    office.box.sandbox.fault(Fault(vendor="hubspot", status=503))
    with pytest.raises(PassingError):
        office.sync.sync(step, {"tenant_id": TENANT})  # type: ignore[arg-type]
    (failed,) = reports(office)
    assert failed.state == "failed" and failed.error and "503" in failed.error and cursor_of(office) is None
    office.box.sandbox.fault()
    assert office.sync.sync(step, {"tenant_id": TENANT})["state"] == "completed"  # type: ignore[arg-type]
    assert deal_id in office.levels()


def test_a_deal_that_cannot_be_kept_waits_in_the_inbox(office: Office) -> None:
    bad, good = deal_with(office.box, WAY[:1], amount="9" * 20), deal_with(office.box, WAY[:1])
    office.box.clock.at += timedelta(minutes=1)
    told = office.sync.sync(StepDouble(office), {"tenant_id": TENANT})  # type: ignore[arg-type]
    assert (told["stored"], told["failed"], told["state"]) == (1, 1, "completed")
    (event,) = office.events("failed")
    assert (
        event.object_id == bad
        and event.subscription_type == "sync"
        and "more than any deal" in (event.note or "")
    )
    office.box.desk.portal.set_property("deals", bad, "amount", "10")
    office.clock.at = event.due_at or office.clock.at
    assert office.work() == {"handled": 1, "failed": 0} and set(office.levels()) == {bad, good}


def test_the_overlap_finds_what_the_index_told_late(small: Office) -> None:
    deal_with(small.box, WAY[:1], at=START + timedelta(hours=1))
    small.box.clock.at += timedelta(minutes=1)
    small.sync.sync(StepDouble(small), {"tenant_id": TENANT})  # type: ignore[arg-type]
    late = deal_with(small.box, WAY[:1], at=START + timedelta(hours=1) - OVERLAP * 0.9)
    small.box.clock.at += timedelta(minutes=1)
    step = StepDouble(small)
    step.run_id = "run-2"
    small.sync.sync(step, {"tenant_id": TENANT})  # type: ignore[arg-type]
    assert late in small.levels()


def test_a_tenant_without_stages_or_key(sqlite_database: Database, box: HubSpotBox) -> None:
    with open_office(sqlite_database, box, table=False) as office:
        with pytest.raises(NotFoundError, match=TENANT):
            office.sync.sync(StepDouble(office), {"tenant_id": TENANT})  # type: ignore[arg-type]
        assert [report.state for report in reports(office)] == ["failed"]
        office.crm = None
        told = office.sync.sync(StepDouble(office), {"tenant_id": TENANT})  # type: ignore[arg-type]
        assert told["state"] == "skipped"
        assert office.sync.tenants(StepDouble(office), {}) == {"tenants": []}  # type: ignore[arg-type]


def test_one_tenants_failure_does_not_stop_the_others(small: Office) -> None:
    """Told in the run, which ends as partially done."""
    small.desk.connect("77", "other", who="me")
    deal_id = deal_with(small.box, WAY[:1])
    small.box.clock.at += timedelta(minutes=1)
    running = Running(small)
    run_id = running.runs.start(NAME, {})
    result = running.runs.wait(run_id, 60)
    running.runs.close(timeout=5.0)
    assert [report["tenant_id"] for report in result["reports"]] == [TENANT] and deal_id in small.levels()
    assert {report.tenant_id: report.state for report in reports(small)} == {
        "other": "failed",
        TENANT: "completed",
    }


def test_the_schedule_and_the_clock(small: Office) -> None:
    assert HOURLY.flow == NAME and HOURLY.cron.split()[1:] == ["*"] * 4
    assert isinstance(replace(small.sync), SyncCrm) and issubclass(NotFoundError, KinoloopError)
