"""What the tests of language models share: a chain of three fake vendors behind real breakers."""

from collections.abc import Callable
from random import Random

from pydantic import BaseModel, ConfigDict, Field

from kinoloop.core.clock import Clock
from kinoloop.creative.writing.ports import Question
from kinoloop.store.breaker import Breaker
from kinoloop.store.session import Database
from kinoloop.vendors.http import Patience, Retries
from kinoloop.vendors.llm.adapter import PydanticAiLlm
from kinoloop.vendors.llm.choices import ModelChoice, Vendor
from tests.vendors.llm.fake_models import KEY, FakeModels

MODELS: dict[Vendor, str] = {"anthropic": "small-1", "google": "small-3", "openai": "small-2"}
HOOK = {"line": "Stop scrolling.", "seconds": 2}
QUESTION = Question("You write hooks.", "Write one hook.", {"brief": "A chair that folds."})


class Hook(BaseModel):
    """The answer that is wanted."""

    model_config = ConfigDict(extra="forbid")
    line: str = Field(min_length=1)
    seconds: int = Field(ge=1)


def choice(fake: FakeModels, vendor: Vendor, key: str = KEY) -> ModelChoice:
    return ModelChoice(vendor, MODELS[vendor], key, fake.url(vendor))


def chain(
    fake: FakeModels,
    database: Database,
    *vendors: Vendor,
    clock: Clock | None = None,
    attempts: int = 1,
    key: str = KEY,
    patience: Patience = Patience(2.0, 0.5, 1.0),
    sleep: Callable[[float], None] = lambda _: None,
) -> PydanticAiLlm:
    return PydanticAiLlm(
        [choice(fake, vendor, key) for vendor in vendors],
        lambda name: Breaker(database, name, 3, 60.0, clock),
        random=Random(1),
        patience=patience,
        retries=Retries(attempts, 0.1, 5.0),
        trust_env=False,
        sleep=sleep,
    )
