"""The terminal face in process: arguments in, exit code and both outputs out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kinoloop.cli.main import main
from tests.films import draw_film


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str


Ask = Callable[..., Answer]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command with a home of its own."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("KINOLOOP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")

    def asked(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        code = ended.value.code
        return Answer(code if isinstance(code, int) else 0, told.out, told.err)

    return asked


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds, three shots, with sound."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    draw_film(path, seconds=6, shots=3)
    return path
