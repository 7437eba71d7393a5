"""Pictures for lines, out of the brief's own things: what is seen, searched for, and how the camera moves."""

from collections.abc import Sequence

from kinoloop.creative.scripts.records import Line
from kinoloop.creative.storyboards.records import Camera
from kinoloop.creative.storyboards.sketches import PanelSketch
from kinoloop.creative.writing.material import Material

_CAMERAS: tuple[Camera, ...] = ("pan_right", "zoom_in", "pan_left", "static")


def sketch(line: Line, material: Material, keywords: Sequence[str]) -> PanelSketch:
    """What is to be seen while a line is said; keywords of the brief take turns over the lines."""
    subject = material.what or material.called
    keyword = keywords[line.number % len(keywords)] if keywords else ""
    seen = _seen(line, material, subject)
    wish = ", ".join(part for part in (seen, keyword) if part)
    return PanelSketch(
        number=line.number,
        description=seen[:1].upper() + seen[1:],
        search=line.text,
        visual_prompt=wish,
        camera=_camera(line),
        transition="fade" if line.purpose == "cta" else "cut",
        keywords=tuple(keywords),
    )


def _seen(line: Line, material: Material, subject: str) -> str:
    if line.purpose in ("hook", "problem") and material.problem:
        return f"{material.problem}: a person, seen close"
    if line.purpose == "hook":
        return f"{subject}, seen very close"
    if line.purpose == "product":
        return f"{subject}, seen whole"
    if line.purpose in ("offer", "cta"):
        return f"{subject}, seen whole on a calm ground"
    return f"{subject} in use: {_bare(line.text, material)}"


def _bare(text: str, material: Material) -> str:
    """The first thing that a line says, without its connective."""
    first = text.split(". ", 1)[0].rstrip(".")
    for connective in (material.phrases.also, material.phrases.subject):
        if connective and first.startswith(f"{connective} "):
            return first.removeprefix(f"{connective} ")
    return first


def _camera(line: Line) -> Camera:
    if line.purpose in ("hook", "product"):
        return "zoom_in"
    return "static" if line.purpose == "cta" else _CAMERAS[line.number % len(_CAMERAS)]
