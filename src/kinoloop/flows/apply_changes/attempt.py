"""One claimed change in a worker's hand: look, begin, write once, look again, settle.

No database connection is held while the platform is asked. A change that was sent before is never sent again
before the platform was read.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from kinoloop.core.errors import ConflictError, KinoloopError, NotFoundError
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes.records import (
    Begun,
    Blocked,
    Change,
    Deferred,
    Lost,
    NotTaken,
    Outcome,
    Overtaken,
    Refused,
    Validated,
)
from kinoloop.delivery.drift import queries as drifts
from kinoloop.delivery.ports import AdPlatform, Written
from kinoloop.flows.apply_changes import outcomes
from kinoloop.flows.apply_changes.place import Desk, Patience
from kinoloop.flows.apply_changes.seeing import Sight, look, look_closely
from kinoloop.flows.apply_changes.telling import Report, settled, told_of, wish

TOO_LATE = NotTaken("The lease would have ended before the answer: nothing was sent.", wait=0.0)
POLICY_STOP = "policy_stop"
EXECUTOR = "executor"


@dataclass(frozen=True)
class Seen:
    """A change with what the platform shows for it; `at` is the moment before the look."""

    change: Change
    account: AdAccount
    sight: Sight
    at: datetime


@dataclass(frozen=True)
class Ready:
    """Every guard has passed and the audit says that it is being sent. `old` is what the look showed."""

    begun: Begun
    account: AdAccount
    platform: AdPlatform
    old: outcomes.Value


@dataclass(frozen=True)
class Attempts:
    """What a worker does with the changes that it has claimed."""

    desk: Desk
    patience: Patience

    def apply(self, worker: str, change: Change) -> Report:
        """One change to its end, or to where it must wait. A bug of ours is settled, then raised."""
        if change.state == "unknown":
            return self.reconcile(worker, change)
        ready = self.prepare(worker, change)
        return ready if isinstance(ready, Report) else self.send(worker, ready)

    def reconcile(self, worker: str, change: Change) -> Report:
        """It was sent, and nobody knows what came of it: read, never write.

        Whoever sent it had a lease that outlives any request, and its end is what made it ours: what is
        not there now will not arrive.
        """
        account = self.desk.account(change.account_id)
        try:
            live = look(self.desk, change).live
        except NotFoundError:
            return self.settle(worker, change, account, Overtaken(None))
        except KinoloopError as error:
            return self.settle(worker, change, account, Lost(str(error)))
        seen = outcomes.value_in(live.entity, change.change_type)
        return self.settle(worker, change, account, outcomes.after_silence(change, seen))

    def prepare(self, worker: str, change: Change) -> Ready | Report:
        """Look, then check and act. A report when that was the end of it for now."""
        seen = self.see(worker, change)
        return seen if isinstance(seen, Report) else self.start(worker, seen)

    def see(self, worker: str, change: Change) -> Seen | Report:
        """The look before the check. A report when the platform cannot be seen, or the entity is gone."""
        account, at = self.desk.account(change.account_id), self.desk.clock.now()
        try:
            return Seen(change, account, look_closely(self.desk, change), at)
        except KinoloopError as error:
            self._heed(account, error)
            return self.settle(worker, change, account, self._unseen(error))

    def is_old(self, seen: Seen) -> bool:
        """Whether the look is to be acted on before any other is taken."""
        return self.desk.clock.now() > seen.at + timedelta(seconds=self.patience.fresh)

    def start(self, worker: str, seen: Seen) -> Ready | Report:
        """Check and act in one transaction. A report when a guard holds it back, or the claim is lost."""
        change, account, sight = seen.change, seen.account, seen.sight
        try:
            with self.desk.database.begin() as connection:
                step = self.begin(connection, worker, change, sight)
        except ConflictError as error:
            return Report(change, "not ours", wish(change, account.currency), error.what)
        if isinstance(step, Begun):
            old = outcomes.value_in(sight.live.entity, change.change_type)
            return Ready(step, account, sight.platform, old)
        return told_of(step, account.currency)

    def begin(
        self, connection: Connection, worker: str, change: Change, sight: Sight
    ) -> Begun | Deferred | Blocked:
        """Check and act, in the caller's transaction. Raises ConflictError when the claim is not ours."""
        return changes.begin(
            connection,
            change.change_id,
            worker,
            live=sight.live,
            now=self.desk.clock.now(),
            new_id=self.desk.new_id,
            chance=self.desk.rng.random(),
            drifts=(*drifts.open_drifts(connection, account_id=change.account_id), *sight.drifts),
            lease_seconds=self.patience.lease,
        )

    def send(self, worker: str, ready: Ready) -> Report:
        """One request, and the look that decides what is said of it."""
        if self.is_late(ready):
            return self.close(worker, ready, TOO_LATE)
        dry = ready.begun.change.dry_run
        try:
            answer: Written | Exception = ready.platform.write(ready.begun.write, validate_only=dry)
        except Exception as error:  # whatever it was, the intent is written and must be settled
            answer = error
        return self.conclude(worker, ready, answer)

    def is_late(self, ready: Ready) -> bool:
        """Whether a request begun now might outlive our claim, and be taken for lost by somebody else."""
        until, needed = ready.begun.change.lease_until, timedelta(seconds=self.patience.write)
        return until is None or self.desk.clock.now() + needed > until

    def conclude(self, worker: str, ready: Ready, answer: Written | Exception) -> Report:
        """Settle by the platform's answer and by what it shows. A bug of ours is settled, then raised."""
        report = self.close(worker, ready, self._judged(ready, answer))
        if isinstance(answer, KinoloopError):
            self._heed(ready.account, answer)
        elif isinstance(answer, Exception):
            raise answer
        return report

    def close(self, worker: str, ready: Ready, outcome: Outcome) -> Report:
        """Settle a change that was begun."""
        return self.settle(worker, ready.begun.change, ready.account, outcome, sent=ready.begun.write.value)

    def settle(
        self, worker: str, change: Change, account: AdAccount, outcome: Outcome, sent: outcomes.Value = None
    ) -> Report:
        """Write down how it ended. When the claim was lost meanwhile, whoever has it now tells the end."""
        if isinstance(outcome, Lost):
            outcome = replace(outcome, settle_seconds=self.patience.settle)
        sent = change.sent if sent is None else sent
        try:
            with self.desk.database.begin() as connection:
                now = self.desk.clock.now()
                ended = changes.settle(connection, change.change_id, worker, outcome, now=now)
        except ConflictError as error:
            return Report(change, "not ours", wish(change, account.currency, sent), error.what)
        return settled(ended, outcome, account.currency, sent)

    def _judged(self, ready: Ready, answer: Written | Exception) -> Outcome:
        change = ready.begun.change
        if isinstance(answer, Exception):
            return outcomes.failed(answer, self.desk.clock.now(), dry=change.dry_run)
        if change.dry_run:
            return Validated(answer.raw)
        try:
            live = look(self.desk, change).live
        except KinoloopError as error:
            return Lost(f"It was accepted, but could not be read back. {error}")
        seen = outcomes.value_in(live.entity, change.change_type)
        return outcomes.after_write(ready.old, ready.begun.write.value, seen, answer.raw)

    def _unseen(self, error: KinoloopError) -> Outcome:
        """Nothing was sent: what is gone cannot be changed, all else may be seen later."""
        if isinstance(error, NotFoundError):
            return Refused(str(error), outcomes.answer_in(error))
        return NotTaken(str(error), outcomes.wait_of(error, self.desk.clock.now()))

    def _heed(self, account: AdAccount, error: KinoloopError) -> None:
        """The platform holds what is done for abuse: nothing more is sent until a person has looked."""
        if error.code == POLICY_STOP:
            with self.desk.database.begin() as connection:
                now, why = self.desk.clock.now(), str(error)
                accounts.kill(connection, account.account_id, who=EXECUTOR, reason=why, now=now)
