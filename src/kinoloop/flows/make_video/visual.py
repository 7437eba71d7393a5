"""One picture or film of one scene from a generation service: ask once, collect, look at it, or say why not.

A child run of its own, so that scenes are made side by side and each one is made again alone. A failed scene
is a result here, not an error: the parent decides what the film can do without.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from kinoloop.core.errors import CancelledError, IntegrityError, KinoloopError, PassingError
from kinoloop.core.ids import hash_file, hash_json
from kinoloop.creative.visuals import operations as tasks
from kinoloop.creative.visuals.records import VisualKind, VisualOrder, VisualState
from kinoloop.flows.make_video.checks import check_scene
from kinoloop.flows.make_video.purse import Purse
from kinoloop.flows.make_video.studio import Studio
from kinoloop.runs.effects import NOT_TAKEN
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.step import Step

NAME = "make_visual"
MOST_ATTEMPTS = 3
LOOK_FOR_A_CALL = 0.5
SEEDS = 2**31 - 1
Json = dict[str, Any]


@dataclass(frozen=True)
class VisualJob:
    """One scene's picture or film. `out` is a blob path named by the content, so that it is found again."""

    video_id: str
    scene_id: str
    scene: int
    kind: VisualKind
    service: str
    model: str
    prompt: str
    negative_prompt: str
    seconds: int
    duration_ms: int
    aspect: str
    image: str | None
    out: str
    hold_id: str

    def content(self) -> str:
        """What is asked for, as a hash: the same wish is the same task, in whichever run."""
        wish = [self.kind, self.service, self.model, self.prompt, self.negative_prompt, self.seconds]
        return hash_json([*wish, self.aspect, self.image])[:16]


@dataclass(frozen=True)
class MakeVisual:
    """The child journey with its tools."""

    studio: Studio

    def flow(self) -> Flow:
        return Flow(
            NAME, "poll", self.body, lambda p: f"Scene {p['scene']}: {p['kind']}", ("ask", "collect", "check")
        )

    def body(self, run: Run, payload: Json) -> Json:
        """`{"path", "sha256"}` or `{"error"}`, both with `scene_id`."""
        try:
            made = run.step("is it there already", self.kept, payload)
            for attempt in range(1, MOST_ATTEMPTS + 1):
                if made.get("path"):
                    break
                made = self._attempt(run, payload | {"attempt": attempt})
                if made.get("final"):
                    break
        except CancelledError:
            raise
        except KinoloopError as error:
            made = {"error": error.as_dict()}
        return {"scene_id": payload["scene_id"], "scene": payload["scene"], **made}

    def _attempt(self, run: Run, payload: Json) -> Json:
        asked = run.step(f"ask (attempt {payload['attempt']})", self.ask, payload, retries=4, backoff=0.5)
        if asked.get("over"):
            return asked
        known = payload | asked
        found = run.step(f"collect (attempt {payload['attempt']})", self.collect, known, retries=4)
        if found.get("error"):
            return found
        return run.step(f"check (attempt {payload['attempt']})", self.check, known | found)

    def kept(self, step: Step, payload: Json) -> Json:
        """A scene that an earlier run made and paid for is taken as it is."""
        path = self.studio.blobs.path(payload["out"])
        return {"path": payload["out"], "sha256": hash_file(path), "kept": True} if path.is_file() else {}

    def ask(self, step: Step, payload: Json) -> Json:
        """One paid call: intent, call, the service's own id. A lost answer is looked up."""
        job, order = self._job(payload), self._order(payload)
        purse = self._purse(step, job)
        with step.begin() as connection:
            task = tasks.open_task(
                connection,
                order_key=order.key,
                video_id=job.video_id,
                scene_id=job.scene_id,
                service=job.service,
                token=self.studio.callback_token(order.key),
                now=self.studio.clock.now(),
            )
        if task.state in ("failed", "rejected"):
            what = f"Attempt {payload['attempt']} at scene {job.scene} failed before."
            return {"over": True, "error": IntegrityError(what).as_dict()}
        if task.external_id is not None:
            return {"external_id": task.external_id}
        self._reserve(purse, order)
        found = self._submitted(step, purse, job, order)
        with step.begin() as connection:
            now = self.studio.clock.now()
            tasks.bind_external(connection, order.key, external_id=found["external_id"], now=now)
        return found

    def _submitted(self, step: Step, purse: Purse, job: VisualJob, order: VisualOrder) -> Json:
        """The service's id. What was surely not taken is not owed; of unknown fate, it stays reserved."""
        maker = self.studio.maker(job.service)
        try:
            return step.effect(
                f"ask:{order.key}",
                {"order": order.key, "model": order.model},
                lambda: {"external_id": maker.submit(order)},
                lambda: self._found(maker.find(order)),
                scope=job.video_id,
            )
        except CancelledError:
            raise
        except KinoloopError as error:
            if error.code == NOT_TAKEN or not isinstance(error, PassingError):
                purse.void(order.key, error.what)
            raise

    @staticmethod
    def _found(external_id: str | None) -> Json | None:
        return None if external_id is None else {"external_id": external_id}

    def collect(self, step: Step, payload: Json) -> Json:
        """Ask how it stands until it is over, then write down what it cost and fetch it at once."""
        job, order = self._job(payload), self._order(payload)
        maker, purse = self.studio.maker(job.service), self._purse(step, job)
        state = self._until_over(step, job, order, payload["external_id"])
        if state is None:
            return {"final": True, "error": still_working(job, self.studio.patience.of(job.kind))}
        self._book(purse, order, state)
        if state.status != "succeeded" or not state.urls:
            self._close(step, order, "failed")
            return {"final": not state.passing, "error": refused(job, state)}
        out = self.studio.blobs.path(job.out)
        out.parent.mkdir(parents=True, exist_ok=True)
        maker.fetch(state.urls[0], arriving(out), step)
        return {"arrived": True}

    def check(self, step: Step, payload: Json) -> Json:
        """Decode what came and judge it; what does not pass is made again, alone."""
        job, order = self._job(payload), self._order(payload)
        out = self.studio.blobs.path(job.out)
        fresh = arriving(out)
        if fresh.is_file():
            problem = check_scene(fresh, job.kind, job.duration_ms, job.aspect, self.studio.tools, step)
            if problem is not None:
                fresh.unlink()
                self._close(step, order, "rejected")
                step.event(
                    "scene_rejected", f"Scene {job.scene}: {problem}", severity="warning", scene=job.scene
                )
                error = IntegrityError(
                    f"Scene {job.scene} came from {job.service}, but cannot be used.",
                    why=problem,
                    fix="Refine the scene's prompt, or choose own footage for it.",
                )
                return {"error": error.as_dict()}
            fresh.replace(out)
        self._close(step, order, "done")
        return {"path": job.out, "sha256": hash_file(out)}

    def _until_over(
        self, step: Step, job: VisualJob, order: VisualOrder, external_id: str
    ) -> VisualState | None:
        """None when it is not over within our patience: the task goes on there and can be collected later."""
        maker, patience, clock = self.studio.maker(job.service), self.studio.patience, self.studio.clock
        began, pause = clock.now(), patience.first_look
        while True:
            state = maker.look(external_id)
            if state.over:
                return state
            waited = (clock.now() - began).total_seconds()
            if waited > patience.of(job.kind):
                return None
            step.progress(min(0.95, waited / 60), 1, f"{job.service}: {state.status}")
            self._rest(step, order, pause)
            pause = min(pause * 1.5, patience.slowest_look)

    def _rest(self, step: Step, order: VisualOrder, seconds: float) -> None:
        """Until the next look, or until the service calls."""
        left = seconds
        while left > 0:
            step.rest(min(left, LOOK_FOR_A_CALL))
            left -= LOOK_FOR_A_CALL
            with step.begin() as connection:
                if tasks.take_wake(connection, order.key):
                    return

    def _reserve(self, purse: Purse, order: VisualOrder) -> None:
        quantity, unit = (1, "image") if order.kind == "image" else (order.seconds, "second")
        service = order.key.split(":", 1)[0]
        purse.reserve(order.key, service, order.model, f"{order.kind} of a scene", quantity, unit)  # type: ignore[arg-type]  # both are units

    def _book(self, purse: Purse, order: VisualOrder, state: VisualState) -> None:
        """Committed when it succeeded or the service says so; void when it says that nothing was charged."""
        charged = state.status == "succeeded" if state.charged is None else state.charged
        if not charged:
            purse.void(order.key, state.error or state.status)
            return
        service = order.key.split(":", 1)[0]
        unit: Literal["image", "second"] = "image" if order.kind == "image" else "second"
        quantity = Decimal(1 if order.kind == "image" else order.seconds)
        purse.commit(order.key, purse.price(service, order.model, unit, quantity), state.external_id)

    def _close(self, step: Step, order: VisualOrder, state: Literal["done", "failed", "rejected"]) -> None:
        with step.begin() as connection:
            tasks.close_task(connection, order.key, state=state, now=self.studio.clock.now())

    def _job(self, payload: Json) -> VisualJob:
        return VisualJob(**{name: payload[name] for name in VisualJob.__dataclass_fields__})

    def _purse(self, step: Step, job: VisualJob) -> Purse:
        return Purse(self.studio, step, job.video_id, job.hold_id)

    def _order(self, payload: Json) -> VisualOrder:
        job = self._job(payload)
        key = f"{job.service}:{job.video_id}:{job.scene_id}:{job.content()}:{payload['attempt']}"
        image = None if job.image is None else str(self.studio.blobs.path(job.image))
        order = VisualOrder(
            key=key,
            kind=job.kind,
            model=job.model,
            prompt=job.prompt,
            negative_prompt=job.negative_prompt,
            seconds=job.seconds,
            aspect=job.aspect,
            seed=int(hash_json(key), 16) % SEEDS,
            image=image,
        )
        return replace(order, callback_url=self.studio.callback_url(job.service, key))


def arriving(out: Path) -> Path:
    """Where a download lies until it has been looked at."""
    return out.with_name(f"arriving-{out.name}")


def still_working(job: VisualJob, seconds: float) -> Json:
    return PassingError(
        f"Scene {job.scene} is still being made by {job.service} after {seconds:g} s.",
        why="The service is slow or has lost it. It was not asked again, so nothing is paid twice.",
        fix="Render again later: what it has made by then is collected.",
    ).as_dict()


def refused(job: VisualJob, state: VisualState) -> Json:
    charged = "It was charged." if state.charged else "It was not charged."
    return IntegrityError(
        f"{job.service} could not make scene {job.scene} ({state.status}).",
        why=f"{state.error or 'It gave no reason.'} {charged}",
        fix="Refine the scene's prompt, or choose own footage for it.",
    ).as_dict()
