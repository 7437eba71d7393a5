"""What a person may do with a video job: order it, approve what was seen, render, change, stop, fetch.

Every change of state is one transaction together with the run that it starts: neither is without the other.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from kinoloop.app.callbacks import Verify
from kinoloop.approvals import operations as approvals
from kinoloop.approvals.queries import standing
from kinoloop.approvals.rules import require
from kinoloop.core.errors import BudgetError, ConflictError, ForbiddenError, InputError, NotFoundError
from kinoloop.core.money import Micros, show_usd
from kinoloop.costs import operations as ledger
from kinoloop.costs.records import Budgets, PriceTable
from kinoloop.creative.briefs.records import Brief, ExportFormat
from kinoloop.creative.briefs.rules import check_brief
from kinoloop.creative.renders.queries import variant as read_variant
from kinoloop.creative.scripts.rules import reorder as reordered_script
from kinoloop.creative.storyboards.rules import reorder as reordered
from kinoloop.creative.videos import operations as jobs
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.queries import videos as videos_of
from kinoloop.creative.videos.records import Video
from kinoloop.creative.visuals import operations as tasks
from kinoloop.creative.visuals.queries import token_hash
from kinoloop.flows.make_video import draft, render, stopping
from kinoloop.flows.make_video.approving import approval_hash, subject
from kinoloop.flows.make_video.pricing import draft_amount, estimate_of, render_amount
from kinoloop.flows.make_video.studio import Studio
from kinoloop.media.guard import guarded
from kinoloop.runs.door import Runs
from kinoloop.store.session import Database

Json = dict[str, Any]
EXPORT = "kinoloop.media.exports:export"
HOUSE = "owner"
"""The user who sees and may do everything; the terminal acts as that."""
RENDERABLE = ("storyboard_complete", "completed", "partially_completed", "failed")
REFINABLE = (*RENDERABLE, "stalled")
WORKING = ("queued", "paused", "generating_storyboard", "generating_video")


@dataclass(frozen=True)
class Videos:
    """The video jobs of this house. `who` is the id of the user who acts; a face checks whose job it is."""

    database: Database
    runs: Runs
    studio: Studio
    verifiers: Mapping[str, Verify]
    music_roots: Sequence[Path] = ()

    # -- ordering

    def estimate(self, brief: Brief) -> Micros:
        """What it will cost in all, before anything starts. Raises InputError for a brief that cannot be."""
        return estimate_of(self.studio, self._checked(brief)).total

    def generate(self, brief: Brief, *, owner: str) -> Video:
        """Queue a job that drafts a storyboard; `paused` when today's money is used up.

        Raises InputError, UnavailableError (a service without a key), NotFoundError.
        """
        brief = self._checked(brief)
        with self.database.begin() as connection:
            video = jobs.create(
                connection,
                video_id=self.studio.new_id(),
                owner=owner,
                brief=brief,
                estimated_cost=estimate_of(self.studio, brief).total,
                now=self._now(),
            )
            self._draft(connection, video, {})
            return read_video(connection, video.video_id)

    # -- approving and rendering

    def approval_hash(self, video: Video) -> str:
        """SHA-256 of what would be approved now."""
        with self.database.read() as connection:
            return approval_hash(connection, video, self.studio.blobs)

    def total(self, video: Video) -> Micros:
        """What rendering it will cost."""
        return render_amount(self.studio, video)

    def approve(self, video_id: str, *, who: str, sha256: str | None = None) -> Video:
        """Say yes to the storyboard; with `sha256`, only when it is still what was seen.

        Raises ConflictError when it changed since, or is in no state to be approved.
        """
        with self.database.begin() as connection:
            self._approve(connection, read_video(connection, video_id), who, sha256)
            return read_video(connection, video_id)

    def render(self, video_id: str, *, who: str, approve: bool = False, sha256: str | None = None) -> Video:
        """Make the films. Raises ForbiddenError (not approved), ConflictError (state), BudgetError."""
        with self.database.begin() as connection:
            video = read_video(connection, video_id)
            _need(video, REFINABLE, "rendered")
            if approve:
                self._approve(connection, video, who, sha256)
                video = read_video(connection, video_id)
            require(
                standing(connection, subject(video_id)), approval_hash(connection, video, self.studio.blobs)
            )
            self._render(connection, video)
            return read_video(connection, video_id)

    # -- changing

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
        """Draft one scene anew, or everything from a changed brief. The approval is void; at most 5 times."""
        change = {"line": line, "description": description, "prompt": prompt}
        if scene is None and any(change.values()):
            raise InputError("Which scene?", why="A line, description or prompt belongs to one scene.")
        if brief is not None:
            brief = self._checked(brief)
        with self.database.begin() as connection:
            video = read_video(connection, video_id)
            _need(video, REFINABLE, "refined")
            _check_scene(video, scene)
            jobs.count_refinement(connection, video_id, now=self._now())
            if brief is not None:
                jobs.save_brief(connection, video_id, brief, now=self._now())
            self._void(connection, video_id, "the storyboard was refined")
            work = {} if scene is None or brief is not None else {"scene": scene, "change": change}
            self._draft(connection, read_video(connection, video_id), work)
            return read_video(connection, video_id)

    def reorder(self, video_id: str, order: Sequence[int], *, who: str) -> Video:
        """Show the panels in another order: a permutation of their numbers. The approval is void."""
        with self.database.begin() as connection:
            video = read_video(connection, video_id)
            _need(video, ("storyboard_complete",), "reordered")
            if video.storyboard is None or video.script is None:
                raise NotFoundError("There is no storyboard to reorder.")
            board = reordered(video.storyboard, tuple(order))
            script = reordered_script(video.script, tuple(order))
            jobs.save_script(connection, video_id, script, now=self._now())
            jobs.save_storyboard(connection, video_id, board, now=self._now())
            self._void(connection, video_id, "the panels were reordered")
            return read_video(connection, video_id)

    # -- ending

    def cancel(self, video_id: str, *, who: str) -> Video:
        """Stop it. Raises ConflictError when it is over already."""
        with self.database.begin() as connection:
            video = read_video(connection, video_id)
            _need(video, WORKING, "cancelled")
            jobs.advance(connection, video_id, to="cancelled", now=self._now())
        if video.run_id is not None:
            with suppress(ConflictError, NotFoundError):
                self.runs.cancel(video.run_id)
            with self.database.begin() as connection:
                ledger.close_hold(connection, video.run_id, now=self._now())
                payload = {"video_id": video_id, "name": video.name}
                self.runs.start(
                    stopping.NAME, payload, run_id=f"{stopping.NAME}:{video.run_id}", connection=connection
                )
        with self.database.read() as connection:
            return read_video(connection, video_id)

    def delete(self, video_id: str, *, who: str) -> None:
        """Forget a finished job with its files; one at work is cancelled first."""
        with self.database.read() as connection:
            video = read_video(connection, video_id)
        if video.status in WORKING:
            self.cancel(video_id, who=who)
        with self.database.begin() as connection:
            jobs.delete(connection, video_id)
        self.studio.blobs.remove_job(video_id)

    def resume_paused(self) -> list[str]:
        """Start paused jobs, oldest first, while today's money allows; gives their ids."""
        started = []
        with self.database.read() as connection:
            waiting = videos_of(connection, status="paused", limit=100)
        for video in reversed(waiting):
            with self.database.begin() as connection:
                known = read_video(connection, video.video_id)
                if known.status == "paused" and self._draft(connection, known, {}):
                    started.append(video.video_id)
        return started

    # -- what services and pages ask

    def callback(self, service: str, token: str, headers: Mapping[str, str], body: bytes) -> None:
        """A service says that a task has moved: checked, written once; the run reads the rest itself.

        Raises ForbiddenError when it is not signed as it should be, NotFoundError for a task not ours.
        """
        if service not in self.verifiers:
            raise NotFoundError("No callbacks are expected here.", fix="Set the service's webhook secret.")
        said = self.verifiers[service](headers, body, self._now())
        with self.database.begin() as connection:
            task = tasks.wake(
                connection,
                token_hash(token),
                said.delivery_id,
                self._now(),
                external_id=said.external_id,
            )
        if task is None:
            raise NotFoundError("There is no such task.", why="The address of the callback is not known.")

    def export(self, variant_id: str, kind: ExportFormat, height: int | None = None, *, who: str) -> Path:
        """The film in another format or size, made when first asked for. Raises InputError, NotFoundError."""
        with self.database.read() as connection:
            film = read_variant(connection, variant_id)
        master = self.studio.blobs.path(film.path)
        out = master.with_name(f"{master.stem}{f'-{height}' if height else ''}.{kind}")
        if out == master or (out.is_file() and out.stat().st_mtime_ns >= master.stat().st_mtime_ns):
            return out
        guarded(EXPORT, master, out, kind, height, limits=self.studio.tools.limits)
        return out

    # -- money

    def prices(self) -> PriceTable:
        return self.studio.prices

    @property
    def budgets(self) -> Budgets:
        return self.studio.budgets

    # -- inside

    def _now(self) -> datetime:
        return self.studio.clock.now()

    def _checked(self, brief: Brief) -> Brief:
        brief = check_brief(brief)
        self.studio.service_of(brief)
        if brief.upscale:
            raise InputError(
                "Upscaling is not offered.", why="No service for it is connected.", fix="Leave `upscale` out."
            )
        if brief.music_file is not None:
            inside = Path(brief.music_file).resolve()
            if not any(inside.is_relative_to(root.resolve()) for root in self.music_roots):
                raise ForbiddenError(
                    "The music file lies outside the media folders.",
                    why=f"'{brief.music_file}' is in none of them.",
                    fix="Put it into a media folder, or add its folder to KINOLOOP_MEDIA_ROOTS.",
                )
            if not inside.is_file():
                raise NotFoundError(f"There is no music file '{brief.music_file}'.", fix="Check the path.")
        return brief

    def _draft(self, connection: Connection, video: Video, work: Json) -> bool:
        """Set the money aside and start the run; False when the job pauses for want of money."""
        run_id = f"{draft.NAME}:{video.video_id}:{self.studio.new_id()}"
        try:
            self._hold(connection, run_id, video, draft_amount(self.studio, video, work.get("scene")))
        except BudgetError as error:
            if video.status != "paused":
                jobs.advance(
                    connection, video.video_id, to="paused", now=self._now(), error_message=str(error)
                )
            return False
        jobs.advance(
            connection,
            video.video_id,
            to="generating_storyboard",
            now=self._now(),
            run_id=run_id,
            error_message=None,
        )
        payload = {"video_id": video.video_id, "name": video.name, "hold_id": run_id, **work}
        self.runs.start(draft.NAME, payload, run_id=run_id, connection=connection)
        return True

    def _approve(self, connection: Connection, video: Video, who: str, seen: str | None) -> None:
        _need(video, RENDERABLE, "approved")
        found = approval_hash(connection, video, self.studio.blobs)
        if seen is not None and seen != found:
            raise ConflictError(
                "The storyboard has changed since you looked at it.",
                why="An approval holds for exactly what was seen.",
                fix="Look at it again, then approve.",
            )
        approvals.approve(
            connection,
            subject=subject(video.video_id),
            sha256=found,
            who=who,
            what=f"{video.name}: {len(video.storyboard.panels) if video.storyboard else 0} panels for "
            f"{show_usd(render_amount(self.studio, video))}",
            now=self._now(),
            new_id=self.studio.new_id,
        )
        jobs.set_approved(connection, video.video_id, sha256=found, now=self._now())

    def _render(self, connection: Connection, video: Video) -> None:
        run_id = f"{render.NAME}:{video.video_id}:{self.studio.new_id()}"
        self._hold(connection, run_id, video, render_amount(self.studio, video))
        jobs.advance(
            connection,
            video.video_id,
            to="generating_video",
            now=self._now(),
            run_id=run_id,
            error_message=None,
        )
        payload = {"video_id": video.video_id, "name": video.name, "hold_id": run_id}
        self.runs.start(render.NAME, payload, run_id=run_id, connection=connection)

    def _hold(self, connection: Connection, hold_id: str, video: Video, amount: Micros) -> None:
        now, budgets = self._now(), self.studio.budgets
        ledger.hold(
            connection, hold_id=hold_id, job_id=video.video_id, amount=amount, now=now, budgets=budgets
        )

    def _void(self, connection: Connection, video_id: str, why: str) -> None:
        approvals.void_all(connection, subject(video_id), reason=why, now=self._now())


def _need(video: Video, states: Sequence[str], done: str) -> None:
    if video.status not in states:
        raise ConflictError(
            f"'{video.name}' cannot be {done} now.",
            why=f"It is {video.status.replace('_', ' ')}.",
            fix=f"That is possible while it is {' or '.join(s.replace('_', ' ') for s in states)}.",
        )


def _check_scene(video: Video, scene: int | None) -> None:
    if scene is None:
        return
    count = len(video.storyboard.panels) if video.storyboard else 0
    if not 1 <= scene <= count:
        raise NotFoundError(f"There is no scene {scene}.", why=f"The storyboard has {count}.")
