"""The addresses and bodies of what we ask HubSpot, for the undated API and the dated ones. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kinoloop.core.errors import InputError

Noun = Literal["deals", "contacts"]
NUMBERS: Mapping[Noun, str] = {"deals": "0-3", "contacts": "0-1"}
SEARCH_PAGE, LIST_PAGE = 200, 100
MOST_IN_BATCH, MOST_WITH_HISTORY = 100, 50
MODIFIED, OBJECT_ID = "hs_lastmodifieddate", "hs_object_id"
_DATED = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
Body = dict[str, Any]


@dataclass(frozen=True)
class Paths:
    """Where things are in one version: `v3` (its associations are v4), or a dated one such as `2026-09`.

    Raises InputError for what is no version.
    """

    version: str = "v3"

    def __post_init__(self) -> None:
        if self.version != "v3" and not _DATED.fullmatch(self.version):
            raise InputError(
                f"'{self.version}' is not a version of HubSpot's API.", fix="Use v3, or a dated one: 2026-09."
            )

    def objects(self, noun: Noun, tail: str = "") -> str:
        if self.version == "v3":
            return f"/crm/v3/objects/{noun}{tail}"
        return f"/crm/objects/{self.version}/{NUMBERS[noun]}{tail}"

    def associations(self, one: Noun, other: Noun) -> str:
        if self.version == "v3":
            return f"/crm/v4/associations/{one}/{other}/batch/read"
        return f"/crm/associations/{self.version}/{NUMBERS[one]}/{NUMBERS[other]}/batch/read"

    def pipelines(self, noun: Noun) -> str:
        if self.version == "v3":
            return f"/crm/v3/pipelines/{noun}"
        return f"/crm/pipelines/{self.version}/{NUMBERS[noun]}"


def condition(name: str, operator: str, value: str) -> Body:
    return {"propertyName": name, "operator": operator, "value": value}


def search_body(
    conditions: Sequence[Body], *, sort: str, properties: Sequence[str], limit: int = SEARCH_PAGE
) -> Body:
    """All conditions hold; smallest first."""
    return {
        "filterGroups": [{"filters": list(conditions)}],
        "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
        "properties": list(properties),
        "limit": limit,
    }


def batch_body(ids: Sequence[str], properties: Sequence[str], history: Sequence[str] = ()) -> Body:
    return {
        "inputs": [{"id": one} for one in ids],
        "properties": list(properties),
        "propertiesWithHistory": list(history),
    }


def association_body(wanted: Mapping[str, str | None]) -> Body:
    """`wanted`: ids, each with the place in its list to go on from."""
    return {"inputs": [{"id": one} | ({"after": after} if after else {}) for one, after in wanted.items()]}
