"""What a writer wants to see while a line is said, before anybody knows where the picture comes from."""

from dataclasses import dataclass

from kinoloop.creative.storyboards.records import Camera, Transition


@dataclass(frozen=True)
class PanelSketch:
    """One picture wished for. `number` is the line's; `description` is for people, `search` the words by
    which own footage is looked for, `visual_prompt` what a picture service is asked (never rendered text).
    `keywords` are the brief's: footage that shows them suits the ad, but no line more than another.
    """

    number: int
    description: str
    search: str
    visual_prompt: str
    camera: Camera = "static"
    transition: Transition = "cut"
    keywords: tuple[str, ...] = ()
