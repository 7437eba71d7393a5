"""Our requests through HubSpot's own models, with their validation on."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hubspot.crm.associations.v4 import (
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.associations.v4.configuration import Configuration as LinkConfiguration
from hubspot.crm.deals import (
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicObjectSearchRequest,
    SimplePublicObjectId,
)
from hubspot.crm.deals.configuration import Configuration

from kinoloop.vendors.hubspot.changed import changed_since
from kinoloop.vendors.hubspot.requests import SEARCH_PAGE, association_body, batch_body
from kinoloop.vendors.hubspot.translate import DEAL_FIELDS
from tests.vendors.hubspot.makers import Table

STRICT = Configuration()
STRICT.client_side_validation = True
STRICT_LINKS = LinkConfiguration()
STRICT_LINKS.client_side_validation = True


def modelled(kind: Any, told: dict[str, Any], strict: Any = STRICT, **parts: Any) -> Any:
    """The vendor's model of a body, by its own names; a name it does not have is an error."""
    names = {theirs: ours for ours, theirs in kind.attribute_map.items()}
    values = {names[name]: value for name, value in told.items()} | parts
    return kind(local_vars_configuration=strict, **values)


def searched(body: dict[str, Any]) -> Any:
    groups = [
        modelled(FilterGroup, group, filters=[modelled(Filter, one) for one in group["filters"]])
        for group in body["filterGroups"]
    ]
    return modelled(PublicObjectSearchRequest, body, filter_groups=groups)


def test_every_search_we_make_is_valid() -> None:
    table, asked = Table([(number, 1_000) for number in range(1, 500)], random=Random(1)), list[Any]()

    def search(body: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        asked.append(searched(body).to_dict(serialize=True))
        assert asked[-1]["limit"] <= SEARCH_PAGE
        return table.search(body)

    assert len(list(changed_since(search, datetime(1970, 1, 1, tzinfo=UTC)))) == 499
    operators = {f["operator"] for body in asked for f in body["filterGroups"][0]["filters"]}
    assert operators == {"GTE", "EQ", "GT"}


def test_reading_many_is_valid() -> None:
    body = batch_body(["1", "2"], DEAL_FIELDS, ["dealstage"])
    inputs = [modelled(SimplePublicObjectId, one) for one in body["inputs"]]
    sent = modelled(BatchReadInputSimplePublicObjectId, body, inputs=inputs).to_dict(serialize=True)
    assert {name: value for name, value in sent.items() if value is not None} == body


def test_the_models_would_have_refused_a_wrong_one() -> None:
    with pytest.raises(ValueError, match="operator"):
        modelled(Filter, {"propertyName": "x", "operator": "AFTER", "value": "1"})
    with pytest.raises(ValueError, match="properties_with_history"):
        modelled(BatchReadInputSimplePublicObjectId, {"inputs": [], "properties": []})


def test_associations_are_valid() -> None:
    body = association_body({"1": None, "2": "abc"})
    inputs = [modelled(PublicFetchAssociationsBatchRequest, one, STRICT_LINKS) for one in body["inputs"]]
    kind = BatchInputPublicFetchAssociationsBatchRequest
    sent = modelled(kind, body, STRICT_LINKS, inputs=inputs).to_dict(serialize=True)
    assert [one["id"] for one in sent["inputs"]] == ["1", "2"] and sent["inputs"][1]["after"] == "abc"
