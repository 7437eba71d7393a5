"""The run over all accounts: new ads are read, all are judged, the list follows, traits are compared.

Each account is one step and one transaction; each may be done again without harm.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from kinoloop.core.errors import CancelledError, KinoloopError
from kinoloop.core.text import plural
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.flows.pull_results.days import local
from kinoloop.flows.refresh_winners.makes import new_dna
from kinoloop.flows.refresh_winners.reading import account_ctr, exposures, tracks, weekdays, whole_days
from kinoloop.flows.refresh_winners.tools import WinnerTools
from kinoloop.learning.insights.records import InsightRow
from kinoloop.learning.winners import operations as winners
from kinoloop.learning.winners import queries
from kinoloop.learning.winners.records import Fatigue, Judged
from kinoloop.learning.winners.rules.fatigue import fatigue
from kinoloop.learning.winners.rules.verdicts import judge
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.step import Step

NAME = "refresh_winners"
EVERY_SIX_HOURS = Schedule("refresh winners", "41 */6 * * *", NAME)
RETRIES = 2
Json = dict[str, Any]


@dataclass(frozen=True)
class RefreshWinners:
    """A payload with an `account_id` refreshes that one only."""

    tools: WinnerTools

    def flow(self) -> Flow:
        return Flow(NAME, "cron", self.body, lambda _: "Refresh winners", ("accounts",))

    def body(self, run: Run, payload: Json) -> Json:
        """`{"accounts": {id: {ads, winners, losers, came, went, tired}}, "tenants": {id: {...}}}`."""
        found, told, failures = run.step("accounts", self.accounts, payload), dict[str, Json](), list[str]()
        for account_id in found["accounts"]:
            try:
                named = {"account_id": account_id}
                told[account_id] = run.step(f"judge {account_id}", self.judge, named, retries=RETRIES)
            except CancelledError:
                raise
            except KinoloopError as error:
                failures.append(f"{account_id}: {error}")
        tenants = {
            one: run.step(f"learn {one}", self.learn, {"tenant_id": one}, retries=RETRIES)
            for one in found["tenants"]
        }
        if failures:
            run.partially(" ".join(failures))
        return {"accounts": told, "tenants": tenants}

    def accounts(self, step: Step, payload: Json) -> Json:
        wanted = payload.get("account_id")
        with step.begin() as connection:
            known = [one for one in accounts.accounts(connection) if wanted in (None, one.account_id)]
        return {
            "accounts": [one.account_id for one in known],
            "tenants": sorted({one.tenant_id for one in known}),
        }

    def judge(self, step: Step, payload: Json) -> Json:
        """One account: what its ads are made of, how they stand, and the list that follows from it."""
        now, settings = self.tools.clock.now(), self.tools.settings
        with step.begin() as connection:
            account = accounts.account(connection, payload["account_id"])
            winners.save_dna(
                connection,
                account.tenant_id,
                new_dna(connection, account.tenant_id, account.account_id),
                now=now,
            )
            judged = self._judged(connection, account)
            winners.save_standings(connection, judged)
            came, went = winners.keep_list(connection, account.tenant_id, judged, settings, now=now)
            if came or went:
                step.event("winners_changed", f"{account.name}: {plural(came, 'winner')} more, {went} fewer")
        verdicts = [one.standing.verdict for one in judged]
        tired = sum(one.fatigue.recommendation == "REFRESH_CREATIVE" for one in judged)
        counts = {"winners": verdicts.count("winner"), "losers": verdicts.count("loser")}
        return {"ads": len(judged), **counts, "came": came, "went": went, "tired": tired}

    def learn(self, step: Step, payload: Json) -> Json:
        """What a tenant's winners share, and its index files as they are now."""
        tenant_id, library = payload["tenant_id"], self.tools.library
        with step.begin() as connection:
            spaces = [one for one in queries.counts(connection, tenant_id) if one is not None]
            saved = sum(library.save(connection, tenant_id, one) for one in spaces)
            report = winners.learn_dna(connection, tenant_id, self.tools.settings, now=self.tools.clock.now())
        return {"effects": len(report.effects), "found": len(report.found), "saved": saved}

    def _judged(self, connection: Connection, account: AdAccount) -> list[Judged]:
        now, settings = self.tools.clock.now(), self.tools.settings
        rows = whole_days(connection, account, settings, now)
        stands = judge(tracks(connection, account, rows, settings, now), settings, account.currency)
        tired = self._tired(rows, local(now, account.timezone).date())
        return [
            Judged(
                tenant_id=account.tenant_id,
                account_id=account.account_id,
                currency=account.currency,
                standing=one,
                fatigue=tired[one.ad_id],
                fatigue_since=_iso(tired[one.ad_id].since),
                judged_at=now,
            )
            for one in stands
        ]

    def _tired(self, rows: tuple[InsightRow, ...], today: date) -> dict[str, Fatigue]:
        ctr, settings = account_ctr(rows), self.tools.settings
        if ctr is None:
            nothing = Fatigue("NOT_ENOUGH_DATA", "Nobody has clicked in this account yet.")
            return dict.fromkeys((one.entity_id for one in rows), nothing)
        factors = weekdays(rows)
        return {one.ad_id: fatigue(one, ctr, settings, factors) for one in exposures(rows, today)}


def _iso(day: int | None) -> str | None:
    return None if day is None else date.fromordinal(day).isoformat()
