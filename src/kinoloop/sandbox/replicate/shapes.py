"""A prediction as Replicate writes it, and its webhooks' signature (Standard Webhooks)."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from kinoloop.sandbox.jobs import Job
from kinoloop.sandbox.replicate.models import Card


def prediction(job: Job, card: Card) -> dict[str, Any]:
    """The body of every answer about a prediction, and of its webhooks."""
    root = f"{job.base}/replicate/v1/predictions/{job.id}"
    told: dict[str, Any] = {
        "id": job.id,
        "model": job.model,
        "version": "hidden" if card.official else card.version,
        "input": {} if job.removed else job.extra["given"],
        "logs": "" if job.removed else job.logs,
        "output": None if job.removed else _output(job, card),
        "data_removed": job.removed,
        "error": job.error,
        "status": job.state,
        "created_at": stamp(job.created_at),
        "urls": {"cancel": f"{root}/cancel", "get": root, "web": f"{job.base}/replicate/p/{job.id}"},
    }
    if job.deadline is not None:
        told["deadline"] = stamp(job.deadline)
    if job.started_at is not None:
        told["started_at"] = stamp(job.started_at)
    if job.completed_at is not None:
        told["completed_at"] = stamp(job.completed_at)
        told["metrics"] = {
            "predict_time": round(job.seconds_run, 6),
            "total_time": round((job.completed_at - job.created_at).total_seconds(), 6),
        }
    return told


def _output(job: Job, card: Card) -> Any:
    """A list of URLs from models that may give several, one URL from the others."""
    if not job.output or job.state in ("failed", "canceled", "aborted"):
        return None
    return list(job.output) if "num_outputs" in card.form else job.output[0]


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def signed(secret: str, id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers: HMAC-SHA256 over `id.timestamp.body` with the base64 part of `whsec_...`."""
    seconds = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = hmac.new(key, f"{id_}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": id_,
        "webhook-timestamp": seconds,
        "webhook-signature": "v1," + base64.b64encode(mark).decode(),
    }
