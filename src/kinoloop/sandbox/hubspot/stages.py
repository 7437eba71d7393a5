"""What HubSpot itself writes when a deal's stage changes."""

from collections.abc import Mapping
from datetime import datetime

from kinoloop.sandbox.hubspot.pipelines import Pipelines, Stage
from kinoloop.sandbox.hubspot.properties import ENTERED, EXITED
from kinoloop.sandbox.hubspot.records import Record
from kinoloop.sandbox.hubspot.words import stamp


def consequences(
    pipelines: Pipelines, record: Record, new: Mapping[str, str], when: datetime
) -> dict[str, str]:
    """The calculated properties that follow from `new`; none when the stage stays as it is."""
    if record.kind != "deals" or "dealstage" not in new:
        return {}
    found = pipelines.stage(new["dealstage"])
    before = record.values.get("dealstage")
    left = {f"{EXITED}{before}": stamp(when)} if before else {}
    if found is None:
        return left
    stage = found[1]
    return {**left, **_entered(stage, when), **_closing(stage, record, new, when)}


def _entered(stage: Stage, when: datetime) -> dict[str, str]:
    return {
        f"{ENTERED}{stage.id}": stamp(when),
        f"{ENTERED}current_stage": stamp(when),
        "hs_deal_stage_probability": stage.probability,
    }


def _closing(stage: Stage, record: Record, new: Mapping[str, str], when: datetime) -> dict[str, str]:
    told = {
        "hs_is_closed": str(stage.closed).lower(),
        "hs_is_closed_won": str(stage.won).lower(),
        "hs_is_closed_lost": str(stage.closed and not stage.won).lower(),
    }
    if stage.closed and "closedate" not in new:
        told["closedate"] = stamp(when)
    return told
