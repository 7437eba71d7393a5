"""What the tests say to the Graph: every call with token and proof by header and query."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from kinoloop.sandbox.keys import SandboxKeys
from kinoloop.sandbox.meta.access import Access
from kinoloop.sandbox.testing import Sandbox

ACCOUNT, YEN, HIDDEN = "act_100000000000001", "act_100000000000002", "act_100000000000003"
ACCESS = Access(SandboxKeys().meta, SandboxKeys().meta_app_secret)


@dataclass(frozen=True)
class Graph:
    """`get` and `post` give the body of a success and fail on anything else; `ask` gives the whole answer."""

    http: httpx2.Client
    sandbox: Sandbox

    @classmethod
    @contextmanager
    def at(cls, sandbox: Sandbox) -> Iterator["Graph"]:
        headers = {"authorization": f"Bearer {ACCESS.token}"}
        with httpx2.Client(base_url=sandbox.url, trust_env=False, timeout=30, headers=headers) as http:
            yield cls(http, sandbox)

    def ask(self, method: str, path: str, **params: Any) -> httpx2.Response:
        told = {name: _text(value) for name, value in params.items()}
        proof = {"appsecret_proof": ACCESS.proof}
        url = f"/meta/v26.0/{path}"
        if method == "POST":
            return self.http.post(url, params=proof, data=told)
        return self.http.request(method, url, params={**told, **proof})

    def get(self, path: str, **params: Any) -> Any:
        return _fine(self.ask("GET", path, **params))

    def post(self, path: str, **params: Any) -> Any:
        return _fine(self.ask("POST", path, **params))

    def delete(self, path: str) -> Any:
        return _fine(self.ask("DELETE", path))

    def refused(self, method: str, path: str, **params: Any) -> tuple[int, int | None]:
        """Code and subcode of the refusal."""
        told = self.ask(method, path, **params).json()["error"]
        return told["code"], told.get("error_subcode")

    def every(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All pages of a list."""
        rows: list[dict[str, Any]] = []
        page = self.get(path, **params)
        while True:
            rows.extend(page["data"])
            following = page.get("paging", {}).get("next")
            if following is None:
                return rows
            query = dict(httpx2.URL(following).params) | {"appsecret_proof": ACCESS.proof}
            page = _fine(self.http.get(following, params=query))

    def batch(self, *items: dict[str, Any]) -> list[Any]:
        told: list[Any] = self.post("", batch=list(items))
        return told

    def control(self, path: str, body: Any = None) -> Any:
        url = f"/__sandbox/{path}"
        return _fine(self.http.get(url) if body is None else self.http.post(url, json=body))

    def changes(self, after: int = 0) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.control(f"meta/changes?after={after}")["changes"]
        return rows

    def one(self, edge: str, account: str = ACCOUNT, number: int = 0) -> str:
        """The id of some object of an account."""
        return str(self.every(f"{account}/{edge}")[number]["id"])


def _fine(answer: httpx2.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else json.dumps(value)
