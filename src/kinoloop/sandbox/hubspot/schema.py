"""What the account is made of: pipelines, properties, owners, and its own details."""

from typing import Any, cast, get_args

from kinoloop.sandbox.hubspot.asking import body_of, kind_of
from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.hubspot.pipelines import BORN, Pipeline, Stage
from kinoloop.sandbox.hubspot.problems import refuse
from kinoloop.sandbox.hubspot.properties import GROUPS, Property, Type
from kinoloop.sandbox.hubspot.words import stamp
from kinoloop.sandbox.wire import Answer, Call

_OWNER = {
    "id": "77001",
    "email": "sales@example.com",
    "type": "PERSON",
    "firstName": "Sandbox",
    "lastName": "Sales",
    "userId": 9001,
    "userIdIncludingInactive": 9001,
    "createdAt": stamp(BORN),
    "updatedAt": stamp(BORN),
    "archived": False,
    "teams": [],
}


def pipelines(desk: Desk, call: Call) -> Answer:
    _deals_only(call)
    return Answer(200, {"results": [each.as_dict() for each in desk.portal.pipelines.all()]})


def pipeline(desk: Desk, call: Call) -> Answer:
    return Answer(200, _found(desk, call).as_dict())


def stages(desk: Desk, call: Call) -> Answer:
    return Answer(200, {"results": _found(desk, call).as_dict()["stages"]})


def add_pipeline(desk: Desk, call: Call) -> Answer:
    _deals_only(call)
    given = body_of(call)
    made = Pipeline(
        str(given.get("pipelineId") or desk.world.new_token(4)),
        str(given.get("label", "")),
        tuple(_stage(desk, each) for each in given.get("stages") or []),
        int(given.get("displayOrder", 0)),
    )
    if not made.label or not made.stages or desk.portal.pipelines.find(made.id):
        raise refuse(400, "A pipeline needs a label, stages, and an id that is not in use.")
    desk.portal.pipelines.add(made)
    return Answer(201, made.as_dict())


def properties(desk: Desk, call: Call) -> Answer:
    kind = kind_of(call)
    return Answer(200, {"results": [_grouped(desk, call, each) for each in desk.portal.properties.all(kind)]})


def property_named(desk: Desk, call: Call) -> Answer:
    known = desk.portal.properties.find(kind_of(call), call.parts["name"])
    if known is None:
        raise refuse(
            404, f"{call.parts['name']} does not exist", context={"propertyName": [call.parts["name"]]}
        )
    return Answer(200, _grouped(desk, call, known))


def add_property(desk: Desk, call: Call) -> Answer:
    kind, given = kind_of(call), body_of(call)
    name, type_ = str(given.get("name", "")), given.get("type")
    if not name or type_ not in get_args(Type) or not given.get("groupName"):
        raise refuse(400, "Invalid input JSON: name, groupName and a known type are needed")
    if desk.portal.properties.find(kind, name) is not None:
        raise refuse(409, f"A property named '{name}' already exists.")
    options = tuple(str(each.get("value")) for each in given.get("options") or [])
    made = Property(
        name,
        cast(Type, type_),
        str(given.get("label", "")),
        options,
        unique=bool(given.get("hasUniqueValue")),
        own=True,
        group=str(given["groupName"]),
    )
    desk.portal.properties.add(kind, made)
    return Answer(201, made.as_dict())


def owners(desk: Desk, call: Call) -> Answer:
    return Answer(200, {"results": [_OWNER]})


def owner(desk: Desk, call: Call) -> Answer:
    if call.parts["id"] != _OWNER["id"]:
        raise refuse(404)
    return Answer(200, _OWNER)


def details(desk: Desk, call: Call) -> Answer:
    return Answer(
        200,
        {
            "portalId": desk.account.portal_id,
            "accountType": "DEVELOPER_TEST",
            "timeZone": "UTC",
            "companyCurrency": desk.account.currency,
            "additionalCurrencies": [],
            "utcOffset": "+00:00",
            "utcOffsetMilliseconds": 0,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "eu1",
        },
    )


def _deals_only(call: Call) -> None:
    if kind_of(call) != "deals":
        raise refuse(400, "The sandbox's account has pipelines of deals only.")


def _found(desk: Desk, call: Call) -> Pipeline:
    _deals_only(call)
    found = desk.portal.pipelines.find(call.parts["id"])
    if found is None:
        raise refuse(404)
    return found


def _stage(desk: Desk, given: Any) -> Stage:
    metadata = given.get("metadata") or {} if isinstance(given, dict) else {}
    try:
        probability = float(metadata["probability"])
    except (KeyError, TypeError, ValueError):
        raise refuse(400, "A stage needs metadata with a probability from 0.0 to 1.0.") from None
    closed = str(metadata.get("isClosed", "false")).lower() == "true"
    stage_id = str(given.get("stageId") or desk.world.new_token(4))
    return Stage(stage_id, str(given.get("label", stage_id)), str(probability), closed)


def _grouped(desk: Desk, call: Call, known: Property) -> dict[str, Any]:
    kind = kind_of(call)
    told = {**known.as_dict(), "groupName": known.group or GROUPS[kind]}
    if kind == "deals" and known.name in ("dealstage", "pipeline"):
        told["options"] = [
            {"label": label, "value": value, "displayOrder": order, "hidden": False}
            for order, (value, label) in enumerate(_choices(desk, known.name))
        ]
    return told


def _choices(desk: Desk, name: str) -> list[tuple[str, str]]:
    lines = desk.portal.pipelines.all()
    if name == "pipeline":
        return [(each.id, each.label) for each in lines]
    return [(stage.id, stage.label) for each in lines for stage in each.stages]
