"""What a circuit breaker decides, as pure steps from one state to the next.

Closed: calls pass; `threshold` provider faults in a row open it. Open: calls are refused until `retry_at`.
Half-open: exactly one trial passes; its success closes the breaker, its fault opens it for another while.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Phase = Literal["closed", "open", "half_open"]


@dataclass(frozen=True)
class Rules:
    """Faults in a row that open it, seconds until a trial, seconds after which a trial counts as dead."""

    threshold: int = 3
    recovery: float = 60.0
    trial_lease: float = 120.0


@dataclass(frozen=True)
class Permit:
    """Leave for one call: `era` counts the openings before it, `trial` is the token of a half-open trial."""

    era: int
    trial: str | None = None


@dataclass(frozen=True)
class Refusal:
    """No call now; `until` is when it is worth asking again."""

    until: datetime


@dataclass(frozen=True)
class Circuit:
    """Everything that is remembered of one outside service; one row of `circuit_breakers`."""

    failures: int = 0
    opened_at: datetime | None = None
    retry_at: datetime | None = None
    opened_count: int = 0
    trial_token: str | None = None
    trial_until: datetime | None = None
    last_error: str | None = None

    def phase(self, now: datetime) -> Phase:
        if self.retry_at is None:
            return "closed"
        return "open" if now < self.retry_at else "half_open"

    def admit(self, now: datetime, token: str, rules: Rules) -> tuple["Circuit", Permit | Refusal]:
        """Ask for one call. `token` names this asker, should it become the trial."""
        if self.retry_at is None:
            return self, Permit(self.opened_count)
        if now < self.retry_at:
            return self, Refusal(self.retry_at)
        if self.trial_until is not None and now < self.trial_until:
            return self, Refusal(self.trial_until)
        lease = now + timedelta(seconds=rules.trial_lease)
        return replace(self, trial_token=token, trial_until=lease), Permit(self.opened_count, token)

    def succeeded(self, permit: Permit) -> "Circuit":
        """The service answered. A late answer of an earlier time changes nothing."""
        if self._is_trial(permit):
            return Circuit(opened_count=self.opened_count)
        return replace(self, failures=0) if self._is_current(permit) else self

    def failed(self, permit: Permit, now: datetime, error: str, rules: Rules) -> "Circuit":
        """The service did not answer as it should. Faults of calls from before an opening count no more."""
        failures = self.failures + 1
        if self._is_trial(permit) or (self._is_current(permit) and failures >= rules.threshold):
            retry = now + timedelta(seconds=rules.recovery)
            return Circuit(failures, now, retry, self.opened_count + 1, last_error=error)
        return replace(self, failures=failures, last_error=error) if self._is_current(permit) else self

    def undecided(self, permit: Permit) -> "Circuit":
        """The call ended for the caller's own reason: a trial gives its place to the next."""
        return replace(self, trial_token=None, trial_until=None) if self._is_trial(permit) else self

    def _is_trial(self, permit: Permit) -> bool:
        return permit.trial is not None and permit.trial == self.trial_token

    def _is_current(self, permit: Permit) -> bool:
        return permit.trial is None and self.retry_at is None and permit.era == self.opened_count
