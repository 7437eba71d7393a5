"""A worker process for the crash test; `main` takes DATABASE HUBSPOT TOKEN NOW UP.

It proposes into the file UP.proposed: one line for each time it was asked to. Its clock begins at NOW and is
sixty times too fast, so that what failed in passing is due again while the test waits.
"""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from kinoloop.core.ids import new_id
from kinoloop.flows.sync_crm.process import ProcessEvents
from kinoloop.flows.sync_crm.receiving import PROCESS
from kinoloop.flows.sync_crm.sync import SyncCrm
from kinoloop.flows.sync_crm.tools import CrmTools
from kinoloop.learning.crm.records import BudgetWish
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.serving import serve
from kinoloop.store.session import connect
from tests.vendors.hubspot.makers import hubspot_crm

CRASH = RunsConfig(mode="worker", fastest_poll=0.05, watch=0.1, beat=0.2, lease=1.0, drain_timeout=20.0)


class FastClock:
    def __init__(self, begin: datetime) -> None:
        self._begin, self._since = begin, time.monotonic()

    def now(self) -> datetime:
        return self._begin + timedelta(seconds=60 * (time.monotonic() - self._since))


def main(arguments: list[str]) -> None:
    url, hubspot, token, now, up = arguments
    database = connect(url, profile="test")

    def propose(wanted: BudgetWish) -> str:
        handle = os.open(f"{up}.proposed", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(handle, f"{wanted.wish_id}\n".encode())
        os.close(handle)
        return f"change-{wanted.wish_id}"

    with hubspot_crm(database, hubspot, token=token) as crm:
        clock = FastClock(datetime.fromisoformat(now))
        tools = CrmTools(database.begin, lambda tenant: crm, clock, new_id, propose)
        sweep = Schedule("sweep", "*/2 * * * * *", PROCESS)
        flows = [ProcessEvents(tools).flow(), SyncCrm(tools).flow()]
        runs = Runs(database, flows, CRASH, schedules=[sweep])
        serve(runs, ready=lambda name: Path(f"{up}.{os.getpid()}.up").touch())
