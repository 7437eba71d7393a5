"""One conversion, all three layers, one answer with its credits. Reads clicks, writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from sqlalchemy import Connection

from kinoloop.learning.attribution import click_queries
from kinoloop.learning.attribution.matcher_layers import (
    NOBODY,
    by_fingerprint,
    by_likeness,
    same_person,
    tells_who,
)
from kinoloop.learning.attribution.matcher_parameters import Parameters
from kinoloop.learning.attribution.models import Touch, credits_of, whole
from kinoloop.learning.attribution.records import (
    Attribution,
    AttributionSettings,
    Click,
    Conversion,
    Layer,
    LayerResult,
)
from kinoloop.learning.attribution.rules import Answer, by_identifier, decide, verdict


@dataclass(frozen=True)
class Looked:
    """What every layer found, and all clicks that were looked at, by id."""

    layers: dict[Layer, LayerResult]
    clicks: dict[str, Click]


def answered(
    connection: Connection, conversion: Conversion, settings: AttributionSettings, numbers: Parameters
) -> Attribution:
    """The answer for a conversion as it may be compared (consent is the caller's part)."""
    began = perf_counter()
    looked = _look(connection, conversion, settings, numbers)
    answer = decide(looked.layers, settings.threshold)
    touches = _touches(connection, conversion, settings, answer, looked.clicks)
    given = credits_of(conversion.conversion_id, touches, answer.candidates, answer.credited)
    click = answer.click
    days = (
        settings.matcher_days if answer.method in ("fingerprint", "probabilistic") else settings.window_days
    )
    return Attribution(
        conversion_id=conversion.conversion_id,
        method=answer.method,
        confidence=answer.confidence,
        click_id=click.click_id if click else None,
        ad_id=click.ad_id if click else None,
        campaign_id=click.campaign_id if click else None,
        reason=answer.reason,
        window_hours=round(days * 24),
        layers=tuple(looked.layers.values()),
        credits=given,
        unattributed=1.0 - whole(answer.credited),
        took_ms=(perf_counter() - began) * 1000,
        details={"results": {name: verdict(one, settings.threshold) for name, one in looked.layers.items()}},
    )


def _look(
    connection: Connection, conversion: Conversion, settings: AttributionSettings, numbers: Parameters
) -> Looked:
    identified = click_queries.by_identifiers(connection, conversion)
    printed = click_queries.by_fingerprint(connection, conversion, settings)
    blocked = click_queries.by_blocking(connection, conversion, settings)
    sample = click_queries.sample(connection, conversion, settings) if tells_who(conversion) else NOBODY
    layers: dict[Layer, LayerResult] = {
        "url_param": by_identifier(conversion, identified, settings),
        "fingerprint": by_fingerprint(conversion, printed, sample, numbers),
        "probabilistic": by_likeness(conversion, blocked, sample, numbers),
    }
    every = [*blocked, *printed, *(click for clicks in identified.values() for click in clicks)]
    return Looked(layers, {click.click_id: click for click in every})


def _touches(
    connection: Connection,
    conversion: Conversion,
    settings: AttributionSettings,
    answer: Answer,
    looked: dict[str, Click],
) -> Sequence[Touch]:
    """The known clicks of the person whose click it was, within the longer window."""
    if answer.click is None:
        return ()
    chosen = looked[answer.click.click_id]
    known = dict(looked)
    for visitor in {chosen.visitor_id, conversion.visitor_id} - {None}:
        known |= {
            click.click_id: click for click in click_queries.by_visitor(connection, conversion, str(visitor))
        }
    longest = max(settings.window, settings.matcher_window)
    person = same_person(list(known.values()), chosen)
    return [
        Touch(
            click.click_id,
            click.ad_id,
            click.campaign_id,
            (conversion.at - click.at).total_seconds() / 86_400,
        )
        for click in person
        if conversion.at - click.at <= longest
    ]
