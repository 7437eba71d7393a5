"""What automation has at risk, told from the audit alone: a second, plain way to the same number."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.delivery.history.records import HistoryRow


@dataclass
class Reckoning:
    """Replays the audit over the tree as it first stood. `accepts`: when a person accepted the budgets."""

    tree: dict[str, AdEntity]
    status: dict[str, str] = field(default_factory=dict)
    budget: dict[str, int] = field(default_factory=dict)
    level: dict[str, int] = field(default_factory=dict)
    seen: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.status = {name: one.status for name, one in self.tree.items()}
        self.budget = {name: one.daily_budget for name, one in self.tree.items() if one.daily_budget}

    def at_risk(self, rows: Iterable[HistoryRow], accepts: Iterable[datetime]) -> float:
        """The money at risk, in minor units, not rounded."""
        sent = [row for row in rows if row.status in ("completed", "executing", "unknown", "reverted")]
        events = [(row.started_at, 1, row) for row in sent]
        events += [(row.completed_at, 2, row) for row in sent if row.completed_at is not None]
        events += [(when, 0, None) for when in accepts]  # type: ignore[misc]
        for _, what, row in sorted(events, key=lambda event: event[:2]):
            if what == 0:
                self.level = {name: self.spends(name) for name in self.level}
            elif what == 1:
                self.starts(row)
            else:
                self.arrives(row)
        for row in sent:
            if row.completed_at is None and row.approved_by == "auto":
                self.put(row, most=True)
        return 1.75 * sum(max(0, self.spends(name) - level) for name, level in self.level.items())

    def starts(self, row: HistoryRow) -> None:
        """Automation lifts something: from what level does it count? A person sees the budgets of now."""
        if row.approved_by != "auto":
            self.seen[row.history_id] = dict(self.budget)
        elif row.of_budget:
            self.level.setdefault(row.entity_id, self.spends(row.entity_id))
        elif row.new_value == "ACTIVE":
            for name in self.owners(row.entity_id):
                if self.spends(name) == 0:
                    self.level[name] = 0
                else:
                    self.level.setdefault(name, self.spends(name))

    def arrives(self, row: HistoryRow) -> None:
        """It is made; when a person approved it, they answer for what is lifted or put out by it."""
        owners = {row.entity_id} if row.of_budget else self.owners(row.entity_id)
        before = {name: self.spends(name) for name in owners}
        self.put(row)
        if row.approved_by != "auto":
            for name in owners & self.level.keys():
                now = self.spends(name)
                if row.of_budget or now == 0:
                    self.level[name] = now
                elif before[name] == 0:
                    self.level[name] = min(now, self.seen[row.history_id][name])

    def put(self, row: HistoryRow, *, most: bool = False) -> None:
        if row.of_budget:
            old = self.budget[row.entity_id]
            self.budget[row.entity_id] = max(old, row.new_value) if most else row.new_value
        elif not (most and row.new_value == "PAUSED"):
            self.status[row.entity_id] = row.new_value

    def spends(self, name: str) -> int:
        on = all(self.status[one] == "ACTIVE" for one in self.line(name))
        ads = [one for one in self.tree if self.tree[one].kind == "ad" and name in self.line(one)]
        lit = any(all(self.status[up] == "ACTIVE" for up in self.line(ad)) for ad in ads)
        return self.budget[name] if on and lit else 0

    def owners(self, name: str) -> set[str]:
        for one in self.line(name):
            if one in self.budget:
                return {one}
        return {one for one in self.budget if name in self.line(one)}

    def line(self, name: str) -> list[str]:
        """The entity and what stands above it."""
        found = [name]
        while (parent := self.tree[found[-1]].parent_id) is not None:
            found.append(parent)
        return found
