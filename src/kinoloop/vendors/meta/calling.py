"""How a request goes out to Meta: in its turn, through the breaker, with the token in a header only.

A read is repeated while it fails in passing; anything else is sent once. What the answers tell of allowances
slows down everybody who shares the pace.
"""

import hmac
from collections.abc import Callable, Mapping
from hashlib import sha256
from json import dumps as write_json
from typing import Any

from kinoloop.core.errors import InputError, KinoloopError, LimitError, PassingError
from kinoloop.vendors.guarding import CallGuard, guarded_by
from kinoloop.vendors.http import File, Reply
from kinoloop.vendors.meta.answers import fault_in
from kinoloop.vendors.meta.faults import TooMuchDataError, throttle_of
from kinoloop.vendors.meta.paging import SECRETS
from kinoloop.vendors.meta.usage import Usage, usage_of
from kinoloop.vendors.meta.wire import GraphHttp
from kinoloop.vendors.pace import Pacer
from kinoloop.vendors.refusals import NotTakenError

Form = Mapping[str, str]
Exchange = Callable[[], Reply]
BREAKER_OPEN = "breaker_open"


class Caller:
    """Calls as the owner of `token`. `usage` and `version_warning` keep what the last answers said."""

    def __init__(
        self,
        token: str,
        app_secret: str,
        http: GraphHttp,
        breaker: CallGuard,
        pace: Pacer,
        on_warning: Callable[[str], None],
    ) -> None:
        self._headers = {"authorization": f"Bearer {token}"}
        proof = hmac.new(app_secret.encode(), token.encode(), sha256).hexdigest() if app_secret else ""
        self.proof = {"appsecret_proof": proof} if proof else {}
        self.secrets = (token, app_secret, proof)
        self._http, self._breaker, self._pace, self._on_warning = http, breaker, pace, on_warning
        self.usage, self.version_warning = Usage(), ""

    def form(self, params: Mapping[str, Any]) -> dict[str, str]:
        """Parameters as they are sent, with the proof that we know the app's secret."""
        if SECRETS & set(params):
            raise InputError("A token is not a parameter here.")
        return {name: text_of(value) for name, value in params.items()} | self.proof

    def read(self, method: str, url: str, form: Form | None = None) -> Reply:
        """A call that changes nothing, repeated while that helps."""
        for attempt in range(1, self._http.attempts + 1):
            try:
                return self._guarded(lambda: self._exchange(method, url, form, None), writing=False)
            except PassingError as error:
                wish = error.wait if isinstance(error, NotTakenError) else None
                if attempt == self._http.attempts or not self._http.rest(attempt, wish):
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def once(self, url: str, form: Form, files: Mapping[str, File] | None = None) -> Reply:
        """A POST, sent one time. Raises PassingError too for an answer that is too large to be read."""
        try:
            return self._guarded(lambda: self._exchange("POST", url, form, files), writing=True)
        except TooMuchDataError:
            raise
        except LimitError as error:
            raise PassingError(error.what, why=error.why, fix="It may have been done: read first.") from error

    def take_turns(self, count: int) -> None:
        """Wait for so many turns beside the one that a call takes itself: each item of a batch counts."""
        for _turn in range(count):
            self._pace.take()

    def heed(self, answer: object) -> None:
        """A limit that all calls share closes the way for all of them."""
        if isinstance(answer, NotTakenError) and answer.wait:
            throttle = throttle_of(answer)
            if throttle is not None and throttle.shared:
                self._pace.close_for(answer.wait)

    def note(self, headers: Mapping[str, str]) -> None:
        """Remember what an answer's headers tell, and slow down for it."""
        usage, warning = usage_of(headers), headers.get("x-ad-api-version-warning", "")
        if usage.meters:
            self.usage = usage
        if usage.rest:
            self._pace.close_for(usage.rest)
        if warning and warning != self.version_warning:
            self.version_warning = warning
            self._on_warning(warning)

    def _guarded(self, exchange: Exchange, *, writing: bool) -> Reply:
        """An answer that tells of a failure is raised. Behind an open breaker nothing was sent."""

        def check(reply: Reply) -> None:
            fault = fault_in(reply, writing, usage_of(reply.headers).told_wait, self.secrets)
            if fault is not None:
                raise fault

        self._pace.take()
        try:
            return guarded_by(self._breaker, check)(exchange)
        except KinoloopError as error:
            self.heed(error)
            if error.code == BREAKER_OPEN:
                raise NotTakenError(error.what, why=error.why, fix=error.fix) from error
            raise

    def _exchange(self, method: str, url: str, form: Form | None, files: Mapping[str, File] | None) -> Reply:
        reply = self._http.exchange(method, url, headers=self._headers, form=form, files=files)
        self.note(reply.headers)
        return reply


def text_of(value: object) -> str:
    """As forms hold it: words plain, everything else as JSON."""
    return value if isinstance(value, str) else write_json(value, separators=(",", ":"))
