"""KIE's counter: takes tasks in, moves them, bills what generates, pays back what fails, calls back."""

import json
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Literal

from kinoloop.sandbox.jobs import Event, Job, Workshop
from kinoloop.sandbox.kie.output import deliver
from kinoloop.sandbox.kie.shapes import callback, signed, veo_callback
from kinoloop.sandbox.limits import RollingLimit
from kinoloop.sandbox.post import Delivery
from kinoloop.sandbox.world import World

TASKS, SPAN = 20, 10.0
LARGE_READY = 90.0
"""Seconds after the end until the 1080p film is there."""
_UNSAFE = "The prompt was flagged as violating content policies."


class Desk:
    """All tasks of one world. Callers hold the world's lock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shop = Workshop(world.agenda, partial(deliver, world), self._watch)
        self.creates = RollingLimit(TASKS, SPAN)
        world.on_reset(self._forget)

    def open(
        self,
        model: str,
        given: dict[str, Any],
        filled: dict[str, Any],
        base: str,
        *,
        times: tuple[float, float],
        quantity: Decimal,
        callback_url: str | None,
        kind: Literal["image", "video"] = "video",
        veo: bool = False,
    ) -> Job:
        """Take a checked input in. `times` are the seconds in the queue and at work, at the real vendor."""
        world = self.world
        path = "/api/v1/veo/generate" if veo else "/api/v1/jobs/createTask"
        job = Job(
            id=("veo_task_" if veo else "") + world.new_token(16),
            vendor="kie",
            model=model,
            input=filled,
            base=base,
            created_at=world.now(),
            cold=times[0] / world.speed,
            work=times[1] / world.speed,
            kind=kind,
            callback=callback_url,
            faults=world.faults.strike("job", "kie", "POST", path),
            error=_UNSAFE if "nsfw" in filled["prompt"].lower() else None,
            extra={"given": given, "quantity": quantity, "veo": veo},
        )
        self.shop.open(job)
        world.changed.notify_all()
        return job

    def large_film(self, job: Job) -> str | None:
        """The 1080p version's URL once it is ready, a while after the end."""
        ready = timedelta(seconds=LARGE_READY / self.world.speed)
        if job.completed_at is None or self.world.now() < job.completed_at + ready:
            return None
        if "large" not in job.extra:
            job.extra["large"] = deliver(self.world, job, short_side=1080)[0]
        return str(job.extra["large"])

    def _watch(self, job: Job, event: Event) -> None:
        now = self.world.now()
        if event == "start":
            unit = "second" if job.kind == "video" else "image"
            self.world.ledger.charge("kie", job.id, job.model, unit, job.extra["quantity"], now)
        if event == "completed":
            if job.state != "succeeded":
                self.world.ledger.refund("kie", job.id)
                job.error = job.error or "Generation failed"
            if job.callback:
                self._tell(job)

    def _tell(self, job: Job) -> None:
        world = self.world
        struck = world.faults.strike("webhook", "kie", "POST", "/webhook/completed")
        if any(fault.lose for fault in struck):
            return
        told = veo_callback(job) if job.extra["veo"] else callback(job, world.now())
        if any(fault.lie for fault in struck):
            told = _lie(job)
        delivery = Delivery(
            "cb_" + world.new_token(12),
            "kie",
            job.id,
            "completed",
            job.callback or "",
            json.dumps(told).encode(),
            partial(
                self._sign,
                job.id,
                timedelta(seconds=sum(fault.clock_skew for fault in struck)),
                any(fault.forge for fault in struck),
            ),
        )
        world.post.send(delivery, copies=1 + sum(fault.duplicate for fault in struck))

    def _sign(self, task_id: str, skew: timedelta, forged: bool, _id: str, _body: bytes) -> dict[str, str]:
        """Stamped with the machine's time, for receivers compare with their own clock."""
        secret = "forged" if forged else self.world.keys.kie_webhook
        return signed(secret, task_id, self.world.clock.base.now() + skew)

    def _forget(self) -> None:
        self.shop.jobs.clear()
        self.creates = RollingLimit(TASKS, SPAN)


def _lie(job: Job) -> dict[str, Any]:
    """The right task and the right signature, but the contrary of what happened, with a stranger's file."""
    if job.state == "succeeded":
        return {"code": 501, "msg": "Generation failed", "data": {"taskId": job.id, "state": "fail"}}
    result = json.dumps({"resultUrls": ["http://192.0.2.1/not-yours.mp4"]})
    return {
        "code": 200,
        "msg": "success",
        "data": {"taskId": job.id, "state": "success", "resultJson": result},
    }
