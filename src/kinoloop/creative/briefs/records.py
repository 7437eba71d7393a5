"""The brief: what an ad is for, what is true about the product, and what is to be delivered."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["ad", "tiktok", "youtube_shorts", "youtube_long"]
"""Which platform rules hold; `ad` is a paid placement of 15, 30 or 60 s."""
Platform = Literal["tiktok", "meta", "youtube", "custom"]
"""Where it runs; decides the safe zone."""
Visuals = Literal["own", "generated", "both"]
"""`both` takes own footage and lets the service make what the footage lacks."""
Service = Literal["replicate", "kie"]
Tier = Literal["draft", "final"]
Shape = Literal["9:16", "1:1", "16:9"]
ExportFormat = Literal["mp4", "webm", "mov", "gif"]
Element = Literal["hook", "cta", "opening"]
"""The one thing in which a variant differs from the master."""
Mood = Literal["calm", "bright", "drive", "none"]


@dataclass(frozen=True)
class Brief:
    """What a person asks for. `facts` are the only claims that may be made; `duration` in seconds.

    `variants` counts finished versions, the master among them: each further one differs in one element of
    `vary`, in that order. `assets` are ids of uploaded files, `footage` ids of footage assets to choose from
    (empty: all there is). `music` may also be the path of a file, told as `music_file`. `problem` is what
    the audience struggles with and `offer` what they get, both in the person's own words.
    """

    name: str
    product: str
    facts: tuple[str, ...] = ()
    audience: str = ""
    goal: str = ""
    cta: str = ""
    tone: str = ""
    language: str = "en"
    format: Format = "ad"
    platform: Platform = "meta"
    duration: int = 30
    visuals: Visuals = "own"
    service: Service | None = None
    tier: Tier = "draft"
    upscale: bool = False
    variants: int = 3
    vary: tuple[Element, ...] = ("hook", "cta", "opening")
    shapes: tuple[Shape, ...] = ("9:16", "1:1", "16:9")
    exports: tuple[ExportFormat, ...] = ("mp4",)
    captions: str = "bold"
    music: Mood = "calm"
    music_file: str | None = None
    voice: str | None = None
    silent: bool = False
    keywords: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    do_not_mention: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    footage: tuple[str, ...] = ()
    client_id: str = "house"
    campaign_id: str | None = None
    problem: str = ""
    offer: str = ""
