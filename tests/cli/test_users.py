"""People and their tokens from the terminal."""

import json

from tests.cli.conftest import Ask


def test_a_person_is_added_listed_given_a_new_token_and_ended(ask: Ask) -> None:
    added = json.loads(ask("user", "add", "Ada", "--json").out)
    assert added["role"] == "maker" and added["token"]
    assert [one["name"] for one in json.loads(ask("user", "list", "--json").out)["users"]][-1] == "Ada"
    again = ask("user", "token", "Ada")
    assert again.code == 0 and "Ada (maker): " in again.out and added["token"] not in again.out
    assert ask("user", "disable", "Ada").code == 0
    assert "ended" in ask("user", "list").out


def test_what_cannot_be_is_said(ask: Ask) -> None:
    assert ask("user", "add", "Ada", "--role", "king").code == 2
    assert ask("user", "disable", "Nobody").code == 2
