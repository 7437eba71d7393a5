"""Tasks as KIE writes them: results and parameters are JSON inside strings; the signature covers no body."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from kinoloop.sandbox.jobs import Job

_WAITING, _QUEUING = 0.3, 1.0
"""Parts of the time before the start: first waiting, then queuing."""
FAILED = "501"


def state_of(job: Job, now: datetime) -> str:
    if job.state == "succeeded":
        return "success"
    if job.over:
        return "fail"
    if job.state == "processing":
        return "generating"
    return "waiting" if now < job.created_at + timedelta(seconds=job.cold * _WAITING) else "queuing"


def record(job: Job, now: datetime) -> dict[str, Any]:
    """`data` of recordInfo."""
    state = state_of(job, now)
    return {
        "taskId": job.id,
        "model": job.model,
        "state": state,
        "param": _param(job),
        "resultJson": json.dumps({"resultUrls": job.output}) if state == "success" else "",
        "failCode": FAILED if state == "fail" else None,
        "failMsg": job.error if state == "fail" else None,
        "costTime": round(job.seconds_run * 1000) if state == "success" else None,
        "completeTime": millis(job.completed_at) if job.completed_at else None,
        "createTime": millis(job.created_at),
    }


def veo_record(job: Job) -> dict[str, Any]:
    """`data` of veo/record-info: a flag 0 running, 1 done, 2 refused, 3 failed while generating."""
    done = job.state == "succeeded"
    response = {
        "taskId": job.id,
        "resultUrls": list(job.output),
        "originUrls": None,
        "resolution": "720p",
    }
    return {
        "taskId": job.id,
        "paramJson": json.dumps(job.extra["given"]),
        "completeTime": _clock(job.completed_at),
        "response": response if done else None,
        "successFlag": 1 if done else veo_flag(job),
        "errorCode": int(FAILED) if job.over and not done else None,
        "errorMessage": job.error or "" if job.over else "",
        "createTime": _clock(job.created_at),
        "fallbackFlag": False,
    }


def veo_flag(job: Job) -> int:
    if not job.over:
        return 0
    return 2 if job.started_at is None else 3


def callback(job: Job, now: datetime) -> dict[str, Any]:
    """What is posted at the end of a job. Told of a failure, it leaves out results and cost."""
    data = record(job, now)
    if data["state"] == "success":
        return {"code": 200, "msg": "Playground task completed successfully.", "data": data}
    kept = {name: value for name, value in data.items() if name not in ("resultJson", "costTime")}
    return {"code": 501, "msg": "Playground task failed.", "data": kept}


def veo_callback(job: Job) -> dict[str, Any]:
    data: dict[str, Any] = {"taskId": job.id, "fallbackFlag": False}
    if job.state != "succeeded":
        return {"code": 501, "msg": job.error or "Generation failed", "data": data}
    info = {"resultUrls": list(job.output), "originUrls": [], "resolution": "720p"}
    return {"code": 200, "msg": "Veo3.1 video generated successfully.", "data": {**data, "info": info}}


def signed(secret: str, task_id: str, at: datetime) -> dict[str, str]:
    """HMAC-SHA256 over `taskId.timestamp` alone, base64: the body is not covered."""
    seconds = str(int(at.timestamp()))
    mark = hmac.new(secret.encode(), f"{task_id}.{seconds}".encode(), hashlib.sha256).digest()
    return {"X-Webhook-Timestamp": seconds, "X-Webhook-Signature": base64.b64encode(mark).decode()}


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _param(job: Job) -> str:
    """The whole request as a string; the input is a string once more inside it."""
    told = {"model": job.model, "input": json.dumps(job.extra["given"])}
    if job.callback:
        told["callBackUrl"] = job.callback
    return json.dumps(told)


def _clock(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else None
