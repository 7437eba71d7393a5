"""What a request asks for: kind of record, properties, page, body. What cannot be understood is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from kinoloop.sandbox.hubspot.checking import checked
from kinoloop.sandbox.hubspot.problems import flawed, missing, refuse
from kinoloop.sandbox.hubspot.properties import Kind
from kinoloop.sandbox.hubspot.records import Record
from kinoloop.sandbox.hubspot.store import Store
from kinoloop.sandbox.wire import Answer, Call, Refusal

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("contacts", "contact", "0-1"), "contacts"),
    **dict.fromkeys(("deals", "deal", "0-3"), "deals"),
}
PAGE, PAGE_WITH_HISTORY = 100, 50
BATCH, BATCH_WITH_HISTORY = 100, 50


def kind_named(name: str) -> Kind:
    kind = _KINDS.get(name.lower())
    if kind is None:
        raise refuse(400, f"Unable to infer object type from: {name}")
    return kind


def kind_of(call: Call) -> Kind:
    return kind_named(call.parts["kind"])


def names(call: Call, name: str) -> list[str]:
    """A list in the query, by commas or by repetition."""
    return [each.strip() for each in call.query.get(name, "").split(",") if each.strip()]


def kinds(call: Call, name: str) -> list[Kind]:
    return [kind_named(each) for each in names(call, name)]


def flag(call: Call, name: str) -> bool:
    return call.query.get(name, "").lower() == "true"


def number(value: Any, name: str, default: int, most: int | None = None) -> int:
    """A whole number of the query or body, not below zero."""
    if value in (None, ""):
        return default
    text = str(value)
    if not text.isdigit():
        raise refuse(400, f"Invalid value for {name}: {text}")
    if most is not None and int(text) > most:
        raise refuse(400, f"The maximum value for {name} is {most}, but {text} was requested.")
    return int(text)


def listed(value: Any, name: str) -> list[str]:
    """A list of names in the body; none stands for the empty one."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise refuse(400, f"Invalid input JSON: {name} must be a list of strings")
    return value


def body_of(call: Call) -> dict[str, Any]:
    given = call.json()
    if not isinstance(given, dict):
        raise refuse(400, "Invalid input JSON on line 1, column 1: a JSON object is needed")
    return given


def inputs_of(given: Mapping[str, Any], most: int = BATCH) -> list[dict[str, Any]]:
    """The inputs of a batch: objects, at least one."""
    inputs = given.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(each, dict) for each in inputs):
        raise refuse(400, "Invalid input JSON: inputs must be a list of objects")
    if len(inputs) > most:
        told = f"The maximum number of inputs supported in a batch request is {most}. "
        raise refuse(400, f"{told}Please reduce the number of items and try again")
    return inputs


def properties_of(given: Mapping[str, Any]) -> dict[str, Any]:
    properties = given.get("properties")
    if not isinstance(properties, dict):
        raise refuse(400, "Invalid input JSON: properties must be an object")
    return properties


def good_values(
    store: Store, kind: Kind, properties: Mapping[str, Any], record: Record | None = None
) -> dict[str, str]:
    """The values, all of which can be taken."""
    values, flaws = checked(store, kind, properties, record)
    if flaws:
        raise Refusal(Answer(400, flawed(flaws)))
    return values


def record_of(store: Store, call: Call) -> Record:
    """The record that the path names, by id or by the property named in `idProperty`."""
    kind, wanted = kind_of(call), call.parts["id"]
    by = call.query.get("idProperty")
    if by and by != "hs_object_id":
        check_unique(store, kind, by)
        record = store.find_by(kind, by, wanted)
    else:
        record = store.find(kind, wanted, archived=flag(call, "archived"))
    if record is None:
        raise refuse(404) if by else missing(wanted)
    return record


def check_unique(store: Store, kind: Kind, name: str) -> None:
    known = store.properties.find(kind, name)
    if known is None or not known.unique:
        raise refuse(400, f"Property {name} is not a unique property and cannot be used as an id")


def pages(after: Any, link: str) -> dict[str, Any]:
    """The part of an answer that names the next page."""
    return {"paging": {"next": {"after": str(after), "link": f"{link}after={after}"}}}


def fields(given: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[str]]:
    """The properties asked for in a body, without and with history."""
    return listed(given.get("properties"), "properties"), listed(
        given.get("propertiesWithHistory"), "propertiesWithHistory"
    )
