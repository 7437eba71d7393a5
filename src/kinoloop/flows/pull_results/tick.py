"""The hourly run over all ad accounts: mirror, results, contents; what fails for one account stops no other.

Each of them is a step that begins anew when it was interrupted; nothing is written twice by that.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from kinoloop.core.errors import CancelledError, KinoloopError, NotFoundError, UnavailableError
from kinoloop.core.text import plural
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts import queries
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.flows.pull_results.days import hourly_days, whole_days
from kinoloop.flows.pull_results.drifting import compare, propose_reverts, watched
from kinoloop.flows.pull_results.tools import ResultsPlatform, ResultsTools, Seat
from kinoloop.learning.insights import operations as insights
from kinoloop.learning.insights.queries import last_pull
from kinoloop.learning.insights.records import Counts, InsightRow
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.step import Step

NAME = "pull_results"
EVERY_HOUR = Schedule("pull results", "17 * * * *", NAME)
"""Not on the hour, when everybody else asks."""
RETRIES = 2
Json = dict[str, Any]
Asked = tuple[date, date, bool]


@dataclass(frozen=True)
class PullResults:
    """A payload with an `account_id` pulls that one only."""

    tools: ResultsTools

    def flow(self) -> Flow:
        return Flow(NAME, "cron", self.body, lambda _: "Pull ad results", ("accounts",))

    def body(self, run: Run, payload: Json) -> Json:
        """`{"accounts": {id: {mirror, results, contents}}, "skipped": {id: reason}}`."""
        found = run.step("accounts", self.accounts, payload)
        failures, told = list[str](), dict[str, Json]()
        for seat in found["seats"]:
            told[seat["account_id"]] = self._account(run, seat, failures)
        if failures:
            run.partially(" ".join(failures))
        return {"accounts": told, "skipped": found["skipped"]}

    def accounts(self, step: Step, payload: Json) -> Json:
        """Whose turn it is; those without a key are named with the reason."""
        with step.begin() as connection:
            known = [_seat(one) for one in queries.accounts(connection)]
        seats, skipped = list[Json](), dict[str, str]()
        for seat in {one.account_id: one for one in (*self.tools.seats(), *known)}.values():
            if payload.get("account_id") not in (None, seat.account_id):
                continue
            try:
                self.tools.platform_for(seat)
                seats.append(asdict(seat))
            except UnavailableError as error:
                skipped[seat.account_id] = str(error)
        return {"seats": seats, "skipped": skipped}

    def mirror(self, step: Step, payload: Json) -> Json:
        """Everything in the account, as it stands."""
        seat, platform = self._open(payload)
        step.progress(0, 2, f"Looking at {seat.account_id}")
        seen = platform.mirror(seat.account_id)
        step.progress(1, 2, f"Keeping {plural(len(seen.entities), 'entity', 'entities')}")
        with step.begin() as connection:
            accounts.save_mirror(connection, seen, tenant_id=seat.tenant_id, platform=seat.platform)
        return {"entities": len(seen.entities)}

    def results(self, step: Step, payload: Json) -> Json:
        """The last days anew, and today by the hour. What was told at one instant is stored as one."""
        seat, platform = self._open(payload)
        account = self._account_of(step, seat)
        now = self.tools.clock.now()
        with step.begin() as connection:
            before = last_pull(connection, seat.account_id)
        asked = list(self._asked(account, before.pulled_at if before else None))
        rows = list[InsightRow]()
        for number, (since, until, hourly) in enumerate(asked):
            step.progress(number, len(asked) + 1, f"{'Hours' if hourly else 'Days'} {since} to {until}")
            windows = self.tools.windows
            rows += platform.insights(
                seat.account_id, since=since, until=until, hourly=hourly, windows=windows
            )
        step.progress(len(asked), len(asked) + 1, plural(len(rows), "row"))
        with step.begin() as connection:
            counts = insights.store(connection, rows, now=now)
            first, last = asked[0][:2]
            insights.note_pull(
                connection,
                seat.account_id,
                since=first,
                until=last,
                windows=self.tools.windows,
                counts=counts,
                now=now,
            )
            _tell(step, seat, counts)
        return asdict(counts)

    def contents(self, step: Step, payload: Json) -> Json:
        """What the ads with an approved content really show, and a revert for each that differs."""
        seat, platform = self._open(payload)
        with step.begin() as connection:
            ads = watched(connection, seat.account_id)
        step.progress(0, 2, f"Reading {plural(len(ads.present), 'ad')}")
        served = platform.served(seat.account_id, [one.ad_id for one in ads.present]) if ads.present else ()
        known = self._account_of(step, seat)
        tally = compare(step, self.tools, known.account_id, ads, served)
        step.progress(1, 2, f"{plural(tally.compared, 'ad')} compared")
        proposed = propose_reverts(step, self.tools, seat.account_id)
        return asdict(tally) | {"proposed": proposed}

    def _account(self, run: Run, seat: Json, failures: list[str]) -> Json:
        told: Json = {}
        for name, work in (("mirror", self.mirror), ("results", self.results), ("contents", self.contents)):
            try:
                what = f"{name} {seat['account_id']}"
                told[name] = run.step(what, work, seat, retries=RETRIES, backoff=self.tools.backoff)
            except CancelledError:
                raise
            except KinoloopError as error:
                told[name] = {"error": error.as_dict()}
                failures.append(f"{name} of {seat['account_id']}: {error}")
                if error.code == NotFoundError.code:
                    break
        return told

    def _open(self, payload: Json) -> tuple[Seat, ResultsPlatform]:
        seat = Seat(**payload)
        return seat, self.tools.platform_for(seat)

    def _account_of(self, step: Step, seat: Seat) -> AdAccount:
        with step.begin() as connection:
            return queries.account(connection, seat.account_id)

    def _asked(self, account: AdAccount, last: datetime | None) -> Iterator[Asked]:
        """Whole days first, then hours, a day at a time."""
        now = self.tools.clock.now()
        yield (*whole_days(now, account.timezone, self.tools.days), False)
        for day in hourly_days(now, account.timezone, last):
            yield day, day, True


def _seat(account: AdAccount) -> Seat:
    return Seat(account.account_id, account.tenant_id, account.platform)


def _tell(step: Step, seat: Seat, counts: Counts) -> None:
    """Only what is new is worth a line in the journal."""
    if counts.new or counts.restated:
        words = f"{plural(counts.new, 'new row')}, {counts.restated} restated"
        step.event(
            "results_pulled", f"{seat.account_id}: {words}", severity="debug", account_id=seat.account_id
        )
