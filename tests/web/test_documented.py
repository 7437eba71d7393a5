"""The reference tells every route of the API and every error, and none that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from kinoloop.core.errors import KinoloopError
from kinoloop.web.site import API

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
TEXT = "\n".join((REFERENCE / f"{name}.md").read_text("utf-8") for name in ("http-api", "v2-api", "ads-api"))
METHOD = re.compile(r"(GET|POST|PUT|PATCH|DELETE) ([^\s?]*)")
Route = tuple[str, str]


def routes() -> list[Route]:
    site = FastAPI()
    for room in API:
        site.include_router(room.router)
    paths = site.openapi()["paths"].items()
    return [(method.upper(), bare(path)) for path, told in paths for method in told]


def bare(path: str) -> str:
    """Whatever its ids are called."""
    return re.sub(r"\{[a-z_]+\}", "{}", path)


def told() -> Iterator[Route]:
    """What the rows name. `.../x` goes on from the row before, `/x` from the id of the route before it."""
    method = base = ""
    for line in TEXT.splitlines():
        for part in re.findall(r"`([^`]+)`", line.split(" | ")[0]) if line.startswith("| `") else ():
            if match := METHOD.match(part):
                method, path = match[1], bare(match[2])
                path = base + path.removeprefix("...") if path.startswith("...") else path
            elif part.startswith("/"):
                path = base + part
            else:
                continue
            base = path[: path.rindex("{}") + 2] if "{}" in path and not part.startswith("/") else base
            yield method, path


TOLD = set(told())


@pytest.mark.parametrize(("method", "path"), routes())
def test_each_route_is_told(method: str, path: str) -> None:
    assert (method, path) in TOLD or f"`{method} {path}`" in bare(TEXT)


def test_no_route_is_told_that_is_not_there() -> None:
    assert not TOLD.difference(routes())


def test_each_error_is_told_with_its_status() -> None:
    """All that are imported by now, by `code`: others of the house may be, when the whole suite runs."""
    rows = dict(re.findall(r"^\| (\d{3}) \| (.*) \|$", TEXT, re.MULTILINE))
    known, waiting = list[type[KinoloopError]](), [KinoloopError]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        known += [one] if one.__module__.startswith("kinoloop.") and one is not KinoloopError else []
    assert known
    for one in known:
        assert f"`{one.code}`" in rows.get(str(one.http_status), ""), f"{one.__name__}: {one.code}"
