"""Bodies and answers of the battle-hardened routes: the founding repository's fields, and ours after them.

Money is major units (dollars, not cents) of one currency. What is not known is null.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from kinoloop.web.api.shapes import Body

Name = Annotated[str, Field(min_length=1, max_length=200)]
Money = Annotated[Decimal, Field(ge=0, le=10**10, allow_inf_nan=False, description="Major units")]
Count = Annotated[int, Field(ge=0, le=10**12)]
Code = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Share = Annotated[float, Field(ge=0, le=1)]
WayOfSelling = Literal["pipeline", "direct"]


class AdState(Body):
    """One ad's totals since it began. `current_budget` is a day's; without it, spend by days is taken."""

    ad_id: Name
    impressions: Count
    clicks: Count
    spend: Money
    pipeline_value: Money = Decimal(0)
    cash_revenue: Money = Decimal(0)
    age_hours: Annotated[float, Field(ge=0, le=10**6)]
    last_updated: AwareDatetime | None = None
    current_budget: Money | None = None


class SelectBody(Body):
    """`mode` says which money counts. `value_per_result` is what one sale (or first paying stage) is worth;
    it sets how sure a value makes one. `max_budget_change_pct` is a share: 0.5 is half up or down. Nothing is
    paused as a loser in the ignorance zone: younger, or with less spent, than the account says.
    """

    ad_states: list[AdState] = Field(min_length=1, max_length=10_000)
    total_budget: Annotated[Money, Field(gt=0)]
    creative_dna_scores: dict[str, Share] | None = None
    mode: WayOfSelling = "pipeline"
    currency: Code = "USD"
    value_per_result: Annotated[Money, Field(gt=0)] | None = None
    max_budget_change_pct: Annotated[float, Field(gt=0, le=10)] = 0.5
    ignorance_zone_days: Annotated[float, Field(ge=0, le=365)] = 2.0
    ignorance_zone_spend: Money = Decimal(100)


class Metrics(BaseModel):
    """`ctr` is in percent. The weights are the parts that clicks and results have in what is known by now,
    null while nothing is; `decay_factor` is 1: delivery by itself does not make an ad worse.
    """

    impressions: int
    clicks: int
    ctr: float | None
    pipeline_roas: float | None
    cash_roas: float | None
    ctr_weight: float | None
    roas_weight: float | None
    blended_score: float | None
    decay_factor: float
    age_hours: float


class Recommendation(BaseModel):
    """`confidence` is the share of the first uncertainty that the ad's own data has removed. Returns are
    revenue per money at the recommended budget, with an 80 % range; a paused ad gets 0.
    """

    ad_id: str
    current_budget: float
    recommended_budget: float
    change_percentage: float | None
    confidence: float
    reason: str
    metrics: Metrics
    verdict: Literal["keep", "scale", "pause", "not_enough_data"]
    expected_return: float | None
    low: float | None
    high: float | None
    chance_loser: float | None
    chance_best: float | None
    results_in: float | None
    wait_days: float | None
    wait_spend: float | None


class SelectAnswer(BaseModel):
    """The recommendations sum to `total_budget`, to the cent."""

    total_budget: float
    recommendations: list[Recommendation]
    num_ads: int
    currency: str
    policy: str


class FeedbackBody(Body):
    """All that an ad really spent and brought until now, not what came since the last time."""

    ad_id: Name
    actual_pipeline_value: Money
    actual_spend: Money
    currency: Code = "USD"


class FeedbackAnswer(BaseModel):
    """`actual_roas` is null where nothing was spent."""

    status: Literal["recorded"]
    ad_id: str
    actual_roas: float | None
    timestamp: datetime


class ThresholdsBody(Body):
    """An account's own numbers for the plain rule; money in major units."""

    ignorance_zone_days: Annotated[float, Field(ge=0, le=365)] = 2.0
    ignorance_zone_spend: Money = Decimal(100)
    min_spend_for_kill: Money = Decimal(200)
    kill_pipeline_roas: Annotated[float, Field(ge=0, le=1000)] = 0.5
    scale_pipeline_roas: Annotated[float, Field(ge=0, le=1000)] = 3.0


class DecideBody(Body):
    """One ad for the plain rule of the founding documents: kill, scale or maintain."""

    ad_id: Name
    spend: Money
    revenue: Money = Decimal(0)
    synthetic_revenue: Money = Decimal(0)
    days_live: Annotated[float, Field(ge=0, le=10**5)]
    mode: WayOfSelling = "pipeline"
    currency: Code = "USD"
    thresholds: ThresholdsBody = ThresholdsBody()


class DecideMetrics(BaseModel):
    spend: float
    revenue: float
    synthetic_revenue: float
    roas: float | None
    days_live: float


class DecideAnswer(BaseModel):
    ad_id: str
    decision: Literal["kill", "scale", "maintain"]
    reason: str
    mode: WayOfSelling
    metrics: DecideMetrics
