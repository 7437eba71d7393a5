"""Who searches a tenant's winners: pgvector where the database has it in step, else an index in this process.

That one is as of a transaction: from memory, else from its file, else read anew; then caught up. A counter in
the database, raised in the transaction of each change, tells what to read again; a file from before a
restored backup is older than its counter and is dropped.
"""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, RLock
from typing import Literal

from sqlalchemy import Connection, LargeBinary, func, select, type_coerce

from kinoloop.learning.winners import index_file, pgvector, pgvector_copy
from kinoloop.learning.winners.index import Backend, Search, WinnerIndex, installed
from kinoloop.learning.winners.tables import winner_changes, winners
from kinoloop.store.vectors import decode_many

SAVE_SHARE = 100
"""The file is written anew once one row in so many changed: at 100,000 rows it has 100 MB."""


@dataclass
class Shelf:
    """One tenant's index of one space in this process. Guard it with `lock`. `how` it was opened last."""

    index: WinnerIndex
    version: int = 0
    unsaved: int = 0
    how: str = "empty"
    opened: bool = False
    lock: RLock = field(default_factory=RLock)


_libraries: dict[Path, "Library"] = {}
_libraries_lock = Lock()


def shared_library(folder: Path) -> "Library":
    """This process's library of a folder: flows and faces share what is in memory."""
    with _libraries_lock:
        return _libraries.setdefault(folder.resolve(), Library(folder))


class Library:
    """The door to the search, with the indexes of one folder. `backend` None: what is installed."""

    def __init__(self, folder: Path, backend: Backend | None = None) -> None:
        self.folder, self._backend = folder, backend
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._lock = Lock()

    def path(self, tenant_id: str, space: str) -> Path:
        return index_file.path_of(self.folder, tenant_id, space)

    def current(self, connection: Connection, tenant_id: str, space: str) -> Search:
        """The winners as the database has them now, for this transaction. Ask before writing winners in it:
        what is rolled back would stay in memory.
        """
        if pgvector.in_step(connection, tenant_id):
            return pgvector.PgvectorSearch(connection, tenant_id, space)
        return self._shelf(connection, tenant_id, space).index

    def backend(self, connection: Connection, tenant_id: str) -> Literal["pgvector"] | Backend:
        """What would search a tenant's winners now."""
        return "pgvector" if pgvector.in_step(connection, tenant_id) else self._backend or installed()

    def save(self, connection: Connection, tenant_id: str, space: str, *, always: bool = False) -> bool:
        """Write the file when enough changed (or `always`); tells whether it was written. Where pgvector
        searches there is no file: its copy is looked through and mended, if the transaction may write.
        """
        if pgvector_copy.keep(connection, tenant_id):
            return False
        shelf = self._shelf(connection, tenant_id, space)
        with shelf.lock:
            if not always and shelf.unsaved * SAVE_SHARE < max(len(shelf.index), 1):
                return False
            index_file.save(self.path(tenant_id, space), tenant_id, space, shelf.index, shelf.version)
            shelf.unsaved = 0
            return True

    def how(self, tenant_id: str, space: str) -> str:
        """How the index came to be in this process: `file`, `rebuilt`, or `empty` before it was asked for."""
        with self._lock:
            shelf = self._shelves.get((tenant_id, space))
        return "empty" if shelf is None else shelf.how

    def _shelf(self, connection: Connection, tenant_id: str, space: str) -> Shelf:
        with self._lock:
            shelf = self._shelves.setdefault((tenant_id, space), Shelf(WinnerIndex(self._backend)))
        with shelf.lock:
            version = version_of(connection, tenant_id)
            if not shelf.opened:
                self._open(shelf, tenant_id, space)
            if not shelf.opened or shelf.version > version:
                _rebuild(connection, shelf, tenant_id, space, self._backend)
            elif shelf.version < version:
                _catch_up(connection, shelf, tenant_id, space)
            shelf.opened, shelf.version = True, version
        return shelf

    def _open(self, shelf: Shelf, tenant_id: str, space: str) -> None:
        kept = index_file.load(self.path(tenant_id, space), tenant_id, space, self._backend)
        if kept is not None:
            shelf.index, shelf.version, shelf.opened, shelf.how = kept.index, kept.version, True, "file"


def version_of(connection: Connection, tenant_id: str) -> int:
    """The counter of a tenant's winners: every change raises it."""
    c = winner_changes.c
    return connection.execute(select(func.max(c.version)).where(c.tenant_id == tenant_id)).scalar() or 0


def _rebuild(
    connection: Connection, shelf: Shelf, tenant_id: str, space: str, backend: Backend | None
) -> None:
    c = winners.c
    query = select(c.ad_id, type_coerce(c.vector, LargeBinary)).where(
        c.tenant_id == tenant_id, c.space == space, c.vector.is_not(None), c.removed_at.is_(None)
    )
    rows = connection.execute(query.order_by(c.ad_id)).all()
    index = WinnerIndex(backend)
    index.fill([row[0] for row in rows], decode_many(bytes(row[1]) for row in rows))
    shelf.index, shelf.unsaved, shelf.how = index, len(rows) + 1, "rebuilt"


def _catch_up(connection: Connection, shelf: Shelf, tenant_id: str, space: str) -> None:
    """Rows that changed since: of this space and alive they are put, else removed."""
    c = winners.c
    query = select(c.ad_id, c.space, c.vector, c.removed_at).where(
        c.tenant_id == tenant_id, c.version > shelf.version
    )
    for row in connection.execute(query.order_by(c.version, c.ad_id)):
        if row.space == space and row.vector is not None and row.removed_at is None:
            shelf.index.put(row.ad_id, row.vector)
            shelf.unsaved += 1
        elif shelf.index.remove(row.ad_id):
            shelf.unsaved += 1
