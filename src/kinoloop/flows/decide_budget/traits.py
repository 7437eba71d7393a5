"""What the ads of an account are made of, as a policy takes it: levels by kind, unknown ones left out."""

from sqlalchemy import Connection

from kinoloop.delivery.accounts.queries import account
from kinoloop.learning.decisions.records import Traits
from kinoloop.learning.winners.queries import dna


def traits_of(connection: Connection, account_id: str) -> Traits:
    """By ad; ads that were not made here have none. Raises NotFoundError for no such account."""
    tenant_id = account(connection, account_id).tenant_id
    return {
        one.ad_id: {kind: level for kind, level in one.traits.items() if level is not None}
        for one in dna(connection, tenant_id, account_id=account_id)
    }
