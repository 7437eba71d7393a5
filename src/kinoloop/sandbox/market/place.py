"""All accounts' markets of one sandbox world, driven by its clock: founded on first use, stepped every
hour.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kinoloop.sandbox.market.events import Event
from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.settings import Setting
from kinoloop.sandbox.world import World

HISTORY_DAYS = 14
STEP_HOURS = 1.0
Listener = Callable[[str, Event], None]
"""Takes the account id and what happened."""
_NAME = "_marketplace"


class Marketplace:
    """Founders open the accounts when somebody first looks; listeners hear of people in time order.

    Both outlive a reset of the world; the markets do not.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._founders: list[Callable[[Marketplace], None]] = []
        self._listeners: list[tuple[Listener, bool]] = []
        self._markets: dict[str, Market] = {}
        self._open = False
        world.on_reset(self._forget)

    def on_open(self, founder: Callable[["Marketplace"], None]) -> None:
        """`founder` calls `open` for each of its accounts."""
        self._founders.append(founder)

    def subscribe(self, listener: Listener, *, clicks: bool = True) -> None:
        """Hear every event of every account, from its beginning on. Called with the world's lock held."""
        self._listeners.append((listener, clicks))
        for account_id, market in self._markets.items():
            _join(market, account_id, listener, clicks)

    def open(self, account_id: str, setting: Setting, *, zone: str, unit: float) -> Market:
        """An empty market that began at local midnight `HISTORY_DAYS` ago."""
        world = self._world
        today = world.now().astimezone(ZoneInfo(zone))
        midnight = datetime(today.year, today.month, today.day, tzinfo=today.tzinfo)
        market = Market(
            setting,
            world.seed * 1000 + len(self._markets),
            start=(midnight - timedelta(days=HISTORY_DAYS)).astimezone(ZoneInfo("UTC")),
            zone=zone,
            step_hours=STEP_HOURS,
            unit=unit,
            found=False,
            label=f"{account_id.removeprefix('act_')}-",
        )
        self._markets[account_id] = market
        return market

    def market(self, account_id: str) -> Market:
        """Raises KeyError."""
        self.settle()
        return self._markets[account_id]

    def peek(self, account_id: str) -> Market:
        """The market as it stands, without letting time pass."""
        return self._markets[account_id]

    def markets(self) -> dict[str, Market]:
        self.settle()
        return dict(self._markets)

    def settle(self) -> None:
        """Bring every market up to the world's clock."""
        with self._world.lock:
            if not self._open:
                self._open = True
                for founder in self._founders:
                    founder(self)
                self._step(self._world.now())
                for account_id, market in self._markets.items():
                    for listener, clicks in self._listeners:
                        _join(market, account_id, listener, clicks)
                self._wake(self._world.now())
            else:
                self._step(self._world.now())

    def _step(self, to: datetime) -> None:
        for market in self._markets.values():
            market.advance(to)

    def _wake(self, now: datetime) -> None:
        """Look again when the next step is over, so that people act while nobody asks."""
        if self._markets:
            next_at = min(market.now for market in self._markets.values()) + timedelta(hours=STEP_HOURS)
            self._world.schedule(max(next_at, now), lambda: self._tick(max(next_at, now)))

    def _tick(self, at: datetime) -> None:
        self._step(at)
        self._wake(at)

    def _forget(self) -> None:
        self._markets.clear()
        self._open = False


def marketplace(world: World) -> Marketplace:
    """The one marketplace of a world, made when first asked for, so that vendors need not know each other."""
    with world.lock:
        rooms = vars(world)
        if _NAME not in rooms:
            rooms[_NAME] = Marketplace(world)
        place = rooms[_NAME]
        assert isinstance(place, Marketplace)
        return place


def _join(market: Market, account_id: str, listener: Listener, clicks: bool) -> None:
    market.subscribe(lambda event: listener(account_id, event), clicks=clicks)
