"""HubSpot's HTTP words: search, read many, list, associations, pipelines. All of them only read.

The token goes in a header, nowhere else. Calls are paced by the account's limits, searches by their own, and
what an answer tells of the limits slows down everybody who shares the pace.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any
from urllib.parse import urlencode

from kinoloop.core.errors import IntegrityError, PassingError
from kinoloop.vendors.guarding import CallGuard, guarded_by
from kinoloop.vendors.http import Reply, Retries
from kinoloop.vendors.hubspot.codes import Limits, limits_of
from kinoloop.vendors.hubspot.http import HubSpotHttp
from kinoloop.vendors.hubspot.requests import (
    LIST_PAGE,
    MOST_IN_BATCH,
    MOST_WITH_HISTORY,
    Body,
    Noun,
    Paths,
    association_body,
    batch_body,
)
from kinoloop.vendors.pace import Pacer, Rate
from kinoloop.vendors.refusals import NotTakenError

BASE_URL = "https://api.hubapi.com"
CALLS = Rate(100, 10.0)
"""Of a private app in the smallest plan (HubSpot, usage details); larger ones have 190."""
SEARCHES = Rate(5, 1.0)
"""Of one account, over all its apps (HubSpot, search the CRM)."""
TURNS = Retries(attempts=3, first=0.5, longest=20.0)
Told = dict[str, Any]


class HubSpotClient:
    """Reads one account. `version` is pinned: `v3`, or a dated one. `limits` is what the last answer told.

    Every method raises NotTakenError (asked to wait), PassingError, UnavailableError (key, breaker),
    InputError, IntegrityError (an answer that is none).
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        http: HubSpotHttp,
        breaker: CallGuard,
        pace: Pacer,
        search_pace: Pacer,
        *,
        version: str = "v3",
        random: Random,
        rest: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base, self._token, self._http = base_url.rstrip("/"), token, http
        self._guard, self._pace, self._search_pace = guarded_by(breaker), pace, search_pace
        self._random, self._rest = random, rest
        self.paths, self.limits = Paths(version), Limits()

    def search(self, noun: Noun, body: Body) -> tuple[list[Told], bool]:
        """One page of a search, and whether there is more."""
        told = self._object("POST", self.paths.objects(noun, "/search"), body, search=True)
        return _rows(told), _after(told) is not None

    def read(
        self, noun: Noun, ids: Sequence[str], properties: Sequence[str], history: Sequence[str] = ()
    ) -> list[Told]:
        """Those of these records that there are, however many are asked for."""
        most = MOST_WITH_HISTORY if history else MOST_IN_BATCH
        path, found = self.paths.objects(noun, "/batch/read"), list[Told]()
        for part in _parts(ids, most):
            found += _rows(self._object("POST", path, batch_body(part, properties, history)))
        return found

    def listed(self, noun: Noun, properties: Sequence[str], *, archived: bool = False) -> Iterator[Told]:
        """Every record, by id; `archived` ones are those deleted in the last ninety days."""
        asked = {"limit": LIST_PAGE, "properties": ",".join(properties), "archived": str(archived).lower()}
        after: str | None = None
        while True:
            query = urlencode(asked | ({"after": after} if after else {}))
            told = self._object("GET", f"{self.paths.objects(noun)}?{query}")
            yield from _rows(told)
            after, before = _after(told), after
            if after is None:
                return
            if after == before:
                raise IntegrityError("HubSpot's list goes in circles.", why=f"Twice after {after}.")

    def associated(self, one: Noun, other: Noun, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The ids that each of these is associated with; none for those that are not known."""
        found: dict[str, list[str]] = {each: [] for each in ids}
        wanted: dict[str, str | None] = dict.fromkeys(ids)
        while wanted:
            part = {each: wanted.pop(each) for each in list(wanted)[:MOST_IN_BATCH]}
            told = self._object("POST", self.paths.associations(one, other), association_body(part))
            for row in _rows(told):
                own = str(_part(row, "from").get("id", ""))
                fresh = _targets(row)
                found.setdefault(own, []).extend(fresh)
                after = _after(row)
                if after is not None and after != part.get(own) and fresh:
                    wanted[own] = after
        return {each: tuple(dict.fromkeys(targets)) for each, targets in found.items()}

    def pipelines(self, noun: Noun) -> list[Told]:
        return _rows(self._object("GET", self.paths.pipelines(noun)))

    def _object(self, method: str, path: str, body: Body | None = None, *, search: bool = False) -> Told:
        told = self._send(method, self._base + path, body, search=search).json()
        if not isinstance(told, dict):
            raise IntegrityError("HubSpot's answer cannot be read.", why="It is not an object.")
        return told

    def _send(self, method: str, url: str, body: Body | None, *, search: bool) -> Reply:
        """Asked again while it fails in passing: nothing here changes anything."""
        pace = self._search_pace if search else self._pace
        for turn in range(1, TURNS.attempts + 1):
            pace.take()
            try:
                reply = self._once(method, url, body)
            except NotTakenError as error:
                if error.wait is not None:
                    pace.close_for(error.wait)  # it is everybody's wait; the next turn comes after it
                if turn == TURNS.attempts:
                    raise
            except PassingError:
                if turn == TURNS.attempts:
                    raise
                self._rest(TURNS.wait(turn, self._random.random()))
            else:
                self._heed(reply.headers)
                return reply
        raise AssertionError("unreachable: the last turn returns or raises")

    def _once(self, method: str, url: str, body: Body | None) -> Reply:
        return self._http.send(
            method,
            url,
            headers={"authorization": f"Bearer {self._token}"},
            json=body,
            secrets=(self._token,),
            safe=False,
            guard=self._guard,
        )

    def _heed(self, headers: Mapping[str, str]) -> None:
        """Slow down before being told to. Searches tell nothing of limits."""
        told = limits_of(headers)
        if told != Limits():
            self.limits = told
        if told.wait is not None:
            self._pace.close_for(told.wait)


def _parts(ids: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    return (ids[start : start + most] for start in range(0, len(ids), most))


def _rows(told: Mapping[str, Any]) -> list[Told]:
    """Raises IntegrityError for an answer without results."""
    rows = told.get("results")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise IntegrityError("HubSpot's answer cannot be read.", why="It has no list of results.")
    return rows


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = told.get(name)
    return part if isinstance(part, dict) else {}


def _after(told: Mapping[str, Any]) -> str | None:
    after = _part(_part(told, "paging"), "next").get("after")
    return None if after is None else str(after)


def _targets(row: Mapping[str, Any]) -> list[str]:
    """The ids at the other end; whole numbers in v4, text elsewhere."""
    ends = row.get("to")
    known = [end for end in ends if isinstance(end, dict)] if isinstance(ends, list) else []
    return [str(end.get("toObjectId", end.get("id"))) for end in known]
