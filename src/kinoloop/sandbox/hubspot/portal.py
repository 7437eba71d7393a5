"""The plain functions through which a simulated world moves contacts and deals, as people in the CRM would.

Instants may lie in the past, but not before what the property already says. Each takes the world's lock.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kinoloop.core.errors import InputError
from kinoloop.sandbox.hubspot.pipelines import Pipeline
from kinoloop.sandbox.hubspot.properties import GROUPS, Kind, Property
from kinoloop.sandbox.hubspot.records import CRM, Source
from kinoloop.sandbox.hubspot.store import Store
from kinoloop.sandbox.hubspot.words import text_of


class Portal(Store):
    """The account with its front door."""

    def put_contact(
        self, properties: Mapping[str, Any], *, at: datetime | None = None, source: Source = CRM
    ) -> str:
        """A new contact, or more about the one with this e-mail address. Gives its id."""
        with self.world.lock:
            values = self._readied("contacts", properties)
            known = self.find_by("contacts", "email", values.get("email", ""))
            if known is None:
                return self.create("contacts", values, at=at, source=source).id
            self.change(known, values, at=at, source=source)
            return known.id

    def put_deal(
        self,
        properties: Mapping[str, Any],
        *,
        contacts: Iterable[str] = (),
        at: datetime | None = None,
        source: Source = CRM,
    ) -> str:
        """A new deal, joined with these contacts. Gives its id. Raises NotFoundError, InputError."""
        with self.world.lock:
            people = [self.get("contacts", contact) for contact in contacts]
            values = {"pipeline": "default", **self._readied("deals", properties)}
            self._check_stage(values.get("pipeline", ""), values.get("dealstage", ""))
            made = self.create("deals", values, at=at, source=source)
            for person in people:
                self.links.join(made.id, person.id)
            return made.id

    def move_deal(
        self, deal_id: str, stage: str, at: datetime | None = None, *, source: Source = CRM
    ) -> None:
        """Put the deal into a stage of its pipeline. Raises NotFoundError, InputError."""
        with self.world.lock:
            deal = self.get("deals", deal_id)
            self._check_stage(deal.values.get("pipeline", ""), stage)
            self.change(deal, {"dealstage": stage}, at=at, source=source)

    def set_property(
        self,
        kind: Kind,
        record_id: str,
        name: str,
        value: Any,
        at: datetime | None = None,
        *,
        source: Source = CRM,
    ) -> None:
        """Write one property; None empties it. One that does not exist yet is made. Raises NotFoundError."""
        with self.world.lock:
            self.change(self.get(kind, record_id), self._readied(kind, {name: value}), at=at, source=source)

    def join(self, deal_id: str, contact_id: str) -> None:
        """Associate a deal with a contact. Raises NotFoundError."""
        with self.world.lock:
            self.links.join(self.get("deals", deal_id).id, self.get("contacts", contact_id).id)

    def remove(self, kind: Kind, record_id: str, at: datetime | None = None, *, source: Source = CRM) -> None:
        """Archive a record. Raises NotFoundError."""
        with self.world.lock:
            self.archive(self.get(kind, record_id), at=at, source=source)

    def add_pipeline(self, pipeline: Pipeline) -> None:
        with self.world.lock:
            self.pipelines.add(pipeline)

    def _readied(self, kind: Kind, properties: Mapping[str, Any]) -> dict[str, str]:
        """Values as text; properties that nobody has heard of become the account's own."""
        for name in properties:
            if self.properties.find(kind, name) is None:
                self.properties.add(kind, Property(name, own=True, group=GROUPS[kind]))
        return {name: text_of(value) for name, value in properties.items()}

    def _check_stage(self, pipeline_id: str, stage_id: str) -> None:
        pipeline = self.pipelines.find(pipeline_id)
        if pipeline is None or (stage_id and pipeline.stage(stage_id) is None):
            raise InputError(
                f"There is no stage '{stage_id}' in the pipeline '{pipeline_id}'.",
                fix="Add the pipeline first, or name one of its stages.",
            )
