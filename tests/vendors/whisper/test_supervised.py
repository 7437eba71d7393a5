"""The transcriber's own process: what it refuses arrives here as the same error."""

from pathlib import Path

import pytest

from kinoloop.core.errors import UnavailableError
from kinoloop.media.guard import DEFAULT, guarded
from kinoloop.media.watch import SilentWatch
from kinoloop.vendors.whisper.supervised import ROOM_FOR_WEIGHTS, SupervisedWhisper


def test_missing_weights_are_told_before_a_process_starts(tmp_path: Path) -> None:
    whisper = SupervisedWhisper(tmp_path / "none", DEFAULT)
    assert "none" in whisper.name
    with pytest.raises(UnavailableError, match="cannot be transcribed") as refused:
        whisper.transcribe(tmp_path / "film.mp4", SilentWatch())
    assert refused.value.fix


def test_the_process_tells_the_same(tmp_path: Path) -> None:
    target = "kinoloop.vendors.whisper.supervised:transcribe"
    with pytest.raises(UnavailableError, match="cannot be transcribed"):
        guarded(target, tmp_path / "film.mp4", tmp_path / "none")


def test_weights_get_room_beside_the_decoder() -> None:
    assert DEFAULT.memory is not None
    assert SupervisedWhisper(Path("w"), DEFAULT)._limits.memory == DEFAULT.memory + ROOM_FOR_WEIGHTS
