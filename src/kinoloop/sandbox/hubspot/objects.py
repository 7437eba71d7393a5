"""/crm/v3/objects/{contacts|deals}: one record, or a page of them."""

from urllib.parse import urlencode

from kinoloop.core.errors import ConflictError
from kinoloop.sandbox.hubspot.asking import (
    PAGE,
    PAGE_WITH_HISTORY,
    body_of,
    flag,
    good_values,
    kind_of,
    kinds,
    names,
    number,
    pages,
    properties_of,
    record_of,
)
from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.hubspot.linking import associate, partners
from kinoloop.sandbox.hubspot.problems import refuse
from kinoloop.sandbox.hubspot.shapes import told, whole
from kinoloop.sandbox.wire import Answer, Call


def read_page(desk: Desk, call: Call) -> Answer:
    """Records by their ids; `after` is the id at which the page starts."""
    kind, history = kind_of(call), names(call, "propertiesWithHistory")
    most = PAGE_WITH_HISTORY if history else PAGE
    limit = number(call.query.get("limit"), "limit", 10, most)
    after = number(call.query.get("after"), "after", 0)
    records, further = desk.portal.page(kind, after, limit, archived=flag(call, "archived"))
    wanted, linked = names(call, "properties"), kinds(call, "associations")
    results = [told(desk.portal, record, wanted, history, linked) for record in records]
    if further is None:
        return Answer(200, {"results": results})
    rest = urlencode({name: value for name, value in call.query.items() if name != "after"})
    return Answer(200, {"results": results, **pages(further, f"{call.base}{call.path}?{rest}&")})


def read(desk: Desk, call: Call) -> Answer:
    record = record_of(desk.portal, call)
    wanted, history = names(call, "properties"), names(call, "propertiesWithHistory")
    return Answer(200, told(desk.portal, record, wanted, history, kinds(call, "associations")))


def create(desk: Desk, call: Call) -> Answer:
    kind, given = kind_of(call), body_of(call)
    values = good_values(desk.portal, kind, properties_of(given))
    joined = partners(desk.portal, kind, given.get("associations"))
    try:
        record = desk.portal.create(kind, values, source=desk.app)
    except ConflictError as error:
        raise refuse(409, error.what) from error
    associate(desk.portal, record, joined)
    place = {"location": f"{call.base}/hubspot/crm/v3/objects/{kind}/{record.id}"}
    return Answer(201, whole(desk.portal, record), place)


def update(desk: Desk, call: Call) -> Answer:
    record = record_of(desk.portal, call)
    values = good_values(desk.portal, record.kind, properties_of(body_of(call)), record)
    try:
        desk.portal.change(record, values, source=desk.app)
    except ConflictError as error:
        raise refuse(409, error.what) from error
    return Answer(200, whole(desk.portal, record))


def archive(desk: Desk, call: Call) -> Answer:
    """Also what is archived already, or never was, is answered as done."""
    record = desk.portal.find(kind_of(call), call.parts["id"])
    if record is not None:
        desk.portal.archive(record, source=desk.app)
    return Answer(204, b"")
