"""A defect each, planted in a real file: it is named, in its scene, and nothing else is; clean films pass."""

from fractions import Fraction
from pathlib import Path

import pytest

from kinoloop.core.timecode import Span
from kinoloop.creative.renders.records import Wanted
from kinoloop.creative.renders.rules import judge
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.gate.inspection import inspect
from kinoloop.media.gate.records import Origin, Texts
from kinoloop.media.gate.texts import ExpectedTexts
from kinoloop.media.render import ClipPlan, render_clip
from kinoloop.media.subtitles import spread
from tests.creative.renders.defects import Case, cases
from tests.creative.renders.planting import Film, make, wanted_for, wanted_text
from tests.media.real import real_media

CASES = cases()
CLEAN = (
    Film(),
    Film(style="karaoke", seed=2, zone="everywhere"),
    Film(style="plain", seed=3, size=(480, 480)),
    Film(style="bold", seed=4, size=(640, 360)),
)
REAL = (
    ("mdn_pig.mp4", Fraction(0), "bold"),
    ("skv_bikes.mp4", Fraction(2), "karaoke"),
    ("ae_example.mp4", Fraction(4), "plain"),
    ("skv_bigbuckbunny.mp4", Fraction(0), "bold"),
    ("mdn_chromakey.mp4", Fraction(3), "karaoke"),
)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.slow
def test_the_defect_is_named_with_its_scene_and_nothing_else(case: Case, tmp_path: Path) -> None:
    made = make(case.film, tmp_path / "ad.mp4")
    verdict = judge(inspect(made, case.texts), case.wanted or wanted_for(case.film))
    assert {finding.defect for finding in verdict.findings} == {case.defect}
    assert {finding.scene for finding in verdict.findings} == set(case.scenes)
    assert verdict.status == "blocked"
    assert all(finding.message and finding.fix for finding in verdict.findings)


@pytest.mark.parametrize("film", CLEAN, ids=[f"{film.style} {film.size}" for film in CLEAN])
def test_nothing_is_named_in_a_clean_film(film: Film, tmp_path: Path) -> None:
    measured = inspect(make(film, tmp_path / "ad.mp4"), film.texts)
    verdict = judge(measured, wanted_for(film, hook_ms=800))
    assert (verdict.status, verdict.findings) == ("passed", ())
    assert all(text.match is not None and text.match > 0.95 for text in measured.texts)


@pytest.mark.slow
@pytest.mark.realmedia
@pytest.mark.parametrize(("name", "start", "style"), REAL, ids=[name for name, _, _ in REAL])
def test_nothing_is_named_in_clips_of_real_footage(
    name: str, start: Fraction, style: str, tmp_path: Path
) -> None:
    span = Span(start, start + 5)
    cues = cues_from_words(
        spread("The words stand where they belong. All of them.", Span(Fraction(0), span.duration))
    )
    plan = ClipPlan(
        real_media() / name, span, Fraction(9, 16), 640, cues=cues, style=style, rate=Fraction(30)
    )
    made = render_clip(plan, tmp_path / "clip.mp4")
    texts, origin = Texts(cues, style), Origin(span.shift(-start), real_media() / name, start)
    boxes = ExpectedTexts(texts, made.width, made.height)
    wanted = Wanted(
        round(made.duration * 1000),
        made.width,
        made.height,
        texts=tuple(map(wanted_text, boxes.boxes)),
        zone=boxes.zone,
        has_sound=made.integrated_lufs is not None,
        lufs=None,
    )
    assert judge(inspect(made.path, texts, (origin,)), wanted).findings == ()
