"""Videos in every state, in real rows, and an order desk that changes them.

`Desk` fills the web face's `Videos` with the operations of the real rooms; no flow runs behind it.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from PIL import Image, ImageDraw

from kinoloop.approvals import operations as approvals
from kinoloop.approvals.queries import standing
from kinoloop.approvals.rules import require
from kinoloop.core.clock import Clock
from kinoloop.core.errors import ConflictError, ForbiddenError, NotFoundError
from kinoloop.core.ids import hash_file, new_id
from kinoloop.core.money import Micros, usd
from kinoloop.costs import operations as ledger
from kinoloop.costs.pricing import load_prices
from kinoloop.costs.records import Budgets, PriceTable
from kinoloop.creative.briefs.records import Brief, ExportFormat
from kinoloop.creative.briefs.rules import check_brief
from kinoloop.creative.plain import hash_of
from kinoloop.creative.plans.records import Beat, Plan
from kinoloop.creative.renders.operations import record_variant
from kinoloop.creative.renders.queries import variant
from kinoloop.creative.renders.records import Finding, Variant, Verdict
from kinoloop.creative.scripts.records import Line, Script
from kinoloop.creative.storyboards.records import FootageSource, Panel, Storyboard
from kinoloop.creative.storyboards.rules import reorder as reordered
from kinoloop.creative.videos import operations as jobs
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Progress, Video
from kinoloop.registry.operations import record_decision
from kinoloop.registry.records import NodeDecision
from kinoloop.store.blobs import Blobs
from kinoloop.store.session import Database
from tests.films import draw_film

RENDERABLE = ("storyboard_complete", "completed", "partially_completed", "failed")
BRIEF = Brief(
    name="Harbour Roast, morning",
    product="Harbour Roast, coffee roasted on the quay",
    facts=("Roasted every morning at six", "Delivered by bicycle the same day", "From two small farms"),
    audience="People who work near the harbour",
    cta="Order before noon",
    duration=15,
    visuals="both",
    exports=("mp4", "webm", "gif"),
)
SAID = (
    ("hook", "The first boat brings the fog. We bring the coffee.", "Roasted at six"),
    ("problem", "Most coffee was roasted months ago, far away.", ""),
    ("product", "Harbour Roast is roasted on the quay, every morning at six.", "Every morning at six"),
    ("benefit", "A bicycle brings it to your door the same day.", "Same day"),
    ("cta", "Order before noon.", "Order before noon"),
)
SEEN = ("Boats in the fog", "Old sacks in a store", "The roaster at work", "A bicycle courier", "A card")
NOTES = {2: "The line speaks of months; the shot shows sacks.", 4: "No footage shows a bicycle."}


@dataclass
class Desk:
    """The order desk. `called` are the callbacks that came, `exported` the exports asked for."""

    database: Database
    blobs: Blobs
    clock: Clock
    budgets: Budgets = field(default_factory=Budgets)
    called: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    exported: list[tuple[str, str, int | None]] = field(default_factory=list)

    def estimate(self, brief: Brief) -> Micros:
        brief = check_brief(brief)
        return 0 if brief.visuals == "own" else usd("0.6") * max(3, brief.duration // 6)

    def generate(self, brief: Brief, *, owner: str) -> Video:
        brief = check_brief(brief)
        with self.database.begin() as connection:
            return jobs.create(
                connection,
                video_id=new_id(),
                owner=owner,
                brief=brief,
                estimated_cost=self.estimate(brief),
                now=self.clock.now(),
            )

    def approve(self, video_id: str, *, who: str, sha256: str | None = None) -> Video:
        with self.database.begin() as connection:
            video = read_video(connection, video_id)
            _need(video, RENDERABLE)
            found = self.approval_hash(video)
            if sha256 not in (None, found):
                raise ConflictError("The storyboard has changed since you looked at it.")
            subject, what = f"video:{video_id}", f"{video.name} for what it costs"
            approvals.approve(
                connection,
                subject=subject,
                sha256=found,
                who=who,
                what=what,
                now=self.clock.now(),
                new_id=new_id,
            )
            return jobs.set_approved(connection, video_id, sha256=found, now=self.clock.now())

    def render(self, video_id: str, *, who: str, approve: bool = False, sha256: str | None = None) -> Video:
        with self.database.read() as connection:
            video = read_video(connection, video_id)
        _need(video, RENDERABLE)
        if approve:
            self.approve(video_id, who=who, sha256=sha256)
        with self.database.begin() as connection:
            require(standing(connection, f"video:{video_id}"), self.approval_hash(video))
            now = self.clock.now()
            hold_id = f"render:{video_id}"
            ledger.hold(
                connection,
                hold_id=hold_id,
                job_id=video_id,
                amount=self.total(video),
                now=now,
                budgets=self.budgets,
            )
            return jobs.advance(connection, video_id, to="generating_video", now=now, run_id=hold_id)

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
        now = self.clock.now()
        with self.database.begin() as connection:
            video = read_video(connection, video_id)
            _need(video, (*RENDERABLE, "stalled"))
            if scene is not None and not (video.storyboard and scene <= len(video.storyboard.panels)):
                raise NotFoundError(f"There is no scene {scene}.")
            jobs.count_refinement(connection, video_id, now=now)
            if brief is not None:
                jobs.save_brief(connection, video_id, check_brief(brief), now=now)
            approvals.void_all(connection, f"video:{video_id}", reason="the storyboard was refined", now=now)
            return jobs.advance(connection, video_id, to="generating_storyboard", now=now)

    def reorder(self, video_id: str, order: Sequence[int], *, who: str) -> Video:
        now = self.clock.now()
        with self.database.begin() as connection:
            video = read_video(connection, video_id)
            _need(video, ("storyboard_complete",))
            assert video.storyboard is not None
            board = reordered(video.storyboard, tuple(order))
            jobs.save_storyboard(connection, video_id, board, now=now)
            approvals.void_all(connection, f"video:{video_id}", reason="the panels were reordered", now=now)
            return read_video(connection, video_id)

    def cancel(self, video_id: str, *, who: str) -> Video:
        with self.database.begin() as connection:
            return jobs.advance(connection, video_id, to="cancelled", now=self.clock.now())

    def delete(self, video_id: str, *, who: str) -> None:
        with self.database.begin() as connection:
            jobs.delete(connection, video_id)

    def export(self, variant_id: str, kind: ExportFormat, height: int | None, *, who: str) -> Path:
        self.exported.append((variant_id, kind, height))
        with self.database.read() as connection:
            found = variant(connection, variant_id)
        out = self.blobs.video(found.video_id, f"export-{variant_id}.{kind}")
        shutil.copy(self.blobs.path(found.path), out)
        return out

    def approval_hash(self, video: Video) -> str:
        if video.storyboard is None:
            raise NotFoundError("There is no storyboard yet.")
        return hash_of(video.script, video.storyboard, video.brief)

    def total(self, video: Video) -> Micros:
        return video.storyboard.price if video.storyboard else 0

    def callback(self, service: str, token: str, headers: Mapping[str, str], body: bytes) -> None:
        if not token.startswith("token-that-is-known"):
            raise NotFoundError("There is no such task.")
        if headers.get("webhook-signature") != "right":
            raise ForbiddenError("The signature is wrong.", why="Nobody may know this.")
        self.called.append((service, token, headers, body))

    def prices(self) -> PriceTable:
        return load_prices()


def _need(video: Video, states: Sequence[str]) -> None:
    if video.status not in states:
        raise ConflictError(f"'{video.name}' cannot be changed so now.", why=f"It is {video.status}.")


def draft(desk: Desk, video_id: str, *, footage_id: str | None = None) -> Video:
    """Plan, script and storyboard, with a picture on every panel but the card."""
    now = desk.clock.now()
    with desk.database.begin() as connection:
        jobs.advance(connection, video_id, to="generating_storyboard", now=now, run_id=f"draft:{video_id}")
        jobs.save_plan(connection, video_id, _plan(), now=now)
        jobs.save_script(connection, video_id, _script(), now=now)
        jobs.save_storyboard(connection, video_id, board(desk, video_id, footage_id), now=now)
        for node, decision, sure in (
            ("planner", "Freshness you can see", 0.72),
            ("storyboard", "4 of 5 lines shown with own footage", None),
        ):
            record_decision(
                connection,
                NodeDecision(
                    run_id=f"draft:{video_id}",
                    subject=f"video:{video_id}",
                    node=node,
                    decision=decision,
                    reason="It is the only fact with a time of day, and the footage shows the morning.",
                    confidence=sure,
                    alternatives=("The bicycle", "The two farms"),
                    made_by="plain",
                    at=now,
                ),
                new_id,
            )
        return jobs.advance(connection, video_id, to="storyboard_complete", now=now)


def finish(
    desk: Desk, video_id: str, folder: Path, *, partly: bool = False, rendering: bool = False
) -> Video:
    """Approved, charged once, with two versions in two shapes."""
    if not rendering:
        desk.render(video_id, who="owner", approve=True)
    now = desk.clock.now()
    with desk.database.begin() as connection:
        ledger.reserve(
            connection,
            entry_id=f"entry:{video_id}",
            hold_id=f"render:{video_id}",
            job_id=video_id,
            provider="replicate",
            model="bytedance/seedance-1-lite",
            operation="scene 4",
            quantity=3,
            unit="second",
            amount=usd("0.6"),
            price_version="test",
            now=now,
        )
        ledger.commit(connection, f"entry:{video_id}", amount=usd("0.54"), external_id="p-1", now=now)
        ledger.close_hold(connection, f"render:{video_id}", now)
        video = read_video(connection, video_id)
        for label, element in (("A", "master"), ("B", "hook"), ("C", "cta"))[: 2 if partly else 3]:
            for shape, size in (("9:16", (180, 320)), ("1:1", (240, 240)), ("16:9", (320, 180))):
                path = desk.blobs.video(video_id, f"{label}-{shape.replace(':', 'x')}.mp4")
                _film(folder, path, size)
                record_variant(connection, _variant(desk, video, label, element, shape, path, size))
        status = "partially_completed" if partly else "completed"
        return jobs.finish(
            connection,
            video_id,
            status="partially_completed" if partly else "completed",
            error_message='{"code": "partial", "what": "Scene 4 could not be made.", '
            '"why": "The service refused it three times.", "fix": "Change that scene, then render again."}'
            if status == "partially_completed"
            else None,
            video_url=f"/api/v2/jobs/{video_id}/data",
            actual_cost=usd("0.54"),
            now=now,
        )


def note(desk: Desk, video_id: str, progress: Progress) -> None:
    with desk.database.begin() as connection:
        jobs.note_progress(connection, video_id, progress, now=desk.clock.now())


def _film(folder: Path, out: Path, size: tuple[int, int]) -> None:
    """One small film per size, drawn once and copied."""
    drawn = folder / f"drawn-{size[0]}x{size[1]}.mp4"
    if not drawn.exists():
        draw_film(drawn, seconds=3.0, size=size, shots=2)
    shutil.copy(drawn, out)


def _variant(
    desk: Desk, video: Video, label: str, element: str, shape: str, path: Path, size: tuple[int, int]
) -> Variant:
    remark = Finding(
        "caption_too_fast", "degraded", "A caption stands for 0.6 s only.", 2100, 2700, 2, "Say less there."
    )
    vtt, picture = path.with_suffix(".vtt"), path.with_suffix(".jpg")
    vtt.write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nThe first boat brings the fog.\n")
    scenery(picture, 0.08, size, "")
    return Variant(
        variant_id=new_id(),
        video_id=video.video_id,
        run_id=f"render:{video.video_id}",
        label=label,
        element=element,
        shape=shape,  # type: ignore[arg-type]  # one of the three above
        path=desk.blobs.relative(path),
        srt_path=None,
        vtt_path=desk.blobs.relative(vtt),
        thumbnail_path=desk.blobs.relative(picture),
        width=size[0],
        height=size[1],
        duration_ms=3000,
        size_bytes=path.stat().st_size,
        sha256=hash_file(path),
        lufs=None if label == "C" else -14.1,
        verdict=Verdict(
            (remark,) if label == "B" else (), {"integrated_lufs": -14.1, "black_share": 0.0, "flicker": None}
        ),
        approval_sha256=video.approved_sha256 or "",
    )


def _plan() -> Plan:
    beats = tuple(Beat(purpose, 3000, text) for purpose, text, _ in SAID)  # type: ignore[arg-type]  # as above
    hooks = ("Fog and coffee", "Roasted at six", "By bicycle")
    return Plan(
        "Freshness you can see", "Fresh today", hooks, beats, "Harbour Roast", "it is true", 0.7, (), "plain"
    )


def _script() -> Script:
    lines = tuple(
        Line(number, purpose, text, shown, 3000)  # type: ignore[arg-type]  # purposes as above
        for number, (purpose, text, shown) in enumerate(SAID, 1)
    )
    return Script(lines, ("Six in the morning. Coffee is ready.",), ("Get it today.",), "r", 0.7, "plain")


def board(desk: Desk, video_id: str, footage_id: str | None) -> Storyboard:
    panels = tuple(_panel(desk, video_id, number, footage_id) for number in range(1, 6))
    other = replace(panels[1], scene_id="opening", price=0, kind="footage", note="Second best for the hook.")
    return Storyboard(panels, other, "morning light", ("#b4430b",), "own footage first", 0.7, "plain")


def _panel(desk: Desk, video_id: str, number: int, footage_id: str | None) -> Panel:
    purpose, text, shown = SAID[number - 1]
    source = FootageSource(
        footage_id or new_id(),
        None,
        "harbour-morning.mp4",
        3000 * number,
        3000 * number + 3000,
        0.81,
        "words",
    )
    place = desk.blobs.storyboard(video_id, f"scene-{number}.jpg")
    scenery(place, number / 9, (270, 480), shown)
    generated, card = number == 4, number == 5
    return Panel(
        scene_id=f"s{number}",
        number=number,
        purpose=purpose,  # type: ignore[arg-type]  # as above
        line=text,
        super_text=shown,
        duration_ms=3400 if number == 1 else 2900,
        description=(
            "Boats in the fog",
            "Old sacks in a store",
            "The roaster at work",
            "A bicycle",
            "A card",
        )[number - 1],
        visual_prompt="a bicycle courier on a quay at dawn",
        kind="generated" if generated else "card" if card else "footage",
        footage=None if generated or card else source,
        model="bytedance/seedance-1-lite" if generated else None,
        image=None if card else desk.blobs.relative(place),
        image_sha256=None if card else hash_file(place),
        price=usd("0.6") if generated else 0,
        match="none" if generated or card else "weak" if number == 2 else "good",
        note={2: "The line speaks of months; the shot shows sacks.", 4: "No footage shows a bicycle."}.get(
            number, ""
        ),
    )


def scenery(path: Path, hue: float, size: tuple[int, int], words: str) -> Path:
    """A picture with a horizon."""
    width, height = size
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for y in range(height):
        shade = y / height
        colour = (int(230 - 150 * shade - 60 * hue), int(150 + 60 * hue - 90 * shade), int(90 + 120 * hue))
        draw.line([(0, y), (width, y)], fill=colour)
    draw.ellipse(
        [width // 2, height // 4, width // 2 + width // 5, height // 4 + width // 5], fill=(255, 240, 214)
    )
    draw.polygon([(0, height), (width // 3, height // 2), (width, height)], fill=(28, 34, 46))
    if words:
        draw.text((width // 8, height // 3), words, fill=(255, 255, 255))
    image.save(path, quality=88)
    return path


def fill_studio(desk: Desk, folder: Path, *, footage_id: str | None = None) -> dict[str, str]:
    """One video in each state that has a page of its own; gives their ids by state."""
    made: dict[str, str] = {}
    for state in ("queued", "drafting", "review", "rendering", "completed", "partial", "failed"):
        name = {"review": BRIEF.name, "partial": "Harbour Roast, evening"}.get(
            state, f"Harbour Roast, {state}"
        )
        made[state] = desk.generate(replace(BRIEF, name=name), owner="owner").video_id
    with desk.database.begin() as connection:
        now = desk.clock.now()
        jobs.advance(connection, made["drafting"], to="generating_storyboard", now=now, run_id="draft:x")
    note(desk, made["drafting"], Progress("writing", 18, message="writing the script"))
    for state in ("review", "rendering", "completed", "partial", "failed"):
        draft(desk, made[state], footage_id=footage_id)
    desk.render(made["rendering"], who="owner", approve=True)
    note(
        desk,
        made["rendering"],
        Progress("visuals", 31, 4, 5, 3, 95, "making the picture of scene 4"),
    )
    finish(desk, made["completed"], folder)
    finish(desk, made["partial"], folder, partly=True)
    desk.render(made["failed"], who="owner", approve=True)
    with desk.database.begin() as connection:
        jobs.finish(
            connection,
            made["failed"],
            status="failed",
            error_message='{"code": "integrity", "what": "Scene 2 cannot pass.", "why": "Its line is long '
            'for 2.9 s.", "fix": "Shorten the line of scene 2, then approve again."}',
            video_url=None,
            actual_cost=0,
            now=now + timedelta(seconds=1),
        )
    return made
