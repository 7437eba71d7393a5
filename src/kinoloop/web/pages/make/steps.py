"""The steps of making a video by their names, and how each stands."""

from dataclasses import dataclass
from typing import Literal

from kinoloop.creative.videos.records import Stage, Video

State = Literal["done", "now", "ahead"]
DRAFT: tuple[tuple[Stage, str], ...] = (
    ("planning", "Choose one angle and its beats"),
    ("writing", "Write what is said"),
    ("storyboarding", "Find a picture for every line"),
)
RENDER: tuple[tuple[Stage, str], ...] = (
    ("checking", "Speak the lines and check before anything is paid"),
    ("visuals", "Make the pictures that are missing"),
    ("composing", "Put the films together and look at them"),
    ("exporting", "File the finished films"),
)
_SAME: dict[Stage, Stage] = {"repurposing": "composing"}


@dataclass(frozen=True)
class NamedStep:
    name: str
    state: State


def named_steps(video: Video) -> tuple[NamedStep, ...]:
    """The steps of the half that is at work, in order."""
    steps = RENDER if video.status == "generating_video" else DRAFT
    stage = _SAME.get(video.progress.stage, video.progress.stage)
    keys = [key for key, _ in steps]
    at = keys.index(stage) if stage in keys else -1
    return tuple(NamedStep(name, _state(place, at)) for place, (_, name) in enumerate(steps))


def _state(place: int, at: int) -> State:
    if place == at:
        return "now"
    return "done" if place < at else "ahead"
