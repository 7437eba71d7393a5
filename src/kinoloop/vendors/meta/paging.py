"""The address of the page after this one: Meta's own, without the keys that it writes into it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from kinoloop.core.errors import IntegrityError

SECRETS = frozenset({"access_token", "appsecret_proof"})


def next_page(told: Mapping[str, Any], root: str, proof: Mapping[str, str]) -> str | None:
    """None at the end. Meta names the next page with our token in the address; ours never has it there.

    Raises IntegrityError for an address outside `root`: the token is sent nowhere else.
    """
    paging = told.get("paging")
    address = paging.get("next") if isinstance(paging, dict) else None
    if address is None:
        return None
    if not isinstance(address, str) or not address.startswith(f"{root}/"):
        raise IntegrityError("Meta's list leads elsewhere.", why="Its next page is at another address.")
    path, _, query = address.partition("?")
    named = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in named if name not in SECRETS]
    return f"{path}?{urlencode([*kept, *proof.items()])}"
