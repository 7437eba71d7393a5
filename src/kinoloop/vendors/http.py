"""The one way out to other people's servers: time limits, bounded retries, a cap on answers, clean errors.

Redirects are not followed unless asked for; a failing call is repeated only when repeating is safe; what an
error says never holds a key, a query string or a header.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from json import JSONDecodeError
from json import loads as read_json
from random import Random
from types import TracebackType
from typing import Any

import httpx2

from kinoloop.core.clock import Clock, SystemClock
from kinoloop.core.errors import (
    ConflictError,
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    NotFoundError,
    PassingError,
    UnavailableError,
)
from kinoloop.core.text import redact
from kinoloop.vendors.refusals import NotTakenError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
CLEAR_NO: dict[int, tuple[type[KinoloopError], str, str]] = {
    401: (UnavailableError, "refused our key.", "Check the key and its rights."),
    402: (LimitError, "has no credit left for this.", "Add credit to the account there, then try again."),
    403: (UnavailableError, "refused our key.", "Check the key and its rights."),
    404: (NotFoundError, "does not have this.", "Check the address."),
    409: (ConflictError, "is in a state that does not allow this.", ""),
    410: (NotFoundError, "does not have this.", "Check the address."),
}
UNTOLD_WAIT = 5.0
"""Seconds to leave a service alone that has too many requests and does not say for how long."""
MEBIBYTE = 1 << 20
EXCERPT = 300


@dataclass(frozen=True)
class Patience:
    """Seconds: to connect, between bytes, and for one whole exchange."""

    connect: float = 10.0
    silence: float = 30.0
    whole: float = 120.0


@dataclass(frozen=True)
class Retries:
    """Up to `attempts` tries; waits grow from `first` by doubling to `longest`, less up to half."""

    attempts: int = 3
    first: float = 0.5
    longest: float = 20.0

    def wait(self, attempt: int, chance: float) -> float:
        """Seconds after the `attempt`-th failure (from 1); `chance` is 0 to 1."""
        return float(min(self.longest, self.first * 2 ** (attempt - 1)) * (1 - chance / 2))


@dataclass(frozen=True)
class Reply:
    """A whole answer, at most as long as was allowed."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Raises IntegrityError when the body is not JSON."""
        try:
            return read_json(self.body)
        except (JSONDecodeError, UnicodeDecodeError) as error:
            raise IntegrityError("The answer is not JSON.", why=str(error)) from error


File = tuple[str, bytes, str]
"""Name, bytes, media type."""
Attempt = Callable[[], Reply]
Guard = Callable[[Attempt], Reply]


def straight(attempt: Attempt) -> Reply:
    """The guard that lets everything through."""
    return attempt()


class Http:
    """A client for one service. `name` is how errors call it. Use as a context manager, or `close` it."""

    def __init__(
        self,
        name: str,
        *,
        random: Random,
        patience: Patience = Patience(),
        retries: Retries = Retries(),
        limit_bytes: int = 16 * MEBIBYTE,
        redirects: int = 0,
        proxy: str | None = None,
        trust_env: bool = True,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name, self._random, self._patience, self._retries = name, random, patience, retries
        self._limit, self._clock, self._sleep = limit_bytes, clock or SystemClock(), sleep
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(patience.silence, connect=patience.connect),
            follow_redirects=redirects > 0,
            max_redirects=redirects,
            proxy=proxy,
            trust_env=trust_env,
            headers={"user-agent": "kinoloop"},
        )

    def __enter__(self) -> "Http":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        secrets: Sequence[str] = (),
        safe: bool | None = None,
        guard: Guard = straight,
    ) -> Reply:
        """One exchange, repeated while it fails in passing and may be repeated (`safe` overrules the method).

        Every single attempt goes through `guard` (a breaker). `secrets` are masked in what an error quotes.
        Raises PassingError, UnavailableError (key refused), NotFoundError, InputError, ConflictError,
        LimitError, IntegrityError.
        """
        repeatable = method.upper() in SAFE_METHODS if safe is None else safe
        attempts = self._retries.attempts if repeatable else 1
        for attempt in range(1, attempts + 1):
            wish: list[float | None] = []

            def once(wish: list[float | None] = wish) -> Reply:
                return self._once(method, url, headers or {}, json, secrets, wish)

            try:
                return guard(once)
            except PassingError:
                wait = self._wait(attempt, wish[0] if wish else None)
                if attempt == attempts or wait > self._retries.longest:
                    raise
                self._sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _wait(self, attempt: int, wish: float | None) -> float:
        own = self._retries.wait(attempt, self._random.random())
        return own if wish is None else max(own, wish)

    def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: object,
        secrets: Sequence[str],
        wish: list[float | None],
    ) -> Reply:
        with self._stream(method, url, headers, json=json) as response:
            body = b"".join(self._chunks(response, self._limit))
        if response.is_success:
            return Reply(response.status_code, dict(response.headers), body)
        wish.append(self._retry_after(response.headers.get("retry-after")) or _told_wait(body))
        raise self._refused(response, _masked(body, secrets), wish[0])

    def chunks(self, url: str, *, limit_bytes: int) -> Iterator[bytes]:
        """The body of a successful GET, as it comes; no retries. Raises as `send` does."""
        with self._stream("GET", url, {"accept-encoding": "identity"}) as response:
            if not response.is_success:
                raise self._refused(response, "", None)
            yield from self._chunks(response, limit_bytes)

    @contextmanager
    def _stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, File] | None = None,
    ) -> Iterator[httpx2.Response]:
        head = dict(headers)
        try:
            with self._client.stream(
                method, url, headers=head, json=json, data=form, files=files
            ) as response:
                yield response
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            why = type(error).__name__
            raise InputError(f"{self.name} has an address that cannot be used.", why=why) from None
        except httpx2.TooManyRedirects:
            raise InputError(f"{self.name} redirects in circles.", fix="Check the address.") from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            why = f"{redact(f'{type(error).__name__}: {error}')[:EXCERPT]}."
            raise NotTakenError(f"{self.name} did not answer.", why=why, fix="Try again later.") from None
        except httpx2.TimeoutException as error:
            raise self._silent(f"it took too long ({type(error).__name__})") from None
        except httpx2.HTTPError as error:
            raise self._silent(redact(f"{type(error).__name__}: {error}")[:EXCERPT]) from None

    def _silent(self, why: str) -> PassingError:
        return PassingError(f"{self.name} did not answer.", why=f"{why}.", fix="Try again later.")

    def _chunks(self, response: httpx2.Response, limit: int) -> Iterator[bytes]:
        until, size = time.monotonic() + self._patience.whole, 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > limit:
                raise LimitError(
                    f"{self.name} sent more than {limit // 1024} KiB.", why="That is the most allowed."
                )
            if time.monotonic() > until:
                raise self._silent(f"it was still sending after {self._patience.whole:g} s")
            yield chunk

    def _refused(self, response: httpx2.Response, quoted: str, wish: float | None) -> KinoloopError:
        status, why = response.status_code, f"HTTP {response.status_code}. {quoted}".strip()
        if status in PASSING:
            later = "Try again later." if wish is None else f"It asks to wait {wish:g} s."
            what = f"{self.name} is not able to answer now."
            if status == 429:
                return NotTakenError(what, why=why, fix=later, wait=UNTOLD_WAIT if wish is None else wish)
            return PassingError(what, why=why, fix=later)
        if status in CLEAR_NO:
            kind, what, fix = CLEAR_NO[status]
            return kind(f"{self.name} {what}", why=why, fix=fix)
        if response.is_redirect:
            return InputError(f"{self.name} redirects elsewhere.", why=why, fix="Give the final address.")
        return InputError(f"{self.name} refused the request.", why=why)

    def _retry_after(self, header: str | None) -> float | None:
        if header is None:
            return None
        if header.strip().isdigit():
            return float(header)
        try:
            at = parsedate_to_datetime(header)
        except ValueError:
            return None
        return max(0.0, (at - self._clock.now()).total_seconds()) if at.tzinfo else None


def _masked(body: bytes, secrets: Sequence[str]) -> str:
    """The beginning of an error body on one line, without anything secret."""
    text = body[: EXCERPT * 4].decode("utf-8", "replace")
    for secret in secrets:
        text = text.replace(secret, "***") if secret else text
    return redact(" ".join(text.split()))[:EXCERPT]


def _told_wait(body: bytes) -> float | None:
    """Seconds to wait as some services write them into the body instead of a header."""
    try:
        told = read_json(body)
    except (JSONDecodeError, UnicodeDecodeError):
        return None
    wait = told.get("retry_after") if isinstance(told, dict) else None
    return float(wait) if isinstance(wait, int | float) and not isinstance(wait, bool) and wait >= 0 else None
