"""The reference tells every setting by its variables, with its default, and none that is not there."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices

from kinoloop.app.settings import MEDIA, Settings
from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.decisions.records import DecisionSettings

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "settings.md").read_text("utf-8")
ENVIRONMENT, _, DECISIONS = PAGE.partition("## How an account's budgets")
PREFIX = "KINOLOOP"


def variables(name: str) -> set[str]:
    """By which names of the environment a setting goes."""
    alias = Settings.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return {str(one) for one in alias.choices if one != name}
    return {f"{PREFIX}_{name.upper()}"}


def rows(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Names and defaults of each row of a table; a name that begins with `_` goes on from KINOLOOP."""
    for line in text.splitlines():
        if line.startswith("| `"):
            names, defaults = line.split(" | ")[:2]
            told = re.findall(r"`(_?[A-Za-z_]+)`", names)
            yield (
                [f"{PREFIX}{one}" if one.startswith("_") else one for one in told],
                [one.strip("`") for one in defaults.split(", ")],
            )


TOLD = {name for names, _ in rows(ENVIRONMENT) for name in names}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_each_setting_is_told_by_its_variables(name: str) -> None:
    assert variables(name) <= TOLD


def test_no_variable_is_told_that_is_not_read() -> None:
    read = {one for name in Settings.model_fields for one in variables(name)}
    assert not TOLD - read


def test_defaults_of_single_values_are_those_that_hold() -> None:
    """Those that are numbers or words; sentences about a default are left to the reader."""
    by_variable = {one: name for name in Settings.model_fields for one in variables(name)}
    checked = 0
    for names, defaults in rows(ENVIRONMENT):
        for name, told in zip(names, defaults, strict=False):
            known = Settings.model_fields[by_variable[name]].default
            if len(names) == len(defaults) and re.fullmatch(r"[\w.-]+", told) and told != "none":
                assert told == plain(known), name
                checked += 1
    assert checked >= 15


@pytest.mark.parametrize("one", [DecisionSettings(), BanditSettings()])
def test_the_numbers_of_decisions_are_told_with_their_defaults(one: Any) -> None:
    told = {
        name: default
        for names, defaults in rows(DECISIONS)
        for name, default in zip(names, defaults, strict=True)
    }
    own = {field.name for field in fields(one)} - {"bandit"}
    assert own <= told.keys()
    assert {name: told[name] for name in own} == {name: plain(getattr(one, name)) for name in own}


def test_what_a_sample_takes_over_is_told() -> None:
    (listed,) = re.findall(r"how media are made: (.*?)\.\n", ENVIRONMENT, re.DOTALL)
    suffixes = {one.removeprefix(PREFIX) for one in re.findall(r"`([A-Z_]+)`", listed)}
    assert suffixes == {f"_{name.upper()}" for name in MEDIA}


def plain(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
