"""Meta's HTTP words: read, read all pages, change once, many calls in one request."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from kinoloop.core.errors import InputError, IntegrityError, KinoloopError, PassingError
from kinoloop.vendors.guarding import CallGuard
from kinoloop.vendors.http import File, Reply
from kinoloop.vendors.meta.answers import fault_in_item, headers_of, told_by, traced
from kinoloop.vendors.meta.calling import Caller, text_of
from kinoloop.vendors.meta.faults import TooMuchDataError, answer_in
from kinoloop.vendors.meta.paging import next_page
from kinoloop.vendors.meta.usage import Usage
from kinoloop.vendors.meta.wire import GraphHttp
from kinoloop.vendors.pace import Pacer

BASE_URL, FILM_URL = "https://graph.facebook.com", "https://graph-video.facebook.com"
VERSION = "v26.0"
MOST_IN_BATCH = 50
PAGE, SMALLEST_PAGE = 200, 10
MOST_PAGES = 10_000
Told = dict[str, Any]
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """One call of a batch: `path` is an id or an edge; `params` go into the body of a POST."""

    method: str
    path: str
    params: Params

    def as_json(self) -> dict[str, str]:
        encoded = urlencode({name: text_of(value) for name, value in self.params.items()})
        if self.method == "GET":
            return {"method": "GET", "relative_url": f"{self.path}?{encoded}"}
        return {"method": self.method, "relative_url": self.path, "body": encoded}


class GraphClient:
    """Talks to `base_url` as the owner of `token`. `on_warning` hears that the version is about to end.

    Errors are those of `vendors.meta.faults`, and what the breaker and the pace add.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        app_secret: str,
        http: GraphHttp,
        breaker: CallGuard,
        pace: Pacer,
        *,
        version: str = VERSION,
        on_warning: Callable[[str], None] = lambda text: None,
    ) -> None:
        base = base_url.rstrip("/")
        self._root = f"{base}/{version}"
        self._film_root = f"{FILM_URL if base == BASE_URL else base}/{version}"
        self._caller = Caller(token, app_secret, http, breaker, pace, on_warning)

    @property
    def usage(self) -> Usage:
        """Of our allowances, as the last answer told it."""
        return self._caller.usage

    @property
    def version_warning(self) -> str:
        """What Meta last said about the end of this version of its API; empty when nothing."""
        return self._caller.version_warning

    def get(self, path: str, params: Params) -> Told:
        """Raises IntegrityError for an answer that is no object."""
        return _object(self._caller.read("GET", self._address(path, params)))

    def pages(self, path: str, params: Params, *, page: int = PAGE) -> Iterator[Told]:
        """Every entry of an edge. A page may be short or empty; the end is where no next one is named.

        When Meta says a page is too much, smaller ones are asked for. Cursors are used at once, never kept.
        """
        address, seen = self._address(path, {**params, "limit": page}), set[str]()
        while address:
            try:
                told = _object(self._caller.read("GET", address))
            except (TooMuchDataError, PassingError) as error:
                if seen or page <= SMALLEST_PAGE or not _is_large(error):
                    raise
                page = max(SMALLEST_PAGE, page // 4)
                address = self._address(path, {**params, "limit": page})
                continue
            yield from _entries(told)
            seen.add(address)
            address = next_page(told, self._root, self._caller.proof) or ""
            if address in seen or len(seen) > MOST_PAGES:
                raise IntegrityError("Meta's list does not end.", why="A page leads back to an earlier one.")

    def change(self, path: str, params: Params, *, files: Mapping[str, File] | None = None) -> Told:
        """One request that may change something, sent once. Raises PassingError when that is unknown."""
        root = self._film_root if path.endswith("/advideos") else self._root
        reply = self._caller.once(f"{root}/{path}", self._caller.form(params), files)
        try:
            return traced(_object(reply), reply.headers)
        except IntegrityError as error:
            raise _unknown(error.what, error.why) from error

    def report(self, path: str, params: Params) -> Told:
        """A POST that only orders a report: asking twice costs nothing but a second one."""
        return _object(self._caller.read("POST", f"{self._root}/{path}", self._caller.form(params)))

    def batch(self, items: Sequence[Item]) -> list[Told | KinoloopError]:
        """Up to 50 calls in one request, answers in their order. An item without an answer is a PassingError.

        When the request as a whole fails, each item has that failure. Raises InputError for too many.
        """
        if not 0 < len(items) <= MOST_IN_BATCH:
            raise InputError(f"A batch holds 1 to {MOST_IN_BATCH} calls.", why=f"{len(items)} were given.")
        form = self._caller.form({"batch": [item.as_json() for item in items]})
        try:
            self._caller.take_turns(len(items) - 1)
            told = self._caller.once(f"{self._root}/", form).json()
        except KinoloopError as error:
            return [error] * len(items)
        return self._answers(items, told)

    def _answers(self, items: Sequence[Item], told: object) -> list[Told | KinoloopError]:
        if not isinstance(told, list) or len(told) > len(items):
            return [_unknown("Meta's answer cannot be read.", "It is not a list of answers.")] * len(items)
        answers: list[Told | KinoloopError] = []
        for item, each in zip(items, [*told, *[None] * (len(items) - len(told))], strict=True):
            fault = fault_in_item(each, item.method != "GET", self._caller.secrets)
            self._caller.heed(fault)
            answers.append(fault or told_by(each))
        self._caller.note(headers_of(told[-1] if told else None))
        return answers

    def _address(self, path: str, params: Params) -> str:
        return f"{self._root}/{path}?{urlencode(self._caller.form(params))}"


def _object(reply: Reply) -> Told:
    told = reply.json()
    if not isinstance(told, dict):
        raise IntegrityError("Meta's answer cannot be read.", why="It is not a JSON object.")
    return told


def _entries(told: Told) -> Iterator[Told]:
    entries = told.get("data")
    if not isinstance(entries, list):
        raise IntegrityError("Meta's list cannot be read.", why="It has no data.")
    yield from (entry for entry in entries if isinstance(entry, dict))


def _is_large(error: KinoloopError) -> bool:
    """Code 1 is also how Meta says that a page is too much."""
    return isinstance(error, TooMuchDataError) or answer_in(error).get("code") == 1


def _unknown(what: str, why: str) -> PassingError:
    return PassingError(what, why=why, fix="It may have been done: read before anything else.")
