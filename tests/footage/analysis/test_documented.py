"""The page on scores shows the formulas that run: versions, weights and yardsticks."""

from pathlib import Path

import pytest

from kinoloop.footage.analysis.rules import formula
from kinoloop.footage.analysis.rules.lexicon import own_lexicon

PAGE = (Path(__file__).parents[3] / "docs" / "explanation" / "scores.md").read_text("utf-8")


def test_the_versions_are_those_that_run() -> None:
    assert f"`{formula.VERSION}`" in PAGE and f"`{own_lexicon().version}`" in PAGE


@pytest.mark.parametrize(
    ("start", "table"),
    [
        ("    composite = ", formula.COMPOSITE),
        ("    psychology.composite = ", formula.PSYCHOLOGY),
        ("    novelty.composite  = ", formula.NOVELTY),
        ("    technical_quality = ", formula.QUALITY),
        ("    scene_score = ", formula.SCENE),
        ("    pattern_interrupt = ", formula.INTERRUPT),
    ],
)
def test_each_formula_shows_its_weights_in_order(start: str, table: formula.Weights) -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(start)]
    shown = [float(term.split()[0]) for term in line.removeprefix(start).split(" + ")]
    assert shown == list(table.parts.values())


@pytest.mark.parametrize("driver", formula.DRIVERS)
def test_each_driver_shows_its_evidence(driver: str) -> None:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {driver} |")]
    weights = formula.DRIVER_EVIDENCE[driver].parts.values()
    assert all(f"{weight:.2f}" in line for weight in weights if weight < 1)


def test_the_yardsticks_are_those_that_run() -> None:
    assert f"sat(motion, {formula.MOTION_HALF:.0f})" in PAGE
    assert f"sat(sharpness, {formula.SHARPNESS_HALF:.0f})" in PAGE
    assert f"ramp(words per second, {formula.SLOW_WORDS:.0f}, {formula.FAST_WORDS:.0f})" in PAGE
    assert f"the first {formula.HOOK_WINDOW:.0f} s" in PAGE and f"above {formula.NEAR_DUPLICATE}" in PAGE
    assert f"LUFS of the file, a, {formula.LOUD_RISE:.0f} LU" in PAGE
