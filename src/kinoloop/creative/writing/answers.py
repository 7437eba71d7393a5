"""The shapes in which a model answers. Unknown keys are refused, sizes are capped."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kinoloop.creative.plans.records import Purpose
from kinoloop.creative.storyboards.records import Camera

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Super = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Confidence = Annotated[float, Field(ge=0, le=1)]
MOST_SCENES = 130


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BeatAnswer(_Answer):
    """One stretch of the film."""

    purpose: Purpose
    seconds: Annotated[float, Field(gt=0, le=60)]
    intent: Text


class PlanAnswer(_Answer):
    """A plan; `confidence` is the model's own word for how sure it is."""

    angle: Text
    promise: Text
    title: Short
    hooks: Annotated[list[Text], Field(min_length=3, max_length=5)]
    beats: Annotated[list[BeatAnswer], Field(min_length=1, max_length=MOST_SCENES)]
    reason: Text
    confidence: Confidence
    alternatives: Annotated[list[Text], Field(max_length=5)]


class LineAnswer(_Answer):
    """One line and what stands on the screen ("" for nothing)."""

    purpose: Purpose
    text: Text
    super_text: Super
    seconds: Annotated[float, Field(gt=0, le=60)]


class ScriptAnswer(_Answer):
    """A script with other hooks and calls to action for versions."""

    lines: Annotated[list[LineAnswer], Field(min_length=1, max_length=MOST_SCENES)]
    other_hooks: Annotated[list[Text], Field(min_length=1, max_length=3)]
    other_ctas: Annotated[list[Text], Field(min_length=1, max_length=3)]
    reason: Text
    confidence: Confidence


class SketchAnswer(_Answer):
    """One picture. `search` holds the words by which own footage is looked for."""

    description: Text
    search: Text
    visual_prompt: Text
    camera: Camera
    transition: Literal["cut", "fade"]


class BoardAnswer(_Answer):
    """A picture for each line, in order."""

    panels: Annotated[list[SketchAnswer], Field(min_length=1, max_length=MOST_SCENES)]
