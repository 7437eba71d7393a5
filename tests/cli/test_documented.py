"""The reference tells every command with every option, and none that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from kinoloop.cli.main import ROOMS, command_line
from kinoloop.cli.simulate import policies
from kinoloop.sandbox.market.worlds import PLACES, WORLDS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "commands.md").read_text("utf-8")
ROWS = tuple(line for line in PAGE.splitlines() if line.startswith("| `"))
JSON = "--json"


def leaves(command: Any, name: str = "") -> Iterator[tuple[str, set[str]]]:
    """Each command by its whole name, with its long options."""
    if hasattr(command, "commands"):
        for key, below in command.commands.items():
            yield from leaves(below, f"{name} {key}".strip())
        return
    told = {one for param in command.params for one in (*param.opts, *param.secondary_opts)}
    yield name, {one for one in told if one.startswith("--")}


COMMANDS = dict(leaves(typer.main.get_command(command_line([]))))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_told_with_its_options(name: str) -> None:
    first, _, second = name.partition(" ")
    own = [row for row in ROWS if row.startswith(f"| `{first}") and f"{second or first}" in row]
    assert own, f"no row for {name}"
    missing = sorted(one for one in COMMANDS[name] - {JSON} if not re.search(rf"{one}\b", " ".join(own)))
    assert not missing, f"{name}: {missing}"


def test_no_option_is_told_that_is_not_there() -> None:
    known = {"--help", *(one for options in COMMANDS.values() for one in options)}
    assert set(re.findall(r"--[a-z][a-z-]+", PAGE)) <= known


def test_which_commands_speak_json_is_told() -> None:
    (line,) = re.findall(r"All but (.*?) take `--json`", PAGE, re.DOTALL)
    told = set(re.findall(r"`([a-z ]+)`", line))
    assert told == {name for name, options in COMMANDS.items() if JSON not in options}


@pytest.mark.parametrize("name", [*PLACES, *WORLDS, *policies.POLICIES, policies.ORACLE])
def test_every_market_and_policy_of_the_simulator_is_told(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", PLACES)
def test_the_settings_are_told_with_their_size(name: str) -> None:
    (row,) = [row for row in ROWS if row.startswith(f"| `{name}` |")]
    setting = PLACES[name].setting
    assert (
        f"| {setting.ads}" in row and f"${setting.daily_budget:,.0f}" in row and f"| {setting.days} |" in row
    )


def test_every_command_that_a_page_names_is_there() -> None:
    """In the documentation and in the README."""
    named = {command for room in ROOMS.values() for command in room}
    for path in (*DOCS.rglob("*.md"), DOCS.parent / "README.md"):
        text = path.read_text("utf-8")
        found = set(re.findall(r"(?:^|`|\s{4})kinoloop ([a-z]+)\b", text, re.MULTILINE))
        assert found <= named, f"{path.name}: {sorted(found - named)}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for path in (*DOCS.rglob("*.md"), DOCS.parent / "README.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
