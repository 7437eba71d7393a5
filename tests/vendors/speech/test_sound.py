"""From bytes to samples: decoded apart, held to limits."""

from pathlib import Path

import av
import numpy as np
import pytest

from kinoloop.core.errors import IntegrityError, LimitError, MediaError
from kinoloop.vendors.speech import sound
from kinoloop.vendors.speech.sound import decode, heard_in
from tests.vendors.speech.fake_speech import encoded, said


def test_too_many_bytes_are_not_even_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "MOST_BYTES", 10)
    with pytest.raises(LimitError, match="sent more than"):
        heard_in(b"x" * 11, ".wav", "The service")


def test_a_sound_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.wav"
    path.write_bytes(encoded(np.tile(said("Hello.").samples, 5), "wav"))
    assert len(decode(path)) > 48_000
    monkeypatch.setattr(sound, "MOST_SECONDS", 1)
    with pytest.raises(MediaError, match="too long"):
        decode(path)


def test_a_film_without_sound_is_no_line(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError, match="no sound"):
        decode(path)


def test_a_cut_file_gives_what_is_there_or_is_refused() -> None:
    whole = encoded(said("Hello there, friend.").samples, "mp3")
    assert (
        0 < len(heard_in(whole[: len(whole) // 2], ".mp3", "The service")) < len(heard_in(whole, ".mp3", "x"))
    )
    with pytest.raises(IntegrityError):
        heard_in(whole[:20], ".mp3", "The service")
