"""Which deals belong to which contacts."""

from collections.abc import Sequence

from kinoloop.sandbox.hubspot.properties import Kind

TYPES: dict[tuple[Kind, Kind], tuple[int, str]] = {
    ("deals", "contacts"): (3, "deal_to_contact"),
    ("contacts", "deals"): (4, "contact_to_deal"),
}
"""HubSpot's own association types: number and name, by direction."""


class Links:
    """Pairs of deal and contact, each once, in the order in which they were made."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, None]] = {}

    def clear(self) -> None:
        self._of.clear()

    def join(self, one: str, other: str) -> None:
        self._of.setdefault(one, {})[other] = None
        self._of.setdefault(other, {})[one] = None

    def part(self, one: str, other: str) -> None:
        self._of.get(one, {}).pop(other, None)
        self._of.get(other, {}).pop(one, None)

    def part_all(self, one: str) -> None:
        for other in list(self._of.get(one, {})):
            self.part(one, other)

    def of(self, one: str) -> Sequence[str]:
        return tuple(self._of.get(one, ()))
