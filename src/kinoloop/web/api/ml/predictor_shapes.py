"""Bodies and answers of the prediction routes. Rates are fractions (0.015 is 1.5 %); unknown is null."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kinoloop.learning.predictor.records import Asked, Band, Bin, Quality
from kinoloop.learning.predictor.rules.traits import plain
from kinoloop.web.api.shapes import Body

Name = Annotated[str, Field(min_length=1, max_length=200)]
Rate = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=10**12)]
MOST_FIELDS = 200


class ClipData(BaseModel):
    """What is known of the clip or ad. Everything else in it is taken as a trait (`hook_type`, `cta`); those
    that the model has not learnt come back as `features_unused`.
    """

    model_config = ConfigDict(extra="allow")

    clip_id: Name | None = None
    ad_id: Name | None = None
    campaign_id: Name | None = None
    impressions: Count = 0
    clicks: Count = 0

    @model_validator(mode="after")
    def _possible(self) -> "ClipData":
        if self.clicks > self.impressions:
            raise ValueError("there are more clicks than impressions")
        return self

    def asked(self) -> Asked:
        return Asked(
            ad_id=self.ad_id,
            campaign_id=self.campaign_id,
            clip_id=self.clip_id,
            impressions=self.impressions,
            clicks=self.clicks,
            traits=plain(dict(list((self.model_extra or {}).items())[:MOST_FIELDS])),
        )


class PredictBody(Body):
    clip_data: ClipData
    include_confidence: bool = False


class IntervalShape(BaseModel):
    """The true rate lies between `low` and `high` with probability `level`."""

    low: float
    high: float
    level: float


class ModelShape(BaseModel):
    """Which model said it; `learnt_until` is the last day it was learnt from."""

    name: str
    version: str
    sha256: str
    learnt_until: date


class PredictAnswer(BaseModel):
    """`confidence` is the probability that the true rate lies in `predicted_band`; null unless asked for.

    `evidence` counts the impressions and clicks that it rests on.
    """

    prediction_id: str
    predicted_ctr: float
    predicted_band: Band
    interval: IntervalShape
    confidence: float | None
    features_used: list[str]
    features_unused: list[str]
    evidence: dict[str, int]
    base_rate: float
    model: ModelShape


class RecordBody(Body):
    """A prediction that somebody else made."""

    predicted_ctr: Rate
    ad_id: Name | None = None
    video_id: Name | None = None
    clip_id: Name | None = None
    campaign_id: Name | None = None
    platform: Name | None = None
    hook_type: Name | None = None
    template_type: Name | None = None


class RecordAnswer(BaseModel):
    prediction_id: str
    predicted_ctr: float
    predicted_band: Band
    created_at: datetime


class ActualsBody(Body):
    """What really happened. `actual_ctr` alone, or `impressions` with `clicks`. `spend` in minor units."""

    prediction_id: Name
    actual_ctr: Rate | None = None
    impressions: Count | None = None
    clicks: Count | None = None
    spend: Count | None = None


class ActualsAnswer(BaseModel):
    """`in_band`: the real rate lies in the band that was said. Null when nothing was shown."""

    prediction_id: str
    predicted_ctr: float
    predicted_band: Band
    actual_ctr: float | None
    in_band: bool | None
    actuals_fetched_at: datetime | None


class CalibrationShape(BaseModel):
    """Percentages of the predictions with actuals; null without any."""

    in_band_percentage: float | None
    above_high_percentage: float | None
    below_low_percentage: float | None


class BinShape(BaseModel):
    """One point of the reliability diagram; `low` and `high` are Wilson's 95 % bounds of `observed`."""

    predicted: float
    observed: float
    low: float
    high: float
    impressions: int
    ads: int


class QualityShape(BaseModel):
    """`ne`: log loss over that of the base rate (below 1 is better than a constant)."""

    ads: int
    impressions: int
    clicks: int
    base_rate: float
    log_loss: float
    ne: float
    brier: float
    relative_ece: float | None
    slope: float | None
    intercept: float | None
    predicted_over_observed: float | None


class ReliabilityAnswer(BaseModel):
    """Bands are of real rates: low under 2 %, medium under 5 %, high under 10 %, excellent above."""

    total_predictions: int
    with_actuals: int
    in_band_count: int
    above_high_count: int
    below_low_count: int
    calibration: CalibrationShape
    quality: QualityShape | None
    diagram: list[BinShape]
    reason: str | None


def quality_shape(told: Quality) -> QualityShape:
    names: dict[str, Any] = {name: getattr(told, name) for name in QualityShape.model_fields}
    return QualityShape(**names)


def bin_shape(one: Bin) -> BinShape:
    return BinShape(**vars(one))
