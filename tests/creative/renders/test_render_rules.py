"""The rules alone, on figures made up for them: what is named, where, how gravely, and what is not."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.timecode import Span
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.renders.records import (
    ForbiddenWord,
    Layout,
    SourceFacts,
    SuperColours,
    Verdict,
    Wanted,
    WantedScene,
    WantedText,
)
from kinoloop.creative.renders.rules import before_render, forbidden_words, judge, unreadable
from kinoloop.creative.renders.rules.places import inside, pieces, quoted, scene_of
from kinoloop.creative.scripts.records import Line, Script
from kinoloop.creative.storyboards.records import Panel, Storyboard
from kinoloop.media.gate.records import Colours, Measured, SeenText, Stretch, TextBox, TextLook

SCENES = tuple(WantedScene(n, (n - 1) * 5000, n * 5000) for n in (1, 2, 3))
BOX = (20, 100, 300, 160)
TEXT = WantedText("cue 1", "Hello there\nyou all", 0, 2000, BOX, 20)
WANTED = Wanted(15000, 320, 640, SCENES, (TEXT,), zone=(10, 90, 310, 400))


def span(start: float, end: float) -> Span:
    return Span(Fraction(str(start)), Fraction(str(end)))


def seen(
    *matches: float, weakest: float = 0.9, contrast: float | None = 9.0, elsewhere: Any = None, at: float = 1
) -> SeenText:
    looks = tuple(TextLook(Fraction(at), match, weakest, contrast, 100, 20) for match in matches)
    return SeenText(TextBox("cue 1", TEXT.text, span(0, 2), BOX, 20), looks, elsewhere)


GOOD = Measured(
    path=Path("ad.mp4"),
    size_bytes=1000,
    duration=Fraction(15),
    pictures=450,
    rate=Fraction(30),
    width=320,
    height=640,
    display_width=320,
    display_height=640,
    sample_aspect=Fraction(1),
    rotation=0,
    pixel_format="yuv420p",
    codec="h264",
    colour_tags=(1, 1, 1, 1),
    starts_fast=True,
    black=(),
    frozen=(),
    resting=(),
    luma=(100.0,) * 15,
    colours=(Colours(Fraction(6), (("#101010", 0.9),)),),
    has_sound=True,
    integrated=-14.2,
    true_peak=-2.0,
    sound_longer=Fraction(1, 100),
    texts=(seen(0.9, 0.95, 1.0),),
)


def names(verdict: Verdict) -> list[tuple[str, int | None]]:
    return [(finding.defect, finding.scene) for finding in verdict.findings]


def test_a_good_film_passes_and_its_figures_are_kept() -> None:
    verdict = judge(GOOD, WANTED)
    assert (verdict.status, verdict.findings) == ("passed", ())
    assert verdict.measured["integrated_lufs"] == -14.2
    assert verdict.measured["weakest_text_match"] == 0.95
    silent = judge(replace(GOOD, has_sound=False, integrated=None, true_peak=None, texts=()), WANTED).measured
    assert silent["silent_s"] is None and silent["integrated_lufs"] is None
    assert silent["weakest_text_match"] is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"damaged": 3, "damage": (Fraction(6), Fraction(7))}, [("undecodable", 2)]),
        ({"stopped": "end of file", "duration": Fraction(4)}, [("undecodable", 1)]),
        ({"damaged": 1}, [("undecodable", None)]),
        ({"width": 640}, [("wrong_geometry", None)]),
        ({"rotation": 90}, [("wrong_geometry", None)]),
        ({"sample_aspect": Fraction(4, 3)}, [("stretched", None)]),
        ({"stretches": (Stretch(Fraction(7), 1.33), Stretch(Fraction(1), 1.01))}, [("stretched", 2)]),
        ({"stretches": (Stretch(Fraction(7), 0.75), Stretch(Fraction(1), None, "flat"))}, [("stretched", 2)]),
        ({"pixel_format": "yuv444p"}, [("wrong_format", None)]),
        ({"colour_tags": (2, 2, 2, 0)}, [("wrong_format", None)]),
        ({"starts_fast": False}, [("wrong_format", None)]),
        ({"rate": None}, [("wrong_format", None)]),
        ({"rate": Fraction(25)}, [("wrong_format", None)]),
        ({"sound_longer": Fraction(1, 2)}, [("wrong_format", None)]),
        ({"duration": Fraction(12)}, [("too_short", 3)]),
        ({"duration": Fraction(17)}, [("too_long", 3)]),
        ({"black": (span(6, 7),), "frozen": (span(6, 7),)}, [("black", 2)]),
        ({"black": (span(4, 7),)}, [("black", 1), ("black", 2)]),
        ({"frozen": (span(11, 13),)}, [("frozen", 3)]),
        ({"silent": (span(4.9, 8),)}, [("silent", 2)]),
        ({"silent": (span(5, 5.6),)}, []),
        ({"clipped": (span(11, 11.4),), "integrated": -8.0}, [("clipped", 3)]),
        ({"integrated": -9.0}, [("loudness", None)]),
        ({"integrated": -20.0}, [("loudness", None)]),
        ({"true_peak": -0.2}, [("loudness", None)]),
        ({"has_sound": False}, [("no_sound", None)]),
        ({"texts": (seen(0.1, 0.0, 0.2),)}, [("missing_line", 1)]),
        ({"texts": ()}, [("missing_line", 1)]),
        ({"texts": (seen(),)}, [("missing_line", 1)]),
        ({"texts": (seen(0.9, 0.9, 0.9, weakest=0.1),)}, [("missing_line", 1)]),
        ({"texts": (seen(0.9, contrast=1.5),)}, [("low_contrast", 1)]),
        ({"texts": (seen(0.9, contrast=None),)}, []),
        ({"texts": (seen(0.1, elsewhere=(20, 500, 300, 560)),)}, [("caption_off_zone", 1)]),
        ({"texts": (seen(0.1, elsewhere=(20, 200, 300, 260)),)}, [("caption_off_zone", 1)]),
        ({"texts": (seen(0.1),), "black": (span(0.5, 1.5),)}, [("black", 1)]),
    ],
)
def test_each_defect_alone(change: dict[str, Any], expected: list[tuple[str, int | None]]) -> None:
    verdict = judge(replace(GOOD, **change), WANTED)
    assert names(verdict) == expected
    assert all(finding.message.endswith(".") and finding.fix for finding in verdict.findings)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"texts": (replace(TEXT, text="x" * 60),)}, [("caption_too_fast", 1)]),
        ({"texts": (replace(TEXT, letter_height=10),)}, [("caption_too_small", 1)]),
        ({"zone": (10, 90, 310, 150)}, [("caption_off_zone", 1)]),
        ({"hook_ms": 800, "texts": (replace(TEXT, start_ms=1500, end_ms=3500),)}, [("late_hook", 1)]),
        ({"hook_ms": 800}, []),
        ({"hook_ms": 800, "texts": ()}, []),
        ({"lengths_s": (30, 60)}, [("too_short", None)]),
        ({"lengths_s": (6, 10)}, [("too_long", None)]),
        ({"length_range_s": (21, 34)}, [("too_short", None)]),
        ({"length_range_s": (10, 15)}, []),
        ({"forbidden": (ForbiddenWord("cure", "line", 2),)}, [("forbidden_word", 2)]),
        ({"forbidden": (ForbiddenWord("cure", "caption", None, 5100, 6000),)}, [("forbidden_word", 2)]),
        ({"palette": ("#ff0000",), "scenes": (replace(SCENES[1], branded=True),)}, [("off_brand", 2)]),
        ({"palette": ("#111111",), "scenes": (replace(SCENES[1], branded=True),)}, []),
        ({"palette": ("#ff0000",)}, []),
        ({"scenes": ()}, []),
    ],
)
def test_what_is_wanted_makes_the_defect(
    change: dict[str, Any], expected: list[tuple[str, int | None]]
) -> None:
    assert names(judge(GOOD, replace(WANTED, **change))) == expected


def test_what_is_meant_is_no_defect() -> None:
    still = replace(WANTED, scenes=tuple(replace(scene, still=True, dark=True) for scene in SCENES))
    assert judge(replace(GOOD, frozen=(span(1, 4),), black=(span(6, 7),)), still).findings == ()
    mute = replace(WANTED, has_sound=False)
    assert judge(replace(GOOD, has_sound=False, silent=(span(0, 15),)), mute).findings == ()
    free = replace(WANTED, lufs=None, rate=None)
    assert judge(replace(GOOD, integrated=-30, rate=None), free).findings == ()
    late = replace(WANTED, texts=(replace(TEXT, start_ms=14900, end_ms=16000),))
    assert judge(replace(GOOD, texts=(seen(),)), late).findings == ()
    free_zone = replace(WANTED, zone=None)
    moved = replace(GOOD, texts=(seen(0.1, elsewhere=(20, 200, 300, 260)),))
    assert names(judge(moved, free_zone)) == [("caption_off_zone", 1)]


def test_titles_blocked_first_and_unreadable() -> None:
    title = replace(TEXT, key="title 1", text="x" * 90)
    both = replace(WANTED, texts=(title,), palette=("#ff0000",), scenes=(replace(SCENES[0], branded=True),))
    film = replace(GOOD, texts=(), colours=(Colours(Fraction(1), (("#101010", 1.0),)),))
    verdict = judge(film, both)
    assert [one.severity for one in verdict.findings] == ["blocked", "blocked", "degraded"]
    assert 'title "xxx' in verdict.findings[0].message
    assert names(unreadable("it is empty.")) == [("undecodable", None)]


def test_forbidden_words_are_told_once_a_scene() -> None:
    texts = (
        replace(TEXT, text="The cure"),
        replace(TEXT, key="title 1", text="Cure!", start_ms=5100, end_ms=6000),
    )
    found = forbidden_words(
        texts, ((1, "The cure is here"), (3, "No remedy")), SCENES, Brand(do_not_mention=("cure", "remedy"))
    )
    assert [(one.phrase, one.where, one.scene) for one in found] == [
        ("cure", "caption", 1),
        ("cure", "on-screen text", 2),
        ("remedy", "line", 3),
    ]


@given(st.integers(0, 15000), st.integers(1, 15000))
def test_pieces_lie_in_the_stretch_and_name_real_scenes(start: int, length: int) -> None:
    for scene, first, end in pieces(WANTED, start, start + length):
        assert scene in (1, 2, 3)
        assert start <= first <= end <= start + length
    assert scene_of(SCENES, start, start + length) in (1, 2, 3)


def test_places_in_words() -> None:
    assert inside((10, 10, 20, 20), (11, 11, 19, 19)) and not inside((10, 10, 20, 20), (14, 10, 20, 20))
    assert quoted("a  b\nc") == '"a b c"' and len(quoted("x" * 99)) == 62
    assert scene_of((), 0, 1) is None


def panel(number: int, line: str = "A short line.", **more: Any) -> Panel:
    return Panel(f"s{number}", number, "hook", line, "", 5000, "", "", **more)


def board(*panels: Panel) -> Storyboard:
    return Storyboard(panels, None, "", (), "", None, "plain")


BOARD = board(panel(1), panel(2), panel(3))
SCRIPT = Script((Line(1, "hook", "A short line.", "", 5000),), (), (), "", None, "plain")
BRIEF = Brief("Ad", "Lamp", duration=15)
LAYOUT = Layout(
    1080, 1920, (65, 288, 918, 1248), (replace(TEXT, box=(100, 1000, 800, 1100), letter_height=80),)
)


def before(
    storyboard: Storyboard = BOARD, spoken: tuple[int | None, ...] = (2000, 3000, None), **more: Any
) -> list[tuple[str, int | None]]:
    parts = {"script": SCRIPT, "brief": BRIEF, "brand": Brand(), **more}
    script, brief, brand = (parts.pop(name) for name in ("script", "brief", "brand"))
    verdict = before_render(script, storyboard, spoken, brief, brand, **parts)
    assert all(finding.fix for finding in verdict.findings)
    return names(verdict)


def test_what_can_be_rendered() -> None:
    good = SourceFacts(2, 1080, 1920, 5000)
    assert before(layouts=(LAYOUT,), sources=(good,), colours=(SuperColours("#ffffff", "#101010"),)) == []
    assert before(board(), duration_ms=15000) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"duration_ms": 14000}, [("too_short", None)]),
        ({"brief": replace(BRIEF, format="tiktok")}, [("too_short", None)]),
        ({"spoken": (2000, 6000, 100)}, [("too_long", 2)]),
        ({"spoken": (4900, 2000, 100)}, [("late_hook", 1)]),
        ({"storyboard": board(panel(1), panel(2, "x" * 120), panel(3)), "spoken": ()}, [("too_long", 2)]),
        (
            {
                "storyboard": board(panel(1), panel(2, "x" * 120), panel(3)),
                "spoken": (),
                "brief": replace(BRIEF, silent=True),
            },
            [("caption_too_fast", 2)],
        ),
        ({"brand": Brand(do_not_mention=("short",))}, [("forbidden_word", n) for n in (1, 2, 3)]),
        (
            {
                "storyboard": board(
                    *(replace(one, super_text="Cheap") for one in BOARD.panels[:1]), *BOARD.panels[1:]
                ),
                "brief": replace(BRIEF, do_not_mention=("cheap",)),
            },
            [("forbidden_word", 1)],
        ),
        (
            {
                "script": replace(SCRIPT, other_hooks=("Cheap!",), other_ctas=("Buy cheap",)),
                "brief": replace(BRIEF, do_not_mention=("cheap",)),
            },
            [("forbidden_word", None)] * 2,
        ),
        ({"colours": (SuperColours("#777777", "#808080", 2),)}, [("low_contrast", 2)]),
        ({"sources": (SourceFacts(2, 1080, 1920, 3000), SourceFacts(9, 1080, 1920, 1))}, [("too_short", 2)]),
        ({"sources": (SourceFacts(2, 640, 360, 9000),), "layouts": (LAYOUT,)}, [("wrong_geometry", 2)]),
        (
            {
                "layouts": (
                    LAYOUT,
                    replace(LAYOUT, zone=(65, 288, 918, 1050)),
                    replace(LAYOUT, zone=(65, 288, 918, 1050)),
                )
            },
            [("caption_off_zone", 1)],
        ),
        (
            {
                "layouts": (replace(LAYOUT, texts=(replace(LAYOUT.texts[0], start_ms=4000, end_ms=6000),)),)
                * 2
            },
            [("late_hook", 1)],
        ),
    ],
)
def test_what_is_refused_before_the_render(
    more: dict[str, Any], expected: list[tuple[str, int | None]]
) -> None:
    assert before(**more) == expected
