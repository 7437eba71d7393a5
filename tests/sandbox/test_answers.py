"""What the emulated models say: true to the schema, obedient to the prompt, scripted or spoiled on demand."""

import json
from random import Random
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from kinoloop.sandbox.answers.arguments import as_object
from kinoloop.sandbox.answers.making import Maker
from kinoloop.sandbox.answers.reading import read
from kinoloop.sandbox.scripts import Script, take

PROMPT = """Plan an ad of exactly 15 seconds in exactly 3 beats. The title has 12 to 40 characters.

=== brief 1234 ===
{"product": "Trail shoes", "facts": ["Waterproof sole", "Made in Porto"], "cta": "Try them on",
 "do_not_mention": ["cheap"], "beats": [{"purpose": "hook"}, {"purpose": "offer"}, {"purpose": "cta"}]}
=== brief 1234 ==="""


class Beat(BaseModel):
    purpose: Literal["hook", "problem", "proof", "offer", "cta"]
    seconds: float = Field(gt=0, le=60)
    intent: str = Field(min_length=1)


class Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    beats: list[Beat] = Field(min_length=1, max_length=20)
    hooks: list[str] = Field(min_length=3, max_length=5)
    certain: bool
    count: int = Field(ge=3, le=9)
    confidence: float = Field(ge=0, le=1)
    kind: Literal["ad"]
    note: str | None
    extra: int | None = None


def made(model: type[BaseModel], prompt: str = PROMPT, seed: int = 1) -> Any:
    return model.model_validate(Maker(model.model_json_schema(), read(prompt), Random(seed)).make())


def test_an_obedient_answer() -> None:
    plan = made(Plan)
    assert [beat.purpose for beat in plan.beats] == ["hook", "offer", "cta"]
    assert sum(beat.seconds for beat in plan.beats) == 15
    assert 12 <= len(plan.title) <= 40
    assert len(set(plan.hooks)) == 3


def test_every_word_stands_in_the_request_and_none_that_is_forbidden() -> None:
    plan = made(Plan)
    words = " ".join([plan.title, *plan.hooks, *(beat.intent for beat in plan.beats)]).split()
    assert all(word in PROMPT for word in words) and "cheap" not in words


def test_a_value_stands_where_it_was_asked_for() -> None:
    asked = "Plan in exactly 10 beats. A beat with the purpose proof also stands at 70% of the film."
    assert made(Plan, asked).beats[7].purpose == "proof"


def test_without_data_a_first_and_a_last() -> None:
    plan = made(Plan, "Make it of exactly 5 beats please, with sea and sand.")
    assert [beat.purpose for beat in plan.beats] == ["hook", "problem", "proof", "offer", "cta"]
    assert made(Plan, "") is not None


class Everything(BaseModel):
    short: str = Field(max_length=4)
    long: str = Field(min_length=30, max_length=50)
    many: list[int] = Field(min_length=7, max_length=7)
    nested: dict[str, str] | None = None
    either: int | str
    number: float = Field(gt=1, lt=2)


@given(st.text(max_size=300), st.integers(0, 100))
@settings(max_examples=60)
def test_any_prompt_gives_an_answer_that_fits(prompt: str, seed: int) -> None:
    made(Everything, prompt, seed)
    made(Plan, prompt, seed)


def test_schemas_in_other_spellings() -> None:
    schema = {
        "type": "OBJECT",
        "properties": {
            "a": {"type": ["null", "string"], "description": "{minLength: 20, maxLength: 25}"},
            "b": {"allOf": [{"$ref": "#/$defs/X"}]},
            "c": {"const": 4},
            "d": {"type": "array"},
            "e": {"type": "null"},
        },
        "$defs": {"X": {"enum": ["only"]}},
    }
    told = Maker(schema, read("one two three four five"), Random(1)).make()
    assert 20 <= len(told["a"]) <= 25
    assert (told["b"], told["c"], len(told["d"]), told["e"]) == ("only", 4, 3, None)


def test_loose_fences_are_data_too() -> None:
    reading = read("Write. <data>Warm socks; dry feet. Long days</data>")
    assert reading.phrases == ("Warm socks", "dry feet", "Long days")


def test_scripts_are_taken_in_order_by_vendor_and_words() -> None:
    scripts = [
        Script(vendor="openai", answer=1),
        Script(contains="plan", answer=2),
        Script(answer=3),
    ]
    taken = [take(scripts, "gemini", "the plan"), take(scripts, "gemini", "x"), take(scripts, "gemini", "x")]
    assert [one and one.answer for one in taken] == [2, 3, None]


@pytest.mark.parametrize(("text", "value"), [('{"a": 1}', {"a": 1}), ("[1]", {"value": [1]}), ("{,", None)])
def test_arguments_are_always_an_object(text: str, value: Any) -> None:
    assert as_object(text) == (value or {"malformed": text})
    json.dumps(as_object(text))
