"""How far to trust what was predicted, from the predictions whose ads have run."""

from collections.abc import Sequence

import numpy as np

from kinoloop.learning.predictor.records import Counts, Prediction, Quality, Reliability
from kinoloop.learning.predictor.rules.estimating import edges
from kinoloop.learning.predictor.rules.metrics import quality


def place_in_band(one: Prediction) -> str | None:
    """in, above or below: where the real rate lies against the band that was said. None: it is not known."""
    if one.actual_ctr is None:
        return None
    low, high = edges(one.predicted_band)
    if one.actual_ctr < low:
        return "below"
    return "above" if one.actual_ctr >= high and high < 1 else "in"


def reliability(predictions: Sequence[Prediction], total: int) -> Reliability:
    """`predictions` are those with actuals, `total` counts all."""
    places = [place_in_band(one) for one in predictions]
    known = [one for one, place in zip(predictions, places, strict=True) if place is not None]
    told, reason = _quality(known)
    return Reliability(
        total=total,
        with_actuals=len(known),
        in_band=places.count("in"),
        above_high=places.count("above"),
        below_low=places.count("below"),
        quality=told,
        reason=reason,
    )


def quality_of(predictions: Sequence[Prediction]) -> Quality | None:
    """Of those that a model made and that were shown; None when there is none."""
    rows = [one for one in predictions if one.actual_impressions and one.base_rate is not None]
    if not rows:
        return None
    counts = Counts(
        campaign=np.zeros(len(rows), dtype=np.int64),
        impressions=np.array([one.actual_impressions for one in rows], dtype=np.float64),
        clicks=np.array([one.actual_clicks or 0 for one in rows], dtype=np.float64),
        design=np.zeros((len(rows), 0)),
    )
    rate = np.array([one.predicted_ctr for one in rows])
    return quality(rate, counts, np.array([one.base_rate for one in rows], dtype=np.float64))


def _quality(known: Sequence[Prediction]) -> tuple[Quality | None, str | None]:
    told = quality_of(known)
    if told is None:
        return None, "No prediction of a model has been followed by impressions that were counted yet."
    return told, None
