"""The account as it stands at Meta: one thing with what stands around it, everything, and what ads show."""

from collections.abc import Sequence
from typing import Any

from kinoloop.core.clock import Clock
from kinoloop.core.currency import currency
from kinoloop.core.errors import IntegrityError, KinoloopError, NotFoundError
from kinoloop.delivery.accounts.records import AdEntity, Kind, LiveTree, Mirror
from kinoloop.delivery.drift.records import ServedAd
from kinoloop.vendors.meta.client import MOST_IN_BATCH, GraphClient, Item
from kinoloop.vendors.meta.fields import ACCOUNT, EDGES, ENTITY, SERVED, account_path, entity_path
from kinoloop.vendors.meta.served import served_of
from kinoloop.vendors.meta.translate import PARENT, belongs, entity_of, minimum_of

BELOW: dict[Kind, Kind] = {"campaign": "adset", "adset": "ad"}
ABOVE: dict[Kind, Kind] = {"adset": "campaign", "ad": "adset"}


class AccountReader:
    """Reads through `client`; `clock` stamps what was seen."""

    def __init__(self, client: GraphClient, clock: Clock) -> None:
        self._client, self._clock = client, clock

    def look(self, account_id: str, kind: Kind, entity_id: str) -> LiveTree:
        """See the port. The thing itself is read last, so that nothing here is newer than it."""
        path, edge = entity_path(entity_id), ENTITY[kind]
        first = self._told(account_id, kind, self._client.get(path, {"fields": edge}))
        parents = self._parents(account_id, first)
        above = parents[0].entity_id if parents else account_path(account_id)
        siblings = self._listed(account_id, kind, above)
        children = self._listed(account_id, BELOW[kind], entity_id) if kind in BELOW else ()
        entity = self._told(account_id, kind, self._client.get(path, {"fields": edge}))
        others = tuple(each for each in siblings if each.entity_id != entity_id)
        return LiveTree(entity, parents, children, others)

    def mirror(self, account_id: str) -> Mirror:
        """See the port. What is deleted or archived at Meta is not in its lists, and so not here."""
        account = self._client.get(account_path(account_id), {"fields": ACCOUNT})
        entities = tuple(
            each for kind in EDGES for each in self._listed(account_id, kind, account_path(account_id))
        )
        minimums = self._client.pages(f"{account_id}/minimum_budgets", {})
        try:
            money = currency(account["currency"])
            least = minimum_of(minimums, money.code)
            name, timezone = str(account["name"]), str(account["timezone_name"])
        except (KeyError, TypeError, ValueError) as error:
            raise IntegrityError(
                "Meta's answer about the account cannot be read.", why=repr(error)
            ) from error
        return Mirror(account_id, name, money, timezone, least, entities, self._clock.now())

    def served(self, account_id: str, ad_ids: Sequence[str]) -> Sequence[ServedAd]:
        """See the port. Fifty ads are asked for in one request."""
        account_path(account_id)
        items = [Item("GET", entity_path(ad_id), {"fields": SERVED}) for ad_id in ad_ids]
        batches = [items[at : at + MOST_IN_BATCH] for at in range(0, len(items), MOST_IN_BATCH)]
        told = (answer for batch in batches for answer in self._client.batch(batch))
        return [ad for answer in told if (ad := _served(answer, account_id)) is not None]

    def _parents(self, account_id: str, entity: AdEntity) -> tuple[AdEntity, ...]:
        """From the nearest upwards."""
        if entity.parent_id is None:
            return ()
        kind = ABOVE[entity.kind]
        told = self._client.get(entity_path(entity.parent_id), {"fields": ENTITY[kind]})
        parent = self._told(account_id, kind, told)
        return (parent, *self._parents(account_id, parent))

    def _listed(self, account_id: str, kind: Kind, above: str) -> tuple[AdEntity, ...]:
        """Read at once, not when it is looked at: what is read last must be last."""
        listed = self._client.pages(f"{above}/{EDGES[kind]}", {"fields": ENTITY[kind]})
        return tuple(self._told(account_id, kind, told) for told in listed)

    def _told(self, account_id: str, kind: Kind, told: dict[str, Any]) -> AdEntity:
        if not belongs(told, account_id):
            raise _stranger(kind, account_id)
        if kind in PARENT and PARENT[kind] not in told:
            raise NotFoundError(f"That is no {kind}.", why="Meta names nothing above it.")
        return entity_of(told, account_id, kind, self._clock.now())


def _served(answer: dict[str, Any] | KinoloopError, account_id: str) -> ServedAd | None:
    if isinstance(answer, NotFoundError):
        return None
    if isinstance(answer, KinoloopError):
        raise answer
    return served_of(answer) if belongs(answer, account_id) else None


def _stranger(kind: Kind, account_id: str) -> NotFoundError:
    return NotFoundError(
        f"The account {account_id} has no such {kind}.", why="It is another account's.", fix="Check the id."
    )
