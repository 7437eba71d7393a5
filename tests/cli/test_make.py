"""`kinoloop make` as a person uses it: a brief and a folder in, a storyboard with its price, then films."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.once import sample_shoot

SHORT = (
    ("duration = 30", "duration = 15"),
    ("variants = 3", "variants = 1"),
    ('["9:16", "1:1", "16:9"]', '["9:16"]'),
)


def brief_in(folder: Path, ask: Ask) -> Path:
    """The sample brief, made short."""
    text = ask("make", "--sample").out
    for old, new in SHORT:
        assert old in text
        text = text.replace(old, new)
    path = folder / "brief.toml"
    path.write_text(text)
    return path


def test_the_sample_brief_can_be_printed_and_read(ask: Ask) -> None:
    answer = ask("make", "--sample")
    assert answer.code == 0
    assert tomllib.loads(answer.out)["product"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [((), "Which brief"), (("none.toml",), "none.toml")],
)
def test_what_is_missing_is_said(ask: Ask, arguments: tuple[str, ...], word: str) -> None:
    answer = ask("make", *arguments)
    assert answer.code == 2
    assert word in answer.err


def test_a_wrong_brief_names_the_field(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text('name = "Ad"\nproduct = "Lamp"\nduration = 31\n')
    answer = ask("make", path)
    assert answer.code == 2
    assert "duration" in answer.err


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_brief_and_a_folder_become_a_film_after_a_yes(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINOLOOP_SHORT_SIDE", "270")
    monkeypatch.setenv("KINOLOOP_ENCODER_PRESET", "ultrafast")
    brief = brief_in(tmp_path, ask)
    asked = ask("make", brief, "--footage", sample_shoot())
    assert asked.code == 0
    assert "$0.00" in asked.out and "storyboard" in asked.out
    assert "Not approved" in asked.err
    video_id = asked.err.split("kinoloop videos ")[1].split()[0]
    listed = ask("videos")
    assert "storyboard complete" in listed.out
    made = ask("videos", video_id, "--approve", "--json")
    told = json.loads(made.out)
    assert (made.code, told["status"]) == (0, "completed")
    assert [film["verdict"]["findings"] for film in told["films"]] == [[]]
    shown = ask("videos", video_id)
    assert "final.mp4" in shown.out and "passed" in shown.out
    assert ask("videos", video_id, "--cancel").code == 1
