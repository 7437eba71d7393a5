"""What people may do with ad accounts and with changes to live ads, as the web face needs it."""

from collections.abc import Iterable
from typing import Protocol

from kinoloop.delivery.accounts.records import Authority, GuardSettings
from kinoloop.delivery.changes.records import Change, Proposal
from kinoloop.delivery.publishing.wishes import AdWish
from kinoloop.flows.publish_ads.places import Look, Place
from kinoloop.runs.records import RunRow


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

    def decide(self, account_id: str) -> str:
        """Start a round of decisions about its budgets; gives the run's id."""
        ...


class Publishing(Protocol):
    """How a finished film becomes a paused ad. Whose film it is was checked before."""

    def places(self, account_id: str) -> tuple[Place, ...]:
        """Campaigns and ad sets of the account that were made from here."""
        ...

    def last_page(self, account_id: str) -> str:
        """The page that spoke last in this account; empty before the first ad."""
        ...

    def look(self, variant_id: str, wish: AdWish) -> Look:
        """Exactly what a yes would cover, and its hash.

        Raises InputError naming the field of the wish, ForbiddenError (blocked, not approved, account
        closed), ConflictError, IntegrityError (the file), NotFoundError.
        """
        ...

    def publish(
        self, variant_id: str, wish: AdWish, *, who: str, sha256: str, accept_degraded: bool = False
    ) -> str:
        """A yes to exactly what was seen together with the run that makes the ad; gives the run's id.

        Raises ConflictError when `sha256` is not its hash, ForbiddenError for a degraded film that is not
        accepted as such, UnavailableError without a key for the platform, and as `look`.
        """
        ...

    def under_way(self, variant_ids: Iterable[str]) -> tuple[RunRow, ...]:
        """Runs that make ads of these films now, or failed to, newest first."""
        ...
