"""What the web face needs from the rest of the house, by name and nothing more.

The composition root satisfies `Backstage` by shape; pages and routes never see how it is put together.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from kinoloop.flows.order import ClipOrder
from kinoloop.footage.intake.records import FileReport
from kinoloop.footage.search.records import Hit


class WebSettings(Protocol):
    """The settings that pages and routes read."""

    @property
    def hosts(self) -> Sequence[str]:
        """Host names answered to, beside the loopback names."""
        ...

    @property
    def upload_limit_mb(self) -> int: ...

    @property
    def secure_cookies(self) -> bool: ...


class Folders(Protocol):
    """Where files live."""

    def upload(self, client_id: str, upload_id: str, suffix: str) -> Path:
        """A place for one uploaded file, its folder made."""
        ...

    def path(self, relative: str) -> Path:
        """The file that a path in the database means. Raises ForbiddenError outside the root."""
        ...

    def require_space(self, needed: int) -> None:
        """Raises LimitError when so many bytes would fill the disk."""
        ...


class Store(Protocol):
    """The database, for reading."""

    def read(self) -> AbstractContextManager[Connection]:
        """One consistent view, which never waits for a writer."""
        ...


class RunControl(Protocol):
    """What a person may do to a run. Each raises NotFoundError or ConflictError."""

    def cancel(self, run_id: str) -> object: ...

    def retry(self, run_id: str) -> object: ...


class IngestReport(Protocol):
    """What became of the files handed in, one report per file, and the runs that work on them."""

    @property
    def files(self) -> Sequence[FileReport]: ...

    @property
    def run_ids(self) -> Sequence[str]:
        """The runs that were started, one per asset to analyse."""
        ...


class HealthPart(Protocol):
    """One part of the product: `verdict` is passed, degraded or blocked; `mend` says what to do."""

    @property
    def name(self) -> str: ...

    @property
    def verdict(self) -> str: ...

    @property
    def detail(self) -> str: ...

    @property
    def mend(self) -> str: ...


class Backstage(Protocol):
    """The composition root as the web face sees it."""

    @property
    def settings(self) -> WebSettings: ...

    @property
    def token(self) -> str:
        """The bearer token of the HTTP API. Never empty, never shown."""
        ...

    @property
    def blobs(self) -> Folders: ...

    @property
    def runs(self) -> RunControl: ...

    @property
    def database(self) -> Store: ...

    def begin(self) -> AbstractContextManager[Connection]:
        """One transaction, committed at the end of the block."""
        ...

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        source: str,
        recursive: bool = True,
        roots: Sequence[Path] | None = None,
    ) -> IngestReport:
        """Register files and folders under `roots` (the settings' when None) and start their analysis.

        Raises NotFoundError, ForbiddenError, InputError for a path that cannot be used at all.
        """
        ...

    def make_clips(self, *, asset_id: str | None = None, url: str | None = None, order: ClipOrder) -> str:
        """Start the run that makes clips; gives its run id."""
        ...

    def export_moment(self, moment_id: str, *, aspect: str, style: str) -> str:
        """Start the run that makes one clip of one moment; gives its run id."""
        ...

    def health(self) -> Sequence[HealthPart]: ...

    def search_text(self, text: str, *, limit: int = 20, asset_id: str | None = None) -> Sequence[Hit]: ...

    def search_similar(self, clip_id: str, *, limit: int = 20) -> Sequence[Hit]: ...
