"""Tool arguments as a value: what a vendor that sends objects gives for text that may be spoiled."""

import json
from typing import Any


def as_object(text: str) -> dict[str, Any]:
    """The arguments; spoiled text becomes an object that fits no schema, for such vendors send no text."""
    try:
        value = json.loads(text)
    except ValueError:
        return {"malformed": text[:200]}
    return value if isinstance(value, dict) else {"value": value}
