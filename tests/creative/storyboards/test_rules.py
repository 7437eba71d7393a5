"""Binding footage to lines, fallbacks that say so, orders, replaced panels, what is wrong with a board."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.timecode import Span
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plain import from_json, to_json
from kinoloop.creative.storyboards.candidates import Candidate, Clip, candidates_of, clip_of, word_share
from kinoloop.creative.storyboards.checks import asks_for_text
from kinoloop.creative.storyboards.matching import Bound, next_best
from kinoloop.creative.storyboards.panels import with_footage
from kinoloop.creative.storyboards.records import Panel, Storyboard
from kinoloop.creative.storyboards.rules import bind, check_storyboard, reorder, replace_panel
from kinoloop.creative.storyboards.windows import Window
from kinoloop.creative.writing.plain import PlainWriter
from kinoloop.footage.analysis.records import Scores, Shot
from kinoloop.footage.search.records import Hit
from tests.creative.makers import HOUSE, LAMP

WRITER = PlainWriter()
SCRIPT = WRITER.script(LAMP, HOUSE, WRITER.plan(LAMP, HOUSE))
SKETCHES = WRITER.describe(LAMP, HOUSE, SCRIPT)
BRAND = Brand(palette=("#102030", "#ffcc00"), visual_style="Soft light", forbidden_elements=("smoke",))


def clip(name: str, spoken: str | None, quality: float | None = None, hook: float | None = None) -> Clip:
    """A shot of twenty seconds, all of its file."""
    return Clip(f"clip-{name}", f"asset-{name}", f"{name}.mp4", 0, 20_000, 20_000, spoken, quality, hook)


FOOTAGE = (
    clip("b_roll", None, quality=0.9),
    clip("desk", "my eyes are tired after a day at the screen", quality=0.4),
    clip("dawn", "it follows the daylight from dawn to dusk", quality=0.5),
    clip("cable", "charges by usb-c in forty minutes, made from recycled aluminium", quality=0.5),
    clip("lamp", "this desk lamp", quality=0.6),
    clip("other", "something else", quality=0.2),
)
ALL = candidates_of(SKETCHES, FOOTAGE)


def board(candidates: Sequence[Candidate] = ALL, brief: Brief = LAMP, brand: Brand = BRAND) -> Storyboard:
    return bind(SCRIPT, SKETCHES, candidates, brief, brand)


def test_each_line_gets_the_footage_that_says_it() -> None:
    made = board()
    names = [panel.footage.filename if panel.footage else None for panel in made.panels]
    assert names[0] == "desk.mp4" and names[2] == "dawn.mp4" and names[3] == "cable.mp4"
    assert made.panels[0].match == made.panels[2].match == "good"
    assert "of the line's words are said or named there" in made.panels[2].note
    assert check_storyboard(made, SCRIPT, LAMP, BRAND) == ()
    assert made.duration_ms == 30_000 and made.price == 0
    assert made.confidence is None and "not yet a forecast" in made.reason
    assert from_json(Storyboard, to_json(made)) == made


def test_a_line_without_a_match_says_so() -> None:
    made = board(candidates_of(SKETCHES, (clip("b_roll", None, quality=0.9), clip("x", "nothing of it"))))
    kinds = [(panel.kind, panel.match) for panel in made.panels]
    assert kinds.count(("footage", "none")) == 2
    assert kinds.count(("card", "none")) == 3
    shown = next(panel for panel in made.panels if panel.kind == "footage")
    assert shown.note.startswith("Nothing in the footage fits this line; the best unused shot stands in")
    assert made.panels[-1].note == "No own footage fits the call to action: a closing card."
    assert "only stands in" in made.reason and "3 text cards" in made.reason
    assert made.opening is None


def test_nothing_at_all_is_five_cards() -> None:
    made = board(())
    assert {panel.kind for panel in made.panels} == {"card"}
    assert check_storyboard(made, SCRIPT, LAMP, BRAND) == ()


@pytest.mark.parametrize("visuals", ["both", "generated"])
def test_what_is_generated(visuals: str) -> None:
    brief = from_json(Brief, to_json(LAMP) | {"visuals": visuals, "styles": ["film grain"], "variants": 4})
    made = board(brief=brief)
    generated = [panel for panel in made.panels if panel.kind == "generated"]
    assert len(generated) == (5 if visuals == "generated" else sum(p.match == "none" for p in made.panels))
    assert generated
    for panel in generated:
        assert "film grain. Soft light. colours: dark blue, yellow." in panel.visual_prompt
        assert "smoke" in panel.negative_prompt and "smoke" not in panel.visual_prompt
        assert panel.footage is None and panel.price == 0
    assert check_storyboard(made, SCRIPT, brief, BRAND) == ()
    assert made.opening is not None
    if visuals == "generated":
        assert made.opening.camera == "zoom_out" and made.opening.seed != made.panels[0].seed
        assert "to be generated" in made.reason


def test_the_other_opening_is_unused_footage_only_when_asked_for() -> None:
    brief = replace(LAMP, variants=4)
    made = board(brief=brief)
    assert made.opening is not None and made.opening.footage is not None
    assert made.opening.scene_id == "s01b"
    used = {panel.footage.clip_id for panel in made.panels if panel.footage}
    assert made.opening.footage.clip_id not in used
    assert check_storyboard(made, SCRIPT, brief, BRAND) == ()
    assert board(brief=LAMP).opening is None
    few = board(ALL[1:4], brief)
    assert few.opening is None and "No other opening shot is left" in few.reason


def test_the_hook_prefers_what_opens_strongly() -> None:
    shots = (clip("calm", None, quality=0.9, hook=0.1), clip("strong", None, quality=0.5, hook=0.9))
    made = board(candidates_of(SKETCHES, shots))
    assert made.panels[0].footage is not None and made.panels[0].footage.filename == "strong.mp4"
    assert made.panels[0].footage.start_ms == 0


def test_short_shots_reach_into_their_file_and_say_so() -> None:
    shot = Clip("c", "a", "dawn.mp4", 1000, 3000, 60_000, "daylight from dawn to dusk")
    panel = next(p for p in board(candidates_of(SKETCHES, (shot,))).panels if p.footage)
    assert panel.footage is not None
    assert panel.footage.end_ms - panel.footage.start_ms == panel.duration_ms
    assert "reach outside the shot" in panel.note


def test_neighbours_that_would_overlap_are_not_both_stretched() -> None:
    shots = [
        Clip(f"c{n}", "a", "one.mp4", 3000 * n, 3000 * n + 3000, 15_000, "lamp daylight") for n in range(5)
    ]
    made = board(candidates_of(SKETCHES, shots))
    assert check_storyboard(made, SCRIPT, LAMP, BRAND) == ()
    assert sum(panel.kind == "footage" for panel in made.panels) == 2


def test_the_reasons_of_the_search_are_told() -> None:
    hit = Hit("clip-dawn", "asset-dawn", "dawn.mp4", Span(Fraction(0), Fraction(9)), 3.2, "said: 'dawn'", "")
    found = candidates_of(SKETCHES, FOOTAGE, {3: (hit,)}, {3: {"clip-dawn": 0.8}})
    assert next(one for one in found if one.filename == "dawn.mp4").match(3) == pytest.approx(0.8, abs=0.2)
    panel = board(found).panels[2]
    assert panel.footage is not None and panel.footage.why == "said: 'dawn'"


def test_unknown_is_not_zero() -> None:
    bare = Candidate("a", "a.mp4", 0, 9000)
    assert bare.match(1) is None
    panel = board((bare,)).panels[0]
    assert panel.footage is not None
    assert panel.footage.score is None
    assert "nothing is known of what it shows" in panel.note


def test_keywords_of_the_brief_fit_every_line_in_part() -> None:
    (found,) = candidates_of(SKETCHES, (clip("evening_at_the_desk", None),))
    assert found.match(5) == 0.2 and found.reasons[5] == "shows what the brief names: desk, evening"
    panels = board((found,)).panels
    assert {panel.match for panel in panels if panel.kind == "footage"} == {"weak"}
    assert candidates_of((), (clip("a", None),))[0].text == {}


def test_words_in_common() -> None:
    assert word_share("It follows the daylight", {"daylight", "the"}) == 0.5
    assert word_share("two lamps", {"lamp"}) == 0.5
    assert word_share("it is the", {"it"}) == 0
    assert word_share(" ".join("bcdefghijkl"), set("bcdefg")) == 1


@st.composite
def libraries(draw: st.DrawFn) -> tuple[Candidate, ...]:
    """Shots of a few files, some overlapping, some short, some doubled."""
    shots = draw(
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.integers(0, 30_000),
                st.integers(200, 12_000),
                st.lists(st.sampled_from(["lamp", "desk", "dawn", "dusk", "folds", "eyes"]), max_size=4),
                st.none() | st.floats(0, 1),
            ),
            max_size=14,
        )
    )
    clips = [
        Clip(
            f"c{n % 12}",
            f"a{file}",
            f"{file}.mp4",
            start,
            start + lasts,
            45_000,
            " ".join(said),
            quality,
            quality,
        )
        for n, (file, start, lasts, said, quality) in enumerate(shots)
    ]
    return candidates_of(SKETCHES, clips)


@settings(deadline=None, max_examples=60)
@given(libraries(), st.sampled_from(["own", "both"]), st.integers(1, 4))
def test_no_clip_repeats_no_stretch_overlaps_and_every_line_has_a_picture(
    candidates: tuple[Candidate, ...], visuals: str, variants: int
) -> None:
    brief = from_json(Brief, to_json(LAMP) | {"visuals": visuals, "variants": variants})
    made = board(candidates, brief)
    assert check_storyboard(made, SCRIPT, brief, BRAND) == ()
    assert len(made.panels) == 5
    assert all(panel.note for panel in made.panels)
    for panel in made.panels:
        if panel.footage:
            assert panel.footage.end_ms - panel.footage.start_ms == panel.duration_ms
            assert panel.footage.start_ms >= 0 and panel.footage.end_ms <= 45_000
    assert made == board(candidates, brief)


@given(st.permutations(range(1, 6)))
def test_any_order_keeps_every_scene(order: list[int]) -> None:
    made = board(brief=replace(LAMP, variants=4))
    moved = reorder(made, order)
    assert [panel.number for panel in moved.panels] == [1, 2, 3, 4, 5]
    assert [panel.scene_id for panel in moved.panels] == [made.panels[n - 1].scene_id for n in order]
    assert moved.duration_ms == made.duration_ms
    assert (moved.opening is None) == (order[0] != 1)
    back = reorder(moved, [order.index(n) + 1 for n in range(1, 6)])
    assert back.panels == made.panels


@pytest.mark.parametrize("order", [[1, 2, 3, 4], [1, 1, 2, 3, 4], [0, 1, 2, 3, 4], [1, 2, 3, 4, 5, 6], []])
def test_orders_that_are_none(order: list[int]) -> None:
    with pytest.raises(InputError, match="does not name each panel once"):
        reorder(board(), order)


def test_one_panel_is_replaced_in_its_place() -> None:
    made = board(brief=replace(LAMP, variants=4))
    other = with_footage(made.panels[1], Candidate("z", "z.mp4", 0, 9000), Window(0, 9000))
    changed = replace_panel(made, replace(other, number=99))
    assert changed.panels[1].number == 2 and changed.panels[1].match == "given"
    assert changed.panels[1].note.startswith("Chosen by a person")
    assert changed.panels[0] == made.panels[0] and changed.panels[2:] == made.panels[2:]
    assert made.opening is not None
    fresh = replace_panel(made, replace(made.opening, description="new"))
    assert fresh.opening is not None and fresh.opening.description == "new"
    with pytest.raises(NotFoundError, match="There is no scene 's77'"):
        replace_panel(made, replace(other, scene_id="s77"))


def test_sketches_of_another_script_are_refused() -> None:
    with pytest.raises(InputError, match="4 sketches cannot be bound to 5 lines"):
        bind(SCRIPT, SKETCHES[:-1], ALL, LAMP)


def _panel(place: int, **changes: object) -> Callable[[Storyboard], Storyboard]:
    def change(made: Storyboard) -> Storyboard:
        panels: list[Panel] = list(made.panels)
        panels[place] = replace(panels[place], **changes)  # type: ignore[arg-type]  # by case
        return replace(made, panels=tuple(panels))

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_panel(1, number=9), "not numbered"),
        (_panel(1, scene_id="s01"), "same scene id"),
        (_panel(1, line="Other words."), "do not carry the script's lines"),
        (_panel(1, duration_ms=100), "Panel 2 lasts 0.1 s; its line takes 4.3 s"),
        (_panel(1, duration_ms=100), "together, not 30 s"),
        (_panel(0, purpose="proof"), "first panel is not the hook"),
        (_panel(4, purpose="proof"), "last panel is not the call"),
        (_panel(1, super_text="Smoke!"), "Panel 2 says 'smoke'"),
        (_panel(0, footage=None), "names none"),
        (_panel(0, duration_ms=40_000), "lasts longer than its footage"),
        (_panel(4, kind="generated", visual_prompt="a room full of smoke"), "asks for 'smoke'"),
        (_panel(4, kind="generated", visual_prompt='a sign that says "hi"'), "asks for rendered text"),
        (lambda made: _panel(1, kind="footage", footage=made.panels[0].footage)(made), "show the same clip"),
    ],
)
def test_what_is_wrong_is_named(change: Callable[[Storyboard], Storyboard], message: str) -> None:
    assert message in " ".join(check_storyboard(change(board()), SCRIPT, LAMP, BRAND))


def test_the_same_stretch_twice_is_named() -> None:
    made = board()
    first = made.panels[0].footage
    assert first is not None
    twice = _panel(1, kind="footage", footage=replace(first, clip_id=None))(made)
    assert "show the same stretch of desk.mp4" in " ".join(check_storyboard(twice, SCRIPT, LAMP, BRAND))


def test_prompts_that_ask_for_text() -> None:
    assert asks_for_text("A poster with a headline and a banner reading SALE") == (
        "headline",
        "banner reading",
    )
    assert asks_for_text("a text editor on a laptop", "Plume: a text editor") == ()
    assert asks_for_text("a lamp in its context, a person reading") == ()


def test_a_shot_of_the_library_as_a_clip() -> None:
    scores = Scores(0.4, {}, {"strength": 0.7, "hook_type": "curiosity_gap"}, {}, 0.6)
    shot = Shot(
        "c", "a", Span(Fraction(10, 3), Fraction(20, 3)), {}, scores, text="a lamp", thumbnail_url="t"
    )
    made = clip_of(shot, "a.mp4", Fraction(100, 3))
    assert made == Clip("c", "a", "a.mp4", 3334, 6666, 33_333, "a lamp", 0.6, 0.7, "t")
    bare = clip_of(replace(shot, scores=replace(scores, hook={"strength": None}, composite=None)), "a.mp4")
    assert (bare.file_ms, bare.quality, bare.hook) == (None, None, None)


def test_another_opening_never_touches_what_is_shown() -> None:
    line = SCRIPT.lines[0]
    shown = Bound(Candidate("a", "a.mp4", 0, 20_000, clip_id="c"), Window(0, 20_000))
    inside = Candidate("a", "a.mp4", 0, 9000, clip_id="d", quality=0.9)
    other = Candidate("b", "b.mp4", 0, 9000, clip_id="e", quality=0.1)
    found = next_best(line, (inside, other), [shown])
    assert found is not None and found.candidate is other
    assert next_best(line, (inside,), [shown]) is None
