"""The first half: plan, script, storyboard with a picture and a price for each panel. A person looks next.

For one scene (`scene` in the payload) only that panel is drafted anew; the others stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kinoloop.core.errors import CancelledError, IntegrityError, KinoloopError
from kinoloop.core.money import show_usd
from kinoloop.core.text import plural
from kinoloop.costs import operations as ledger
from kinoloop.costs.queries import spent_on
from kinoloop.creative.brand.queries import brand as read_brand
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.plain import from_json, to_json
from kinoloop.creative.storyboards.records import Panel, Storyboard
from kinoloop.creative.storyboards.rules import replace_panel
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Stage, Video
from kinoloop.creative.writing.decisions import Decided, boarded, planned, written
from kinoloop.flows.make_video import visual
from kinoloop.flows.make_video.beat import Beat
from kinoloop.flows.make_video.binding import bind_footage, rebind_panel
from kinoloop.flows.make_video.deciding import keep
from kinoloop.flows.make_video.evidence import evidence, looks
from kinoloop.flows.make_video.picturing import draw_panel, picture_job
from kinoloop.flows.make_video.pricing import priced, render_amount
from kinoloop.flows.make_video.purse import Purse
from kinoloop.flows.make_video.studio import Studio
from kinoloop.flows.make_video.writing import writer_for
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.step import Step

NAME = "make_video"
STEPS = ("begin", "plan", "script", "storyboard", "pictures", "present")
Json = dict[str, Any]


@dataclass(frozen=True)
class DraftVideo:
    """The journey with its tools."""

    studio: Studio

    def flow(self) -> Flow:
        return Flow(NAME, "llm", self.body, lambda payload: f"Draft {payload['name']}", STEPS)

    def body(self, run: Run, payload: Json) -> Json:
        """`payload` names the video and its hold. Ends with the storyboard ready to be looked at."""
        try:
            return self._draft(run, payload)
        except CancelledError:
            raise
        except KinoloopError as error:
            run.step("keep the reason", self.give_up, payload | {"error": error.as_dict()})
            raise

    def _draft(self, run: Run, payload: Json) -> Json:
        known = payload | run.step("begin", self.begin, payload)
        if known.get("scene") is None:
            run.step("plan", self.plan, known, retries=3, backoff=2.0)
            run.step("script", self.script, known, retries=3, backoff=2.0)
            known |= run.step("storyboard", self.storyboard, known, retries=3, backoff=2.0)
        else:
            known |= run.step("storyboard", self.one_scene, known, retries=1)
        known |= run.step("pictures", self.pictures, known, retries=1)
        jobs = known["jobs"]
        made = run.gather([run.child(visual.NAME, job, key=f"image-{job['scene_id']}") for job in jobs])
        return run.step("present", self.present, known | {"made": made}, retries=1)

    def begin(self, step: Step, payload: Json) -> Json:
        began = self.studio.clock.now()
        Beat(step, self.studio.clock, payload["video_id"], "planning", began).say(0, "reading the brief")
        return {"began": began.isoformat()}

    def plan(self, step: Step, payload: Json) -> Json:
        """One angle and its beats."""
        video, brand = self._known(step, payload)
        self._beat(step, payload, "planning").say(0.2, "planning")
        with step.begin() as connection:
            known = evidence(connection, self.studio.tenant, video.client_id)
        plan = writer_for(self._purse(step, payload)).plan(video.brief, brand, known)
        with step.begin() as connection:
            videos.save_plan(connection, video.video_id, plan, now=self.studio.clock.now())
        keep(step, self.studio, video.video_id, planned(plan))
        return {"title": plan.title}

    def script(self, step: Step, payload: Json) -> Json:
        """What is said, line by line."""
        video, brand = self._known(step, payload)
        if video.plan is None:
            raise IntegrityError(f"'{video.name}' has no plan.", fix="Generate it again.")
        self._beat(step, payload, "writing").say(0, "writing the script")
        made = writer_for(self._purse(step, payload)).script(video.brief, brand, video.plan)
        with step.begin() as connection:
            videos.save_script(connection, video.video_id, made, now=self.studio.clock.now())
        keep(step, self.studio, video.video_id, written(made))
        return {"lines": len(made.lines)}

    def storyboard(self, step: Step, payload: Json) -> Json:
        """What is seen: own footage bound to the lines, or what is to be made."""
        video, brand = self._known(step, payload)
        if video.script is None:
            raise IntegrityError(f"'{video.name}' has no script.", fix="Generate it again.")
        self._beat(step, payload, "storyboarding").say(0, "looking for pictures")
        writer = writer_for(self._purse(step, payload))
        sketches = writer.describe(video.brief, brand, video.script)
        with step.begin() as connection:
            won = looks(connection, self.studio.tenant, video.client_id)
            board = bind_footage(connection, video, brand, sketches, won)
        board = priced(self.studio, video.brief, board)
        keep(step, self.studio, video.video_id, boarded(board))
        return {"board": to_json(board), "fresh": [panel.scene_id for panel in _all(board)]}

    def one_scene(self, step: Step, payload: Json) -> Json:
        """One panel anew: its line, its words, its prompt; the rest stays."""
        video, brand = self._known(step, payload)
        if video.script is None or video.storyboard is None:
            raise IntegrityError(f"'{video.name}' has no storyboard.", fix="Generate it again.")
        number, change = payload["scene"], payload["change"]
        self._beat(step, payload, "storyboarding").say(0, f"scene {number}")
        old = video.storyboard.panels[number - 1]
        panel = replace(
            old,
            line=change["line"] or old.line,
            description=change["description"] or old.description,
            visual_prompt=change["prompt"] or change["description"] or old.visual_prompt,
            error=None,
        )
        with step.begin() as connection:
            if change["line"]:
                lines = tuple(
                    replace(line, text=panel.line) if line.number == number else line
                    for line in video.script.lines
                )
                script = replace(video.script, lines=lines)
                videos.save_script(connection, video.video_id, script, now=self.studio.clock.now())
            won = looks(connection, self.studio.tenant, video.client_id)
            panel = rebind_panel(connection, video, brand, panel, won)
        board = priced(self.studio, video.brief, replace_panel(video.storyboard, panel))
        made = Decided("storyboard", f"Scene {number} drafted anew.", panel.note, None, (), "a person")
        keep(step, self.studio, video.video_id, made)
        return {"board": to_json(board), "fresh": [panel.scene_id]}

    def pictures(self, step: Step, payload: Json) -> Json:
        """A picture for each new panel: from footage or a card; what a service makes is a child run."""
        video, brand = self._known(step, payload)
        board = from_json(Storyboard, payload["board"])
        beat, fresh = self._beat(step, payload, "storyboarding"), set(payload["fresh"])
        drawn: dict[str, Panel] = {}
        jobs: list[Json] = []
        for number, panel in enumerate(panel for panel in _all(board) if panel.scene_id in fresh):
            beat.progress(number, len(fresh), f"picture {number + 1} of {len(fresh)}")
            drawn[panel.scene_id] = draw_panel(step, self.studio, video, brand, panel)
            job = picture_job(self.studio, video, panel, payload["hold_id"])
            if job is not None:
                jobs.append(job)
        return {"board": to_json(_with(board, drawn)), "jobs": jobs}

    def present(self, step: Step, payload: Json) -> Json:
        """The storyboard as it is shown, its price, and the state that waits for a person."""
        video, _ = self._known(step, payload)
        board = _with_images(from_json(Storyboard, payload["board"]), payload["made"])
        now = self.studio.clock.now()
        with step.begin() as connection:
            videos.save_storyboard(connection, video.video_id, board, now=now)
            ledger.close_hold(connection, payload["hold_id"], now=now)
            spent = spent_on(connection, video.video_id)
            ready = replace(video, storyboard=board)
            total = spent + render_amount(self.studio, ready)
            videos.set_costs(connection, video.video_id, estimated=total, actual=spent, now=now)
            videos.advance(connection, video.video_id, to="storyboard_complete", now=now)
            step.event("storyboard_ready", f"{video.name}: {_told(board)}, {show_usd(total)} in all")
        self._beat(step, payload, "storyboard_complete").say(1, "waiting for your approval")
        return {"video_id": video.video_id, "panels": len(board.panels), "total": total}

    def give_up(self, step: Step, payload: Json) -> Json:
        """The reason beside the job; the rest of its money is free again."""
        now, error = self.studio.clock.now(), payload["error"]
        with step.begin() as connection:
            ledger.close_hold(connection, payload["hold_id"], now=now)
            video = read_video(connection, payload["video_id"])
            if video.status == "generating_storyboard":
                videos.finish(
                    connection,
                    video.video_id,
                    status="failed",
                    error_message=f"{error['what']} {error['why']} {error['fix']}".strip(),
                    video_url=None,
                    actual_cost=spent_on(connection, video.video_id),
                    now=now,
                )
        return {}

    def _known(self, step: Step, payload: Json) -> tuple[Video, Brand]:
        with step.begin() as connection:
            video = read_video(connection, payload["video_id"])
            return video, read_brand(connection, video.client_id)

    def _purse(self, step: Step, payload: Json) -> Purse:
        return Purse(self.studio, step, payload["video_id"], payload["hold_id"])

    def _beat(self, step: Step, payload: Json, stage: Stage) -> Beat:
        return Beat(
            step, self.studio.clock, payload["video_id"], stage, datetime.fromisoformat(payload["began"])
        )


def _all(board: Storyboard) -> tuple[Panel, ...]:
    return (*board.panels, *((board.opening,) if board.opening else ()))


def _with(board: Storyboard, drawn: dict[str, Panel]) -> Storyboard:
    """The board with these panels in their places."""
    opening = None if board.opening is None else drawn.get(board.opening.scene_id, board.opening)
    return replace(board, panels=tuple(drawn.get(p.scene_id, p) for p in board.panels), opening=opening)


def _with_images(board: Storyboard, made: Sequence[Json]) -> Storyboard:
    """Pictures that came from a service take the place of the drawn ones; a failure is said in the panel."""
    found = {one["scene_id"]: one for one in made}

    def pictured(panel: Panel) -> Panel:
        one = found.get(panel.scene_id)
        if one is None:
            return panel
        if "error" in one:
            return replace(panel, error=f"{one['error']['what']} {one['error']['why']}".strip())
        return replace(panel, image=one["path"], image_sha256=one["sha256"], error=None)

    return _with(board, {panel.scene_id: pictured(panel) for panel in _all(board)})


def _told(board: Storyboard) -> str:
    kinds = [panel.kind for panel in board.panels]
    parts = [
        f"{kinds.count(kind)} {name}"
        for kind, name in (
            ("footage", "from own footage"),
            ("generated", "to be generated"),
            ("card", "as cards"),
        )
        if kind in kinds
    ]
    return f"{plural(len(kinds), 'panel')}: {', '.join(parts)}"
