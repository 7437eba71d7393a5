"""Writing predictions down, and what really happened beside them. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, update

from kinoloop.core.errors import InputError
from kinoloop.learning.predictor import queries
from kinoloop.learning.predictor.records import Actual, Prediction
from kinoloop.learning.predictor.rows import prediction_row
from kinoloop.learning.predictor.rules.estimating import band_of
from kinoloop.learning.predictor.tables import predictions as table


def record(connection: Connection, made: Sequence[Prediction]) -> None:
    """Keep predictions. Raises InputError for a rate outside 0 to 1, or a band that is not its own."""
    for one in made:
        if not 0 <= one.predicted_ctr <= 1:
            raise InputError(f"A click-through rate lies between 0 and 1, not at {one.predicted_ctr}.")
        if one.predicted_band != band_of(one.predicted_ctr):
            raise InputError(f"A rate of {one.predicted_ctr:.4f} is not in the band '{one.predicted_band}'.")
    if made:
        connection.execute(insert(table), [prediction_row(one) for one in made])


def update_actuals(
    connection: Connection, prediction_id: str, actual: Actual, *, now: datetime
) -> Prediction:
    """Write down what really happened; a later word replaces it. Raises NotFoundError, InputError."""
    checked = _checked(actual)
    queries.prediction(connection, prediction_id)
    values = {
        "actual_ctr": checked.ctr,
        "actual_impressions": checked.impressions,
        "actual_clicks": checked.clicks,
        "actual_spend": checked.spend,
        "actuals_fetched_at": now,
        "updated_at": now,
    }
    mine = table.c.prediction_id == prediction_id
    connection.execute(update(table).where(mine).values(values))
    return queries.prediction(connection, prediction_id)


def _checked(actual: Actual) -> Actual:
    """With the rate that the counts give."""
    shown, clicks = actual.impressions, actual.clicks
    if actual.ctr is not None and not 0 <= actual.ctr <= 1:
        raise InputError(f"A click-through rate lies between 0 and 1, not at {actual.ctr}.")
    if (shown is None) != (clicks is None):
        raise InputError("Impressions and clicks belong together.", fix="Tell both, or neither.")
    if shown is None or clicks is None:
        if actual.ctr is None:
            raise InputError("Nothing was told.", fix="Tell the real rate, or impressions and clicks.")
        return actual
    if not 0 <= clicks <= shown:
        raise InputError(f"{clicks} clicks of {shown} impressions cannot be.")
    rate = clicks / shown if shown else None
    if actual.ctr is not None and (rate is None or abs(rate - actual.ctr) > 5e-4):
        told = "no rate" if rate is None else f"{rate:.4f}"
        raise InputError(f"{clicks} clicks of {shown} impressions are {told}, not {actual.ctr:.4f}.")
    return Actual(rate, shown, clicks, actual.spend)
