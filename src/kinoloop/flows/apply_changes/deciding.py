"""What people and programs do with changes before they are applied, each a look at most and one transaction.

Used by the pages, the HTTP API and the terminal. An approval is kept twice: on the change, which the executor
obeys, and as an answer bound to the hash of what was seen.
"""

from sqlalchemy import Connection

from kinoloop.approvals import operations as approvals
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.records import Change, Proposal
from kinoloop.flows.apply_changes.place import Desk
from kinoloop.flows.apply_changes.telling import wish


def subject(change_id: str) -> str:
    """How approvals name a change."""
    return f"change:{change_id}"


def propose(desk: Desk, proposal: Proposal) -> Change:
    """Read the live value, then queue the wish; with authority `auto` it is approved at once.

    The same `key` again gives the change that is there. Raises ForbiddenError (authority `off`),
    NotFoundError, and what the platform raises when it cannot be read.
    """
    live = desk.look(proposal.account_id, proposal.kind, proposal.entity_id)
    with desk.database.begin() as connection:
        now = desk.clock.now()
        return changes.propose(connection, proposal, live=live, now=now, new_id=desk.new_id, rng=desk.rng)


def approve(desk: Desk, change_id: str, *, who: str, sha256: str | None = None) -> Change:
    """A yes to what was seen (`sha256` as the page showed it). Raises ConflictError, NotFoundError."""
    with desk.database.begin() as connection:
        now = desk.clock.now()
        change = changes.approve(connection, change_id, who=who, sha256=sha256, now=now, rng=desk.rng)
        _answer(desk, connection, change, who, yes=True)
        return change


def reject(desk: Desk, change_id: str, *, who: str, why: str) -> Change:
    """A no; an approval that stood is void. Raises ConflictError, NotFoundError."""
    with desk.database.begin() as connection:
        change = changes.reject(connection, change_id, who=who, why=why, now=desk.clock.now())
        _answer(desk, connection, change, who, yes=False)
        return change


def revert(desk: Desk, change_id: str, *, who: str) -> Change:
    """Propose the value that stood before, exactly, as the audit tells it. Raises ConflictError."""
    with desk.database.read() as connection:
        change = queries.change(connection, change_id)
    live = desk.look(change.account_id, change.kind, change.entity_id)
    with desk.database.begin() as connection:
        now, make = desk.clock.now(), desk.new_id
        return changes.propose_revert(
            connection, change_id, who=who, live=live, now=now, new_id=make, rng=desk.rng
        )


def _answer(desk: Desk, connection: Connection, change: Change, who: str, *, yes: bool) -> None:
    currency = accounts.account(connection, change.account_id).currency
    say = approvals.approve if yes else approvals.reject
    say(
        connection,
        subject=subject(change.change_id),
        sha256=change.sha256,
        who=who,
        what=wish(change, currency),
        now=desk.clock.now(),
        new_id=desk.new_id,
    )
