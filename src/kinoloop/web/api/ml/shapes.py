"""Bodies and answers of the revenue routes. Money is major units (dollars, not cents), as in the documents.

What is not known is null, and `reason` says why.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from kinoloop.web.api.shapes import Body

Amount = Annotated[Decimal, Field(ge=0, le=10**12, description="Major units of the tenant's currency")]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class CalculateBody(Body):
    """A deal went from one stage to another. Stages are the tenant's names or its CRM's own ids."""

    tenant_id: Name
    stage_from: Name | None = None
    stage_to: Name
    deal_value: Amount | None = None


class CalculateAnswer(BaseModel):
    """`synthetic_value` is the level after the change, `calculated_value` the difference it makes."""

    stage_from: str | None
    stage_to: str
    synthetic_value: float
    calculated_value: float
    confidence: float
    reason: str
    timestamp: datetime
    currency: str


class ChangeBody(Body):
    stage_from: Name | None = None
    stage_to: Name
    deal_value: Amount | None = None


class AdRoasBody(Body):
    """What an ad has spent, and the changes of stage it is credited with."""

    tenant_id: Name
    ad_spend: Amount
    stage_changes: list[ChangeBody] = Field(max_length=10_000)


class AdRoasAnswer(BaseModel):
    """`pipeline_roas` is null without spend, `avg_confidence` null when no change moved money."""

    pipeline_value: float
    pipeline_roas: float | None
    avg_confidence: float | None
    num_stage_changes: int
    ad_spend: float
    currency: str
    reason: str | None


class StagesBody(Body):
    tenant_id: Name


class StageAnswer(BaseModel):
    """`probability` is the chance of winning from there, null while nobody knows it."""

    stage_name: str
    value: float
    confidence: float
    description: str | None
    probability: float | None
    crm_stages: list[str]


class StagesAnswer(BaseModel):
    """The stages from the least to the most worth. `crm_stages` are the CRM's own ids that mean each."""

    stages: list[StageAnswer]
    num_stages: int
    currency: str
