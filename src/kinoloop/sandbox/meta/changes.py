"""Every effect on the ads, written down when it took hold: the list an independent checker reads."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

By = Literal["api", "platform", "person"]


@dataclass(frozen=True)
class Effect:
    """One field that was written. A value written once more is an effect too, with `before` equal to `after`.

    `field` is `created` for a new object (`after` is what it was made of). `trace` is the answer's
    fbtrace_id.
    """

    number: int
    at: datetime
    account_id: str
    kind: str
    entity_id: str
    field: str
    before: Any
    after: Any
    by: By
    trace: str

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


class Effects:
    """In the order in which they happened."""

    def __init__(self) -> None:
        self._effects: list[Effect] = []

    def add(
        self,
        at: datetime,
        account_id: str,
        kind: str,
        entity_id: str,
        field: str,
        before: Any,
        after: Any,
        *,
        by: By = "api",
        trace: str = "",
    ) -> None:
        number = len(self._effects) + 1
        self._effects.append(Effect(number, at, account_id, kind, entity_id, field, before, after, by, trace))

    def all(self, *, after: int = 0, entity_id: str | None = None) -> tuple[Effect, ...]:
        return tuple(
            effect
            for effect in self._effects
            if effect.number > after and entity_id in (None, effect.entity_id)
        )

    def clear(self) -> None:
        self._effects.clear()
