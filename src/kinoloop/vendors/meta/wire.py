"""One exchange with a service that takes forms and files, and whose refusals speak in their body.

`Http.send` speaks JSON and turns a refusal into an error; here every answer comes back whole.
"""

from collections.abc import Mapping

from kinoloop.vendors.http import File, Http, Reply


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
        with self._stream(method, url, headers, form=form, files=files) as response:
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
