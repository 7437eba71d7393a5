"""The same port against the sandbox: three vendors' wires written by other hands, down to the token bill."""

from collections.abc import Iterator
from random import Random
from typing import Literal

import pytest

from kinoloop.core.errors import IntegrityError, PassingError, UnavailableError
from kinoloop.creative.writing.ports import Question, Usage, usage_of
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.store.breaker import Breaker
from kinoloop.store.session import Database
from kinoloop.vendors.http import Patience, Retries
from kinoloop.vendors.llm.adapter import PydanticAiLlm
from kinoloop.vendors.llm.choices import models_from
from tests.vendors.llm.asking import Hook

LIST = "anthropic:claude-haiku-4-5,google:gemini-3-flash,openai:gpt-5-mini"
Spoiled = Literal["malformed", "truncated", "refusal", "wrong_shape"]
NAMES = {"anthropic": "anthropic", "google": "gemini", "openai": "openai"}
QUESTION = Question("You write hooks.", "Write one hook.", {"brief": "A chair that folds flat."})
each = pytest.mark.parametrize("place", [0, 1, 2])


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(world: Sandbox) -> Sandbox:
    world.fault()
    return world


def llm(sandbox: Sandbox, database: Database, *places: int, **given: str) -> PydanticAiLlm:
    told = {**sandbox.environment, **given}
    keys = {
        vendor: told[f"{name}_API_KEY"]
        for vendor, name in zip(NAMES, ("ANTHROPIC", "GOOGLE", "OPENAI"), strict=True)
    }
    urls = {vendor: told[f"KINOLOOP_{name.upper()}_URL"] for vendor, name in NAMES.items()}
    models = models_from(LIST, keys=keys, urls=urls)
    return PydanticAiLlm(
        [models[place] for place in places or range(3)],
        lambda name: Breaker(database, name),
        random=Random(1),
        patience=Patience(2.0, 3.0, 5.0),
        retries=Retries(1),
        trust_env=False,
    )


def tokens(sandbox: Sandbox, vendor: str) -> tuple[int, int]:
    """What the sandbox billed so far."""
    with sandbox.world.lock:
        lines = sandbox.world.ledger.charges(NAMES[vendor])
    said = [
        sum(line.quantity for line in lines if line.unit == unit) for unit in ("input_token", "output_token")
    ]
    return int(said[0]), int(said[1])


@each
def test_each_vendor_answers_in_shape_and_bills_what_we_count(
    sandbox: Sandbox, sqlite_database: Database, place: int
) -> None:
    vendor = list(NAMES)[place]
    before = tokens(sandbox, vendor)
    told = llm(sandbox, sqlite_database, place).ask(QUESTION, Hook)
    after = tokens(sandbox, vendor)
    assert told.value.line and told.value.seconds >= 1 and told.model.startswith(f"{vendor}:")
    assert (told.tokens_in, told.tokens_out) == (after[0] - before[0], after[1] - before[1])


@each
@pytest.mark.parametrize("fault", ["malformed", "wrong_shape"])
def test_a_spoiled_answer_is_repaired_once_then_refused(
    sandbox: Sandbox, sqlite_database: Database, place: int, fault: Spoiled
) -> None:
    vendor = list(NAMES)[place]
    before = tokens(sandbox, vendor)
    sandbox.fault(Fault(vendor=NAMES[vendor], answer=fault, times=1))
    told = llm(sandbox, sqlite_database, place).ask(QUESTION, Hook)
    assert told.repaired and len(told.usage) == 2
    sandbox.fault(Fault(vendor=NAMES[vendor], answer=fault))
    with pytest.raises(IntegrityError, match="twice") as caught:
        llm(sandbox, sqlite_database, place).ask(QUESTION, Hook)
    assert added(told.usage + usage_of(caught.value), before) == tokens(sandbox, vendor)


def added(usage: tuple[Usage, ...], before: tuple[int, int]) -> tuple[int, int]:
    return before[0] + sum(one.tokens_in for one in usage), before[1] + sum(one.tokens_out for one in usage)


@each
@pytest.mark.parametrize(("fault", "words"), [("refusal", "refused"), ("truncated", "did not finish")])
def test_a_refused_or_cut_answer_is_told(
    sandbox: Sandbox, sqlite_database: Database, place: int, fault: Spoiled, words: str
) -> None:
    sandbox.fault(Fault(answer=fault))
    with pytest.raises(IntegrityError, match=words) as caught:
        llm(sandbox, sqlite_database, place).ask(QUESTION, Hook)
    assert len(usage_of(caught.value)) == 1


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_the_chain_goes_on_to_the_next(sandbox: Sandbox, sqlite_database: Database, status: int) -> None:
    sandbox.fault(Fault(vendor="anthropic", status=status), Fault(vendor="gemini", cut="before"))
    told = llm(sandbox, sqlite_database).ask(QUESTION, Hook)
    assert told.model == "openai:gpt-5-mini" and [one.vendor for one in told.usage] == ["openai"]


def test_an_outage_passes(sandbox: Sandbox, sqlite_database: Database) -> None:
    sandbox.fault(Fault(status=503))
    with pytest.raises(PassingError, match="not able to answer"):
        llm(sandbox, sqlite_database).ask(QUESTION, Hook)


@each
def test_a_wrong_key_is_told(sandbox: Sandbox, sqlite_database: Database, place: int) -> None:
    wrong = dict.fromkeys(("ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY"), "sandbox-no-such-key")
    with pytest.raises(UnavailableError, match="refused our key") as caught:
        llm(sandbox, sqlite_database, place, **wrong).ask(QUESTION, Hook)
    assert "no-such-key" not in str(caught.value)
