"""The storyboard: what is seen while each line is said, where it comes from, and what it costs."""

from dataclasses import dataclass
from typing import Literal

from kinoloop.core.money import Micros
from kinoloop.creative.plans.records import Footnote, Purpose

PanelKind = Literal["footage", "generated", "card"]
Transition = Literal["cut", "fade"]
Camera = Literal["static", "pan_left", "pan_right", "zoom_in", "zoom_out", "track"]
Match = Literal["good", "weak", "none", "given"]


@dataclass(frozen=True)
class FootageSource:
    """A stretch of own footage, in ms of the file; `why` tells how it was found."""

    asset_id: str
    clip_id: str | None
    filename: str
    start_ms: int
    end_ms: int
    score: float | None
    why: str


@dataclass(frozen=True)
class Panel:
    """One scene. `scene_id` stays when panels are reordered; `transition` leads into it.

    `kind` card means a drawn text card; `match` says how well own footage fits the line, `note` tells it in
    words. `image` is a path of the blob store. `price` is what making it will cost, image not included.
    `rests_on` names the winners whose picture spoke for it; without any it is exploration.
    """

    scene_id: str
    number: int
    purpose: Purpose
    line: str
    super_text: str
    duration_ms: int
    description: str
    visual_prompt: str
    negative_prompt: str = ""
    camera: Camera = "static"
    transition: Transition = "cut"
    kind: PanelKind = "card"
    footage: FootageSource | None = None
    model: str | None = None
    seed: int = 0
    image: str | None = None
    image_sha256: str | None = None
    price: Micros = 0
    match: Match = "none"
    note: str = ""
    error: str | None = None
    rests_on: tuple[Footnote, ...] = ()


@dataclass(frozen=True)
class Storyboard:
    """Panels in the order they are seen. `opening`: another first panel, for one variant."""

    panels: tuple[Panel, ...]
    opening: Panel | None
    style_notes: str
    palette: tuple[str, ...]
    reason: str
    confidence: float | None
    made_by: str

    @property
    def duration_ms(self) -> int:
        return sum(panel.duration_ms for panel in self.panels)

    @property
    def price(self) -> Micros:
        """What rendering it costs at the makers of its panels."""
        return sum(panel.price for panel in (*self.panels, *((self.opening,) if self.opening else ())))
