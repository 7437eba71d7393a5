"""Results from Meta: a short span at once, a long one as a report that is ordered, waited for and read."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from kinoloop.core.currency import currency
from kinoloop.core.errors import IntegrityError, PassingError
from kinoloop.learning.insights.records import InsightRow
from kinoloop.vendors.meta.client import GraphClient, Told
from kinoloop.vendors.meta.faults import TooMuchDataError, fault_of
from kinoloop.vendors.meta.fields import ACCOUNT, account_path, entity_path
from kinoloop.vendors.meta.insight_rows import Level, Question, Reader, question

SHORT_DAYS, SHORT_HOURLY_DAYS = 7, 1
"""Up to so many days are asked for at once."""
PAGE = 500
STATUS = (
    "async_status,async_percent_completion,"
    "error_code,error_subcode,error_message,error_user_title,error_user_msg"
)
DONE, FAILED, SKIPPED = "Job Completed", "Job Failed", "Job Skipped"
LONGEST_REST = 15.0


class InsightReader:
    """Asks through `client`. A report is looked at more and more rarely, for at most `report_seconds`."""

    def __init__(
        self,
        client: GraphClient,
        *,
        sleep: Callable[[float], None] = time.sleep,
        report_seconds: float = 900.0,
    ) -> None:
        self._client, self._sleep, self._report_seconds = client, sleep, report_seconds

    def insights(
        self,
        account_id: str,
        *,
        since: date,
        until: date,
        level: Level = "ad",
        hourly: bool = False,
        windows: Sequence[str] = ("1d_click", "7d_click", "1d_view"),
    ) -> list[InsightRow]:
        """See the port. Raises InputError for windows that Meta has ended (`7d_view`, `28d_view`)."""
        asked = question(since, until, level, hourly=hourly, windows=windows)
        account = self._client.get(account_path(account_id), {"fields": ACCOUNT})
        try:
            money, timezone = currency(account["currency"]), str(account["timezone_name"])
        except (KeyError, TypeError) as error:
            raise IntegrityError(
                "Meta's answer about the account cannot be read.", why=repr(error)
            ) from error
        return Reader(account_id, money, timezone, level, asked.windows).rows(self._told(account_id, asked))

    def _told(self, account_id: str, asked: Question) -> list[Told]:
        """All rows, or none: the pages are read to their end before any is used."""
        if asked.days <= (SHORT_HOURLY_DAYS if asked.hourly else SHORT_DAYS):
            try:
                return list(self._client.pages(f"{account_id}/insights", asked.params(), page=PAGE))
            except TooMuchDataError:
                pass
        return self._reported(account_id, asked)

    def _reported(self, account_id: str, asked: Question) -> list[Told]:
        try:
            run = self._client.report(f"{account_id}/insights", asked.params())
            self._wait(_run_id(run))
            return list(self._client.pages(f"{_run_id(run)}/insights", {}, page=PAGE))
        except TooMuchDataError:
            if asked.days == 1:
                raise
            first, second = asked.halves()
            return [*self._reported(account_id, first), *self._reported(account_id, second)]

    def _wait(self, run_id: str) -> None:
        """Come back when the report is whole: its status says so and so does its percentage."""
        waited, rest = 0.0, 1.0
        while True:
            told = self._client.get(run_id, {"fields": STATUS})
            status, percent = told.get("async_status"), told.get("async_percent_completion")
            if status in {FAILED, SKIPPED}:
                raise _failure(told, str(status))
            if status == DONE and percent == 100:
                return
            if waited >= self._report_seconds:
                raise PassingError(
                    "Meta's report takes too long.",
                    why=f"After {waited:g} s it is at {percent} % ({status}).",
                    fix="It is asked for again later.",
                )
            self._sleep(rest)
            waited, rest = waited + rest, min(LONGEST_REST, rest * 1.5)


def _run_id(told: Told) -> str:
    run_id = told.get("report_run_id")
    if not isinstance(run_id, str):
        raise IntegrityError("Meta's answer cannot be read.", why="It names no report.")
    return entity_path(run_id)


def _failure(told: dict[str, Any], status: str) -> Exception:
    """By the error that the report tells of; without one it may work another time."""
    if told.get("error_code"):
        error = {"code": told["error_code"], "message": told.get("error_message"), **told}
        return fault_of(error, 200)
    return PassingError(
        "Meta's report was not made.",
        why=f"Its status is '{status}', without a reason.",
        fix="Try again later.",
    )
