"""Replicate's counter: takes predictions in, moves them, bills them, and tells of them by webhook."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from kinoloop.sandbox.jobs import Event, Job, Workshop
from kinoloop.sandbox.limits import RollingLimit
from kinoloop.sandbox.post import Delivery
from kinoloop.sandbox.replicate.models import CARDS, Card
from kinoloop.sandbox.replicate.output import RETENTION, deliver
from kinoloop.sandbox.replicate.shapes import prediction, signed
from kinoloop.sandbox.world import World

CREATES_PER_MINUTE, CALLS_PER_MINUTE = 600, 3000
LONGEST_RUN = 30 * 60.0
THROTTLE = 0.5
"""Seconds between `output` and `logs` webhooks of one prediction, at most one; divided by the speed."""
_UNSAFE = "NSFW content detected. Try running it again, or try a different prompt. (E005)"


class Desk:
    """All predictions of one world. Callers hold the world's lock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shop = Workshop(world.agenda, self._deliver, self._watch)
        self.creates = RollingLimit(CREATES_PER_MINUTE, 60)
        self.calls = RollingLimit(CALLS_PER_MINUTE, 60)
        self._last_told: dict[str, datetime] = {}
        world.on_reset(self._forget)

    def open(
        self,
        card: Card,
        given: dict[str, Any],
        filled: dict[str, Any],
        base: str,
        callback: str | None,
        events: tuple[str, ...],
        wait: timedelta | None,
    ) -> Job:
        """Take a checked input in."""
        world, now = self.world, self.world.now()
        path = f"/v1/models/{card.full_name}/predictions"
        job = Job(
            id=world.new_token(13),
            vendor="replicate",
            model=card.full_name,
            input=filled,
            base=base,
            created_at=now,
            cold=card.cold / world.speed,
            work=card.work / world.speed,
            kind=card.kind,
            callback=callback,
            events=events,
            deadline=now + min(wait or timedelta(seconds=LONGEST_RUN), timedelta(seconds=LONGEST_RUN)),
            faults=world.faults.strike("job", "replicate", "POST", path),
            error=_UNSAFE if "nsfw" in str(given.get("prompt", "")).lower() else None,
            extra={"given": given, "deadline_asked": wait is not None},
        )
        self.shop.open(job)
        world.changed.notify_all()
        return job

    def body(self, job: Job) -> dict[str, Any]:
        told = prediction(job, self.card(job))
        if not job.extra["deadline_asked"]:
            told.pop("deadline", None)
        return told

    def card(self, job: Job) -> Card:
        return next(card for card in CARDS if card.full_name == job.model)

    def newest_first(self) -> list[Job]:
        return list(reversed(self.shop.jobs.values()))

    def _deliver(self, job: Job) -> list[str]:
        return deliver(self.world, job, self.card(job))

    def _watch(self, job: Job, event: Event) -> None:
        if event == "completed":
            self._bill(job)
            self.world.agenda.add(self.world.now() + RETENTION, partial(_remove, job))
        if job.callback and event in job.events and not self._too_soon(job, event):
            self._tell(job, event)

    def _bill(self, job: Job) -> None:
        """Official models: what came out, and a run that its owner broke off. Others: the time run."""
        card = self.card(job)
        billed = ("succeeded", "canceled") if card.official else ("succeeded", "canceled", "failed")
        if job.state not in billed:
            return
        quantity = card.quantity(job.input, job.seconds_run)
        self.world.ledger.charge(
            "replicate", job.id, card.full_name, card.billing, quantity, self.world.now()
        )

    def _too_soon(self, job: Job, event: Event) -> bool:
        """`start` and `completed` are always told."""
        if event in ("start", "completed"):
            return False
        now, last = self.world.now(), self._last_told.get(job.id)
        if last is not None and (now - last).total_seconds() < THROTTLE / self.world.speed:
            return True
        self._last_told[job.id] = now
        return False

    def _tell(self, job: Job, event: Event) -> None:
        world = self.world
        struck = world.faults.strike("webhook", "replicate", "POST", f"/webhook/{event}")
        if any(fault.lose for fault in struck):
            return
        told = self.body(job)
        if any(fault.lie for fault in struck):
            told |= {"status": "failed" if job.state != "failed" else "succeeded", "output": None}
        skew = timedelta(seconds=sum(fault.clock_skew for fault in struck))
        forged = any(fault.forge for fault in struck)
        delivery = Delivery(
            "msg_" + world.new_token(12),
            "replicate",
            job.id,
            event,
            job.callback or "",
            json.dumps(told).encode(),
            partial(self._sign, skew, forged),
        )
        world.post.send(
            delivery,
            copies=1 + sum(fault.duplicate for fault in struck),
            hold=any(fault.reorder for fault in struck),
            last=event == "completed",
        )

    def _sign(self, skew: timedelta, forged: bool, id_: str, body: bytes) -> dict[str, str]:
        """Stamped with the machine's time, for receivers compare with their own clock."""
        keys = replace(self.world.keys, replicate_webhook="whsec_Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2Vk")
        secret = (keys if forged else self.world.keys).replicate_webhook
        return signed(secret, id_, self.world.clock.base.now() + skew, body)

    def _forget(self) -> None:
        self.shop.jobs.clear()
        self._last_told.clear()
        self.creates = RollingLimit(CREATES_PER_MINUTE, 60)
        self.calls = RollingLimit(CALLS_PER_MINUTE, 60)


def _remove(job: Job) -> None:
    """Input, output and logs are gone an hour after the end."""
    job.removed = True
