"""Puts the house together: settings to store, tools, flows and runs. Faces get one `App` and nothing else."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

from sqlalchemy import Connection

from kinoloop.app import journeys
from kinoloop.app.ads import Ads, Platforms, open_desk, raise_for
from kinoloop.app.callbacks import TaskBook, verifiers
from kinoloop.app.crm import open_crm, open_crm_tools, prepare_tenant
from kinoloop.app.health import Part, checks
from kinoloop.app.llms import told
from kinoloop.app.publishing import Publishing
from kinoloop.app.settings import Settings
from kinoloop.app.studio import Tempo, Wiring, open_studio
from kinoloop.app.tools import fetch_link, open_database, workshop
from kinoloop.app.videos import Videos
from kinoloop.core.clock import Clock, SystemClock
from kinoloop.core.errors import KinoloopError, NotFoundError
from kinoloop.core.files import whole_file
from kinoloop.core.ids import NewId, new_id
from kinoloop.flows import cut_moments, ingest_footage
from kinoloop.flows.apply_changes.executor import Executor
from kinoloop.flows.cut_moments import CutMoments
from kinoloop.flows.ingest_footage import IngestFootage
from kinoloop.flows.make_video.sweep import SweepVideos
from kinoloop.flows.order import ClipOrder
from kinoloop.flows.publish_ads.tools import PublishTools
from kinoloop.flows.sync_crm.desk import CrmDesk
from kinoloop.flows.tools import Tools
from kinoloop.footage.intake import operations as intake
from kinoloop.footage.intake.folders import find_videos, look_at
from kinoloop.footage.intake.queries import asset as read_asset
from kinoloop.footage.intake.records import FileReport
from kinoloop.footage.moments.queries import moment as read_moment
from kinoloop.footage.search import queries as search
from kinoloop.footage.search.records import Hit
from kinoloop.learning.winners.library import shared_library
from kinoloop.runs.config import Mode, RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.runs.schedules import Schedule
from kinoloop.store.blobs import Blobs
from kinoloop.store.migrate import migrate
from kinoloop.store.session import Database


@dataclass(frozen=True)
class Intake:
    """What became of files handed in, and the runs that now work on them."""

    files: tuple[FileReport, ...]
    run_ids: tuple[str, ...]

    @property
    def run_id(self) -> str | None:
        return self.run_ids[0] if self.run_ids else None


@dataclass(frozen=True)
class App:
    """The open house. `close` it when done; `runs.launch()` makes this process do the work."""

    settings: Settings
    database: Database
    blobs: Blobs
    tools: Tools
    runs: Runs
    clock: Clock
    new_id: NewId
    videos: Videos
    wiring: Wiring
    ads: Ads
    crm: CrmDesk
    publishing: Publishing

    def executor(self) -> Executor:
        """One that applies approved changes to live ads."""
        return self.ads.executor()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction, committed at the end of the block."""
        with self.database.begin() as connection:
            yield connection

    @property
    def token(self) -> str:
        """The bearer token: from the settings, or made once and kept in the home folder (mode 600)."""
        return house_token(self.settings)

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        source: str,
        recursive: bool = True,
        roots: Sequence[Path] | None = None,
    ) -> Intake:
        """Register files and folders and start their analysis; what is wrong with one file leaves the others.

        `roots` are the folders that may be read (the settings' when None). Raises NotFoundError,
        ForbiddenError or InputError for a path that cannot be used at all.
        """
        jail = tuple(roots if roots is not None else self.settings.roots)
        found, reports = [], []
        for path in paths:
            inside = find_videos(path, jail, recursive=recursive) if path.is_dir() else None
            found += list(inside.files) if inside else [path]
            reports += list(inside.refused) if inside else []
        if len(found) == 1 and not reports:
            reports.append(self._take(found[0], source, jail))
        else:
            reports += [self._take_kindly(path, source, jail) for path in found]
        return Intake(tuple(reports), tuple(self._start(report) for report in reports if _is_fresh(report)))

    def make_clips(self, *, asset_id: str | None = None, url: str | None = None, order: ClipOrder) -> str:
        """Start the run that makes clips of an asset or a link; gives its id."""
        if asset_id is None and url is None:
            raise NotFoundError("Nothing to make clips of.", fix="Name an asset or a link.")
        with self.begin() as connection:
            title = read_asset(connection, asset_id).filename if asset_id else url
        payload = {"asset_id": asset_id, "url": url, "title": title, "order": order.as_json()}
        return self.runs.start(cut_moments.NAME, payload)

    def export_moment(self, moment_id: str, *, aspect: str, style: str) -> str:
        """Start the run that makes one clip of one moment; gives its id."""
        with self.begin() as connection:
            moment = read_moment(connection, moment_id)
            title = read_asset(connection, moment.asset_id).filename
        order = ClipOrder(mode=moment.mode, aspect=aspect, style=style)
        payload = {"asset_id": moment.asset_id, "title": title, "order": order.as_json()}
        return self.runs.start(cut_moments.NAME, payload | {"moment_ids": [moment_id]})

    def health(self) -> tuple[Part, ...]:
        return checks(self.settings)

    def search_text(self, text: str, *, limit: int = 20, asset_id: str | None = None) -> tuple[Hit, ...]:
        """Shots by words said, and footage by its name."""
        with self.database.read() as connection:
            return search.by_text(connection, text, limit=limit, asset_id=asset_id)

    def search_similar(self, clip_id: str, *, limit: int = 20) -> tuple[Hit, ...]:
        with self.database.read() as connection:
            return search.by_shot(connection, clip_id, limit=limit)

    def close(self) -> None:
        """Drain running steps, then close connections and the database."""
        self.runs.close()
        self.wiring.close()
        self.database.close()

    def _take(self, path: Path, source: str, jail: Sequence[Path]) -> FileReport:
        seen = look_at(path, jail)
        with self.begin() as connection:
            return intake.register(connection, seen, source=source, now=self.clock.now(), new_id=self.new_id)

    def _take_kindly(self, path: Path, source: str, jail: Sequence[Path]) -> FileReport:
        try:
            return self._take(path, source, jail)
        except KinoloopError as error:
            return FileReport(str(path), "failed", error=error.as_dict())

    def _start(self, report: FileReport) -> str:
        payload = {"asset_id": report.asset_id, "filename": Path(report.path).name}
        again = "" if report.outcome == "new" else f":{self.new_id()}"
        return self.runs.start(
            ingest_footage.NAME, payload, run_id=f"{ingest_footage.NAME}:{report.asset_id}{again}"
        )


def open_app(
    settings: Settings,
    *,
    mode: Mode = "embedded",
    hurried: bool = False,
    clock: Clock | None = None,
    make_id: NewId = new_id,
    schedules: Sequence[Schedule] = journeys.SCHEDULES,
    chance: Random | None = None,
    tempo: Tempo = Tempo(),
) -> App:
    """Connect, migrate, choose the adapters. Nothing executes until `app.runs.launch()`.

    `hurried` looks more often for work: somebody waits at a terminal. `schedules` are what runs by the
    clock; `chance` draws what is sent a little off what was asked for, and when; `tempo` is how it waits.
    """
    database, blobs, clock = open_database(settings), Blobs(settings.home.resolve()), clock or SystemClock()
    migrate(database)
    tools = workshop(settings, database, blobs.cache("segments"))
    tasks = TaskBook(database)
    wiring = Wiring(settings, database, clock, tempo=tempo)
    studio = open_studio(
        wiring,
        tools,
        blobs,
        secret=house_token(settings),
        new_id=make_id,
        known=tasks.known,
        asked_at=tasks.asked_at,
    )
    ingest = IngestFootage(tools, blobs, clock, make_id)
    cut = CutMoments(tools, ingest, blobs, fetch_link, clock, make_id)
    broom = SweepVideos(clock, lambda: videos.resume_paused())  # noqa: PLW0108  # the videos are made below
    platforms = Platforms(wiring)
    desk = open_desk(wiring, platforms, make_id, chance or SystemRandom())
    crm_tools = open_crm_tools(wiring, make_id, lambda wish: raise_for(desk, wish))
    publish_tools = PublishTools(platforms.open, blobs, clock, make_id)
    flows = (
        ingest.flow(),
        cut.flow(),
        *journeys.making(studio, broom),
        *journeys.spending(wiring, platforms, desk, publish_tools, make_id),
        *journeys.learning(wiring, crm_tools, shared_library(blobs.cache("winners")), make_id),
    )
    config = RunsConfig(mode=mode, beat=settings.lease_seconds / 6, lease=settings.lease_seconds)
    config = config.for_person() if hurried else config
    runs = Runs(database, flows, config, schedules=schedules, clock=clock, make_id=make_id)
    videos = Videos(database, runs, studio, verifiers(settings), settings.roots)
    prepare_tenant(crm_tools, wiring)
    ads, crm = Ads(desk, platforms, runs), open_crm(crm_tools, wiring, runs.start)
    publishing = Publishing(database, runs, publish_tools)
    return App(settings, database, blobs, tools, runs, clock, make_id, videos, wiring, ads, crm, publishing)


def house_token(settings: Settings) -> str:
    """From the settings, or made once and kept in the home folder (mode 600)."""
    return told(settings.token) or kept_secret(settings.home / "token")


def kept_secret(path: Path) -> str:
    """Read the secret in `path`, making it on first use; readable by its owner alone."""
    if not path.exists():
        with whole_file(path) as part:
            part.write_text(secrets.token_urlsafe(32))
        path.chmod(0o600)
    return path.read_text().strip()


def _is_fresh(report: FileReport) -> bool:
    return report.outcome in ("new", "again")
