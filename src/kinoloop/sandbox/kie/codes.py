"""KIE's answers: HTTP 200 with a `code` inside, whatever happened; only the rate limit is a status too."""

from typing import Any

from kinoloop.sandbox.wire import Answer, Refusal

_WORDS = {
    401: "You do not have access permissions",
    402: "Credits insufficient : Your current balance isn't enough to run this request.",
    404: "Not Found",
    422: "The request parameters could not be validated",
    429: "Your call frequency is too high. Please try again later.",
    433: "The usage of this key has exceeded its limit",
    455: "Service is under maintenance. Please try again later.",
    500: "Server exception, please try again later or contact customer service",
    501: "Generation failed",
    505: "This feature is currently disabled",
}


def fine(data: Any) -> Answer:
    return Answer(200, {"code": 200, "msg": "success", "data": data})


def coded(code: int, message: str = "") -> Answer:
    """A refusal by code. 429 is HTTP 429 as well; the others come with HTTP 200."""
    told = {"code": code, "msg": message or _WORDS.get(code, f"Error {code}"), "data": None}
    return Answer(429 if code == 429 else 200, told)


def refuse(code: int, message: str = "") -> Refusal:
    return Refusal(coded(code, message))


def status_answer(status: int, message: str) -> Answer:
    """For planned faults: a gateway's own status, with a code inside."""
    told = {"code": status, "msg": message or _WORDS.get(status, f"Error {status}"), "data": None}
    return Answer(status, told)
