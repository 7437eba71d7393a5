"""Reading a brief from TOML: what cannot be used is named with its line, an unknown key with the nearest."""

import re
import tomllib
from dataclasses import fields, replace
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.creative.briefs.platforms import RULES
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.briefs.rules import check_brief
from kinoloop.creative.plain import from_json

LARGEST = 64 * 1024
KEYS = tuple(part.name for part in fields(Brief))
_HELP = "See docs/reference/brief.md, or print a sample with `kinoloop make --sample`."


def read_brief(path: Path) -> Brief:
    """The checked brief of a TOML file; a relative `music_file` counts from the file's folder.

    Raises NotFoundError without the file, and InputError for what is no brief.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file '{path}'.", fix="Name a brief (BRIEF.toml).") from error
    except OSError as error:
        raise InputError(f"'{path}' cannot be read.", why=f"{error.strerror}.", fix="Name a file.") from error
    if len(data) > LARGEST:
        raise InputError(
            f"'{path.name}' is no brief.", why=f"It is larger than {LARGEST // 1024} KiB.", fix=_HELP
        )
    try:
        brief = parse_brief(data.decode("utf-8-sig"), called=path.name)
    except UnicodeDecodeError as error:
        raise InputError(f"'{path.name}' is no brief.", why="It is not UTF-8 text.", fix=_HELP) from error
    if brief.music_file is None:
        return brief
    return replace(brief, music_file=str(path.resolve().parent / brief.music_file))


def parse_brief(text: str, *, called: str = "The brief") -> Brief:
    """The checked brief in a TOML text. Raises InputError with the line of what is wrong."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(
            f"{called} cannot be read as TOML.", why=f"{_with_line(error, text)}.", fix=_HELP
        ) from error
    for key in table:
        if key not in KEYS:
            raise _unknown(key, text, called)
    return check_brief(from_json(Brief, _with_platform(table), called="brief"))


def sample_brief() -> str:
    """A brief to start from, as TOML text with remarks."""
    return resources.files("kinoloop.creative.briefs").joinpath("sample.toml").read_text("utf-8")


def _with_platform(table: dict[str, Any]) -> dict[str, Any]:
    """Where nothing is said of the platform, it is the one that the format was made for."""
    known = RULES.get(table.get("format", "ad")) if isinstance(table.get("format", "ad"), str) else None
    return table if known is None or "platform" in table else table | {"platform": known.platform}


def _with_line(error: Exception, text: str) -> str:
    """What TOML says, with the last line where it speaks of the end only."""
    return str(error).replace("at end of document", f"at the end, line {max(1, len(text.splitlines()))}")


def _unknown(key: str, text: str, called: str) -> InputError:
    near = get_close_matches(key, KEYS, n=1, cutoff=0.5)
    told = f"Did you mean '{near[0]}'?" if near else f"Known keys: {', '.join(KEYS)}."
    found = re.search(rf"^\s*\[*\s*[\"']?{re.escape(key)}\b", text, re.MULTILINE)
    where = f" (line {text.count(chr(10), 0, found.end()) + 1})" if found else ""
    return InputError(
        f"{called} has an unknown key '{key[:60]}'{where}.", why="A brief knows its keys.", fix=told
    )
