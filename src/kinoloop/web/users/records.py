"""A person who works here, as the doors and the pages know them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Role = Literal["owner", "maker"]
"""An owner sees and may do everything; a maker sees and changes what they made themselves."""


@dataclass(frozen=True)
class User:
    """`user_id` is what rows name as their owner; `disabled_at` ends every key of this person at once."""

    user_id: str
    name: str
    role: Role
    created_at: datetime | None = None
    disabled_at: datetime | None = None

    @property
    def sees_all(self) -> bool:
        return self.role == "owner"

    @property
    def own(self) -> str | None:
        """The owner to narrow lists down to, None for one who sees everything."""
        return None if self.sees_all else self.user_id


HOUSE = User("owner", "Owner", "owner")
"""Whoever holds the house token."""
