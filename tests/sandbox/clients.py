"""What the tests say to the sandbox, and what they expect back."""

import time
from collections.abc import Callable
from typing import Any

import httpx2

from kinoloop.sandbox.testing import Sandbox

SHOE = {"prompt": "a red running shoe on wet asphalt", "aspect_ratio": "9:16", "seed": 3}
FLUX = "black-forest-labs/flux-schnell"
SKYREELS = "skywork-ai/skyreels-2"
KLING = {
    "model": "kling-2.6/text-to-video",
    "input": {"prompt": "waves", "sound": False, "aspect_ratio": "9:16", "duration": "5"},
}


def call(sandbox: Sandbox, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
    """One request to any path below the root, with the key of its vendor."""
    vendor = path.split("/")[1]
    key = getattr(sandbox.keys, vendor, "none")
    own = {"authorization": f"Bearer {key}"} if vendor != "elevenlabs" else {"xi-api-key": key}
    sent = {**own, **{name.replace("_", "-"): value for name, value in headers.items()}}
    with httpx2.Client(trust_env=False, timeout=20) as client:
        return client.request(method, sandbox.url + path, json=body, headers=sent)


def control(sandbox: Sandbox, path: str, body: Any = None) -> Any:
    answer = call(sandbox, "GET" if body is None else "POST", f"/__sandbox{path}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def predict(sandbox: Sandbox, model: str = FLUX, **more: Any) -> dict[str, Any]:
    """A new prediction; `more` goes beside the input."""
    given = more.pop("input", SHOE)
    headers = more.pop("headers", {})
    answer = call(
        sandbox, "POST", f"/replicate/v1/models/{model}/predictions", {"input": given, **more}, **headers
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def prediction(sandbox: Sandbox, id_: str) -> dict[str, Any]:
    told: dict[str, Any] = call(sandbox, "GET", f"/replicate/v1/predictions/{id_}").json()
    return told


def kie(sandbox: Sandbox, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """KIE's answer; its HTTP status is 200 whatever the code inside says."""
    answer = call(sandbox, method, f"/kie/api/v1/{path}", body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def until(found: Callable[[], Any], seconds: float = 5.0) -> Any:
    """The first true value of `found`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.005)
    raise AssertionError("it did not come about in time")


def done(sandbox: Sandbox, id_: str) -> dict[str, Any]:
    """The prediction once it is over."""
    told: dict[str, Any] = until(
        lambda: now if (now := prediction(sandbox, id_))["status"] not in ("starting", "processing") else None
    )
    return told
