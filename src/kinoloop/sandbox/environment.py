"""The variables that point a client at a sandbox instead of the real vendors."""

import shlex

from kinoloop.sandbox.hubspot.account import PORTAL_ID
from kinoloop.sandbox.keys import SandboxKeys

VENDORS = ("replicate", "kie", "anthropic", "gemini", "openai", "elevenlabs", "meta", "hubspot")
ROOTS = {"openai": "/v1"}
"""What belongs to a vendor's base URL as clients are told it, beside its prefix."""


def environment(url: str, keys: SandboxKeys) -> dict[str, str]:
    """Base URLs and keys by the name of their variable."""
    return {
        **{f"KINOLOOP_{vendor.upper()}_URL": f"{url}/{vendor}{ROOTS.get(vendor, '')}" for vendor in VENDORS},
        "REPLICATE_API_KEY": keys.replicate,
        "REPLICATE_WEBHOOK_SECRET": keys.replicate_webhook,
        "KIE_API_KEY": keys.kie,
        "KIE_WEBHOOK_SECRET": keys.kie_webhook,
        "ANTHROPIC_API_KEY": keys.anthropic,
        "GOOGLE_API_KEY": keys.gemini,
        "OPENAI_API_KEY": keys.openai,
        "ELEVENLABS_API_KEY": keys.elevenlabs,
        "META_ACCESS_TOKEN": keys.meta,
        "META_APP_SECRET": keys.meta_app_secret,
        "HUBSPOT_ACCESS_TOKEN": keys.hubspot,
        "HUBSPOT_CLIENT_SECRET": keys.hubspot_client_secret,
        "HUBSPOT_PORTAL_ID": str(PORTAL_ID),
    }


def export_lines(url: str, keys: SandboxKeys) -> list[str]:
    """The same as lines for a shell."""
    return [f"export {name}={shlex.quote(value)}" for name, value in environment(url, keys).items()]
