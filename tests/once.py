"""What is dear and only read is made once per run of the tests, by whichever process asks first.

The others wait at a lock and then read the same folder; it goes when the run ends.
"""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

from kinoloop.media.sample import draw_sample_shoot
from tests import databases


def once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` of this run, filled by `make`. To read only: others look at it too."""
    room = databases.run_folder() / "once"
    room.mkdir(exist_ok=True)
    folder = room / name
    with (room / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            part = room / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            make(part)
            part.rename(folder)
    return folder


def sample_shoot() -> Path:
    """The three films of the sample, with what is said beside them and `truth.json`."""
    return once("shoot", draw_sample_shoot)


def migrated_home(home: Path) -> Path:
    """Put a migrated SQLite file where the house that lives in `home` will look for it."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "kinoloop.db").write_bytes(databases.sqlite_template())
    return home
