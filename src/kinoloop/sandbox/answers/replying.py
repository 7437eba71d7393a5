"""One turn of a language model in neutral words: what was asked, and what is answered, refused or spoiled."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Literal

from kinoloop.sandbox.answers.making import Maker
from kinoloop.sandbox.answers.reading import read
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.scripts import take
from kinoloop.sandbox.world import World

Stop = Literal["done", "length", "refused"]
_REFUSED = "I cannot help with that."
_CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class Asked:
    """A request in any vendor's words: prompt, and the tool or schema the answer must fill."""

    vendor: str
    model: str
    path: str
    prompt: str
    whole: str
    tool: str | None = None
    schema: Mapping[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """`text` is what is said; with `tool`, the JSON of its arguments. Tokens are those billed."""

    text: str
    tool: str | None
    stop: Stop
    tokens_in: int
    tokens_out: int


def reply_to(world: World, asked: Asked) -> Reply:
    """Answer by script, else by rule, then spoil it where a fault says so. Bills the tokens."""
    with world.lock:
        script = take(world.scripts, asked.vendor, asked.whole)
        faults = world.faults.strike("answer", asked.vendor, "POST", asked.path)
    value = script.answer if script is not None else _answer(world, asked)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    reply = _spoiled(text, asked, faults)
    with world.lock:
        for unit, tokens in (("input_token", reply.tokens_in), ("output_token", reply.tokens_out)):
            id_ = f"{asked.vendor}-{len(world.journal.entries())}"
            world.ledger.charge(asked.vendor, id_, asked.model, unit, Decimal(tokens), world.now())
    return reply


def _answer(world: World, asked: Asked) -> Any:
    reading = read(asked.prompt)
    seed = hashlib.sha256(f"{world.seed}|{asked.prompt}".encode()).hexdigest()
    if asked.schema is None:
        return ". ".join(reading.phrases[:3]) or "Yes"
    return Maker(asked.schema, reading, Random(seed)).make()


def _spoiled(text: str, asked: Asked, faults: tuple[Fault, ...]) -> Reply:
    kinds = {fault.answer for fault in faults}
    tokens_in = max(1, len(asked.whole) // _CHARACTERS_PER_TOKEN)
    tool, stop = asked.tool, "done"
    if "refusal" in kinds:
        text, tool, stop = _REFUSED, None, "refused"
    elif "truncated" in kinds:
        text, stop = text[: len(text) // 2], "length"
    elif "malformed" in kinds:
        text = text[:-1] + ",,}" if text else "{,,}"
    elif "wrong_shape" in kinds:
        text = json.dumps({"unexpected": True})
    tokens_out = max(1, len(text) // _CHARACTERS_PER_TOKEN)
    return Reply(text, tool, stop, tokens_in, tokens_out)  # type: ignore[arg-type]  # one of Stop, by the branches
