"""Writing answers. What was said is never rewritten; a later answer or a change makes it void.

Nothing here commits.
"""

from datetime import datetime

from sqlalchemy import Connection, insert, update

from kinoloop.approvals.queries import standing
from kinoloop.approvals.records import Answer, Approval
from kinoloop.approvals.tables import approvals
from kinoloop.core.ids import NewId


def approve(
    connection: Connection, *, subject: str, sha256: str, who: str, what: str, now: datetime, new_id: NewId
) -> Approval:
    """A yes to exactly this content. The same person's same yes again is the one that stands."""
    return _answer(connection, "approved", subject, sha256, who, what, now, new_id)


def reject(
    connection: Connection, *, subject: str, sha256: str, who: str, what: str, now: datetime, new_id: NewId
) -> Approval:
    """A no to exactly this content."""
    return _answer(connection, "rejected", subject, sha256, who, what, now, new_id)


def void_all(connection: Connection, subject: str, *, reason: str, now: datetime) -> int:
    """Every answer that stood is void; gives how many."""
    standing_ones = (approvals.c.subject == subject, approvals.c.void_at.is_(None))
    voided = update(approvals).where(*standing_ones).values(void_at=now, void_reason=reason)
    return connection.execute(voided).rowcount


def _answer(
    connection: Connection,
    answer: Answer,
    subject: str,
    sha256: str,
    who: str,
    what: str,
    now: datetime,
    new_id: NewId,
) -> Approval:
    known = standing(connection, subject)
    if known is not None and (known.answer, known.sha256, known.who) == (answer, sha256, who):
        return known
    void_all(connection, subject, reason="it was answered anew", now=now)
    made = Approval(new_id(), subject, sha256, answer, who, now, what)
    connection.execute(insert(approvals).values(vars(made)))
    return made
