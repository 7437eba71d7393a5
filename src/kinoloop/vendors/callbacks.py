"""What a service's call to us is worth: an id to look up, once the signature has been checked."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from kinoloop.core.errors import ForbiddenError

WINDOW_SECONDS = 300


class CallbackRefusedError(ForbiddenError):
    """A call that cannot be shown to come from the service."""

    code: ClassVar[str] = "callback_refused"
    http_status: ClassVar[int] = 401


@dataclass(frozen=True)
class Callback:
    """A checked call. `delivery_id` is the same when it is delivered again; `external_id` is the task's.

    Nothing else of its body is to be believed: the task is read again from the service.
    """

    delivery_id: str
    external_id: str


def checked(service: str, work: Callable[[], Callback]) -> Callback:
    """Whatever goes wrong in checking is a refusal. Raises CallbackRefusedError."""
    try:
        return work()
    except CallbackRefusedError:
        raise
    except Exception as error:  # strangers send anything: each surprise is a refusal, none is our crash
        raise refusal(service, "It cannot be read.") from error


def refusal(service: str, why: str) -> CallbackRefusedError:
    return CallbackRefusedError(
        f"A call that claims to come from {service} is refused.", why=why, fix="Check the webhook secret."
    )


def header(headers: Mapping[str, str], name: str) -> str:
    """The one header of this name, whatever its case. Raises KeyError."""
    return {key.lower(): value for key, value in headers.items()}[name]


def told_at(service: str, text: str, now: datetime) -> int:
    """The Unix seconds a call was signed at. Raises CallbackRefusedError outside of five minutes."""
    if not (text.isascii() and text.isdigit()):
        raise refusal(service, "Its time is not a number.")
    if abs(now.timestamp() - int(text)) > WINDOW_SECONDS:
        raise refusal(service, "It was signed more than five minutes ago, or in the future.")
    return int(text)


def is_any(given: bytes, expected: list[bytes]) -> bool:
    """Compares with every one, each in constant time."""
    fits = [hmac.compare_digest(given, one) for one in expected]
    return any(fits)


def json_object(body: bytes) -> dict[str, Any]:
    """Raises ValueError or TypeError for anything but a JSON object."""
    told = json.loads(body)
    if not isinstance(told, dict):
        raise TypeError("not an object")
    return told
