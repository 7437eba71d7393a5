"""The language models that the settings name."""

from pydantic import SecretStr

from kinoloop.app.settings import Settings
from kinoloop.vendors.llm.choices import ModelChoice, models_from


def language_models(settings: Settings) -> tuple[ModelChoice, ...]:
    """The models in the order they are asked."""
    return models_from(
        settings.llm,
        keys={
            "anthropic": told(settings.anthropic_key),
            "google": told(settings.google_key),
            "openai": told(settings.openai_key),
        },
        urls={
            "anthropic": settings.anthropic_url,
            "google": settings.gemini_url,
            "openai": settings.openai_url,
        },
        compatible_url=settings.llm_url,
        compatible_key=told(settings.llm_key),
        compatible_model=settings.llm_model,
    )


def told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() or None if secret else None
