"""A worker is killed with SIGKILL while it takes in events and syncs: nothing is lost or counted twice."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random

import pytest

from kinoloop.flows.sync_crm.sync import NAME
from kinoloop.learning.crm import queries
from kinoloop.learning.revenue import queries as ledger
from kinoloop.runs import queries as runs_queries
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.sandbox.faults import Fault
from kinoloop.store.session import Database
from tests.flows.sync_crm import worker as program
from tests.flows.sync_crm.office import TABLE, TENANT, Office, deal_with, moved, open_office
from tests.forked import hired
from tests.runs.crew import until
from tests.vendors.hubspot.sandboxed import START, HubSpotBox

WAY = ("appointmentscheduled", "presentationscheduled", "closedwon")
DEALS = 60


@dataclass
class Crew:
    """Workers on one database; `kill` takes one away in the middle of its work."""

    office: Office
    url: str
    up: Path
    workers: list[ForkServerProcess] = field(default_factory=list)

    def hire(self) -> ForkServerProcess:
        box, now = self.office.box, self.office.clock.now().isoformat()
        worker = hired(program.main, self.url, box.url, box.token, now, self.up)
        self.workers.append(worker)
        sign = Path(f"{self.up}.{worker.pid}.up")
        until(lambda: sign.exists() or worker.exitcode is not None, 60)
        assert worker.exitcode is None, "the worker ended at once"
        return worker

    def dismiss(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.join(10)

    @property
    def proposed(self) -> list[str]:
        path = Path(f"{self.up}.proposed")
        return path.read_text().split() if path.exists() else []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_workers_lose_and_double_nothing(
    database: Database, database_url: str, box: HubSpotBox, tmp_path: Path
) -> None:
    random = Random(6)
    with open_office(database, box) as office:
        crew = Crew(office, database_url, tmp_path / "crew")
        office.click("k1", START - timedelta(hours=1))
        person = box.desk.portal.put_contact({"email": "a@b.example", "kinoloop_click_id": "k1"}, at=START)
        fresh = START + timedelta(hours=12)
        deals = {deal_with(box, WAY[: 1 + n % 3], at=fresh, contacts=[person]): n % 3 for n in range(DEALS)}
        box.clock.at += timedelta(minutes=1)
        box.sandbox.fault(Fault(vendor="hubspot", latency=0.1))
        runs = Runs(database, [office.process.flow(), office.sync.flow()], RunsConfig(mode="client"))
        office._start = runs.start  # type: ignore[method-assign]
        told = [moved(one, stage, fresh) for one, level in deals.items() for stage in WAY[: level + 1]]
        random.shuffle(told)
        for start in range(0, len(told), 15):
            office.tell(*told[start : start + 15])
        runs.start(NAME, {}, run_id="sync")
        try:
            for _ in range(3):
                worker = crew.hire()
                time.sleep(random.uniform(0.3, 1.2))
                worker.kill()
                worker.join(10)
            crew.hire()
            until(lambda: finished(office), 200)
        finally:
            crew.dismiss()
            runs.close()
        check(office, crew, deals)


def finished(office: Office) -> bool:
    with office.database.read() as connection:
        counts = queries.event_counts(connection)
        done = runs_queries.run(connection, "sync").finished
        return done and set(counts) == {"handled"} and not queries.wishes(connection, states=("open",))


def check(office: Office, crew: Crew, deals: dict[str, int]) -> None:
    levels = [TABLE.stages[name].value for name in ("appointment_scheduled", "show_up", "closed_won")]
    assert {one: level for one, (_, level) in office.levels().items()} == {
        one: levels[place] for one, place in deals.items()
    }
    with office.database.read() as connection:
        for one, place in deals.items():
            lines = ledger.lines(connection, TENANT, one)
            assert len(lines) == place + 1 and sum(line.increment for line in lines) == levels[place]
        wishes = queries.wishes(connection, limit=500)
        (report,) = queries.syncs(connection)
        cursor = queries.cursor(connection, TENANT)
        sync = runs_queries.run(connection, "sync")
    assert {one.state for one in wishes} == {"proposed"} and len(wishes) == len(
        {one.wish_id for one in wishes}
    )
    assert set(crew.proposed) == {one.wish_id for one in wishes} and wishes
    assert (sync.status, report.state) == ("completed", "completed")
    assert report.stored + report.failed >= DEALS
    assert cursor is not None and cursor.cursor_at == START + timedelta(hours=14)
