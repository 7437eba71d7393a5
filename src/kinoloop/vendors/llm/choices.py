"""Which language models to ask, in which order, read from plain settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from kinoloop.core.errors import InputError, UnavailableError

Vendor = Literal["anthropic", "google", "openai", "compatible"]
"""`compatible` is any other server with OpenAI's chat completions: its prices are not OpenAI's."""
KEY_NAMES: dict[Vendor, str] = {
    "anthropic": "ANTHROPIC_API_KEY",
    "google": "GOOGLE_API_KEY",
    "openai": "OPENAI_API_KEY",
    "compatible": "KINOLOOP_LLM_KEY",
}
_EXAMPLE = "Write it like anthropic:claude-haiku-4-5,google:gemini-3-flash,openai:gpt-5-mini."


@dataclass(frozen=True)
class ModelChoice:
    """One model of one vendor; `base_url` None is the vendor's own address."""

    vendor: Vendor
    model: str
    key: str = field(repr=False)
    base_url: str | None = None

    @property
    def name(self) -> str:
        return f"{self.vendor}:{self.model}"


def models_from(
    wanted: str | None,
    *,
    keys: Mapping[str, str | None],
    urls: Mapping[str, str | None] | None = None,
    compatible_url: str | None = None,
    compatible_key: str | None = None,
    compatible_model: str | None = None,
) -> tuple[ModelChoice, ...]:
    """The models in the order they are asked; () when none is configured.

    `wanted` is a list like `anthropic:claude-haiku-4-5,openai:gpt-5-mini`; `keys` and `urls` go by vendor.
    A compatible server stands last. Raises InputError for a list that cannot be read and UnavailableError
    for a vendor without a key.
    """
    names = [part.strip() for part in (wanted or "").split(",") if part.strip()]
    chosen = [_choice(name, keys, urls or {}) for name in names]
    if compatible_url:
        model = compatible_model or "default"
        chosen.append(ModelChoice("compatible", model, compatible_key or "", compatible_url))
    return tuple(dict.fromkeys(chosen))


def _choice(name: str, keys: Mapping[str, str | None], urls: Mapping[str, str | None]) -> ModelChoice:
    said, _, model = name.partition(":")
    if not model.strip():
        raise InputError(f"KINOLOOP_LLM has '{name}', which names no model.", fix=_EXAMPLE)
    vendor = _vendor(said.strip().lower())
    key = keys.get(vendor)
    if not key:
        raise UnavailableError(
            f"The model {name} cannot be asked.",
            why=f"{KEY_NAMES[vendor]} is not set.",
            fix=f"Set {KEY_NAMES[vendor]}, or take the model out of KINOLOOP_LLM.",
        )
    return ModelChoice(vendor, model.strip(), key, urls.get(vendor) or None)


def _vendor(said: str) -> Vendor:
    said = "google" if said == "gemini" else said
    known = [vendor for vendor in get_args(Vendor) if vendor != "compatible"]
    if said not in known:
        raise InputError(
            f"KINOLOOP_LLM names the vendor '{said}', which is not known.",
            why=f"Known are {', '.join(known)}.",
            fix=_EXAMPLE,
        )
    return cast(Vendor, said)
