"""HubSpot's counter in one world: the account's data, its limits, its webhooks. A world has one."""

from kinoloop.sandbox.hubspot.account import account_of
from kinoloop.sandbox.hubspot.limits import Limits
from kinoloop.sandbox.hubspot.portal import Portal
from kinoloop.sandbox.hubspot.records import Source
from kinoloop.sandbox.hubspot.sender import Sender
from kinoloop.sandbox.world import World

_PLACE = "hubspot_desk"


class Desk:
    """`portal` feeds the account past the API; `sender` tells of changes; `limits` count the calls."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.account = account_of(world.keys)
        self.portal = Portal(world)
        self.sender = Sender(world, self.account)
        self.limits = Limits()
        self.portal.listeners.append(self.sender.hear)
        world.on_reset(self._forget)

    @property
    def app(self) -> Source:
        """Who writes through the API: the account's app."""
        return Source("INTEGRATION", str(self.account.app_id))

    def _forget(self) -> None:
        self.limits = Limits()


def desk_of(world: World) -> Desk:
    """The world's only desk, opened at the first call. It lives and dies with the world."""
    with world.lock:
        kept = vars(world).get(_PLACE)
        if not isinstance(kept, Desk):
            kept = vars(world)[_PLACE] = Desk(world)
        return kept
