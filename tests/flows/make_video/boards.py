"""A small brief, script and storyboard that tests start from."""

from dataclasses import replace

from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.scripts.records import Line, Script
from kinoloop.creative.storyboards.records import FootageSource, Panel, Storyboard

BRIEF = Brief(
    name="Lamp",
    product="Lumen Lamp: a desk lamp",
    facts=("Charges in 40 minutes",),
    cta="Order yours",
    duration=15,
    variants=4,
)
TEXTS = ("Tired eyes?", "It charges in 40 minutes.", "Order yours.")


def line(number: int, text: str) -> Line:
    purpose = ("hook", "proof", "cta")[number - 1]
    return Line(number, purpose, text, text.rstrip(".?"), 5000)  # type: ignore[arg-type]  # one of the purposes


def panel(number: int, **changes: object) -> Panel:
    made = Panel(
        scene_id=f"s{number}",
        number=number,
        purpose=line(number, "").purpose,
        line=TEXTS[number - 1],
        super_text=TEXTS[number - 1].rstrip(".?"),
        duration_ms=5000,
        description="a desk",
        visual_prompt="a desk",
        kind="footage",
        footage=FootageSource(
            "a1", f"c{number}", "desk.mp4", 1000 * number, 1000 * number + 5000, None, "found"
        ),
        match="good",
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # checked where it is used


SCRIPT = Script(
    lines=tuple(line(n, text) for n, text in enumerate(TEXTS, 1)),
    other_hooks=("Is your desk too dark?",),
    other_ctas=("Get yours today",),
    reason="",
    confidence=None,
    made_by="test",
)
BOARD = Storyboard(
    panels=tuple(panel(n) for n in (1, 2, 3)),
    opening=panel(1, scene_id="s1b", footage=None, kind="generated", model="m"),
    style_notes="",
    palette=(),
    reason="",
    confidence=None,
    made_by="test",
)
