"""A finished film becomes a paused ad: what a yes would cover, and the yes with the run that it starts."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from kinoloop.core.errors import NotFoundError
from kinoloop.creative.renders.queries import variant as read_variant
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.publishing.records import AdDraft
from kinoloop.delivery.publishing.rules import parts_of
from kinoloop.delivery.publishing.wishes import AdWish
from kinoloop.flows.publish_ads import approving
from kinoloop.flows.publish_ads.approving import Seen
from kinoloop.flows.publish_ads.places import (
    Look,
    Place,
    last_page,
    look_with,
    place_of,
    places,
    require_free,
)
from kinoloop.flows.publish_ads.publish import NAME, payload_of
from kinoloop.flows.publish_ads.tools import PublishTools
from kinoloop.runs import queries as journal
from kinoloop.runs.door import Runs
from kinoloop.runs.records import RunRow, RunStatus
from kinoloop.store.session import Database

UNMADE: tuple[RunStatus, ...] = ("failed", "cancelled")
OPEN: tuple[RunStatus, ...] = ("queued", "running", "failed")
RECENT = 50


@dataclass(frozen=True)
class Publishing:
    """What the faces may do. `who` is a user id; whether they may was checked before."""

    database: Database
    runs: Runs
    tools: PublishTools

    def places(self, account_id: str) -> tuple[Place, ...]:
        """Campaigns and ad sets of the account that were made from here."""
        with self.database.read() as connection:
            return places(connection, account_id)

    def last_page(self, account_id: str) -> str:
        """The page that spoke last in this account; empty before the first ad."""
        with self.database.read() as connection:
            return last_page(connection, account_id)

    def look(self, variant_id: str, wish: AdWish) -> Look:
        """Exactly what a yes would cover, and its hash; nothing is written.

        Raises InputError naming the field of the wish, and as `approving.look` and `check_film`.
        """
        with self.database.read() as connection:
            found = look_with(connection, self._seen(connection, variant_id, wish), wish.into)
        approving.check_film(found.seen)
        return found

    def publish(
        self, variant_id: str, wish: AdWish, *, who: str, sha256: str, accept_degraded: bool = False
    ) -> str:
        """A yes to exactly what was seen, and the run that makes the paused ad, or neither; gives its id.

        The same order again gives the run that is under way or has made it. Raises ConflictError when
        `sha256` is not its hash, ForbiddenError for a degraded film that is not accepted as such,
        UnavailableError without a key for the platform, and as `look`.
        """
        with self.database.begin() as connection:
            seen = self._seen(connection, variant_id, wish)
            known, run_id = self._run_for(connection, seen.sha256)
            if known and sha256 == seen.sha256:
                return run_id
            approving.approve(
                connection,
                self.tools,
                variant_id,
                seen.draft,
                who=who,
                sha256=sha256,
                accept_degraded=accept_degraded,
            )
            self.tools.publisher_for(seen.account)
            payload = payload_of(variant_id, seen.draft, seen.sha256) | {"video_id": seen.variant.video_id}
            return self.runs.start(NAME, payload, run_id=run_id, connection=connection)

    def under_way(self, variant_ids: Iterable[str]) -> tuple[RunRow, ...]:
        """Runs that make ads of these films now, or failed to and may be tried again; newest first."""
        wanted = set(variant_ids)
        with self.database.read() as connection:
            found = [one for state in OPEN for one in journal.runs(connection, status=state, limit=RECENT)]
        mine = [one for one in found if one.flow == NAME and one.payload.get("variant_id") in wanted]
        return tuple(sorted(mine, key=lambda one: one.created_at, reverse=True))

    def _seen(self, connection: Connection, variant_id: str, wish: AdWish) -> Seen:
        account = accounts.account(connection, wish.account_id)
        film = read_variant(connection, variant_id)
        joined = place_of(connection, account.account_id, wish.into).joined if wish.into else None
        parts = parts_of(wish, account, film.sha256, joined)
        path = self.tools.blobs.path(film.path)
        draft = AdDraft(account.account_id, wish.name.strip(), *parts, path, film.sha256)
        seen = approving.look(connection, self.tools, variant_id, draft)
        require_free(connection, seen.draft, seen.sha256)
        return seen

    def _run_for(self, connection: Connection, sha256: str) -> tuple[bool, str]:
        """Whether a run of this order stands, and which; else the id for one. A failed one stays as it is."""
        run_id = f"{NAME}:{sha256}"
        try:
            failed = journal.run(connection, run_id).status in UNMADE
        except NotFoundError:
            return False, run_id
        return (False, f"{run_id}:{self.tools.new_id()}") if failed else (True, run_id)
