"""A small open house for the web tests: the real rooms on a real database, no journeys behind them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, insert

from kinoloop.app.publishing import Publishing
from kinoloop.core.clock import Clock, ManualClock
from kinoloop.core.errors import KinoloopError
from kinoloop.core.ids import new_id
from kinoloop.flows.order import ClipOrder
from kinoloop.flows.publish_ads.tools import Publisher, PublishTools
from kinoloop.flows.sync_crm.desk import CrmDesk
from kinoloop.flows.sync_crm.receiving import Receiver
from kinoloop.flows.sync_crm.tools import CrmTools
from kinoloop.footage.intake.folders import find_videos, look_at
from kinoloop.footage.intake.operations import register
from kinoloop.footage.intake.queries import asset
from kinoloop.footage.intake.records import FileReport
from kinoloop.footage.moments.queries import moment
from kinoloop.footage.search.queries import by_shot, by_text
from kinoloop.footage.search.records import Hit
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.tables import jobs, processing_steps, system_events
from kinoloop.store.blobs import Blobs
from kinoloop.store.session import Database
from kinoloop.vendors.hubspot.events import read_delivery
from tests.web.advertising import AdsDesk, open_ads
from tests.web.making import Desk

TOKEN = "the-token-of-these-tests-0123456789"
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
Json = dict[str, Any]


def _idle(run: Run, payload: Json) -> Json:
    return {}


FLOWS = (
    Flow("ingest_footage", "media", _idle, lambda payload: f"Analyse {payload['filename']}", ("analyse",)),
    Flow("cut_moments", "media", _idle, lambda payload: f"Clips of {payload['title']}", ("cut",)),
    Flow("process_crm_events", "poll", _idle, lambda payload: "CRM events", ("events",)),
    Flow("pull_results", "media", _idle, lambda payload: f"Read {payload['account_id']}", ("mirror",)),
    Flow("decide_budget", "cron", _idle, lambda _: "Decide ad budgets", ("accounts",)),
    Flow("publish_ad", "poll", _idle, lambda payload: f"Publish {payload['draft']['name']}", ("film",)),
)


@dataclass(frozen=True)
class HouseSettings:
    media_roots: tuple[Path, ...]
    hosts: tuple[str, ...] = ("kinoloop.test",)
    upload_limit_mb: int = 2
    secure_cookies: bool = False
    tenant: str = "main"
    sample: bool = False


@dataclass(frozen=True)
class Part:
    name: str
    verdict: str
    detail: str
    mend: str = ""


@dataclass(frozen=True)
class Report:
    files: tuple[FileReport, ...]
    run_ids: tuple[str, ...]


@dataclass
class House:
    """What the web face is given in tests. Runs are started and never executed."""

    settings: HouseSettings
    database: Database
    blobs: Blobs
    runs: Runs
    videos: Desk
    ads: AdsDesk
    crm: CrmDesk
    publishing: Publishing
    token: str = TOKEN
    parts: tuple[Part, ...] = (Part("database", "passed", "SQLite"),)
    orders: list[Json] = field(default_factory=list)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self.database.begin() as connection:
            yield connection

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        source: str,
        recursive: bool = True,
        roots: Sequence[Path] | None = None,
    ) -> Report:
        jail = tuple(roots if roots is not None else self.settings.media_roots)
        reports: list[FileReport] = []
        for path in paths:
            if not path.is_dir():
                reports.append(self._take(path, source, jail))
                continue
            found = find_videos(path, jail, recursive=recursive)
            reports += [*found.refused, *(self._kindly(one, source, jail) for one in found.files)]
        return Report(tuple(reports), tuple(self._start(one) for one in reports if one.outcome == "new"))

    def make_clips(self, *, asset_id: str | None = None, url: str | None = None, order: ClipOrder) -> str:
        with self.begin() as connection:
            title = asset(connection, asset_id).filename if asset_id else url
        self.orders.append(order.as_json())
        return self.runs.start("cut_moments", {"asset_id": asset_id, "url": url, "title": title})

    def export_moment(self, moment_id: str, *, aspect: str, style: str) -> str:
        with self.begin() as connection:
            chosen = moment(connection, moment_id)
        ClipOrder(aspect=aspect, style=style)
        return self.runs.start("cut_moments", {"asset_id": chosen.asset_id, "title": "one moment"})

    def health(self) -> tuple[Part, ...]:
        return self.parts

    def search_text(self, text: str, *, limit: int = 20, asset_id: str | None = None) -> tuple[Hit, ...]:
        with self.begin() as connection:
            hits = by_text(connection, text, limit=limit)
        return tuple(hit for hit in hits if asset_id in (None, hit.asset_id))

    def search_similar(self, clip_id: str, *, limit: int = 20) -> tuple[Hit, ...]:
        with self.begin() as connection:
            return by_shot(connection, clip_id, limit=limit)

    def _take(self, path: Path, source: str, jail: Sequence[Path]) -> FileReport:
        seen = look_at(path, jail)
        with self.begin() as connection:
            return register(connection, seen, source=source, now=START, new_id=new_id)

    def _kindly(self, path: Path, source: str, jail: Sequence[Path]) -> FileReport:
        try:
            return self._take(path, source, jail)
        except KinoloopError as error:
            return FileReport(str(path), "failed", error=error.as_dict())

    def _start(self, report: FileReport) -> str:
        payload = {"asset_id": report.asset_id, "filename": Path(report.path).name}
        return self.runs.start("ingest_footage", payload, run_id=f"ingest_footage:{report.asset_id}")


def open_house(database: Database, folder: Path, *, clock: Clock | None = None, **settings: Any) -> House:
    """A house on a migrated database; `folder` takes its files and its media root."""
    (folder / "media").mkdir(exist_ok=True)
    kept = HouseSettings(media_roots=(folder / "media",), **settings)
    runs = Runs(database, FLOWS, RunsConfig(mode="client"))
    blobs = Blobs(folder / "home")
    clock = clock or ManualClock(START)
    videos, ads = Desk(database, blobs, clock), open_ads(database, clock, runs)
    tools = CrmTools(database.begin, lambda _: None, clock, new_id)
    crm = CrmDesk(Receiver(database.begin, read_delivery, runs.start, clock, new_id), tools)
    outside = PublishTools(lambda account: cast(Publisher, ads.platform), blobs, clock, new_id)
    publishing = Publishing(database, runs, outside)
    return House(kept, database, blobs, runs, videos, ads, crm, publishing)


def add_run(connection: Connection, run_id: str = "", **values: Any) -> str:
    """A row of a run, as the engine would have written it."""
    row = {
        "id": run_id or new_id(),
        "flow": "cut_moments",
        "video_title": "Clips of harbour.mp4",
        "status": "running",
        "progress": 40,
        "current_step": "detect",
        "note": "",
        "payload": {},
        "priority": 5,
        "retry_count": 0,
        "queue": "media",
        "created_at": START,
        "started_at": START,
        "updated_at": START,
    }
    connection.execute(insert(jobs).values(row | values))
    return str((row | values)["id"])


def add_step(
    connection: Connection, run_id: str, name: str, status: str = "completed", **values: Any
) -> None:
    row = {
        "id": new_id(),
        "job_id": run_id,
        "step_name": name,
        "attempt": 1,
        "status": status,
        "started_at": START,
        "completed_at": START + timedelta(seconds=3) if status != "started" else None,
        "duration_seconds": 3.0 if status != "started" else None,
    }
    connection.execute(insert(processing_steps).values(row | values))


def add_event(connection: Connection, run_id: str | None, message: str, **values: Any) -> str:
    row = {
        "id": new_id(),
        "job_id": run_id,
        "event_type": "note",
        "component": "cut_moments",
        "severity": "info",
        "message": message,
        "created_at": START,
    }
    connection.execute(insert(system_events).values(row | values))
    return str((row | values)["id"])
