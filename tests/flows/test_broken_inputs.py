"""The table of odd and broken inputs: a clear error or real clips, nothing lost, no process left behind."""

import json
from pathlib import Path

import pytest

from kinoloop.app.compose import App
from kinoloop.cli.main import main
from kinoloop.core.errors import ForbiddenError, KinoloopError, NotFoundError
from kinoloop.flows.order import ClipOrder
from kinoloop.media.probe import probe
from tests.children import children
from tests.films import draw_film
from tests.flows.broken import ODD, Odd


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD, ids=[odd.name for odd in ODD])
def test_odd_input(odd: Odd, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"{odd.name}{odd.ending}"
    odd.draw(path)
    others = children()
    before = path.read_bytes()
    out = tmp_path / "out"
    code = run(
        "clips",
        str(path),
        "-o",
        str(out),
        "--min",
        "1",
        "--max",
        "3",
        "--count",
        "1",
        "--style",
        "plain",
        "--json",
    )
    told = json.loads(capsys.readouterr().out)
    assert path.read_bytes() == before
    assert children() <= others, "no decoder is left behind"
    if odd.says is None:
        assert code == 0
        (clip,) = told["files"][0]["clips"]
        assert probe(Path(clip["path"])).video is not None
        assert clip["integrated_lufs"] is None or -15 <= clip["integrated_lufs"] <= -13
        return
    error = told["failed"][0]["error"]
    assert code == 1
    assert odd.says in error["what"] + error["why"] and error["fix"]
    assert not [left for left in out.rglob("*") if left.is_file()] if out.exists() else True


@pytest.mark.parametrize("trick", ["../outside.mp4", "link.mp4", "/etc/passwd", "folder/../../outside.mp4"])
def test_paths_do_not_lead_out_of_the_jail(trick: str, app: App, tmp_path: Path) -> None:
    inside = tmp_path / "jail"
    (inside / "folder").mkdir(parents=True)
    draw_film(tmp_path / "outside.mp4", seconds=0.2)
    (inside / "link.mp4").symlink_to(tmp_path / "outside.mp4")
    with pytest.raises(ForbiddenError, match="may not be read"):
        app.ingest([inside / trick], source="test", roots=[inside])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/film.mp4",
        "http://169.254.169.254/latest",
        "http://[::1]/a.mp4",
        "file:///etc/passwd",
    ],
)
def test_private_addresses_are_refused(url: str, app: App) -> None:
    run_id = app.make_clips(url=url, order=ClipOrder())
    with pytest.raises(KinoloopError) as refused:
        app.runs.wait(run_id, timeout=60)
    assert refused.value.fix and refused.value.code in ("forbidden", "bad_input")


def test_a_missing_file_and_a_bad_stretch_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("analyse", str(tmp_path / "none.mp4"), "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] in ("not_found", "bad_media")
    film = tmp_path / "film.mp4"
    draw_film(film, seconds=1)
    out = tmp_path / "cut.mp4"
    assert run("cut", str(film), "--start", "0.5", "--end", "9", "-o", str(out), "--json") == 2
    assert "not inside" in json.loads(capsys.readouterr().out)["error"]["what"]
    assert not out.exists()


def test_nothing_to_do_is_an_error(app: App, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        app.make_clips(order=ClipOrder())
