"""Reading answers: the one that stands, and all there were."""

from typing import Any

from sqlalchemy import Connection, Row, Select, select

from kinoloop.approvals.records import Approval
from kinoloop.approvals.tables import approvals


def standing(connection: Connection, subject: str) -> Approval | None:
    """The newest answer that is not void."""
    row = connection.execute(_newest_first(subject).where(approvals.c.void_at.is_(None)).limit(1)).first()
    return None if row is None else read_approval(row)


def history(connection: Connection, subject: str) -> tuple[Approval, ...]:
    """Every answer, newest first, the void ones too."""
    return tuple(read_approval(row) for row in connection.execute(_newest_first(subject)))


def read_approval(row: Row[Any]) -> Approval:
    return Approval(**row._mapping)


def _newest_first(subject: str) -> Select[Any]:
    order = (approvals.c.at.desc(), approvals.c.approval_id.desc())
    return select(approvals).where(approvals.c.subject == subject).order_by(*order)
