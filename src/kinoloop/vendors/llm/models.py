"""Our choices as pydantic-ai models, each behind its breaker, with its usage written down.

Imports pydantic-ai, so only code that is about to ask a model imports this.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

import httpx2
from anthropic import AsyncAnthropic
from pydantic_ai import ModelSettings
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from kinoloop.core.errors import KinoloopError
from kinoloop.creative.writing.ports import Usage
from kinoloop.vendors.llm.choices import ModelChoice
from kinoloop.vendors.llm.faults import cut_off, fault_of, refused

Answer = TypeVar("Answer")
ANTHROPIC, GOOGLE = "https://api.anthropic.com", "https://generativelanguage.googleapis.com"
OPENAI = "https://api.openai.com/v1"
"""Said always, so that a vendor's own environment variable cannot lead elsewhere."""
_WITHOUT_TEMPERATURE = ("openai_supports_reasoning", "anthropic_disallows_sampling_settings")
"""What the profile of a model that refuses or ignores a temperature says."""


class CallGuard(Protocol):
    """What the shared breaker gives: runs the call, or refuses it with UnavailableError while open."""

    def call(self, work: Callable[[], Answer]) -> Answer: ...


def model_of(choice: ModelChoice, client: httpx2.AsyncClient) -> Model:
    """The vendor's model, talking through `client`, never repeating a request by itself."""
    if choice.vendor == "anthropic":
        own = AsyncAnthropic(
            api_key=choice.key, base_url=choice.base_url or ANTHROPIC, http_client=client, max_retries=0
        )
        return AnthropicModel(choice.model, provider=AnthropicProvider(anthropic_client=own))
    if choice.vendor == "google":
        google = GoogleProvider(api_key=choice.key, base_url=choice.base_url or GOOGLE, http_client=client)
        return GoogleModel(choice.model, provider=google, profile=_by_schema)
    return OpenAIChatModel(choice.model, provider=_openai(choice, client), profile=_by_schema)


class Guarded(WrapperModel):
    """One model behind its breaker; its failures come as ours, its usage is added to `used`."""

    def __init__(
        self, model: Model, choice: ModelChoice, breaker: CallGuard, whole: float, used: list[Usage]
    ) -> None:
        super().__init__(model)
        self._choice, self._breaker, self._whole, self._used = choice, breaker, whole, used

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        loop = asyncio.get_running_loop()
        settings = self._fitting(model_settings)

        def work() -> ModelResponse:
            # Made only here: a breaker that is open must leave nothing begun behind.
            asked = self._asked(lambda: self.wrapped.request(messages, settings, model_request_parameters))
            return asyncio.run_coroutine_threadsafe(asked, loop).result()

        # The breaker waits on a database, so it has its own thread.
        return await asyncio.to_thread(self._breaker.call, work)

    def prepare_request(
        self, model_settings: ModelSettings | None, model_request_parameters: ModelRequestParameters
    ) -> tuple[ModelSettings | None, ModelRequestParameters]:
        return super().prepare_request(self._fitting(model_settings), model_request_parameters)

    def _fitting(self, settings: ModelSettings | None) -> ModelSettings | None:
        """Without the temperature where the model takes none."""
        if settings is None or not any(self.profile.get(flag) for flag in _WITHOUT_TEMPERATURE):
            return settings
        kept = settings.copy()
        kept.pop("temperature", None)
        return kept

    async def _asked(self, request: Callable[[], Coroutine[Any, Any, ModelResponse]]) -> ModelResponse:
        name = f"The model {self._choice.name}"
        try:
            async with asyncio.timeout(self._whole):
                response = await request()
        except KinoloopError:
            raise
        except Exception as error:  # the vendors' libraries raise errors of many families
            raise fault_of(error, name, (self._choice.key,)) from None
        told = response.usage
        self._used.append(
            Usage(self._choice.vendor, self._choice.model, told.input_tokens, told.output_tokens)
        )
        if response.finish_reason == "content_filter":
            raise refused(name, response.text or "")
        if response.finish_reason == "length":
            raise cut_off(name)
        return response


def _openai(choice: ModelChoice, client: httpx2.AsyncClient) -> OpenAIProvider | OpenAICompatibleProvider:
    if choice.vendor == "openai":
        return OpenAIProvider(base_url=choice.base_url or OPENAI, api_key=choice.key, http_client=client)
    return OpenAICompatibleProvider(
        "compatible", base_url=choice.base_url or OPENAI, api_key=choice.key or None, http_client=client
    )


def _by_schema(profile: ModelProfile) -> ModelProfile:
    """Answers are held to the JSON schema by the vendor itself instead of asked for as a tool call."""
    if not profile.get("supports_json_schema_output"):
        return profile
    return {**profile, "default_structured_output_mode": "native"}
