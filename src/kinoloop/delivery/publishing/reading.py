"""Reading a new ad's wish from TOML: what cannot be used is named, an unknown key with the nearest known."""

import tomllib
from dataclasses import fields
from difflib import get_close_matches
from importlib import resources
from pathlib import Path

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.creative.plain import from_json
from kinoloop.delivery.publishing.wishes import AdWish

LARGEST = 64 * 1024
KEYS = tuple(part.name for part in fields(AdWish))
_HELP = "Print one to start from with `kinoloop publish --sample`."


def read_wish(path: Path) -> AdWish:
    """The wish in a TOML file. Raises NotFoundError without the file, InputError for what is no such wish."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file '{path}'.", fix=_HELP) from error
    except OSError as error:
        raise InputError(f"'{path}' cannot be read.", why=f"{error.strerror}.", fix="Name a file.") from error
    if len(data) > LARGEST:
        raise InputError(f"'{path.name}' is larger than {LARGEST // 1024} KiB.", fix=_HELP)
    try:
        return parse_wish(data.decode("utf-8-sig"), called=path.name)
    except UnicodeDecodeError as error:
        raise InputError(f"'{path.name}' is not UTF-8 text.", fix=_HELP) from error


def parse_wish(text: str, *, called: str = "The draft") -> AdWish:
    """Raises InputError."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{called} cannot be read as TOML.", why=f"{error}.", fix=_HELP) from error
    for key in table:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1, cutoff=0.5)
            told = f"Did you mean '{near[0]}'?" if near else f"Known keys: {', '.join(KEYS)}."
            raise InputError(f"{called} has an unknown key '{key[:60]}'.", fix=told)
    return from_json(AdWish, table, called="draft")


def sample_wish() -> str:
    """A wish to start from, as TOML text with remarks."""
    return resources.files("kinoloop.delivery.publishing").joinpath("sample.toml").read_text("utf-8")
