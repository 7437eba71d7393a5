"""Ad accounts from the outside: which platform a key opens, what people may do with accounts and changes."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from random import Random, SystemRandom
from threading import Event, Thread
from typing import Protocol

from sqlalchemy import Connection

from kinoloop.app.llms import told
from kinoloop.app.studio import Wiring
from kinoloop.core.errors import ConflictError, UnavailableError
from kinoloop.core.ids import NewId
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts import queries
from kinoloop.delivery.accounts.records import AdEntity, Authority, GuardSettings
from kinoloop.delivery.changes.records import Change, Expected, Proposal
from kinoloop.delivery.guards.rules import OVERSPEND
from kinoloop.flows.apply_changes import deciding
from kinoloop.flows.apply_changes.executor import Executor
from kinoloop.flows.apply_changes.place import Desk
from kinoloop.flows.decide_budget import tick as deciding_budget
from kinoloop.flows.pull_results import tick
from kinoloop.flows.pull_results.tools import Seat
from kinoloop.learning.crm.records import BudgetWish
from kinoloop.learning.revenue.rules import combined_confidence
from kinoloop.runs.door import Runs
from kinoloop.vendors.meta.adapter import MetaPlatform
from kinoloop.vendors.meta.wire import GraphHttp
from kinoloop.vendors.pace import Rate

PLATFORM = "meta"
MANAGING, REPORTING = Rate(600, 60.0), Rate(120, 60.0)
"""An upper bound of our own. What the account's tier allows is told by its usage headers, and obeyed."""
TRIGGER = "crm_deal"
log = logging.getLogger(__name__)


class Platforms:
    """Opens the platform of a tenant, once per process. There is one key, so there is one platform."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._opened: MetaPlatform | None = None

    def open(self, _seat: object = None) -> MetaPlatform:
        """Raises UnavailableError without a key."""
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    @property
    def ready(self) -> bool:
        """Whether there is a key."""
        return told(self._wiring.settings.meta_token) is not None

    def seats(self) -> Sequence[Seat]:
        """The accounts that the settings name."""
        settings = self._wiring.settings
        return tuple(Seat(one, settings.tenant, PLATFORM) for one in settings.meta_accounts)

    def _open(self) -> MetaPlatform:
        settings, wiring = self._wiring.settings, self._wiring
        token = told(settings.meta_token)
        if token is None:
            raise UnavailableError(
                "No ad account is connected.",
                why="META_ACCESS_TOKEN is not set.",
                fix="Set it and start again.",
            )
        http = GraphHttp("Meta", random=SystemRandom())
        wiring.clients.append(http)
        return MetaPlatform(
            settings.meta_url,
            token,
            told(settings.meta_app_secret) or "",
            http,
            wiring.breaker("meta"),
            wiring.pace("meta", MANAGING),
            reports_pace=wiring.pace("meta insights", REPORTING),
            clock=wiring.clock,
            version=settings.meta_version,
            sleep=wiring.tempo.sleep,
        )


def open_desk(wiring: Wiring, platforms: Platforms, new_id: NewId, chance: Random) -> Desk:
    """Where changes are decided and applied."""
    return Desk(wiring.database, platforms.open, wiring.clock, new_id, chance)


class Connected(Protocol):
    """What is connected, as the desk of ads looks at it; `Platforms` is one."""

    @property
    def ready(self) -> bool:
        """Whether there is a key."""
        ...

    def open(self, _seat: object = None) -> object:
        """Raises UnavailableError without a key."""
        ...

    def seats(self) -> Sequence[Seat]:
        """The accounts that the settings name."""
        ...


@dataclass(frozen=True)
class Ads:
    """What the faces may do. `who` is a user id; whether they may was checked before."""

    desk: Desk
    platforms: Connected
    runs: Runs

    def executor(self) -> Executor:
        """One that applies approved changes; see `flows.apply_changes.executor`."""
        desk = self.desk
        return Executor(desk.database, desk.platform_for, desk.clock, desk.new_id, desk.rng)

    @contextmanager
    def applying(self, on_bug: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Apply changes in a thread of this process until the block ends; nothing without a key.

        What is in hand at the end is finished. Several processes may do so: each change has one owner. A bug
        ends the thread: `on_bug` is called at once, and the bug is raised at the end of the block.
        """
        if not self.platforms.ready:
            yield
            return
        stop, name, bugs = Event(), f"house-{os.getpid()}-{self.desk.new_id()[-8:]}", list[BaseException]()

        def work() -> None:
            try:
                self.executor().run(name, stop)
            except BaseException as bug:
                log.exception("The executor has ended by a bug: no change is applied any more.")
                bugs.append(bug)
                on_bug()

        thread = Thread(target=work, name="executor")
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        if bugs:
            raise bugs[0]

    def propose(self, proposal: Proposal) -> Change:
        return deciding.propose(self.desk, proposal)

    def approve(self, change_id: str, *, who: str, sha256: str | None = None) -> Change:
        return deciding.approve(self.desk, change_id, who=who, sha256=sha256)

    def reject(self, change_id: str, *, who: str, why: str) -> Change:
        return deciding.reject(self.desk, change_id, who=who, why=why)

    def revert(self, change_id: str, *, who: str) -> Change:
        return deciding.revert(self.desk, change_id, who=who)

    def set_authority(self, account_id: str, authority: Authority, *, who: str) -> None:
        self._write(lambda c: accounts.set_authority(c, account_id, authority, who=who, now=self._now()))

    def set_guards(self, account_id: str, guards: GuardSettings, *, who: str) -> None:
        self._write(lambda c: accounts.set_guards(c, account_id, guards, who=who, now=self._now()))

    def kill(self, account_id: str, *, who: str, reason: str) -> None:
        self._write(lambda c: accounts.kill(c, account_id, who=who, reason=reason, now=self._now()))

    def revive(self, account_id: str, *, who: str) -> None:
        self._write(lambda c: accounts.revive(c, account_id, who=who, now=self._now()))

    def accept_levels(self, account_id: str, *, who: str) -> None:
        self._write(lambda c: accounts.accept_levels(c, account_id, who=who, now=self._now()))

    def pull(self, account_id: str) -> str:
        """Read the account, its results and what its ads show now; gives the run's id."""
        self.platforms.open()
        return self.runs.start(tick.NAME, {"account_id": account_id})

    def decide(self, account_id: str) -> str:
        """Decide its budgets now and propose what follows; gives the run's id."""
        return self.runs.start(deciding_budget.NAME, {"account_id": account_id})

    def first_look(self) -> tuple[str, ...]:
        """Start reading the accounts of the settings that nobody has looked at yet; gives the runs' ids."""
        with self.desk.database.read() as connection:
            known = {one.account_id for one in queries.accounts(connection)}
        fresh = [one.account_id for one in self.platforms.seats() if one.account_id not in known]
        return tuple(
            self.runs.start(tick.NAME, {"account_id": one}, run_id=f"{tick.NAME}:first:{one}")
            for one in fresh
            if self.platforms.ready
        )

    def _now(self) -> datetime:
        return self.desk.clock.now()

    def _write(self, work: Callable[[Connection], object]) -> None:
        with self.desk.database.begin() as connection:
            work(connection)


def raise_for(desk: Desk, wish: BudgetWish) -> str:
    """Propose what a deal's rise calls for, on whatever holds the ad's budget; gives the change's id.

    Raises NotFoundError for an ad that is not mirrored, ConflictError where no daily budget is known.
    """
    owner = _budget_owner(desk, wish)
    assert owner.daily_budget is not None
    requested = owner.daily_budget + round(owner.daily_budget * wish.step)
    worst = round((requested - owner.daily_budget) * OVERSPEND)
    change = deciding.propose(
        desk,
        Proposal(
            account_id=owner.account_id,
            kind=owner.kind,
            entity_id=owner.entity_id,
            change_type="budget",
            requested=requested,
            reason=wish.reason,
            triggered_by=TRIGGER,
            key=f"wish:{wish.wish_id}",
            expected=Expected("More of what brought this deal.", worst_case=worst),
            confidence=combined_confidence(wish.stage_confidence, wish.attribution_confidence),
        ),
    )
    return change.change_id


def _budget_owner(desk: Desk, wish: BudgetWish) -> AdEntity:
    with desk.database.read() as connection:
        if wish.ad_id is None:
            chain = [queries.entity(connection, wish.campaign_id)]
        else:
            ad = queries.entity(connection, wish.ad_id)
            chain = [queries.entity(connection, one) for one in (ad.parent_id, ad.campaign_id) if one]
    for one in chain:
        if one.daily_budget is not None:
            return one
    raise ConflictError(
        f"Nothing above ad {wish.ad_id or wish.campaign_id} has a daily budget.",
        why="Lifetime budgets are not changed by themselves.",
        fix="Change it at the platform.",
    )
