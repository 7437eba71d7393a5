"""The inbox's door: proven, stored whole, its work queued in the same transaction, and only then answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError

from kinoloop.core.clock import Clock
from kinoloop.core.errors import ForbiddenError, UnavailableError
from kinoloop.core.ids import NewId
from kinoloop.core.text import redact
from kinoloop.flows.sync_crm.tools import Begin, ReadDelivery, StartRun, Verify
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm.records import CrmEvent, Receipt

PROCESS = "process_crm_events"


class NoWebhooksError(ForbiddenError):
    """No secret is configured, so nothing can prove itself."""

    code = "unproven"
    http_status = 401


@dataclass(frozen=True)
class Receiver:
    """Takes deliveries in. Without `verify` no delivery is from the CRM."""

    begin: Begin
    read: ReadDelivery
    start: StartRun
    clock: Clock
    new_id: NewId
    verify: Verify | None = None

    def receive(self, method: str, query: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """A webhook call. Raises CallbackRefusedError or NoWebhooksError (401), UnavailableError or
        PassingError (503) when it could not be stored: then it must come again.
        """
        if self.verify is None:
            raise NoWebhooksError("Webhooks are not taken.", fix="Set the CRM's client secret.")
        self.verify(method, query, headers, body, self.clock.now())
        return self.take(body)

    def take(self, body: bytes) -> Receipt:
        """What is known to be genuine. Raises as `receive`."""
        delivery_id = self.new_id()
        told = self.read(body, delivery_id=delivery_id, received_at=self.clock.now())
        try:
            return self._store(delivery_id, told)
        except DBAPIError as error:
            raise UnavailableError(
                "The events could not be stored.",
                why=redact(str(error.orig)).strip(),
                fix="Send them again; nothing of them was kept.",
            ) from error

    def take_event(self, event: Mapping[str, Any]) -> Receipt:
        """One event that somebody with a key hands in."""
        return self.take(json.dumps([dict(event)]).encode())

    def _store(self, delivery_id: str, told: tuple[CrmEvent, ...]) -> Receipt:
        run_id = f"{PROCESS}:{delivery_id}"
        with self.begin() as connection:
            fresh = crm.take_in(connection, told)
            todo = sum(event.state == "received" for event in fresh)
            if todo:
                payload = {"delivery_id": delivery_id, "events": todo}
                self.start(PROCESS, payload, run_id=run_id, connection=connection)
        states: dict[str, int] = {}
        for event in fresh:
            states[event.state] = states.get(event.state, 0) + 1
        keys = tuple(dict.fromkeys(event.key for event in told))
        return Receipt(delivery_id, len(told), len(fresh), states, run_id if todo else None, keys)
