"""The chores of an executor, now and then after a heartbeat: settle, report what is stuck, delete."""

import time

from dbos import DBOSClient

from kinoloop.runs import journal
from kinoloop.runs.place import Place
from kinoloop.runs.records import Stuck
from kinoloop.runs.retention import sweep
from kinoloop.runs.watchdog import settle, stuck_runs


class Upkeep:
    """Call `turn` often; it works every `config.upkeep` seconds."""

    def __init__(self, place: Place, client: DBOSClient) -> None:
        self._place, self._client = place, client
        self._last = time.monotonic()
        self._reported: set[str] = set()

    def turn(self) -> None:
        if time.monotonic() - self._last >= self._place.config.upkeep:
            self._last = time.monotonic()
            self.work()

    def work(self) -> None:
        """All chores, once."""
        place = self._place
        settle(place.database, self._client, place.config, place.clock)
        self._report(stuck_runs(place.database, place.config, place.clock))
        sweep(place.database, self._client, place.config, place.clock)

    def _report(self, found: tuple[Stuck, ...]) -> None:
        """An event for each run that is newly stuck, not one per look."""
        fresh = [stuck for stuck in found if stuck.run_id not in self._reported]
        self._reported = {stuck.run_id for stuck in found}
        if not fresh:
            return
        with self._place.database.begin() as connection:
            for stuck in fresh:
                said = f"The run does not move: {stuck.reason}."
                now, about = self._place.clock.now(), {"seconds": round(stuck.seconds)}
                journal.event(
                    connection,
                    "run_stuck",
                    said,
                    now,
                    component="runs",
                    severity="warning",
                    run_id=stuck.run_id,
                    details=about,
                )
