"""Predicted click-through rates: ask for one, hand in one, tell what really happened, see how good they were.

Without a model that beats a constant on later days every question is refused (503): nothing stands in for it.
"""

from datetime import datetime

from fastapi import APIRouter

from kinoloop.core.errors import ForbiddenError, NotFoundError
from kinoloop.core.ids import new_id
from kinoloop.footage.analysis.queries import shot
from kinoloop.learning.predictor import operations, queries
from kinoloop.learning.predictor.records import Actual, Asked, Foreseen, Prediction
from kinoloop.learning.predictor.rules.estimating import band_of
from kinoloop.learning.predictor.rules.foreseeing import foresee
from kinoloop.learning.predictor.rules.reliability import place_in_band
from kinoloop.registry.models.records import Model
from kinoloop.web.api.ml import predictor_shapes as shapes
from kinoloop.web.api.shapes import Problem
from kinoloop.web.stage import Now, Stage, Who

router = APIRouter(tags=["predictor"], responses={code: {"model": Problem} for code in (404, 422, 503)})


@router.post("/api/ml/predict-ctr", summary="The click-through rate to expect")
def predict(body: shapes.PredictBody, stage: Stage, clock: Now) -> shapes.PredictAnswer:
    """Kept as a prediction, so that what really happens can be held against it."""
    asked, now, tenant = body.clip_data.asked(), clock.now(), stage.settings.tenant
    with stage.begin() as connection:
        model, learnt = queries.champion(connection, tenant)
        if asked.clip_id is not None:
            shot(connection, asked.clip_id)
        ads = queries.with_campaign(connection, tenant, asked, now)
        said = foresee(learnt, ads)[0]
        made = _made(ads[0], said, model, learnt.base_rate, tenant, now)
        operations.record(connection, [made])
    return _answer(made, said, model, learnt.base_rate, confident=body.include_confidence)


@router.post("/api/ml/prediction/record", status_code=201, summary="Hand in a prediction of your own")
def record(body: shapes.RecordBody, stage: Stage, clock: Now) -> shapes.RecordAnswer:
    """It counts among the bands, never among our models' figures."""
    made = Prediction(
        prediction_id=new_id(),
        predicted_band=band_of(body.predicted_ctr),
        created_at=clock.now(),
        tenant_id=stage.settings.tenant,
        **body.model_dump(),
    )
    with stage.begin() as connection:
        if made.clip_id is not None:
            shot(connection, made.clip_id)
        operations.record(connection, [made])
    return shapes.RecordAnswer(
        prediction_id=made.prediction_id,
        predicted_ctr=made.predicted_ctr,
        predicted_band=made.predicted_band,
        created_at=made.created_at,
    )


@router.post(
    "/api/ml/prediction/update-actuals",
    summary="Tell what really happened",
    responses={403: {"model": Problem}},
)
def update_actuals(body: shapes.ActualsBody, stage: Stage, who: Who, clock: Now) -> shapes.ActualsAnswer:
    """A later word replaces an earlier one. Owners only: models are promoted by it."""
    if not who.sees_all:
        raise ForbiddenError(
            "Only an owner may tell what really happened.",
            why="Models are judged by it.",
            fix="Use an owner's key.",
        )
    actual = Actual(body.actual_ctr, body.impressions, body.clicks, body.spend)
    with stage.begin() as connection:
        if queries.prediction(connection, body.prediction_id).tenant_id != stage.settings.tenant:
            raise NotFoundError(f"There is no prediction with the id '{body.prediction_id}'.")
        kept = operations.update_actuals(connection, body.prediction_id, actual, now=clock.now())
    place = place_in_band(kept)
    return shapes.ActualsAnswer(
        prediction_id=kept.prediction_id,
        predicted_ctr=kept.predicted_ctr,
        predicted_band=kept.predicted_band,
        actual_ctr=kept.actual_ctr,
        in_band=None if place is None else place == "in",
        actuals_fetched_at=kept.actuals_fetched_at,
    )


@router.get("/api/metrics/reliability", summary="How far to trust predictions")
def reliability(stage: Stage) -> shapes.ReliabilityAnswer:
    """Counts of bands, and how our own models did: calibration, log loss, the reliability diagram."""
    with stage.database.read() as connection:
        told = queries.reliability_of(connection, stage.settings.tenant)
    return shapes.ReliabilityAnswer(
        total_predictions=told.total,
        with_actuals=told.with_actuals,
        in_band_count=told.in_band,
        above_high_count=told.above_high,
        below_low_count=told.below_low,
        calibration=shapes.CalibrationShape(
            in_band_percentage=_percent(told.in_band, told.with_actuals),
            above_high_percentage=_percent(told.above_high, told.with_actuals),
            below_low_percentage=_percent(told.below_low, told.with_actuals),
        ),
        quality=None if told.quality is None else shapes.quality_shape(told.quality),
        diagram=[shapes.bin_shape(one) for one in (told.quality.bins if told.quality else ())],
        reason=told.reason,
    )


def _made(
    ad: Asked, said: Foreseen, model: Model, base_rate: float, tenant: str, now: datetime
) -> Prediction:
    return Prediction(
        prediction_id=new_id(),
        predicted_ctr=said.ctr,
        predicted_band=said.band,
        created_at=now,
        tenant_id=tenant,
        campaign_id=ad.campaign_id,
        ad_id=ad.ad_id,
        clip_id=ad.clip_id,
        hook_type=ad.traits.get("hook_type"),
        model_name=model.model_name,
        model_sha256=model.sha256,
        low=said.low,
        high=said.high,
        level=said.level,
        base_rate=base_rate,
        evidence=said.evidence,
    )


def _answer(
    made: Prediction, said: Foreseen, model: Model, base_rate: float, *, confident: bool
) -> shapes.PredictAnswer:
    return shapes.PredictAnswer(
        prediction_id=made.prediction_id,
        predicted_ctr=said.ctr,
        predicted_band=said.band,
        interval=shapes.IntervalShape(low=said.low, high=said.high, level=said.level),
        confidence=said.chance if confident else None,
        features_used=list(said.used),
        features_unused=list(said.unused),
        evidence=dict(said.evidence),
        base_rate=base_rate,
        model=shapes.ModelShape(
            name=model.model_name,
            version=model.version,
            sha256=model.sha256,
            learnt_until=model.learnt_until,
        ),
    )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None
