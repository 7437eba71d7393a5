"""Pipelines of deals and their stages. What a stage means stands in its metadata, as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kinoloop.sandbox.hubspot.words import stamp

BORN = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stage:
    """`probability` of winning, as text from `0.0` to `1.0`."""

    id: str
    label: str
    probability: str
    closed: bool = False

    @property
    def won(self) -> bool:
        return self.closed and float(self.probability) == 1.0

    def as_dict(self, order: int) -> dict[str, Any]:
        return {
            "label": self.label,
            "displayOrder": order,
            "metadata": {"isClosed": str(self.closed).lower(), "probability": self.probability},
            "id": self.id,
            "createdAt": stamp(BORN),
            "updatedAt": stamp(BORN),
            "archived": False,
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }


@dataclass(frozen=True)
class Pipeline:
    """Stages in the order in which deals pass them."""

    id: str
    label: str
    stages: tuple[Stage, ...]
    order: int = 0

    def stage(self, stage_id: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def as_dict(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "displayOrder": self.order,
            "id": self.id,
            "stages": [stage.as_dict(order) for order, stage in enumerate(self.stages)],
            "createdAt": stamp(BORN),
            "updatedAt": stamp(BORN),
            "archived": False,
        }


DEFAULT = Pipeline(
    "default",
    "Sales Pipeline",
    (
        Stage("appointmentscheduled", "Appointment Scheduled", "0.2"),
        Stage("qualifiedtobuy", "Qualified To Buy", "0.4"),
        Stage("presentationscheduled", "Presentation Scheduled", "0.6"),
        Stage("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
        Stage("contractsent", "Contract Sent", "0.9"),
        Stage("closedwon", "Closed Won", "1.0", closed=True),
        Stage("closedlost", "Closed Lost", "0.0", closed=True),
    ),
)


class Pipelines:
    """All pipelines of deals, the default one first. Stage ids are one's own over all of them."""

    def __init__(self) -> None:
        self._held = {DEFAULT.id: DEFAULT}

    def all(self) -> Sequence[Pipeline]:
        return tuple(self._held.values())

    def find(self, pipeline_id: str) -> Pipeline | None:
        return self._held.get(pipeline_id)

    def add(self, pipeline: Pipeline) -> None:
        """A further one, or a new version of one that is there."""
        self._held[pipeline.id] = pipeline

    def stage(self, stage_id: str) -> tuple[Pipeline, Stage] | None:
        """The stage and where it stands."""
        for pipeline in self._held.values():
            if stage := pipeline.stage(stage_id):
                return pipeline, stage
        return None

    def clear(self) -> None:
        self._held = {DEFAULT.id: DEFAULT}
