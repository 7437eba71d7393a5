"""Plain forms: what was posted, which errors belong to which field, and answers that work without scripts."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from kinoloop.core.errors import InputError
from kinoloop.web.render import Page, respond

_FIELD = re.compile(r"^'([a-z_]+)(?:\[[^\]]*\])?'")
_IN_WHY = re.compile(r"(?:^|; )([a-z_]+)(?:\.[\w.-]+)?: ([^;]+)")


@dataclass(frozen=True)
class Posted:
    """The text fields of a form, each with all its values."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        return self.fields[name][-1].strip() if self.fields.get(name) else default

    def many(self, name: str) -> tuple[str, ...]:
        return tuple(value.strip() for value in self.fields.get(name, ()) if value.strip())

    def lines(self, name: str) -> tuple[str, ...]:
        """A text area with one entry on each line."""
        return tuple(line.strip() for line in self.one(name).splitlines() if line.strip())

    def listed(self, name: str) -> tuple[str, ...]:
        """Entries parted by commas or lines."""
        return tuple(part.strip() for part in re.split(r"[,\n]", self.one(name)) if part.strip())

    def has(self, name: str) -> bool:
        return bool(self.many(name))


async def _posted(request: Request) -> Posted:
    form: FormData = await request.form(max_files=0, max_fields=400)
    found: dict[str, tuple[str, ...]] = {}
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            found[name] = (*found.get(name, ()), str(value))
    return Posted(found)


Form = Annotated[Posted, Depends(_posted)]


def errors_of(error: InputError, fields: Collection[str]) -> dict[str, str]:
    """The error by the field of the form it is about; under the empty name when it names none of them."""
    found = _FIELD.match(error.what)
    if found and found[1] in fields:
        rest = error.what[found.end() :].strip()
        return {found[1]: " ".join(part for part in (f"It {rest}", error.why, error.fix) if part)}
    named = {
        name: text.strip().rstrip(".") + "." for name, text in _IN_WHY.findall(error.why) if name in fields
    }
    return named or {"": str(error)}


def refilled(request: Request, page: Page, part: Page, target: str) -> Response:
    """A form with its errors: the form alone for htmx, the whole page for a browser without scripts."""
    if request.headers.get("hx-request"):
        return respond(part, 422, {"HX-Retarget": target, "HX-Reswap": "outerHTML"})
    return respond(page, 422)


def lead_to(request: Request, address: str) -> Response:
    """Go there next, with scripts or without."""
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)
