"""Fills the port VisualMaker with KIE: one paid call per order, never repeated while its fate is unknown."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from kinoloop.core.errors import KinoloopError, PassingError
from kinoloop.core.ids import hash_bytes
from kinoloop.creative.visuals.records import VisualOrder, VisualState
from kinoloop.media.watch import Watch
from kinoloop.vendors.first_frames import as_data_url, is_web_address
from kinoloop.vendors.guarding import CallGuard
from kinoloop.vendors.http import Http
from kinoloop.vendors.kie.client import (
    BASE_URL,
    CREATE,
    READ,
    UPLOAD_URL,
    VEO_CREATE,
    VEO_READ,
    KieClient,
    UnknownTaskError,
)
from kinoloop.vendors.kie.translate import (
    Api,
    api_of,
    join_id,
    prompt_in,
    request_for,
    split_id,
    state_of_job,
    state_of_veo,
)
from kinoloop.vendors.pace import Pacer
from kinoloop.vendors.refusals import NotTakenError
from kinoloop.vendors.results import ResultSource

HOSTS = ("tempfile.aiquickdraw.com", "file.aiquickdraw.com")
READS: dict[Api, str] = {"job": READ, "veo": VEO_READ}
MOST_TURNS = 3
FRAME_BYTES = 8_000_000
Known = Callable[[VisualOrder], str | None]


class KieMaker:
    """Pictures and films by KIE; external ids are `job:ID` or `veo:ID`.

    `known` looks up the task's id that a callback brought for an order: KIE lists no tasks, so nothing else
    can tell what became of a lost call. `veo_full_hd` waits for the 1080p form of Veo films. First frames
    go to KIE's upload host, or to `base_url` where that is not KIE itself.
    """

    name = "kie"

    def __init__(
        self,
        base_url: str,
        key: str,
        http: Http,
        breaker: CallGuard,
        pace: Pacer,
        *,
        known: Known = lambda order: None,
        results: ResultSource = ResultSource(HOSTS),
        upload_url: str | None = None,
        veo_full_hd: bool = False,
    ) -> None:
        uploads = upload_url or (UPLOAD_URL if base_url.rstrip("/") == BASE_URL else base_url)
        self._client = KieClient(base_url, uploads, key, http, breaker)
        self._pace, self._known, self._results, self._full_hd = pace, known, results, veo_full_hd

    def submit(self, order: VisualOrder) -> str:
        """One paid call. Raises NotTakenError (surely not taken), PassingError (not known), UnavailableError,
        LimitError (no credit), InputError.
        """
        frame = self._frame(order)
        body = request_for(order, frame)
        api = api_of(order.model)
        for turn in range(1, MOST_TURNS + 1):
            self._pace.take()
            try:
                return join_id(api, self._client.create(VEO_CREATE if api == "veo" else CREATE, body))
            except NotTakenError as error:
                # A clear no, with a time: the wait is everybody's, and then it may be asked again.
                if error.wait is None or turn == MOST_TURNS:
                    raise
                self._pace.close_for(error.wait)
        raise AssertionError("unreachable: the last turn returns or raises")

    def find(self, order: VisualOrder) -> str | None:
        """The task that a callback told of, once KIE itself shows that it was asked in the order's words.

        Never None: without a callback it cannot be told, and PassingError is raised.
        """
        told = self._known(order)
        if told is None:
            raise _cannot_tell("KIE has no list of tasks, and no call from it about this one has come yet.")
        external_id = told if ":" in told else join_id(api_of(order.model), told)
        api, record = self._record(external_id)
        if prompt_in(record) != order.prompt:
            raise _cannot_tell("The task that a call told of was asked for in other words.")
        return join_id(api, split_id(external_id)[1])

    def look(self, external_id: str) -> VisualState:
        api, record = self._record(external_id)
        if api == "job":
            return state_of_job(external_id, record)
        state = state_of_veo(external_id, record)
        if self._full_hd and state.status == "succeeded":
            return self._in_full_hd(state, split_id(external_id)[1])
        return state

    def cancel(self, external_id: str) -> None:
        """KIE has no way to stop a task: it goes on there and is paid for."""
        split_id(external_id)

    def fetch(self, url: str, out: Path, watch: Watch) -> Path:
        return self._results.fetch(url, out, watch)

    def credit(self) -> Decimal:
        """The account's balance in KIE's credits: what a person may compare around a lost call."""
        return self._client.credit()

    def _record(self, external_id: str) -> tuple[Api, Mapping[str, Any]]:
        """The record, and whose it is: where the id came from a call, its API is only a guess."""
        api, task_id = split_id(external_id)
        try:
            return api, self._client.record(READS[api], task_id)
        except UnknownTaskError as unknown:
            other: Api = "job" if api == "veo" else "veo"
            try:
                return other, self._client.record(READS[other], task_id)
            except UnknownTaskError:
                raise unknown from None

    def _in_full_hd(self, state: VisualState, task_id: str) -> VisualState:
        url = self._client.full_hd(task_id)
        if url is None:
            return VisualState(state.external_id, "running", progress=0.9)
        return VisualState(state.external_id, "succeeded", (url, *state.urls), charged=True, progress=1.0)

    def _frame(self, order: VisualOrder) -> str | None:
        """The first frame's address; a local picture is uploaded before anything is paid for."""
        if order.image is None or is_web_address(order.image):
            return order.image
        picture = as_data_url(Path(order.image), limit=FRAME_BYTES)
        try:
            return self._client.upload(picture, f"{hash_bytes(picture.encode())[:32]}.jpg")
        except PassingError as error:
            raise _not_begun(error) from error


def _not_begun(error: KinoloopError) -> NotTakenError:
    return NotTakenError(
        "The first frame could not be uploaded to KIE.",
        why=f"{error.what} {error.why}".strip(),
        fix="Nothing was asked for yet, so it is tried again.",
    )


def _cannot_tell(why: str) -> PassingError:
    return PassingError(
        "It cannot be told whether KIE has made this already.",
        why=why,
        fix="It is not asked again, for that could be paid twice. Look at the logs and the balance of your"
        " account at KIE: if nothing was charged since then, make this scene anew.",
    )
