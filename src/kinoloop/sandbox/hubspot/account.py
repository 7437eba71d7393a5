"""Whose account this is: its numbers, and the two secrets that clients and receivers know."""

from dataclasses import dataclass

from kinoloop.sandbox.keys import SandboxKeys

PORTAL_ID = 24_800_042


@dataclass(frozen=True)
class Account:
    """`token` opens the API; `client_secret` signs the webhooks."""

    token: str
    client_secret: str
    portal_id: int = PORTAL_ID
    app_id: int = 3_010_042
    currency: str = "EUR"


def account_of(keys: SandboxKeys) -> Account:
    """The account that these keys open."""
    return Account(token=keys.hubspot, client_secret=keys.hubspot_client_secret)
