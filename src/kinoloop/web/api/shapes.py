"""The bodies and answers of the JSON routes. Seconds are floats; what is not known is null."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from kinoloop.flows.order import ClipOrder

Seconds = Annotated[float, Field(ge=0, description="Seconds from the start of the file")]
Top = Annotated[int, Field(ge=1, le=50)]


class Body(BaseModel):
    """A request body: unknown keys are refused rather than dropped."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Every error: what happened, why, and what to do about it."""

    code: str
    what: str
    why: str
    fix: str


class FolderBody(Body):
    """`path` is a folder (or one file) on the machine that runs Kinoloop."""

    path: str = Field(min_length=1)
    recursive: bool = True


class FileOutcome(BaseModel):
    """`outcome`: new, known (same content is here), again (a failed one is tried once more), failed."""

    path: str
    outcome: str
    asset_id: str | None
    error: Problem | None


class FolderAnswer(BaseModel):
    asset_ids: list[str]
    status: str
    message: str
    total_videos: int
    successful: int
    files: list[FileOutcome]
    job_ids: list[str]


class AssetShape(BaseModel):
    asset_id: str
    path: str
    filename: str
    size_bytes: int | None
    duration_seconds: float | None
    resolution: str | None
    format: str | None
    ingested_at: datetime
    status: str
    source: str | None
    sha256: str | None
    error: Problem | None
    info: dict[str, Any]


class AssetList(BaseModel):
    """`total` counts all assets of that status; `next` is the `after` of the next page, null on the last."""

    assets: list[AssetShape]
    count: int
    total: int
    next: str | None


class ShotShape(BaseModel):
    """One scored shot. Each feature is `{value, reason}`: a number, or null and why."""

    clip_id: str
    asset_id: str
    start_time: float
    end_time: float
    duration: float
    scene_score: float | None
    psychology_score: dict[str, Any]
    hook_strength: dict[str, Any]
    novelty_score: dict[str, Any]
    composite_score: float | None
    features: dict[str, Any]
    explanation: dict[str, Any]
    text: str | None
    space: str | None
    thumbnail_url: str | None


class ShotList(BaseModel):
    asset_id: str
    clips: list[ShotShape]
    count: int
    ranked: bool


class MomentShape(BaseModel):
    moment_id: str
    asset_id: str
    run_id: str | None
    start_time: float
    end_time: float
    duration: float
    mode: str
    score: float | None
    confidence: float | None
    subscores: dict[str, Any]
    reason: str
    keywords: list[str]
    status: str
    passthrough: bool
    edited: bool


class MomentList(BaseModel):
    asset_id: str
    moments: list[MomentShape]
    count: int


class MomentChange(Body):
    """A decision, new edges, or both."""

    status: Annotated[str, Field(pattern="^(proposed|accepted|rejected)$")] | None = None
    start_time: Seconds | None = None
    end_time: Seconds | None = None


class WordsBody(Body):
    query: str = Field(min_length=1, max_length=400)
    top_k: Top = 10
    filter_asset_id: str | None = None


class LikeBody(Body):
    clip_id: str
    top_k: Top = 10


class HitShape(BaseModel):
    """A shot, or a whole asset (`clip_id` and times null). `score` orders the hits of one search only."""

    clip_id: str | None
    asset_id: str
    filename: str
    start_time: float | None
    end_time: float | None
    score: float
    why: str
    snippet: str


class HitList(BaseModel):
    query: str
    results: list[HitShape]
    count: int


class JobBody(Body):
    """Either an asset or a URL, and how the clips shall be. `style` is a caption style, or `none`."""

    asset_id: str | None = None
    url: str | None = None
    mode: str = "viral"
    min_duration: float = Field(15.0, gt=0)
    max_duration: float = Field(60.0, gt=0)
    max_moments: int = Field(3, ge=1, le=50)
    aspect: str = "9:16"
    style: str = "bold"

    def order(self) -> ClipOrder:
        """Raises InputError for impossible wishes."""
        return ClipOrder(
            self.mode, self.min_duration, self.max_duration, self.max_moments, self.aspect, self.style
        )


class ExportBody(Body):
    aspect: str = "9:16"
    style: str = "bold"


class JobStarted(BaseModel):
    job_id: str


class JobShape(BaseModel):
    """`progress` runs from 0 to 100; `seconds_left` is null while nothing can be said."""

    job_id: str
    flow: str
    title: str
    status: str
    progress: int
    current_step: str | None
    note: str
    error: Problem | None
    result: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    seconds_left: float | None


class StepShape(BaseModel):
    step_name: str
    status: str
    attempt: int
    started_at: datetime
    completed_at: datetime | None
    duration_seconds: float | None
    error_message: str | None


class JobDetail(JobShape):
    steps: list[StepShape]


class JobList(BaseModel):
    jobs: list[JobShape]
    count: int
    counts: dict[str, int]
    next: str | None


class EventShape(BaseModel):
    event_id: str
    job_id: str | None
    event_type: str
    component: str
    severity: str
    message: str
    details: dict[str, Any]
    created_at: datetime


class EventList(BaseModel):
    events: list[EventShape]
    count: int


class ClipShape(BaseModel):
    """One finished media file. `url`, `srt_url` and `vtt_url` are on this server."""

    clip_file_id: str
    moment_id: str | None
    asset_id: str
    run_id: str
    start_time: float
    end_time: float
    aspect: str
    width: int
    height: int
    duration_seconds: float
    size_bytes: int
    sha256: str
    lufs: float | None
    created_at: datetime
    url: str
    srt_url: str | None
    vtt_url: str | None


class ClipList(BaseModel):
    clips: list[ClipShape]
    count: int
    next: str | None


class UploadAnswer(BaseModel):
    """The asset that the upload became (or was already), and the run that works on it."""

    asset_id: str
    outcome: str
    job_id: str | None


class HealthPartShape(BaseModel):
    name: str
    verdict: str


class HealthAnswer(BaseModel):
    status: str
    parts: list[HealthPartShape] = []
