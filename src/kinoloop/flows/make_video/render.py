"""The second half: voice, a look before anything is paid, pictures, the versions in their shapes, exports.

Begins by holding the approval against what is there now. A scene that could not be made ends the run as
partial or failed, never as completed, and what was paid for is kept for the next try.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kinoloop.approvals.queries import standing
from kinoloop.approvals.rules import require
from kinoloop.core.errors import CancelledError, IntegrityError, KinoloopError
from kinoloop.core.text import plural
from kinoloop.costs import operations as ledger
from kinoloop.costs.queries import spent_on
from kinoloop.creative.brand.queries import brand as read_brand
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Video
from kinoloop.flows.make_video import make_film, visual
from kinoloop.flows.make_video.approving import approval_hash, subject
from kinoloop.flows.make_video.beat import Beat
from kinoloop.flows.make_video.checks import precheck, told
from kinoloop.flows.make_video.deciding import keep_decision
from kinoloop.flows.make_video.filming import film_jobs, film_of, scene_job, source_facts, versions_in
from kinoloop.flows.make_video.purse import Purse
from kinoloop.flows.make_video.sound import SaidLine, say_line
from kinoloop.flows.make_video.studio import Studio
from kinoloop.flows.make_video.versions import Version, generated_panels, lines_of
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.step import Step

NAME = "render_video"
STEPS = ("begin", "voice", "check before the render", "gather", "finish")
Json = dict[str, Any]


@dataclass(frozen=True)
class RenderVideo:
    """The journey with its tools."""

    studio: Studio

    def flow(self) -> Flow:
        return Flow(NAME, "flow", self.body, lambda payload: f"Render {payload['name']}", STEPS)

    def body(self, run: Run, payload: Json) -> Json:
        """`payload` names the video and its hold. Ends with the video's own state."""
        try:
            return self._render(run, payload)
        except CancelledError:
            raise
        except KinoloopError as error:
            run.step("keep the reason", self.give_up, payload | {"error": error.as_dict()})
            raise

    def _render(self, run: Run, payload: Json) -> Json:
        known = payload | run.step("begin", self.begin, payload)
        known |= run.step("voice", self.voice, known, retries=3, backoff=2.0)
        known |= run.step("check before the render", self.check, known)
        scenes = run.gather(
            [run.child(visual.NAME, job, key=f"scene-{job['scene_id']}") for job in known["visuals"]]
        )
        known |= run.step("scenes", self.scenes, known | {"scenes": scenes})
        made = run.gather([run.child(make_film.NAME, job, key=film_key(job)) for job in known["films"]])
        ended = run.step("finish", self.finish, known | {"made": made})
        if ended["incomplete"]:
            run.partially(ended["incomplete"])
        return ended

    def begin(self, step: Step, payload: Json) -> Json:
        """Nothing moves unless what was approved is what is there."""
        with step.begin() as connection:
            video = read_video(connection, payload["video_id"])
            now_sha = approval_hash(connection, video, self.studio.blobs)
            require(standing(connection, subject(video.video_id)), now_sha)
        began = self.studio.clock.now()
        Beat(step, self.studio.clock, video.video_id, "checking", began).say(0, "checking the approval")
        return {"began": began.isoformat(), "sha256": now_sha}

    def voice(self, step: Step, payload: Json) -> Json:
        """Each line of every version said once."""
        video, versions = self._versions(step, payload)
        if video.brief.silent:
            return {"lines": {}}
        purse, lines = self._purse(step, payload), lines_of(versions)
        beat = self._beat(step, payload, "checking")
        said = {}
        for number, (text, room) in enumerate(lines):
            beat.progress(number, len(lines), f"saying line {number + 1} of {len(lines)}")
            said[text] = say_line(purse, video.brief, text, room).as_json()
        return {"lines": said}

    def check(self, step: Step, payload: Json) -> Json:
        """What cannot pass is refused here, before a picture is paid for."""
        video, versions = self._versions(step, payload)
        with step.begin() as connection:
            brand = read_brand(connection, video.client_id)
            sources = source_facts(connection, versions, self.studio.blobs)
        lines = self._lines(payload)
        films = [
            film_of(self.studio, video, brand, version, shape, lines)
            for version in versions
            for shape in video.brief.shapes
        ]
        verdict = precheck(video, versions, brand, lines, films, sources)
        keep_decision(step, self.studio, video.video_id, "quality", *told(verdict))
        blocked = [one for one in verdict.findings if one.severity == "blocked"]
        if blocked:
            raise IntegrityError(
                f"The storyboard cannot become a film that passes: {blocked[0].message}",
                why=" ".join(one.message for one in blocked[1:4]),
                fix=blocked[0].fix
                or "Refine the scene, then approve again. Nothing was paid for its pictures.",
            )
        jobs = [
            scene_job(self.studio, video, panel, payload["hold_id"]) for panel in generated_panels(versions)
        ]
        return {"visuals": jobs, "warnings": [one.message for one in verdict.findings]}

    def scenes(self, step: Step, payload: Json) -> Json:
        """Which films can be made with the scenes that came."""
        video, versions = self._versions(step, payload)
        found = {scene["scene_id"]: scene for scene in payload["scenes"]}
        lost = [scene for scene in payload["scenes"] if "error" in scene]
        whole = [v for v in versions if all(found.get(p.scene_id, {}).get("error") is None for p in v.panels)]
        keep_decision(step, self.studio, video.video_id, "visual", *told_scenes(payload["scenes"]))
        paths = {scene["scene_id"]: scene["path"] for scene in payload["scenes"] if "path" in scene}
        return {
            "films": film_jobs(video, whole, paths, payload, step.run_id),
            "lost": lost,
            "kept": len(paths),
        }

    def finish(self, step: Step, payload: Json) -> Json:
        """The state that the files deserve."""
        made = [one for one in payload["made"] if "variant_id" in one]
        failed = [*payload["lost"], *(one for one in payload["made"] if "error" in one)]
        video, _ = self._versions(step, payload)
        now = self.studio.clock.now()
        status = outcome(len(made), len(failed), payload["kept"])
        why = (
            None
            if not failed
            else f"{failed[0]['error']['what']} {failed[0]['error'].get('why', '')}".strip()
        )
        with step.begin() as connection:
            ledger.close_hold(connection, payload["hold_id"], now=now)
            videos.finish(
                connection,
                video.video_id,
                status=status,
                error_message=why,
                video_url=made[0]["path"] if made else None,
                actual_cost=spent_on(connection, video.video_id),
                now=now,
                run_id=step.run_id,
            )
            step.event(
                "video_finished", f"{video.name}: {status}, {plural(len(made), 'film')}", status=status
            )
        keep_decision(step, self.studio, video.video_id, "repurpose", *told_films(made, failed))
        incomplete = why if failed and made else None
        if failed and not made:
            raise IntegrityError(
                f"No film of '{video.name}' could be finished.",
                why=why or "",
                fix="Refine the scene that failed, approve and render again; what was paid for is kept.",
            )
        return {
            "video_id": video.video_id,
            "films": made,
            "failed": failed,
            "incomplete": incomplete,
            "status": status,
        }

    def give_up(self, step: Step, payload: Json) -> Json:
        """The reason beside the job; the rest of its money is free again."""
        now = self.studio.clock.now()
        with step.begin() as connection:
            ledger.close_hold(connection, payload["hold_id"], now=now)
            known = read_video(connection, payload["video_id"])
            if known.status == "generating_video":
                error = payload["error"]
                videos.finish(
                    connection,
                    known.video_id,
                    status="failed",
                    error_message=f"{error['what']} {error['why']}".strip(),
                    video_url=None,
                    actual_cost=spent_on(connection, known.video_id),
                    now=now,
                )
        return {}

    def _versions(self, step: Step, payload: Json) -> tuple[Video, tuple[Version, ...]]:
        with step.begin() as connection:
            video = read_video(connection, payload["video_id"])
        return video, versions_in(video)

    def _lines(self, payload: Json) -> dict[str, SaidLine]:
        return {text: SaidLine.from_json(value) for text, value in payload["lines"].items()}

    def _purse(self, step: Step, payload: Json) -> Purse:
        return Purse(self.studio, step, payload["video_id"], payload["hold_id"])

    def _beat(self, step: Step, payload: Json, stage: Any) -> Beat:
        return Beat(
            step, self.studio.clock, payload["video_id"], stage, datetime.fromisoformat(payload["began"])
        )


def outcome(made: int, failed: int, kept: int) -> videos.Outcome:
    """Completed only when nothing failed; partial while something is there to go on from."""
    if made and not failed:
        return "completed"
    return "partially_completed" if made or kept else "failed"


def film_key(job: Json) -> str:
    return f"film-{job['label']}-{job['shape'].replace(':', 'x')}"


def told_scenes(scenes: list[Json]) -> tuple[str, str, float | None, tuple[str, ...]]:
    """Decision, reason, confidence, alternatives of the visual node."""
    lost = [scene for scene in scenes if "error" in scene]
    if not scenes:
        return "nothing to generate", "Every scene is own footage or a card.", 1.0, ()
    decision = f"{len(scenes) - len(lost)} of {len(scenes)} generated scenes are usable"
    reason = (
        "; ".join(f"scene {one['scene']}: {one['error']['what']}" for one in lost)
        or "Each was decoded and passed."
    )
    return decision, reason, None, ("refine the scene", "own footage", "a text card")


def told_films(made: list[Json], failed: list[Json]) -> tuple[str, str, float | None, tuple[str, ...]]:
    decision = f"{plural(len(made), 'film')} finished, {len(failed)} not"
    return decision, "Each finished film was decoded again and passed the gate.", None, ()
