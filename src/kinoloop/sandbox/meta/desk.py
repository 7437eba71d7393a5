"""The state of the emulated Graph: objects, effects, limits, reports and uploads of one world.

Callers hold the world's lock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kinoloop.core.ids import hash_json
from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.place import Marketplace, marketplace
from kinoloop.sandbox.meta.changes import By, Effects
from kinoloop.sandbox.meta.errors import missing, refuse
from kinoloop.sandbox.meta.founding import found
from kinoloop.sandbox.meta.limits import TIERS, AccountLimits, AppLimits
from kinoloop.sandbox.meta.nodes import Kind, Node, Nodes
from kinoloop.sandbox.meta.plans import ACCOUNTS, AccountPlan
from kinoloop.sandbox.meta.standing import effective, plan_of_spend
from kinoloop.sandbox.world import World


@dataclass
class Habits:
    """How the Graph behaves towards this app. `short_pages`: some pages hold fewer rows than asked for.
    `empty_pages`: some hold none, though more follow (the official SDK stops there). `most_rows` is what
    insights give without a report; `mutations` are writes a second.
    """

    tier: str = "full"
    short_pages: bool = True
    empty_pages: bool = False
    revoked: bool = False
    most_rows: int = 5000
    mutations: int = 100


@dataclass
class Rooms:
    """Work in progress: report runs and uploads by their number."""

    reports: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Any] = field(default_factory=dict)
    images: dict[str, dict[str, Any]] = field(default_factory=dict)


class Desk:
    """`plans` are the accounts that exist from the start."""

    def __init__(self, world: World, plans: Iterable[AccountPlan] = ACCOUNTS) -> None:
        self.world, self.plans = world, tuple(plans)
        self.place = marketplace(world)
        self.place.on_open(self._found)
        self.nodes, self.effects = Nodes(), Effects()
        self.habits, self.rooms = Habits(), Rooms()
        self.app = AppLimits()
        self._limits: dict[str, AccountLimits] = {}
        self._traces = 0
        self.trace = ""
        world.on_reset(self._forget)

    @property
    def now(self) -> datetime:
        return self.world.now()

    def begin(self) -> None:
        """A request: bring the world up to now, and take the next trace id."""
        self.world.settle()
        self.place.settle()
        self.next_trace()

    def next_trace(self) -> None:
        """Each answer has its own, also inside a batch."""
        self._traces += 1
        self.trace = "A" + hash_json([self.world.seed, self._traces])[:22]

    def limits(self, account_id: str) -> AccountLimits:
        return self._limits.setdefault(account_id, AccountLimits())

    @property
    def tier(self) -> str:
        return self.habits.tier if self.habits.tier in TIERS else "full"

    def account(self, id_: str) -> Node:
        """Refuses unknown accounts, and those the token has no right to."""
        node = self.nodes.find(id_)
        if node is None or node.kind != "account":
            raise missing(id_, "get")
        if any(plan.account_id == id_ and not plan.allowed for plan in self.plans):
            raise refuse(200)
        return node

    def node(self, id_: str, method: str = "get") -> Node:
        """Any object the token may use. Refuses others."""
        node = self.nodes.find(id_)
        if node is None:
            raise missing(id_, method)
        self.account(node.account_id)
        return node

    def market(self, account_id: str) -> Market:
        return self.place.market(account_id)

    def zone(self, account_id: str) -> ZoneInfo:
        return ZoneInfo(str(self.account(account_id).data["timezone_name"]))

    def plan(self, account_id: str) -> AccountPlan:
        return next(plan for plan in self.plans if plan.account_id == account_id)

    def open(self, plan: AccountPlan) -> None:
        """One more account, with its history."""
        self.plans = (*self.plans, plan)
        found(self.nodes, self.place, plan, self.now)
        self.sync(plan.account_id)
        self.place.settle()

    def active_ads(self, account_id: str) -> int:
        ads = self.nodes.of(account_id, "ad")
        return sum(effective(self.nodes, ad, self.now) == "ACTIVE" for ad in ads)

    def sync(self, account_id: str) -> None:
        """Tell the market what shall be spent from now on."""
        budgets, paused = plan_of_spend(self.nodes, account_id, self.now)
        self.place.peek(account_id).act(budgets, paused)

    def reviewed(self, account_id: str) -> None:
        """A review is over: the ad may run."""
        if self.nodes.find(account_id) is not None:
            self.sync(account_id)

    def write(self, node: Node, name: str, value: Any, *, by: By = "api") -> None:
        """Write one field, and write down that it was written."""
        before = node.data.get(name)
        node.data[name] = value
        node.updated_at = self.now
        self._note(node.account_id, node.kind, node.id, name, before, value, by)

    def make(
        self, kind: Kind, account_id: str, data: dict[str, Any], *, id_: str | None = None, **private: Any
    ) -> Node:
        """A new object; that it was made is written down."""
        data = {name: value for name, value in data.items() if value is not None}
        node = self.nodes.make(kind, account_id, data, self.now, id_=id_)
        node.private.update(private)
        self._note(account_id, kind, node.id, "created", None, dict(data), "api")
        return node

    def _note(self, account_id: str, kind: str, id_: str, name: str, before: Any, after: Any, by: By) -> None:
        self.effects.add(self.now, account_id, kind, id_, name, before, after, by=by, trace=self.trace)

    def _found(self, place: Marketplace) -> None:
        for plan in self.plans:
            found(self.nodes, place, plan, self.now)
            if plan.allowed:
                self.sync(plan.account_id)

    def _forget(self) -> None:
        self.nodes.clear()
        self.effects.clear()
        self._limits.clear()
        self.app, self.habits, self.rooms = AppLimits(), Habits(), Rooms()
        self._traces = 0
