"""A person's yes or no on exactly one content."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Answer = Literal["approved", "rejected", "void"]


@dataclass(frozen=True)
class Approval:
    """`subject` such as `video:ID`; `sha256` of what was seen; void once the content changed."""

    approval_id: str
    subject: str
    sha256: str
    answer: Answer
    who: str
    at: datetime
    what: str
    void_at: datetime | None = None
    void_reason: str | None = None
