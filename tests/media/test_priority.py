"""No encoder leaves this process, or what it starts, at real-time priority."""

import os
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kinoloop.media import priority
from kinoloop.media.encoder import Encoder
from kinoloop.media.mux import write_pictures

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux schedules threads by themselves")


def policies() -> set[int]:
    return {os.sched_getscheduler(int(one.name)) for one in priority.THREADS.iterdir()}


@pytest.mark.parametrize("name", ["libsvtav1", "libx264"])
def test_every_thread_is_scheduled_as_before(tmp_path: Path, name: str) -> None:
    seen = set[int]()

    def pictures() -> Iterator[av.VideoFrame]:
        for number in range(5):
            picture = av.VideoFrame.from_ndarray(np.zeros((180, 320, 3), np.uint8), format="rgb24")
            picture = picture.reformat(format="yuv420p")
            picture.pts = number
            seen.update(policies())
            yield picture

    before = policies()
    count = write_pictures(
        pictures(),
        tmp_path / "film.mp4",
        Encoder(video=name, preset="ultrafast"),
        width=320,
        height=180,
        rate=Fraction(25),
    )
    assert count == 5 and before == {os.SCHED_OTHER}
    assert seen == policies() == {os.SCHED_OTHER}


def test_elsewhere_nothing_is_touched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(priority, "THREADS", tmp_path / "none")
    with priority.unhurried():
        pass
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_threads_that_ended_are_no_trouble(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "999999999").mkdir()
    monkeypatch.setattr(priority, "THREADS", tmp_path)
    with priority.unhurried():
        assert os.sched_getscheduler(0) == os.SCHED_OTHER
