"""Which processes a test has started and not ended."""

from contextlib import suppress

import psutil


def children() -> set[int]:
    """Ids of this process's children and theirs, without the database server that tests share."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if not child.name().startswith("postgres"):
                found.add(child.pid)
    return found
