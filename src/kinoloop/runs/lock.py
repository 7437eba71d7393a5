"""Who holds a database file's lock is the one embedded executor of that file; the lock ends with its process.

The lock only proves death sooner: ids are unique and leases always run, so work is safe without it too.
"""

import os
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: leases alone
    fcntl = None  # type: ignore[assignment]

from kinoloop.store.session import Database


class FileLock:
    """An exclusive lock beside a SQLite file; on PostgreSQL there is none to take."""

    def __init__(self, database: Database) -> None:
        name = database.engine.url.database
        self._path = Path(f"{name}.executor.lock") if database.dialect == "sqlite" and name else None
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """True when this process now holds the lock."""
        if self._path is None or fcntl is None:
            return False
        file = self._path.open("a")
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
