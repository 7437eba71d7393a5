"""An order to a generation service, and how it stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

VisualStatus = Literal["waiting", "running", "succeeded", "failed", "canceled"]
VisualKind = Literal["image", "video"]
TaskState = Literal["open", "asked", "done", "failed", "rejected"]
"""`asked` once the service gave its id; `rejected` when what it made cannot be used."""


@dataclass(frozen=True)
class VisualOrder:
    """One picture or one film of a scene. `key` is unique per attempt; `seed` is derived from it.

    `image` is a first frame: a URL, or a local file path. `callback_url` is where the service may wake us.
    """

    key: str
    kind: VisualKind
    model: str
    prompt: str
    negative_prompt: str
    seconds: int
    aspect: str
    seed: int
    image: str | None = None
    callback_url: str | None = None


@dataclass(frozen=True)
class VisualState:
    """What the service says of a task. `urls` are results that expire; `error` in the service's own words.

    `passing` tells whether asking again may help; `charged` whether it is billed (None: not told).

    """

    external_id: str
    status: VisualStatus
    urls: tuple[str, ...] = ()
    error: str | None = None
    error_code: str | None = None
    passing: bool = False
    charged: bool | None = None
    progress: float | None = None

    @property
    def over(self) -> bool:
        return self.status in ("succeeded", "failed", "canceled")


@dataclass(frozen=True)
class VisualTask:
    """What is known here of one order: the service's own id once it gave one, and when it last called us."""

    order_key: str
    video_id: str
    scene_id: str
    service: str
    external_id: str | None
    state: TaskState
    woken_at: datetime | None
    created_at: datetime
    updated_at: datetime
