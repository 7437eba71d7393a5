"""One exchange with a service that takes forms and files, and whose refusals speak in their body.

`Http.send` speaks JSON and turns a refusal into an error; here every answer comes back whole.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx2

from kinoloop.core.errors import InputError, PassingError
from kinoloop.core.text import redact
from kinoloop.vendors.http import EXCERPT, Http, Reply
from kinoloop.vendors.refusals import NotTakenError

File = tuple[str, bytes, str]
"""Name, bytes, media type."""


class GraphHttp(Http):
    """Made as `Http` is. `exchange` never repeats; `rest` waits before somebody repeats a read."""

    def __enter__(self) -> "GraphHttp":
        return self

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
        files: Mapping[str, File] | None = None,
    ) -> Reply:
        """The answer, whatever its status. Raises NotTakenError (never reached), PassingError, LimitError."""
        with self._opened(method, url, headers, form, files) as response:
            body = b"".join(self._chunks(response, self._limit))
            return Reply(response.status_code, dict(response.headers), body)

    @property
    def attempts(self) -> int:
        """How often a read may be tried."""
        return self._retries.attempts

    def rest(self, attempt: int, wish: float | None) -> bool:
        """Wait before the next try, at least `wish` seconds; False when that is too long to be waited for."""
        wait = self._wait(attempt, wish)
        if wait > self._retries.longest:
            return False
        self._sleep(wait)
        return True

    @contextmanager
    def _opened(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None,
        files: Mapping[str, File] | None,
    ) -> Iterator[httpx2.Response]:
        try:
            with self._client.stream(method, url, headers=dict(headers), data=form, files=files) as response:
                yield response
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            why = type(error).__name__
            raise InputError(f"{self.name} has an address that cannot be used.", why=why) from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            why = f"{redact(f'{type(error).__name__}: {error}')[:EXCERPT]}."
            raise NotTakenError(f"{self.name} did not answer.", why=why, fix="Try again later.") from None
        except httpx2.HTTPError as error:
            why = f"{redact(f'{type(error).__name__}: {error}')[:EXCERPT]}."
            raise PassingError(f"{self.name} did not answer.", why=why, fix="Try again later.") from None
