"""Fills the port VisualMaker with Replicate: one paid call per order, looked up when its answer is lost."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from kinoloop.core.clock import Clock
from kinoloop.core.errors import ConflictError, InputError, NotFoundError, PassingError
from kinoloop.creative.visuals.records import VisualOrder, VisualState
from kinoloop.media.watch import Watch
from kinoloop.vendors.first_frames import as_data_url, is_web_address
from kinoloop.vendors.guarding import CallGuard
from kinoloop.vendors.http import Http
from kinoloop.vendors.pace import Pacer
from kinoloop.vendors.refusals import NotTakenError
from kinoloop.vendors.replicate.client import ReplicateClient
from kinoloop.vendors.replicate.search import LOOKBACK, SKEW, Wanted, find_prediction
from kinoloop.vendors.replicate.translate import inputs_of, path_of, request_for, state_of
from kinoloop.vendors.results import ResultSource

HOSTS = ("replicate.delivery", "*.replicate.delivery")
MOST_TURNS = 3
ANY_FRAME = "https://"


class ReplicateMaker:
    """Pictures and films by Replicate.

    `deadline_seconds` ends a prediction there (not begun: free). `asked_at` tells when an order was first
    meant to be asked, None when unknown. `settle_seconds` is how long after a lost call of this process its
    list is not yet believed. `image_wait` seconds (1-60) lets a picture come with the answer.
    """

    name = "replicate"

    def __init__(
        self,
        base_url: str,
        token: str,
        http: Http,
        breaker: CallGuard,
        pace: Pacer,
        *,
        clock: Clock,
        results: ResultSource = ResultSource(HOSTS),
        deadline_seconds: int = 1500,
        asked_at: Callable[[VisualOrder], datetime | None] = lambda order: None,
        settle_seconds: float = 3.0,
        image_wait: int | None = None,
    ) -> None:
        self._client = ReplicateClient(base_url, token, http, breaker)
        self._pace, self._clock, self._results = pace, clock, results
        self._deadline, self._asked_at, self._image_wait = deadline_seconds, asked_at, image_wait
        self._settle = settle_seconds
        self._lost: dict[str, float] = {}

    def submit(self, order: VisualOrder) -> str:
        """One paid call. Raises NotTakenError (surely not taken), PassingError (not known), UnavailableError,
        LimitError (no credit), InputError.
        """
        body = request_for(order, self._frame(order))
        for turn in range(1, MOST_TURNS + 1):
            self._pace.take()
            try:
                return self._create(order, body)
            except NotTakenError as error:
                # A clear no, with a time: the wait is everybody's, and then it may be asked again.
                if error.wait is None or turn == MOST_TURNS:
                    raise
                self._pace.close_for(error.wait)
        raise AssertionError("unreachable: the last turn returns or raises")

    def _create(self, order: VisualOrder, body: Mapping[str, object]) -> str:
        headers = {"cancel-after": f"{self._deadline}s"}
        if self._image_wait and order.kind == "image":
            headers["prefer"] = f"wait={self._image_wait}"
        try:
            made = self._client.create(path_of(order.model), body, headers)
            if not isinstance(made.get("id"), str) or not made["id"]:
                raise PassingError("Replicate answered without an id.", fix="It is looked for in its list.")
        except NotTakenError:
            raise
        except PassingError:
            self._lost[order.key] = time.monotonic()
            raise
        self._lost.pop(order.key, None)
        return str(made["id"])

    def find(self, order: VisualOrder) -> str | None:
        """See the port. Reads the predictions since the order was meant, or of the last 55 minutes."""
        inputs = inputs_of(order, ANY_FRAME if order.image else None)
        since = self._asked_at(order) or self._clock.now() - LOOKBACK
        found = find_prediction(self._client, Wanted(inputs, since - SKEW, "seed" in inputs))
        if found is None and time.monotonic() - self._lost.get(order.key, -self._settle) < self._settle:
            raise PassingError(
                "It is too early to tell whether Replicate has made this.",
                why="The call was lost a moment ago, and its list may be behind.",
                fix="It is read again shortly.",
            )
        return found

    def look(self, external_id: str) -> VisualState:
        return state_of(self._client.read(external_id))

    def cancel(self, external_id: str) -> None:
        with suppress(ConflictError, NotFoundError):
            self._client.cancel(external_id)

    def fetch(self, url: str, out: Path, watch: Watch) -> Path:
        return self._results.fetch(url, out, watch)

    def _frame(self, order: VisualOrder) -> str | None:
        """The first frame as a URL: a local picture goes along inside the request."""
        if order.image is None or is_web_address(order.image):
            return order.image
        if order.image.startswith("data:"):
            raise InputError("A first frame is a web address or a local file.")
        return as_data_url(Path(order.image))
