"""Writing what was told of ads' results. Nothing here commits."""

from sqlalchemy import Connection

from kinoloop.core.ids import NewId
from kinoloop.learning.bandit.feedback import Feedback
from kinoloop.learning.bandit.tables import bandit_feedback


def record_feedback(connection: Connection, told: Feedback, *, new_id: NewId) -> None:
    """Keep one word on one ad; what was told before stays."""
    connection.execute(
        bandit_feedback.insert().values(
            id=new_id(),
            tenant_id=told.tenant_id,
            ad_id=told.ad_id,
            actual_pipeline_value=told.value,
            actual_spend=told.spend,
            actual_roas=told.roas,
            currency=told.currency,
            created_at=told.at,
        )
    )
