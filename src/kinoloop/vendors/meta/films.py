"""Films at Meta: a small one goes in one request, a large one in the pieces that Meta asks for."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from kinoloop.core.errors import InputError, IntegrityError, NotFoundError, PassingError
from kinoloop.delivery.publishing.records import Upload
from kinoloop.vendors.meta.client import GraphClient, Told
from kinoloop.vendors.meta.faults import answer_in
from kinoloop.vendors.meta.fields import account_path, entity_path
from kinoloop.vendors.meta.publishing import id_in

WHOLE_BYTES = 16 << 20
"""Up to so many bytes are sent in one request; no single piece is larger either."""
FIELDS = "id,title,status,picture,created_time"
UNUSABLE = frozenset({"error", "upload_failed", "expired", "uploading"})
WRONG_OFFSET = 1363037
"""Meta has more or less of the film than we thought, and says where it wants to go on."""
REPEATS = 5


class FilmSender:
    """Sends through `client`; `sleep` rests between looks."""

    def __init__(
        self,
        client: GraphClient,
        *,
        sleep: Callable[[float], None] = time.sleep,
        whole_bytes: int = WHOLE_BYTES,
        look_every: float = 3.0,
    ) -> None:
        self._client, self._sleep, self._whole, self._look_every = client, sleep, whole_bytes, look_every

    def upload(self, account_id: str, film: Path, *, name: str) -> str:
        """See the port."""
        edge = f"{account_path(account_id)}/advideos"
        if not film.is_file():
            raise NotFoundError(f"There is no film at {film}.")
        size = film.stat().st_size
        if size == 0:
            raise InputError(f"The film at {film} is empty.")
        if size <= self._whole:
            files = {"source": (film.name, film.read_bytes(), "video/mp4")}
            return id_in(self._client.change(edge, {"name": name, "title": name}, files=files))
        return self._in_pieces(edge, film, size, name)

    def find_upload(self, account_id: str, *, name: str) -> str | None:
        """See the port."""
        told = self._client.pages(f"{account_path(account_id)}/advideos", {"fields": FIELDS, "title": name})
        mine = [one for one in told if one.get("title") == name and _status(one) not in UNUSABLE]
        newest = max(mine, key=lambda one: str(one.get("created_time", "")), default=None)
        return None if newest is None else str(newest["id"])

    def look_upload(self, video_id: str) -> Upload:
        """Raises NotFoundError."""
        return upload_of(self._client.get(entity_path(video_id), {"fields": FIELDS}))

    def wait_upload(self, video_id: str, *, seconds: float) -> Upload:
        """See the port."""
        waited = 0.0
        while (upload := self.look_upload(video_id)).state == "processing":
            if waited >= seconds:
                raise PassingError(
                    "Meta still works on the film.",
                    why=f"{waited:g} s were waited for.",
                    fix="Look again later.",
                )
            self._sleep(self._look_every)
            waited += self._look_every
        return upload

    def _in_pieces(self, edge: str, film: Path, size: int, name: str) -> str:
        """Meta tells which bytes it wants next; a piece that was sent twice is one piece there."""
        begun = self._client.change(edge, {"upload_phase": "start", "file_size": size})
        session, video_id, wanted = begun.get("upload_session_id"), id_in(begun), _wanted(begun)
        with film.open("rb") as file:
            while wanted[0] < wanted[1]:
                wanted = self._sent(edge, {"upload_session_id": session}, file, wanted)
        finish = {"upload_phase": "finish", "upload_session_id": session, "title": name}
        if self._client.change(edge, finish).get("success") is not True:
            raise PassingError(
                "Meta did not say whether it has the whole film.", fix="It is looked for by name."
            )
        return video_id

    def _sent(
        self, edge: str, session: Mapping[str, Any], file: BinaryIO, wanted: tuple[int, int]
    ) -> tuple[int, int]:
        for _attempt in range(REPEATS):
            start, end = wanted
            file.seek(start)
            piece = file.read(min(end - start, self._whole))
            params = {"upload_phase": "transfer", **session, "start_offset": start}
            files = {"video_file_chunk": ("piece", piece, "application/octet-stream")}
            try:
                return _wanted(self._client.change(edge, params, files=files))
            except (PassingError, InputError) as error:
                wanted = _corrected(error, wanted)
                self._sleep(1.0)
        raise PassingError("A piece of the film does not get to Meta.", fix="Try again later.")


def upload_of(told: Told) -> Upload:
    """Raises IntegrityError for a state that is not known."""
    state, video_id = _status(told), str(told.get("id"))
    picture = told.get("picture") if isinstance(told.get("picture"), str) else None
    if state == "ready":
        return Upload(video_id, "ready", picture, raw=told)
    if state in UNUSABLE - {"uploading"}:
        return Upload(video_id, "failed", picture, _reason(told, state), raw=told)
    if state in {"processing", "uploading", "upload_complete"}:
        return Upload(video_id, "processing", picture, raw=told)
    raise IntegrityError("Meta tells of a film in a way that is not known.", why=f"Its state is {state!r}.")


def _status(told: Mapping[str, Any]) -> str:
    status = told.get("status")
    return str(status.get("video_status")) if isinstance(status, dict) else ""


def _reason(told: Mapping[str, Any], state: str) -> str:
    """What its phases say went wrong."""
    phases = [phase for phase in told.get("status", {}).values() if isinstance(phase, dict)]
    errors = [error for phase in phases for error in phase.get("errors") or ()]
    messages = [str(error.get("message")) for error in errors if error.get("message")]
    return " ".join(messages) or f"Its state at Meta is '{state}'."


def _wanted(told: Mapping[str, Any]) -> tuple[int, int]:
    """From which byte to which. Raises PassingError when it is not told."""
    try:
        return int(told["start_offset"]), int(told["end_offset"])
    except (KeyError, TypeError, ValueError) as error:
        raise PassingError("Meta does not say which part of the film it wants.", why=repr(error)) from error


def _corrected(error: PassingError | InputError, wanted: tuple[int, int]) -> tuple[int, int]:
    """Where to go on after a piece that failed. Raises the error again when repeating cannot help."""
    answer = answer_in(error)
    if answer.get("error_subcode") == WRONG_OFFSET and isinstance(answer.get("error_data"), dict):
        return _wanted(answer["error_data"])
    if isinstance(error, InputError):
        raise error
    return wanted
