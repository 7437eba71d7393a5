"""Each node of the journey leaves what it decided, why, how sure it was, and what else there was."""

from kinoloop.creative.writing.decisions import Decided
from kinoloop.flows.make_video.studio import Studio
from kinoloop.registry import operations as registry
from kinoloop.registry.records import NodeDecision
from kinoloop.runs.step import Step


def keep_decision(
    step: Step,
    studio: Studio,
    video_id: str,
    node: str,
    decision: str,
    reason: str,
    confidence: float | None,
    alternatives: tuple[str, ...],
    made_by: str = "rules",
) -> None:
    """Once per run and node. `confidence` 0 to 1, None where the maker cannot tell."""
    with step.begin() as connection:
        registry.record_decision(
            connection,
            NodeDecision(
                run_id=step.run_id,
                subject=f"video:{video_id}",
                node=node,
                decision=decision,
                reason=reason,
                confidence=confidence,
                alternatives=alternatives,
                made_by=made_by,
                at=studio.clock.now(),
            ),
            studio.new_id,
        )


def keep(step: Step, studio: Studio, video_id: str, made: Decided) -> None:
    """A writer's decision, as it tells it."""
    told = (made.decision, made.reason, made.confidence, made.alternatives, made.made_by)
    keep_decision(step, studio, video_id, made.node, *told)
