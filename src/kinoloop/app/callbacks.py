"""Calls from generation services: checked by signature, written once, and what they told of lost tasks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from kinoloop.app.llms import told
from kinoloop.app.settings import Settings
from kinoloop.core.errors import NotFoundError
from kinoloop.creative.visuals.queries import task
from kinoloop.creative.visuals.records import VisualOrder
from kinoloop.store.session import Database
from kinoloop.vendors import callbacks
from kinoloop.vendors.kie.callbacks import verify as verify_kie
from kinoloop.vendors.replicate.callbacks import verify as verify_replicate

Verify = Callable[[Mapping[str, str], bytes, datetime], callbacks.Callback]


def verifiers(settings: Settings) -> dict[str, Verify]:
    """How to check a call, by service; only for services whose secret is set."""
    found: dict[str, Verify] = {}
    for name, check, secret in (
        ("replicate", verify_replicate, settings.replicate_webhook_secret),
        ("kie", verify_kie, settings.kie_webhook_secret),
    ):
        if told(secret):
            found[name] = _with(check, secret)
    return found


def _with(check: Callable[..., callbacks.Callback], secret: SecretStr | None) -> Verify:
    return lambda headers, body, now: check(headers, body, (told(secret),), now)


@dataclass(frozen=True)
class TaskBook:
    """What is written down about orders, for services that cannot be asked."""

    database: Database

    def known(self, order: VisualOrder) -> str | None:
        """The task's id that a callback brought; None before one came."""
        with self.database.read() as connection:
            try:
                return task(connection, order.key).external_id
            except NotFoundError:
                return None

    def asked_at(self, order: VisualOrder) -> datetime | None:
        """When the order was first meant to be asked."""
        with self.database.read() as connection:
            try:
                return task(connection, order.key).created_at
            except NotFoundError:
                return None
