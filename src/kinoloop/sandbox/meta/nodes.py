"""The objects of the Graph: what is stored of each, by number."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["account", "campaign", "adset", "ad", "adcreative", "advideo"]
EDGES: dict[str, Kind] = {
    "campaigns": "campaign",
    "adsets": "adset",
    "ads": "ad",
    "adcreatives": "adcreative",
    "advideos": "advideo",
}
PARENT_FIELD: dict[Kind, str] = {"campaign": "campaign_id", "adset": "adset_id"}
_FIRST = 120_210_000_000_000_000


@dataclass
class Node:
    """`data` holds what was written, under the names of the Graph; all else is worked out when read."""

    id: str
    kind: Kind
    account_id: str
    data: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    private: dict[str, Any] = field(default_factory=dict)
    """Never shown: bytes of a film, when a review ends."""


class Nodes:
    """All objects of all accounts, in the order they were made. Numbers are the same in every run."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._count = 0

    def make(
        self, kind: Kind, account_id: str, data: dict[str, Any], at: datetime, *, id_: str | None = None
    ) -> Node:
        node = Node(id_ or self.number(), kind, account_id, data, at, at)
        self._nodes[node.id] = node
        return node

    def number(self) -> str:
        """A fresh number for anything."""
        self._count += 1
        return str(_FIRST + self._count * 7)

    def find(self, id_: str) -> Node | None:
        return self._nodes.get(id_)

    def of(self, account_id: str, kind: Kind) -> Iterator[Node]:
        return (node for node in self._nodes.values() if node.account_id == account_id and node.kind == kind)

    def under(self, parent: Node, kind: Kind) -> Iterator[Node]:
        """Objects of a kind below this one, at any depth."""
        if parent.kind == "account":
            return self.of(parent.id, kind)
        if parent.kind == "ad":
            shown = parent.data["creative_id"]
            return (node for node in self.of(parent.account_id, kind) if node.id == shown)
        name = PARENT_FIELD.get(parent.kind, "")
        return (node for node in self.of(parent.account_id, kind) if node.data.get(name) == parent.id)

    def accounts(self) -> tuple[Node, ...]:
        return tuple(node for node in self._nodes.values() if node.kind == "account")

    def clear(self) -> None:
        self._nodes.clear()
        self._count = 0
