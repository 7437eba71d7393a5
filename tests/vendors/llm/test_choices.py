"""Which models are asked, from plain settings."""

import pytest

from kinoloop.core.errors import InputError, UnavailableError
from kinoloop.vendors.llm.choices import ModelChoice, models_from

KEYS = {"anthropic": "a", "google": "g", "openai": None}


def test_the_order_is_the_one_written_and_a_compatible_server_comes_last() -> None:
    found = models_from(
        " google:gemini-3-flash, Anthropic:claude-haiku-4-5,google:gemini-3-flash,",
        keys=KEYS,
        urls={"anthropic": "http://127.0.0.1:1/anthropic", "google": None},
        compatible_url="http://127.0.0.1:2/v1",
    )
    assert found == (
        ModelChoice("google", "gemini-3-flash", "g"),
        ModelChoice("anthropic", "claude-haiku-4-5", "a", "http://127.0.0.1:1/anthropic"),
        ModelChoice("compatible", "default", "", "http://127.0.0.1:2/v1"),
    )
    assert found[0].name == "google:gemini-3-flash" and "'g'" not in repr(found[0])


def test_a_models_own_colon_belongs_to_its_name() -> None:
    (found,) = models_from("openai:ft:small:me", keys={"openai": "k"})
    assert (found.vendor, found.model) == ("openai", "ft:small:me")


def test_gemini_is_googles() -> None:
    assert models_from("gemini:gemini-3-flash", keys=KEYS)[0].vendor == "google"


@pytest.mark.parametrize("nothing", [None, "", " , "])
def test_nothing_wanted_is_no_model(nothing: str | None) -> None:
    assert models_from(nothing, keys=KEYS) == ()


@pytest.mark.parametrize("wrong", ["gpt-5-mini", "openai:", "mistral:small", "compatible:x", ":x"])
def test_a_list_that_cannot_be_read_is_refused(wrong: str) -> None:
    with pytest.raises(InputError, match="KINOLOOP_LLM"):
        models_from(wrong, keys=KEYS)


def test_a_vendor_without_a_key_is_named() -> None:
    with pytest.raises(UnavailableError, match="OPENAI_API_KEY is not set"):
        models_from("openai:gpt-5-mini", keys=KEYS)
