"""A supervised process that crashes, swells, hangs or is cancelled fails its file and leaves nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kinoloop.core.errors import CancelledError, LimitError, MediaError, NotFoundError
from kinoloop.media.guard import Limits, guarded
from kinoloop.media.records import MediaInfo
from tests.children import children
from tests.films import draw_film

HERE = "tests.media.guard_targets:"
FILM = Path("holiday.mp4")


class Notes:
    """A watch that keeps what it is told, and cancels after so many checks."""

    def __init__(self, cancel_after: int | None = None) -> None:
        self.told: list[tuple[float, float, str]] = []
        self.checks, self.cancel_after = 0, cancel_after

    def progress(self, done: float, total: float, note: str = "") -> None:
        self.told.append((done, total, note))

    def check(self) -> None:
        self.checks += 1
        if self.cancel_after is not None and self.checks > self.cancel_after:
            raise CancelledError("A person asked for this to stop.")


@pytest.fixture(autouse=True)
def _nothing_stays_behind() -> Iterator[None]:
    before = children()
    yield
    assert not children() - before


def gone(pid: int) -> bool:
    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_results_come_back_and_progress_is_forwarded() -> None:
    notes = Notes()
    assert guarded(HERE + "double", 21) == 42
    assert guarded(HERE + "speak", "heard") == "heard"
    assert guarded(HERE + "count", 5, watch=notes) == 5
    assert notes.told == [(step, 5, "counting") for step in range(5)]


def test_large_results_come_back_whole() -> None:
    assert len(guarded(HERE + "blob", 5_000_000)) == 5_000_000


def test_probe_in_the_guard_equals_probe(tmp_path: Path) -> None:
    film = draw_film(tmp_path / "a.mp4", seconds=0.4)
    info = guarded("kinoloop.media.probe:probe", film.path)
    assert isinstance(info, MediaInfo) and info.video is not None and info.video.frames == 10


@pytest.mark.parametrize("kind", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_crash_of_the_decoder_names_the_file(kind: signal.Signals) -> None:
    with pytest.raises(MediaError, match=r"holiday\.mp4") as failed:
        guarded(HERE + "crash", FILM, int(kind))
    assert kind.name in failed.value.why and "crashed" in failed.value.why


def test_an_early_end_and_a_kill_from_outside_have_their_own_words() -> None:
    with pytest.raises(MediaError, match="status 7"):
        guarded(HERE + "leave", FILM)
    with pytest.raises(LimitError, match="want of memory"):
        guarded(HERE + "crash", FILM, int(signal.SIGKILL))


def test_too_much_memory_is_a_limit() -> None:
    with pytest.raises(LimitError, match=r"holiday\.mp4.*more than 1024 MiB"):
        guarded(HERE + "swell", FILM, limits=Limits(memory=1 << 30))


def test_too_much_processor_time_is_a_limit() -> None:
    with pytest.raises(LimitError, match="more than 1 s of processor time"):
        guarded(HERE + "spin", FILM, limits=Limits(cpu=1))


def test_too_long_is_a_limit(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(LimitError, match=r"longer than 0\.7 s"):
        guarded(HERE + "sleep", note, limits=Limits(wall=0.7))
    assert not note.exists() or gone(int(note.read_text()))


def test_cancel_ends_the_process(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(CancelledError):
        guarded(HERE + "sleep", note, watch=Notes(cancel_after=8))
    assert not note.exists() or gone(int(note.read_text()))


def test_what_the_work_started_ends_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    guarded(HERE + "leave_a_child", note)
    assert gone(int(note.read_text()))


def test_when_the_parent_is_killed_the_child_ends(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = f"from tests.media.guard_targets import guard_a_sleeper as g; g({str(note)!r})"
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])
    for _ in range(200):
        if note.exists() and note.read_text():
            break
        time.sleep(0.05)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert gone(int(note.read_text()))


def test_our_own_errors_arrive_as_themselves_and_bugs_as_bugs() -> None:
    with pytest.raises(NotFoundError) as failed:
        guarded(HERE + "refuse")
    assert failed.value.as_dict()["fix"] == "Look elsewhere."
    with pytest.raises(RuntimeError, match="a bug of ours"):
        guarded(HERE + "stumble")


def test_what_cannot_be_sent_leaves_no_process() -> None:
    with pytest.raises(Exception, match="pickle"):
        guarded(HERE + "double", lambda: None)


def test_the_child_loads_neither_web_nor_database() -> None:
    code = "import sys, kinoloop.media.guard_child; print(*sorted(m.split('.')[0] for m in sys.modules))"
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert not loaded & {"fastapi", "sqlalchemy", "dbos", "numpy", "av", "onnxruntime"}
