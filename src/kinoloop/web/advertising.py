"""What people may do with ad accounts and with changes to live ads, as the web face needs it."""

from typing import Protocol

from kinoloop.delivery.accounts.records import Authority, GuardSettings
from kinoloop.delivery.changes.records import Change, Proposal


class Ads(Protocol):
    """`who` is a user id; whether they may was checked before. Each raises NotFoundError."""

    def propose(self, proposal: Proposal) -> Change:
        """Look at the platform, then queue the wish; with authority `auto` it is approved at once.

        Raises ForbiddenError (authority `off`), InputError, ConflictError, PassingError.
        """
        ...

    def approve(self, change_id: str, *, who: str, sha256: str | None = None) -> Change:
        """A yes to exactly what was seen. Raises ConflictError when `sha256` is not its hash, or too late."""
        ...

    def reject(self, change_id: str, *, who: str, why: str) -> Change:
        """A no, possible until a worker has it. Raises ConflictError."""
        ...

    def revert(self, change_id: str, *, who: str) -> Change:
        """Propose the value before, exactly; gives that new change. Raises ConflictError, PassingError."""
        ...

    def set_authority(self, account_id: str, authority: Authority, *, who: str) -> object:
        """Raises InputError for what is no authority."""
        ...

    def set_guards(self, account_id: str, guards: GuardSettings, *, who: str) -> object:
        """Raises InputError for limits that make no sense."""
        ...

    def kill(self, account_id: str, *, who: str, reason: str) -> object:
        """Nothing is written to this account any more."""
        ...

    def revive(self, account_id: str, *, who: str) -> object:
        """Let changes through again."""
        ...

    def accept_levels(self, account_id: str, *, who: str) -> object:
        """Today's budgets are a person's: the loss bound counts from them."""
        ...

    def pull(self, account_id: str) -> str:
        """Start reading the account, its results and what its ads show now; gives the run's id.

        Raises UnavailableError when no key for its platform is set.
        """
        ...
