"""The properties that contacts and deals have: what type each is, who may write it, what it may say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kinoloop.sandbox.hubspot.pipelines import BORN, Pipelines
from kinoloop.sandbox.hubspot.words import stamp

Kind = Literal["contacts", "deals"]
Type = Literal["string", "number", "datetime", "date", "enumeration", "bool"]
FIELDS: dict[str, str] = {
    "string": "text",
    "number": "number",
    "datetime": "date",
    "date": "date",
    "enumeration": "select",
    "bool": "booleancheckbox",
}
ENTERED, EXITED = "hs_v2_date_entered_", "hs_v2_date_exited_"


@dataclass(frozen=True)
class Property:
    """`options` are the values an enumeration may have; none means any. `fixed`: only HubSpot writes it."""

    name: str
    type: Type = "string"
    label: str = ""
    options: tuple[str, ...] = ()
    fixed: bool = False
    unique: bool = False
    own: bool = False
    """Made by the account itself, not by HubSpot."""
    group: str = ""

    def as_dict(self) -> dict[str, Any]:
        label = self.label or self.name.replace("_", " ").capitalize()
        return {
            "name": self.name,
            "label": label,
            "type": self.type,
            "fieldType": FIELDS[self.type],
            "description": "",
            "groupName": self.group,
            "options": [_option(order, value) for order, value in enumerate(self.options)],
            "displayOrder": -1,
            "calculated": self.fixed,
            "externalOptions": False,
            "hasUniqueValue": self.unique,
            "hidden": False,
            "hubspotDefined": not self.own,
            "formField": not self.fixed,
            "archived": False,
            "createdAt": stamp(BORN),
            "updatedAt": stamp(BORN),
            "modificationMetadata": {
                "archivable": self.own,
                "readOnlyDefinition": not self.own,
                "readOnlyValue": self.fixed,
            },
        }


def _option(order: int, value: str) -> dict[str, Any]:
    return {"label": value, "value": value, "description": "", "displayOrder": order, "hidden": False}


def _texts(*names: str, own: bool = False) -> Iterable[Property]:
    return (Property(name, own=own) for name in names)


_SOURCES = ("hs_analytics_source_data_1", "hs_analytics_source_data_2", "hs_object_source_label")
_FIXED = (Property("hs_object_id", "number", fixed=True), Property("hs_object_source", fixed=True))
_ORIGIN = Property(
    "hs_analytics_source",
    "enumeration",
    options=(
        "ORGANIC_SEARCH",
        "PAID_SEARCH",
        "PAID_SOCIAL",
        "SOCIAL_MEDIA",
        "REFERRALS",
        "DIRECT_TRAFFIC",
        "OFFLINE",
    ),
)
_FORM = (
    "kinoloop_click_id",
    "kinoloop_visitor_id",
    "fbclid",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
)
"""Hidden fields of the account's landing-page form, kept as properties of its own."""
_LIFE = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)

CONTACTS = (
    *_FIXED,
    Property("createdate", "datetime", fixed=True),
    Property("lastmodifieddate", "datetime", fixed=True),
    Property("email", unique=True),
    Property("lifecyclestage", "enumeration", options=_LIFE),
    _ORIGIN,
    *_texts("firstname", "lastname", "phone", "mobilephone", "company", "hubspot_owner_id", "hs_lead_status"),
    *_texts("hs_facebook_click_id", "hs_google_click_id", "hs_analytics_first_url", *_SOURCES),
    *_texts(*_FORM, own=True),
)
DEALS = (
    *_FIXED,
    Property("createdate", "datetime"),
    Property("hs_createdate", "datetime", fixed=True),
    Property("hs_lastmodifieddate", "datetime", fixed=True),
    Property("closedate", "datetime"),
    Property("amount", "number"),
    Property("pipeline", "enumeration"),
    Property("dealstage", "enumeration"),
    Property("dealtype", "enumeration", options=("newbusiness", "existingbusiness")),
    Property("hs_is_closed", "bool", fixed=True),
    Property("hs_is_closed_won", "bool", fixed=True),
    Property("hs_is_closed_lost", "bool", fixed=True),
    Property("hs_deal_stage_probability", "number", fixed=True),
    Property("hs_v2_date_entered_current_stage", "datetime", fixed=True),
    _ORIGIN,
    *_texts(
        "dealname", "description", "deal_currency_code", "hubspot_owner_id", "closed_lost_reason", *_SOURCES
    ),
    *_texts("kinoloop_click_id", own=True),
)
DEFAULTS: dict[Kind, tuple[str, ...]] = {
    "contacts": ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    "deals": (
        "amount",
        "closedate",
        "createdate",
        "dealname",
        "dealstage",
        "hs_lastmodifieddate",
        "hs_object_id",
        "pipeline",
    ),
}
"""What is told when nothing is asked for."""
ALWAYS: dict[Kind, tuple[str, ...]] = {
    "contacts": ("createdate", "hs_object_id", "lastmodifieddate"),
    "deals": ("createdate", "hs_lastmodifieddate", "hs_object_id"),
}
"""What is told whatever is asked for."""
MODIFIED: dict[Kind, str] = {"contacts": "lastmodifieddate", "deals": "hs_lastmodifieddate"}
GROUPS: dict[Kind, str] = {"contacts": "contactinformation", "deals": "dealinformation"}


class Catalogue:
    """The properties of both kinds, the ones that stages bring with them included."""

    def __init__(self, pipelines: Pipelines) -> None:
        self._pipelines = pipelines
        self._held: dict[Kind, dict[str, Property]] = {}
        self.clear()

    def clear(self) -> None:
        self._held = {
            "contacts": {each.name: each for each in CONTACTS},
            "deals": {each.name: each for each in DEALS},
        }

    def add(self, kind: Kind, made: Property) -> None:
        self._held[kind][made.name] = made

    def find(self, kind: Kind, name: str) -> Property | None:
        return self._held[kind].get(name) or self._of_stage(kind, name)

    def all(self, kind: Kind) -> Sequence[Property]:
        stages = (stage.id for pipeline in self._pipelines.all() for stage in pipeline.stages)
        dated = [
            Property(f"{when}{stage}", "datetime", fixed=True)
            for stage in stages
            for when in (ENTERED, EXITED)
        ]
        return (*self._held[kind].values(), *(dated if kind == "deals" else ()))

    def _of_stage(self, kind: Kind, name: str) -> Property | None:
        for when in (ENTERED, EXITED):
            known = name.startswith(when) and self._pipelines.stage(name.removeprefix(when))
            if kind == "deals" and known:
                return Property(name, "datetime", fixed=True)
        return None
