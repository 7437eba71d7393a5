"""Real films through probe, analysis and scoring: every number is there or says why not."""

from pathlib import Path

import pytest

from kinoloop.footage.analysis.rules.evidence import FileEvidence
from kinoloop.footage.analysis.rules.scoring import LOOK, score_shots
from kinoloop.footage.intake.summary import NO_PICTURE, NO_SOUND, summarise
from kinoloop.media.analyse import analyse
from kinoloop.media.probe import probe
from tests.footage.fill import Ids

pytestmark = pytest.mark.realmedia


def test_a_silent_film_is_scored_by_its_picture(real_media: Path) -> None:
    path = real_media / "psd_testvideo.mp4"
    found = analyse(path)
    shots = score_shots("a", FileEvidence(found, short_side=720), new_id=Ids())
    assert [shot.span for shot in shots] == list(found.shots()) and len(shots) > 3
    for shot in shots:
        assert shot.features["sharpness"].value is not None and shot.space == LOOK
        assert shot.features["loudness"].reason == "no sound stream"
        assert shot.composite is not None and 0 <= shot.composite <= 1
        assert shot.scores.explanation["evidence"] == 0.6
    assert summarise(probe(path), found)["degraded"][0] == NO_SOUND


def test_sound_alone_has_no_shots_and_says_so(real_media: Path) -> None:
    path = real_media / "jfk.flac"
    found = analyse(path)
    assert score_shots("a", FileEvidence(found), new_id=Ids()) == ()
    assert summarise(probe(path), found)["degraded"][0] == NO_PICTURE
