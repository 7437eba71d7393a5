"""`filtering` and `effective_status`: which objects or rows a caller wants to hear of."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kinoloop.sandbox.meta.errors import refuse

Test = Callable[[Any, Any], bool]


def _words(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


OPERATORS: dict[str, Test] = {
    "EQUAL": lambda have, want: str(have) == str(want),
    "NOT_EQUAL": lambda have, want: str(have) != str(want),
    "IN": lambda have, want: str(have) in _words(want),
    "NOT_IN": lambda have, want: str(have) not in _words(want),
    "CONTAIN": lambda have, want: str(want).lower() in str(have).lower(),
    "NOT_CONTAIN": lambda have, want: str(want).lower() not in str(have).lower(),
    "STARTS_WITH": lambda have, want: str(have).startswith(str(want)),
    "GREATER_THAN": lambda have, want: float(have) > float(want),
    "GREATER_THAN_OR_EQUAL": lambda have, want: float(have) >= float(want),
    "LESS_THAN": lambda have, want: float(have) < float(want),
    "LESS_THAN_OR_EQUAL": lambda have, want: float(have) <= float(want),
}


def conditions(filtering: Any) -> Sequence[Mapping[str, Any]]:
    """The list as given. Refuses what is no list of field, operator and value."""
    if filtering is None:
        return ()
    if not isinstance(filtering, list):
        raise refuse(100, None, "(#100) Param filtering must be an array.")
    for item in filtering:
        if not isinstance(item, dict) or "field" not in item or item.get("operator") not in OPERATORS:
            raise refuse(100, None, "(#100) Filtering needs field, operator and value")
    return filtering


def passes(asked: Sequence[Mapping[str, Any]], read: Callable[[str], Any]) -> bool:
    """Whether a thing meets all conditions; `read` gives its field, None where it has none."""
    for item in asked:
        have = read(str(item["field"]))
        try:
            if have is None or not OPERATORS[str(item["operator"])](have, item.get("value")):
                return False
        except (TypeError, ValueError):
            raise refuse(100, None, f"(#100) Filtering field {item['field']} with bad value") from None
    return True
