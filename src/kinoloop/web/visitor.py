"""Who asks: a browser session or a bearer of a token, as the doors found it."""

import hashlib
from dataclasses import dataclass

from starlette.requests import Request

from kinoloop.web.users.records import HOUSE, User


@dataclass(frozen=True)
class Visitor:
    """Someone who was let in, and who they are. `secret` is the session's, None for a bearer token."""

    secret: str | None
    user: User = HOUSE

    @property
    def csrf(self) -> str:
        """The header value that changes made with this session must carry; empty where none is needed."""
        return hashlib.sha256(f"csrf:{self.secret}".encode()).hexdigest() if self.secret else ""


def visitor_of(request: Request) -> Visitor | None:
    """The visitor that the doors put on this request, None on open paths."""
    found = getattr(request.state, "visitor", None)
    return found if isinstance(found, Visitor) else None
