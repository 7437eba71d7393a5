"""The master and its versions: each differs in the one element it names, and lasts as long."""

from dataclasses import replace

from kinoloop.flows.make_video.versions import (
    CROSSFADE_MS,
    crossfade_into,
    generated_panels,
    lines_of,
    versions_of,
)
from tests.flows.make_video.boards import BOARD, BRIEF, SCRIPT, panel


def test_each_version_differs_from_the_master_in_one_element() -> None:
    made, notes = versions_of(BRIEF, SCRIPT, BOARD)
    assert [(version.label, version.element) for version in made] == [
        ("A", "master"),
        ("B", "hook"),
        ("C", "cta"),
        ("D", "opening"),
    ]
    assert notes == ()
    master, hook, cta, opening = made
    assert {version.duration_ms for version in made} == {15000}
    assert hook.panels[0].line == "Is your desk too dark?"
    assert hook.panels[0].footage == master.panels[0].footage
    assert hook.panels[1:] == master.panels[1:]
    assert cta.panels[:-1] == master.panels[:-1]
    assert cta.panels[-1].line == "Get yours today"
    assert opening.panels[0].scene_id == "s1b"
    assert opening.panels[0].line == master.panels[0].line


def test_what_cannot_be_varied_is_said() -> None:
    script = replace(SCRIPT, other_hooks=(), other_ctas=())
    made, notes = versions_of(BRIEF, script, replace(BOARD, opening=None))
    assert len(made) == 1
    assert len(notes) == 3
    assert "only one hook" in notes[0]


def test_fewer_variants_take_the_first_elements() -> None:
    made, _ = versions_of(replace(BRIEF, variants=2, vary=("opening", "hook")), SCRIPT, BOARD)
    assert [version.element for version in made] == ["master", "opening"]


def test_scenes_start_where_the_ones_before_end() -> None:
    assert versions_of(BRIEF, SCRIPT, BOARD)[0][0].starts() == (0, 5000, 10000)


def test_each_generated_scene_and_each_line_is_named_once() -> None:
    made, _ = versions_of(BRIEF, SCRIPT, BOARD)
    assert [one.scene_id for one in generated_panels(made)] == ["s1b"]
    said = [text for text, _ in lines_of(made)]
    assert len(said) == len(set(said)) == 5


def test_a_fade_is_short_in_a_short_panel() -> None:
    assert crossfade_into(panel(2)) == 0
    assert crossfade_into(panel(2, transition="fade")) == CROSSFADE_MS
    assert crossfade_into(panel(2, transition="fade", duration_ms=600)) == 200
