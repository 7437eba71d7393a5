"""Reading what was told of ads' results."""

from sqlalchemy import Connection, func, select

from kinoloop.learning.bandit.feedback import Feedback
from kinoloop.learning.bandit.tables import bandit_feedback


def latest(connection: Connection, tenant_id: str, currency: str) -> tuple[Feedback, ...]:
    """The newest word on each ad in this currency, by ad id."""
    c = bandit_feedback.c
    newest_first = (c.created_at.desc(), c.id.desc())
    number = func.row_number().over(partition_by=c.ad_id, order_by=newest_first).label("number")
    ranked = select(bandit_feedback, number).where(c.tenant_id == tenant_id, c.currency == currency)
    inner = ranked.subquery()
    rows = connection.execute(select(inner).where(inner.c.number == 1).order_by(inner.c.ad_id))
    return tuple(
        Feedback(
            row.tenant_id,
            row.ad_id,
            row.actual_pipeline_value,
            row.actual_spend,
            row.currency,
            row.created_at,
        )
        for row in rows
    )
