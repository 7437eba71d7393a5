"""What a program asks for, in the founding documents' words, and the one place where it becomes a brief."""

import re
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from kinoloop.core.errors import InputError
from kinoloop.creative.briefs.records import (
    Brief,
    Element,
    ExportFormat,
    Format,
    Mood,
    Platform,
    Service,
    Shape,
    Tier,
    Visuals,
)
from kinoloop.creative.plain import from_json

MOODS: dict[str, Mood] = {
    "calm": "calm",
    "ambient": "calm",
    "relaxed": "calm",
    "bright": "bright",
    "upbeat": "bright",
    "happy": "bright",
    "drive": "drive",
    "energetic": "drive",
    "epic": "drive",
    "none": "none",
}
"""Words for music that are understood, and the bed they stand for."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


class Wish(BaseModel):
    """Fields in camelCase, as the documents write them, or in snake_case; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class AssetWish(Wish):
    """An uploaded file to use; `id` is what upload-asset answered; `url` and `type` are not needed."""

    id: str = Field(min_length=1, max_length=64)
    url: str | None = None
    type: str | None = None


class AudioWish(Wish):
    """`musicStyle`: calm, bright, drive, none, or a common word for one of them."""

    music_style: str | None = None
    voice: str | None = None
    silent: bool = False
    captions: str | None = None


class GenerationRequest(Wish):
    """A brief. The first thirteen fields are the documents'; the others say more where one wants to.

    The sentences of `creativePrompt` are the facts that may be claimed, beside those in `facts`.
    `product` is what is advertised in a few words (default: `videoName`).
    """

    campaign_id: str | None = None
    client_id: str = "house"
    video_name: str = Field(min_length=1, max_length=120)
    creative_prompt: str = Field(default="", max_length=5000)
    duration: int = Field(default=30, ge=1, le=3600)
    platform: Platform = "meta"
    aspect_ratio: Shape | None = None
    number_of_variations: Annotated[int, Field(ge=1, le=4)] = 1
    keywords: list[str] = []
    style_presets: list[str] = []
    assets: list[AssetWish] = []
    audio_controls: AudioWish = AudioWish()
    export_formats: list[ExportFormat] = ["mp4"]
    product: str | None = None
    facts: list[str] = []
    audience: str = ""
    goal: str = ""
    problem: str = ""
    offer: str = ""
    cta: str = ""
    tone: str = ""
    language: str = "en"
    format: Format = "ad"
    visuals: Visuals = "own"
    service: Service | None = None
    tier: Tier = "draft"
    upscale: bool = False
    vary: list[Element] | None = None
    shapes: list[Shape] | None = None
    footage: list[str] = []
    do_not_mention: list[str] = []


class ApproveWish(Wish):
    """`sha256`: the `approvalHash` of what was seen; with it nothing newer can be approved by mistake."""

    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class RenderWish(ApproveWish):
    """`approve`: say yes to the storyboard and render it, in one step."""

    approve: bool = False


class RefineWish(Wish):
    """One scene (`scene`, then what to change of it), or a whole new `brief`."""

    scene: int | None = Field(
        default=None, ge=1, validation_alias=AliasChoices("scene", "sceneNumber", "scene_number")
    )
    line: str | None = Field(default=None, min_length=1, max_length=400)
    description: str | None = Field(
        default=None,
        min_length=3,
        max_length=1000,
        validation_alias=AliasChoices("description", "newDescription", "new_description"),
    )
    prompt: str | None = Field(
        default=None,
        min_length=3,
        max_length=2000,
        validation_alias=AliasChoices("prompt", "newImagePrompt", "new_image_prompt"),
    )
    brief: GenerationRequest | None = None


class ReorderWish(Wish):
    """The scene numbers as they are now, each once, in the order wanted."""

    order: list[int] = Field(
        min_length=1,
        max_length=200,
        validation_alias=AliasChoices("order", "sceneOrder", "scene_order"),
    )


Quality = Literal["low", "medium", "high"]


def brief_of(wish: GenerationRequest) -> Brief:
    """The brief that a request means. Raises InputError that names the field."""
    values: dict[str, Any] = {
        "name": wish.video_name,
        "product": wish.product or wish.video_name,
        "facts": (*wish.facts, *sentences(wish.creative_prompt)),
        "variants": wish.number_of_variations,
        "shapes": _shapes(wish),
        "exports": tuple(wish.export_formats),
        "styles": tuple(wish.style_presets),
        "assets": tuple(one.id for one in wish.assets),
        "music": _mood(wish.audio_controls.music_style),
        "voice": wish.audio_controls.voice,
        "silent": wish.audio_controls.silent,
    }
    if wish.audio_controls.captions is not None:
        values["captions"] = wish.audio_controls.captions
    if wish.vary is not None:
        values["vary"] = tuple(wish.vary)
    for name in _SAME:
        found = getattr(wish, name)
        values[name] = tuple(found) if isinstance(found, list) else found
    return from_json(Brief, values, called="brief")


_SAME = (
    "campaign_id",
    "client_id",
    "duration",
    "platform",
    "keywords",
    "audience",
    "goal",
    "problem",
    "offer",
    "cta",
    "tone",
    "language",
    "format",
    "visuals",
    "service",
    "tier",
    "upscale",
    "footage",
    "do_not_mention",
)
"""Fields that are called alike in a request and in a brief."""


def sentences(text: str) -> tuple[str, ...]:
    """The sentences and lines of a free text, one fact each."""
    return tuple(part.strip() for part in _SENTENCE.split(text) if part.strip())


def _shapes(wish: GenerationRequest) -> tuple[Shape, ...]:
    if wish.shapes is not None:
        return tuple(wish.shapes)
    return (wish.aspect_ratio,) if wish.aspect_ratio else Brief.shapes


def _mood(word: str | None) -> Mood:
    if word is None:
        return Brief.music
    found = MOODS.get(word.strip().lower())
    if found is None:
        raise InputError(
            f"'musicStyle' is '{word[:40]}'.",
            why="No such music is made here.",
            fix=f"Use {', '.join(MOODS)}.",
        )
    return found
