"""The store knows nothing of the runs' engine: its SQLite files are without the engine's tables."""

from pathlib import Path

import pytest

from tests import databases


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A fresh migrated SQLite file."""
    path = tmp_path / "kinoloop.db"
    path.write_bytes(databases.sqlite_template(engine=False))
    return f"sqlite:///{path}"
