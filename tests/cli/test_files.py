"""The four file commands: no database, machine output on stdout, words on stderr, honest exit codes."""

import json
from pathlib import Path

import pytest

from kinoloop.media.probe import probe
from tests.cli.conftest import Ask


def test_analyse_tells_shots_and_sound(ask: Ask, film: Path, tmp_path: Path) -> None:
    answer = ask("analyse", film, "--json")
    told = json.loads(answer.out)
    assert answer.code == 0
    assert [round(shot["start"], 2) for shot in told["analysis"]["shots"]] == [0, 2, 4]
    assert told["analysis"]["sound"]["integrated_lufs"] < 0
    assert told["info"]["video"]["width"] == 320
    assert not (tmp_path / "home").exists()
    shown = ask("analyse", film, "--tier", "speed")
    assert "3" in shown.out and "Loudness" in shown.out
    assert ask("analyse", film, "--tier", "best", "--json").code == 2


def test_moments_say_why(ask: Ask, film: Path) -> None:
    answer = ask("moments", film, "--min", 1, "--max", 2.5, "--count", 2, "--json")
    told = json.loads(answer.out)
    assert answer.code == 0 and 1 <= len(told["moments"]) <= 2
    for moment in told["moments"]:
        assert 0 <= moment["start"] < moment["end"] <= 6.01
        assert moment["reason"] and moment["subscores"]["transcript"]["value"] is None
    assert any("no transcript" in note for note in told["notes"])
    assert "why" in ask("moments", film, "--min", 1, "--max", 2.5).out


@pytest.mark.parametrize(
    "wrong", [("--min", 9, "--max", 3), ("--mode", "funny"), ("--count", 0), ("--transcript", "none.srt")]
)
def test_what_cannot_be_asked(ask: Ask, film: Path, wrong: tuple[object, ...]) -> None:
    answer = ask("moments", film, *wrong, "--json")
    assert answer.code == 2
    assert json.loads(answer.out)["error"]["what"] in answer.err.replace("\n", " ")


def test_cut_is_exact(ask: Ask, film: Path, tmp_path: Path) -> None:
    out = tmp_path / "part.mp4"
    answer = ask("cut", film, "--start", "0:01.2", "--end", 3, "-o", out, "--json")
    assert answer.code == 0
    assert abs(json.loads(answer.out)["duration"] - 1.8) < 0.05
    assert probe(out).video is not None
    assert "checked" in ask("cut", film, "--start", 1, "--end", 2, "-o", out).out


@pytest.mark.slow
def test_clips_of_a_folder(ask: Ask, film: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shoot"
    folder.mkdir()
    (folder / "good.mp4").write_bytes(film.read_bytes())
    (folder / "bad.mp4").write_text("no film")
    out = tmp_path / "out"
    size = ("--min", 1, "--max", 2, "--count", 1, "--aspect", "1:1", "--style", "none")
    answer = ask("clips", folder, "-o", out, *size, "--json")
    told = json.loads(answer.out)
    assert answer.code == 1
    assert [Path(one["source"]).name for one in told["failed"]] == ["bad.mp4"]
    (clip,) = told["files"][0]["clips"]
    assert clip["width"] == clip["height"] and Path(clip["path"]).is_file()
    assert Path(clip["files"]["thumbnail"]).is_file() and clip["files"]["srt"] is None
    shown = ask("clips", film, "-o", out, *size)
    assert shown.code == 0 and "1 clip" in shown.out


def test_an_empty_folder_is_told(ask: Ask, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert ask("clips", empty, "-o", tmp_path / "out", "--json").code == 2
