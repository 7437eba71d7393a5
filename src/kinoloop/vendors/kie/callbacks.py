"""KIE's callbacks: only the task's id and the time are signed, so only the id is taken from them."""

import hmac
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from kinoloop.vendors.callbacks import Callback, checked, header, is_any, json_object, refusal, told_at
from kinoloop.vendors.kie.translate import join_id

SERVICE = "KIE"


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Callback:
    """The task that a call speaks of, as `job:ID` or `veo:ID`.

    Which of the two is read from the call's shape, which is not signed: whoever looks tries the other, too.
    KIE gives its calls no id: the delivery is named by task and time. Raises CallbackRefusedError (a
    ForbiddenError answered with 401) on anything odd.
    """
    return checked(SERVICE, lambda: _verify(headers, body, secrets, now))


def _verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Callback:
    time = header(headers, "x-webhook-timestamp")
    told_at(SERVICE, time, now)
    data = json_object(body)["data"]
    task = data["taskId"] if "taskId" in data else data["task_id"]
    if not isinstance(task, str) or not task:
        raise refusal(SERVICE, "It names no task.")
    given = b64decode(header(headers, "x-webhook-signature"), validate=True)
    signed = f"{task}.{time}".encode()
    if not is_any(given, [hmac.digest(key.encode(), signed, sha256) for key in secrets if key]):
        raise refusal(SERVICE, "Its signature does not fit.")
    return Callback(f"{task}.{time}", join_id("job" if "state" in data else "veo", task))
