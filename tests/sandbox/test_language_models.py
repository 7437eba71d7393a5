"""Anthropic, OpenAI and Gemini: their own SDKs and pydantic-ai parse every answer and every failure."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from google.genai import types as genai_types
from pydantic import BaseModel, Field
from pydantic_ai import Agent, AgentRunResult, NativeOutput, UnexpectedModelBehavior
from pydantic_ai.exceptions import ModelAPIError
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider

from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.sandbox.clients import call, control

ASK = "Say what matters. <data>Warm socks; dry feet</data>"
SAID = {"role": "user", "content": ASK}


class Line(BaseModel):
    """One line."""

    text: str = Field(min_length=3, max_length=60)
    seconds: int = Field(ge=1, le=10)


class Board(BaseModel):
    """A few lines."""

    lines: list[Line] = Field(min_length=2, max_length=4)


def claude(sandbox: Sandbox, client: httpx2.AsyncClient) -> Model:
    own = anthropic.AsyncAnthropic(
        api_key=sandbox.keys.anthropic,
        base_url=sandbox.vendor_url("anthropic"),
        http_client=client,
        max_retries=0,
    )
    return AnthropicModel("claude-haiku-4-5", provider=AnthropicProvider(anthropic_client=own))


def chat(sandbox: Sandbox, client: httpx2.AsyncClient) -> Model:
    return OpenAIChatModel("gpt-4o-mini", provider=_openai(sandbox, client))


def responses(sandbox: Sandbox, client: httpx2.AsyncClient) -> Model:
    return OpenAIResponsesModel("gpt-4o-mini", provider=_openai(sandbox, client))


def gemini(sandbox: Sandbox, client: httpx2.AsyncClient) -> Model:
    key, url = sandbox.keys.gemini, sandbox.vendor_url("gemini")
    provider = GoogleProvider(api_key=key, base_url=url, http_client=client)
    return GoogleModel("gemini-2.5-flash", provider=provider)


def _openai(sandbox: Sandbox, client: httpx2.AsyncClient) -> OpenAIProvider:
    return OpenAIProvider(
        api_key=sandbox.keys.openai, base_url=f"{sandbox.url}/openai/v1", http_client=client
    )


MODELS = [claude, chat, responses, gemini]
Made = Callable[[Sandbox, httpx2.AsyncClient], Model]


def ask(sandbox: Sandbox, made: Made, output: Any = Board, retries: int = 0) -> AgentRunResult[Any]:
    """One question through pydantic-ai; the connection is closed afterwards."""

    async def asking() -> AgentRunResult[Any]:
        async with httpx2.AsyncClient(trust_env=False, timeout=20) as client:
            return await Agent(made(sandbox, client), output_type=output, retries=retries).run(ASK)

    return asyncio.run(asking())


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("native", [False, True])
def test_structured_output(sandbox: Sandbox, model: Made, native: bool) -> None:
    result = ask(sandbox, model, NativeOutput(Board) if native else Board)
    assert isinstance(result.output, Board) and "ocks" in str(result.output)
    charges = sandbox.world.ledger.charges()
    assert [charge.unit for charge in charges] == ["input_token", "output_token"]
    assert charges[1].quantity == result.usage.output_tokens


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("answer", ["malformed", "wrong_shape"])
def test_a_spoiled_answer_is_asked_for_again(sandbox: Sandbox, model: Made, answer: str) -> None:
    control(sandbox, "/faults", {"faults": [{"answer": answer, "times": 1}]})
    assert isinstance(ask(sandbox, model, retries=1).output, Board) and len(sandbox.requests()) == 2


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("answer", ["refusal", "truncated"])
def test_a_refusal_and_half_an_answer_are_failures(sandbox: Sandbox, model: Made, answer: str) -> None:
    control(sandbox, "/faults", {"faults": [{"answer": answer}]})
    with pytest.raises((UnexpectedModelBehavior, ModelAPIError)):
        ask(sandbox, model)


@pytest.mark.parametrize("model", MODELS)
def test_a_script_is_said_as_written(sandbox: Sandbox, model: Made) -> None:
    board = {"lines": [{"text": "Scripted", "seconds": 2}, {"text": "To the letter", "seconds": 3}]}
    control(sandbox, "/script", {"scripts": [{"answer": board, "contains": "socks"}]})
    assert ask(sandbox, model).output.model_dump() == board


def test_the_anthropic_sdk(sandbox: Sandbox) -> None:
    url = sandbox.vendor_url("anthropic")
    with anthropic.Anthropic(api_key=sandbox.keys.anthropic, base_url=url, max_retries=0) as client:
        told = client.messages.create(model="claude-x", max_tokens=99, messages=[SAID])  # type: ignore[list-item]  # a message by its keys
        assert told.content[0].type == "text" and told.stop_reason == "end_turn"
        assert told.usage.input_tokens > 0
        with client.messages.stream(model="claude-x", max_tokens=99, messages=[SAID]) as stream:  # type: ignore[list-item]  # as above
            assert stream.get_final_text() == told.content[0].text
        for status, error in (
            (529, anthropic.InternalServerError),
            (429, anthropic.RateLimitError),
            (401, anthropic.AuthenticationError),
        ):
            control(sandbox, "/faults", {"faults": [{"status": status, "times": 1}]})
            with pytest.raises(error):
                client.messages.create(model="claude-x", max_tokens=9, messages=[SAID])  # type: ignore[list-item]  # as above


def test_the_openai_sdk(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/openai/v1"
    with openai.OpenAI(api_key=sandbox.keys.openai, base_url=url, max_retries=0) as client:
        told = client.chat.completions.create(model="gpt-x", messages=[SAID])  # type: ignore[list-item]  # a message by its keys
        assert told.choices[0].message.content and told.choices[0].finish_reason == "stop"
        answer = client.responses.create(model="gpt-x", input=ASK)
        assert answer.output_text == told.choices[0].message.content
        control(sandbox, "/faults", {"faults": [{"status": 429, "times": 1}]})
        with pytest.raises(openai.RateLimitError):
            client.responses.create(model="gpt-x", input=ASK)
        control(sandbox, "/faults", {"faults": [{"answer": "refusal"}]})
        refused = client.chat.completions.create(model="gpt-x", messages=[SAID])  # type: ignore[list-item]  # as above
        assert refused.choices[0].message.refusal
    with (
        openai.OpenAI(api_key="other", base_url=url, max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.responses.create(model="gpt-x", input=ASK)


def test_the_google_sdk(sandbox: Sandbox) -> None:
    options = genai_types.HttpOptions(base_url=sandbox.vendor_url("gemini"))
    with genai.Client(api_key=sandbox.keys.gemini, http_options=options) as client:
        _speak_to(client, sandbox)


def _speak_to(client: genai.Client, sandbox: Sandbox) -> None:
    told = client.models.generate_content(
        model="gemini-2.5-flash",
        contents=ASK,
        config=genai_types.GenerateContentConfig(
            response_mime_type="application/json", response_schema=Board
        ),
    )
    assert isinstance(told.parsed, Board)
    control(sandbox, "/faults", {"faults": [{"status": 503, "times": 1}]})
    with pytest.raises(genai_errors.ServerError):
        client.models.generate_content(model="gemini-2.5-flash", contents=ASK)
    control(sandbox, "/faults", {"faults": [{"answer": "refusal"}]})
    refused = client.models.generate_content(model="gemini-2.5-flash", contents=ASK)
    assert refused.candidates and refused.candidates[0].finish_reason == genai_types.FinishReason.SAFETY


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/anthropic/v1/messages", {"model": "m"}, 400, "max_tokens"),
        ("/anthropic/v1/messages", {"model": "m", "max_tokens": 1, "messages": []}, 400, "at least one"),
        ("/anthropic/v1/messages", [], 400, "JSON object"),
        ("/openai/v1/chat/completions", {}, 400, "model"),
        ("/openai/v1/chat/completions", {"model": "m"}, 400, "messages"),
        ("/openai/v1/chat/completions", {"model": "m", "messages": [SAID], "stream": True}, 400, "stream"),
        ("/openai/v1/responses", {"model": "m"}, 400, "input"),
        ("/openai/v1/responses", {"model": "m", "input": "x", "stream": True}, 400, "stream"),
        ("/gemini/v1beta/models/m:generateContent", {}, 400, "contents"),
        ("/gemini/v1beta/models/m:countTokens", {"contents": []}, 404, "countTokens"),
    ],
)
def test_requests_that_cannot_be_used(
    sandbox: Sandbox, path: str, body: Any, status: int, words: str
) -> None:
    key = sandbox.keys.gemini
    answer = call(sandbox, "POST", path, body, anthropic_version="2023-06-01", x_goog_api_key=key)
    assert answer.status_code == status and words in answer.text


def test_anthropic_wants_its_version_and_key(sandbox: Sandbox) -> None:
    assert "anthropic-version" in call(sandbox, "POST", "/anthropic/v1/messages", {}).text
    answer = call(sandbox, "POST", "/anthropic/v1/messages", {}, authorization="Bearer other")
    assert answer.status_code == 401 and answer.json()["error"]["type"] == "authentication_error"


def test_tools_may_be_named_and_need_not_be_called(sandbox: Sandbox) -> None:
    schema = Board.model_json_schema()
    tool = {"name": "board", "input_schema": schema}
    body: dict[str, Any] = {"model": "m", "max_tokens": 9, "messages": [SAID], "tools": [tool]}
    version = {"anthropic_version": "2023-06-01"}
    free = call(sandbox, "POST", "/anthropic/v1/messages", body, **version).json()
    assert free["content"][0]["type"] == "text"
    body["tool_choice"] = {"type": "tool", "name": "board"}
    told = call(sandbox, "POST", "/anthropic/v1/messages", body, **version).json()
    Board.model_validate(told["content"][0]["input"])
    function = {"type": "function", "function": {"name": "board", "parameters": schema}}
    asked = {
        "model": "m",
        "messages": [SAID],
        "tools": [function],
        "tool_choice": {"type": "function", "function": {"name": "board"}},
    }
    chosen = call(sandbox, "POST", "/openai/v1/chat/completions", asked).json()
    arguments = chosen["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    Board.model_validate(json.loads(arguments))


@pytest.mark.parametrize(
    ("vendor", "path", "status"),
    [
        ("anthropic", "/anthropic/v1/messages", 400),
        ("openai", "/openai/v1/responses", 429),
        ("gemini", "/gemini/v1beta/models/m:generateContent", 429),
        ("elevenlabs", "/elevenlabs/v1/text-to-speech/v", 401),
    ],
)
def test_without_credit_nothing_is_said(vendor: str, path: str, status: int) -> None:
    body = {
        "model": "m",
        "max_tokens": 9,
        "messages": [SAID],
        "input": "x",
        "contents": [{"parts": [{"text": "x"}]}],
    }
    with running_sandbox(credit={vendor: 0}) as sandbox:
        sent: Any = {"text": "x"} if vendor == "elevenlabs" else body
        key = sandbox.keys.gemini
        answer = call(sandbox, "POST", path, sent, anthropic_version="2023-06-01", x_goog_api_key=key)
        assert answer.status_code == status and sandbox.billed() == 0
