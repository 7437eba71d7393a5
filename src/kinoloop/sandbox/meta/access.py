"""Who may call: a token by header or parameter, and the proof that the caller holds the app's secret."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.errors import refuse

SCOPES = ("ads_management", "ads_read", "business_management")


@dataclass(frozen=True)
class Access:
    """The token and app that the sandbox knows. Without a `secret` no proof is asked for."""

    token: str
    secret: str
    app_id: str = "200000000000001"
    user_id: str = "300000000000001"

    @property
    def proof(self) -> str:
        return hmac.new(self.secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()

    def check(self, ask: Ask, *, revoked: bool) -> None:
        """Refuses a call without token, with a wrong or revoked one, or without the right proof."""
        if not ask.token:
            raise refuse(104)
        if ask.token != self.token:
            raise refuse(190)
        if revoked:
            raise refuse(190, 460)
        given = ask.text("appsecret_proof")
        if self.secret and given is None:
            raise refuse(100, None, "API calls from the server require an appsecret_proof argument")
        if self.secret and not hmac.compare_digest(str(given).encode(), self.proof.encode()):
            raise refuse(100, None, "Invalid appsecret_proof provided in the API argument")

    def inspect(self, token: str | None, now: datetime, *, revoked: bool) -> dict[str, Any]:
        """What `debug_token` tells."""
        if token != self.token:
            problem = {"code": 190, "message": "Invalid OAuth access token."}
            return {"error": problem, "is_valid": False, "scopes": []}
        return {
            "app_id": self.app_id,
            "type": "SYSTEM_USER",
            "application": "Kinoloop sandbox",
            "data_access_expires_at": 0,
            "expires_at": 0,
            "is_valid": not revoked,
            "issued_at": int(now.timestamp()) - 86_400,
            "scopes": list(SCOPES),
            "user_id": self.user_id,
        }
