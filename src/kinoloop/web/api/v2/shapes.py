"""What the v2 routes answer. Money is in US dollars, times in seconds; what is not known is null."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from kinoloop.web.api.shapes import Problem

CAMEL = frozenset(
    {
        "actual_cost",
        "approval_hash",
        "campaign_id",
        "client_id",
        "current_scene",
        "estimated_cost",
        "estimated_time_remaining",
        "image_url",
        "render_cost",
        "scene_number",
        "scenes_completed",
        "scenes_total",
        "super_text",
        "thumbnail_url",
        "video_url",
    }
)
"""Fields that the founding documents write in camelCase; the others they write with underscores."""


class Told(BaseModel):
    """An answer, its fields named on the wire as the documents name them."""

    model_config = ConfigDict(
        alias_generator=lambda name: to_camel(name) if name in CAMEL else name, populate_by_name=True
    )


class AssetAnswer(Told):
    """`url` gives the file back. `footage_asset_id`: a film is also footage, and is being looked at."""

    asset_id: str
    url: str
    type: str
    name: str
    size: int
    width: int
    height: int
    duration: float | None
    sha256: str
    footage_asset_id: str | None


class GenerateAnswer(Told):
    """Where to look, and what it is expected to cost."""

    job_id: str
    status: str
    estimated_cost: float
    currency: str = "USD"
    next_poll_seconds: int | None
    url: str


class ProgressAnswer(Told):
    """`estimatedTimeRemaining` and `currentScene` are null while not known; `cost` is spent so far."""

    stage: str
    percentage: int
    current_scene: int | None
    scenes_total: int | None
    scenes_completed: int
    estimated_time_remaining: int | None
    cost: float
    message: str


class SourceAnswer(Told):
    """A stretch of own footage."""

    asset_id: str
    filename: str
    start: float
    end: float
    score: float | None


class SceneAnswer(Told):
    """One panel. `kind`: footage, generated or card; `match`: how well footage fits the line."""

    scene_number: int
    scene_id: str
    image_url: str | None
    description: str
    timestamp: float
    duration: float
    line: str
    super_text: str
    kind: str
    match: str
    note: str
    price: float
    source: SourceAnswer | None
    error: str | None


class VariationAnswer(Told):
    """One finished file. `element` names what differs from the master; `verdict` is the gate's."""

    variant_id: str
    label: str
    element: str
    shape: str
    url: str
    thumbnail_url: str
    width: int
    height: int
    duration: float
    size: int
    sha256: str
    lufs: float | None
    verdict: str
    findings: list[str]


class ResultsAnswer(Told):
    """`exports`: an address per format asked for; each is made when first fetched."""

    video_url: str | None
    variations: list[VariationAnswer]
    exports: dict[str, str]


class JobAnswer(Told):
    """One video. `approvalHash` is what to hand back when approving; null before there is a storyboard."""

    job_id: str
    name: str
    status: str
    campaign_id: str | None
    client_id: str
    progress: ProgressAnswer
    storyboard: list[SceneAnswer]
    results: ResultsAnswer
    error: Problem | None
    approved: bool
    approved_at: datetime | None
    approval_hash: str | None
    estimated_cost: float
    render_cost: float | None
    actual_cost: float
    currency: str = "USD"
    refinements: int
    next_poll_seconds: int | None
    created_at: datetime
    updated_at: datetime


class JobsAnswer(Told):
    """A page of jobs, newest first; `next` is the `after` of the next page, null on the last."""

    jobs: list[JobAnswer]
    count: int
    next: str | None


class GoneAnswer(Told):
    """`cancelled` when it was at work (it can be deleted then), else `deleted`."""

    job_id: str
    status: str
