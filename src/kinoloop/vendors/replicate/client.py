"""Replicate's HTTP words: create, read, cancel and list predictions."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from kinoloop.core.errors import InputError, IntegrityError, PassingError
from kinoloop.vendors.guarding import CallGuard, guarded_by
from kinoloop.vendors.http import Http

BASE_URL = "https://api.replicate.com"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
Prediction = dict[str, Any]


class ReplicateClient:
    """Talks to `base_url` with a bearer token. Errors are those of `Http.send`, and what the breaker adds."""

    def __init__(self, base_url: str, token: str, http: Http, breaker: CallGuard) -> None:
        self._base, self._token, self._http = base_url.rstrip("/"), token, http
        self._guard = guarded_by(breaker)

    def create(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Prediction:
        """One paid call, sent once. Raises PassingError for an answer that cannot be understood."""
        try:
            return self._send("POST", path, body, headers, safe=False)
        except IntegrityError as error:
            raise PassingError(
                "Replicate answered in a way that cannot be understood.",
                why=error.why or error.what,
                fix="The task may have been made: it is looked for before it is asked again.",
            ) from error

    def read(self, prediction_id: str) -> Prediction:
        return self._send("GET", f"/v1/predictions/{_plain(prediction_id)}")

    def cancel(self, prediction_id: str) -> None:
        """Asking twice changes nothing."""
        self._send("POST", f"/v1/predictions/{_plain(prediction_id)}/cancel", safe=True)

    def page(self, since: datetime, following: str | None) -> tuple[list[Prediction], str | None]:
        """A page of our predictions, newest first, and the address of the one after it."""
        path = f"/v1/predictions?{urlencode({'created_after': since.isoformat()})}"
        if following is not None:
            path = self._own(following)
        told = self._send("GET", path)
        results, following = told.get("results"), told.get("next")
        if not isinstance(results, list) or not isinstance(following, str | None):
            raise IntegrityError("Replicate's list of predictions cannot be read.", why="It has no results.")
        return [one for one in results if isinstance(one, dict)], following

    def _own(self, address: str) -> str:
        """The path of an address at Replicate. Our token is sent nowhere else: raises IntegrityError."""
        if not address.startswith(self._base + "/"):
            raise IntegrityError("Replicate's list leads elsewhere.", why="Its next page is at another host.")
        return address[len(self._base) :]

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        safe: bool | None = None,
    ) -> Prediction:
        reply = self._http.send(
            method,
            self._base + path,
            headers={"authorization": f"Bearer {self._token}", **(headers or {})},
            json=None if body is None else dict(body),
            secrets=(self._token,),
            safe=safe,
            guard=self._guard,
        )
        told = reply.json()
        if not isinstance(told, dict):
            raise IntegrityError("Replicate's answer cannot be read.", why="It is not a JSON object.")
        return told


def _plain(prediction_id: str) -> str:
    """The id, fit for a path. Raises InputError."""
    if not _ID.fullmatch(prediction_id):
        raise InputError("That is not the id of a prediction.", fix="Use the id that Replicate gave.")
    return prediction_id
