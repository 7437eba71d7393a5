"""KIE's HTTP words: two APIs for tasks, one for the balance, and one on another host for first frames."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from kinoloop.core.errors import InputError, IntegrityError, PassingError
from kinoloop.vendors.guarding import CallGuard, guarded_by
from kinoloop.vendors.http import Http, Reply
from kinoloop.vendors.kie.codes import data_of

BASE_URL = "https://api.kie.ai"
UPLOAD_URL = "https://kieai.redpandaai.co"
CREATE, READ = "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo"
VEO_CREATE, VEO_READ = "/api/v1/veo/generate", "/api/v1/veo/record-info"
VEO_FULL_HD, CREDIT = "/api/v1/veo/get-1080p-video", "/api/v1/chat/credit"
UPLOAD = "/api/file-base64-upload"
_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")


class UnknownTaskError(PassingError):
    """KIE does not know a task, or not yet."""


class KieClient:
    """Talks with a bearer key. Errors are those of `Http.send` and of KIE's codes, and the breaker's."""

    def __init__(self, base_url: str, upload_url: str, key: str, http: Http, breaker: CallGuard) -> None:
        self._base, self._uploads = base_url.rstrip("/"), upload_url.rstrip("/")
        self._key, self._http = key, http
        self._guard = guarded_by(breaker, _check)

    def create(self, path: str, body: Mapping[str, Any]) -> str:
        """One paid call, sent once; gives the task's id. Raises PassingError for an answer without one."""
        try:
            data = self._send("POST", self._base + path, body, safe=False)
        except IntegrityError as error:
            raise _lost_id(error.why) from error
        task = data.get("taskId") if isinstance(data, Mapping) else None
        if not isinstance(task, str) or not task:
            raise _lost_id("It names no task.")
        return task

    def record(self, path: str, task_id: str) -> Mapping[str, Any]:
        """How a task stands. Raises UnknownTaskError while this API does not know of it."""
        url = self._asked(path, task_id)
        try:
            data = self._send("GET", url)
        except InputError as error:
            raise _unknown_task(error.why) from error
        if not isinstance(data, Mapping):
            raise _unknown_task("Its record is empty.")
        return data

    def full_hd(self, task_id: str) -> str | None:
        """The address of a Veo film in 1080p; None while it is not ready (one to three minutes)."""
        try:
            data = self._send("GET", self._asked(VEO_FULL_HD, task_id, index=0))
        except (PassingError, InputError):
            return None
        url = data.get("resultUrl") if isinstance(data, Mapping) else None
        return url if isinstance(url, str) and url else None

    def credit(self) -> Decimal:
        """The account's balance in KIE's credits."""
        data = self._send("GET", self._base + CREDIT)
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            raise IntegrityError("KIE's balance cannot be read.", why="It is not a number.")
        return Decimal(str(data))

    def upload(self, data_url: str, name: str) -> str:
        """Put a picture where KIE finds it (for a day), free of charge; the same name replaces the same."""
        body = {"base64Data": data_url, "uploadPath": "kinoloop/frames", "fileName": name}
        data = self._send("POST", self._uploads + UPLOAD, body, safe=True)
        url = data.get("downloadUrl") if isinstance(data, Mapping) else None
        if not isinstance(url, str) or not url:
            raise IntegrityError("KIE took a first frame but tells no address of it.")
        return url

    def _asked(self, path: str, task_id: str, **more: object) -> str:
        if not _ID.fullmatch(task_id):
            raise InputError("That is not the id of a task.", fix="Use the id that KIE gave.")
        return f"{self._base}{path}?{urlencode({'taskId': task_id, **more})}"

    def _send(
        self, method: str, url: str, body: Mapping[str, Any] | None = None, *, safe: bool = True
    ) -> Any:
        reply = self._http.send(
            method,
            url,
            headers={"authorization": f"Bearer {self._key}"},
            json=None if body is None else dict(body),
            secrets=(self._key,),
            safe=safe,
            guard=self._guard,
        )
        return data_of(reply.json())


def _check(reply: Reply) -> None:
    data_of(reply.json())


def _unknown_task(why: str) -> UnknownTaskError:
    fix = "Look it up in the logs of your account."
    return UnknownTaskError("KIE does not know this task.", why=why, fix=fix)


def _lost_id(why: str) -> PassingError:
    return PassingError(
        "KIE answered in a way that cannot be understood.",
        why=why,
        fix="The task may have been made: it is not asked again before that is known.",
    )
