"""The keys this sandbox knows. They look like nothing real, so that they cannot be mistaken for real ones."""

from base64 import b64encode
from dataclasses import dataclass


@dataclass(frozen=True)
class SandboxKeys:
    """One key per vendor, and what calls and callbacks are signed with."""

    replicate: str = "sandbox-replicate-key"
    kie: str = "sandbox-kie-key"
    anthropic: str = "sandbox-anthropic-key"
    gemini: str = "sandbox-gemini-key"
    openai: str = "sandbox-openai-key"
    elevenlabs: str = "sandbox-elevenlabs-key"
    replicate_webhook: str = "whsec_" + b64encode(b"sandbox-replicate-webhook-secret").decode()
    kie_webhook: str = "sandbox-kie-webhook-key"
    meta: str = "sandbox-meta-token"
    meta_app_secret: str = "sandbox-meta-app-secret"  # noqa: S105  # looks like nothing real, on purpose
    hubspot: str = "sandbox-hubspot-token"
    hubspot_client_secret: str = "sandbox-hubspot-client-secret"  # noqa: S105
