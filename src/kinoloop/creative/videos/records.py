"""One video job: from a brief to finished variants (the founding documents' table `generated_videos`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kinoloop.core.money import Micros
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.records import Plan
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.storyboards.records import Storyboard

VideoStatus = Literal[
    "queued",
    "paused",
    "generating_storyboard",
    "storyboard_complete",
    "generating_video",
    "completed",
    "partially_completed",
    "failed",
    "stalled",
    "cancelled",
]
Stage = Literal[
    "queued",
    "planning",
    "writing",
    "storyboarding",
    "storyboard_complete",
    "visuals",
    "checking",
    "composing",
    "repurposing",
    "exporting",
    "completed",
]


@dataclass(frozen=True)
class Progress:
    """How far a job is. `seconds_left` None when it is not known."""

    stage: Stage = "queued"
    percentage: int = 0
    current_scene: int | None = None
    scenes_total: int | None = None
    scenes_completed: int = 0
    seconds_left: int | None = None
    message: str = ""


@dataclass(frozen=True)
class Video:
    """The job as it stands. `approved_sha256` is what was approved; `run_id` the run at work, or the last."""

    video_id: str
    owner: str
    client_id: str
    campaign_id: str | None
    name: str
    status: VideoStatus
    brief: Brief
    plan: Plan | None
    script: Script | None
    storyboard: Storyboard | None
    progress: Progress
    approved: bool
    approved_at: datetime | None
    approved_sha256: str | None
    estimated_cost: Micros
    actual_cost: Micros
    retry_count: int
    refine_count: int
    error_message: str | None
    video_url: str | None
    run_id: str | None
    created_at: datetime
    updated_at: datetime
