"""What the web face needs from the rest of the house, by name and nothing more.

The composition root satisfies `Backstage` by shape; pages and routes never see how it is put together.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from kinoloop.core.money import Micros
from kinoloop.costs.records import Budgets, PriceTable
from kinoloop.creative.briefs.records import Brief, ExportFormat
from kinoloop.creative.videos.records import Video
from kinoloop.flows.order import ClipOrder
from kinoloop.flows.sync_crm.desk import CrmDesk
from kinoloop.footage.intake.records import FileReport
from kinoloop.footage.search.records import Hit
from kinoloop.web.advertising import Ads, Publishing


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

    @property
    def tenant(self) -> str:
        """Whose ads, deals and clicks these are."""
        ...

    @property
    def sample(self) -> bool:
        """Whether this house holds a sample only: pages say so."""
        ...


class Folders(Protocol):
    """Where files live."""

    def upload(self, client_id: str, upload_id: str, suffix: str) -> Path:
        """A place for one uploaded file, its folder made."""
        ...

    def relative(self, path: Path) -> str:
        """The text that the database keeps for a file."""
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


class Videos(Protocol):
    """What may be done to a video. `who` and `owner` are user ids; whose it is was checked before.

    Each raises NotFoundError for an unknown id and ConflictError for a wrong state.
    """

    def estimate(self, brief: Brief) -> Micros:
        """What a video of this brief is expected to cost. Raises InputError naming the field."""
        ...

    def generate(self, brief: Brief, *, owner: str) -> Video:
        """Write down the job and start its plan, script and storyboard. Raises InputError, BudgetError."""
        ...

    def approve(self, video_id: str, *, who: str, sha256: str | None = None) -> Video:
        """Say yes to what stands now. Raises ConflictError when `sha256` is not its hash."""
        ...

    def render(self, video_id: str, *, who: str, approve: bool = False, sha256: str | None = None) -> Video:
        """Start the render. Raises ForbiddenError when that is not approved, BudgetError.

        `approve` says yes first, with `sha256` only to exactly that content (ConflictError otherwise).
        """
        ...

    def refine(
        self,
        video_id: str,
        *,
        who: str,
        scene: int | None = None,
        line: str | None = None,
        description: str | None = None,
        prompt: str | None = None,
        brief: Brief | None = None,
    ) -> Video:
        """Change one panel (by its number) or the whole brief; what was approved is void after it."""
        ...

    def reorder(self, video_id: str, order: Sequence[int], *, who: str) -> Video:
        """`order`: the panel numbers as they stand now, each once, in the order wanted."""
        ...

    def cancel(self, video_id: str, *, who: str) -> Video: ...

    def delete(self, video_id: str, *, who: str) -> None: ...

    def export(self, variant_id: str, kind: ExportFormat, height: int | None, *, who: str) -> Path:
        """The file in another form, made once; `height` in pixels, None as it is."""
        ...

    def approval_hash(self, video: Video) -> str:
        """SHA-256 of exactly what an approval would cover now. Raises ConflictError without a storyboard."""
        ...

    def total(self, video: Video) -> Micros:
        """What rendering the video as it stands will cost."""
        ...

    def callback(self, service: str, token: str, headers: Mapping[str, str], body: bytes) -> None:
        """A generation service says that something is done. Raises ForbiddenError unless it proves itself."""
        ...

    def prices(self) -> PriceTable: ...

    @property
    def budgets(self) -> Budgets: ...


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
    def videos(self) -> Videos: ...

    @property
    def ads(self) -> Ads: ...

    @property
    def publishing(self) -> Publishing: ...

    @property
    def crm(self) -> CrmDesk: ...

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
