"""One chain of causes: whom the market's ads bring becomes a contact and a deal in the emulated CRM."""

from kinoloop.sandbox.hubspot.desk import desk_of
from kinoloop.sandbox.hubspot.following import SHOP, STUDIO, Follower
from kinoloop.sandbox.market.events import Event
from kinoloop.sandbox.market.place import marketplace
from kinoloop.sandbox.world import World

SHOPS = frozenset({"act_100000000000002"})
"""Accounts whose people buy; those of all others become deals with stages."""


def join_crm(world: World) -> None:
    """From now on, and for what happened before the sandbox was first looked at."""
    portal = desk_of(world).portal
    leads = Follower(portal, STUDIO)
    orders = Follower(portal, SHOP, {"closed_lost": "shop_lost"}, offset=1)

    def tell(account_id: str, event: Event) -> None:
        (orders if account_id in SHOPS else leads).tell(event)

    marketplace(world).subscribe(tell, clicks=False)
