"""KIE's callbacks: the id and the time are signed, the rest is not believed; odd ones are refused."""

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.vendors.callbacks import Callback, CallbackRefusedError
from kinoloop.vendors.kie.callbacks import verify

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
KEY = "the-webhook-key"


def call(task: str = "t1", key: str = KEY, at: datetime = NOW, **data: Any) -> tuple[dict[str, str], bytes]:
    time = str(int(at.timestamp()))
    mark = b64encode(hmac.new(key.encode(), f"{task}.{time}".encode(), sha256).digest()).decode()
    body = json.dumps({"code": 200, "data": data or {"taskId": task, "state": "success"}}).encode()
    return {"X-Webhook-Timestamp": time, "X-Webhook-Signature": mark}, body


def test_a_known_answer() -> None:
    """By hand: printf '%s' t1.1767268800 | openssl dgst -sha256 -hmac the-webhook-key -binary | base64."""
    headers, body = call()
    by_hand = "c1FNGmfnX+ZttlV1WRcx0sQN1o4FYLSCpsnpVWvQWHI="
    assert headers == {"X-Webhook-Timestamp": "1767268800", "X-Webhook-Signature": by_hand}
    assert verify(headers, body, [KEY], NOW) == Callback("t1.1767268800", "job:t1")


def test_the_id_may_be_written_the_other_way_and_keys_may_change() -> None:
    headers, body = call(task_id="t1", info={"resultUrls": []})
    assert verify(headers, body, ["new", KEY], NOW).external_id == "veo:t1"


def test_a_lie_in_the_body_changes_nothing_that_is_taken() -> None:
    headers, _ = call()
    lie = json.dumps({"code": 501, "data": {"taskId": "t1", "resultJson": "http://192.0.2.1/"}}).encode()
    assert verify(headers, lie, [KEY], NOW).external_id == "veo:t1"


@pytest.mark.parametrize("seconds", [-301, 301])
def test_old_and_future_calls_are_refused(seconds: int) -> None:
    headers, body = call(at=NOW + timedelta(seconds=seconds))
    with pytest.raises(CallbackRefusedError, match="five minutes"):
        verify(headers, body, [KEY], NOW)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        call(key="another"),
        (call()[0], call(task="t2")[1]),
        (call()[0], b"[]"),
        (call()[0], b'{"data": []}'),
        (call()[0], b'{"data": {"state": "success"}}'),
        (call()[0], b'{"data": {"taskId": ""}}'),
        (call()[0], b'{"data": {"taskId": 7}}'),
        (call()[0], b"\xff"),
        ({"X-Webhook-Timestamp": "1767268800"}, call()[1]),
        ({**call()[0], "X-Webhook-Signature": "\u00f6"}, call()[1]),
        ({**call()[0], "X-Webhook-Timestamp": "x"}, call()[1]),
    ],
)
def test_odd_calls_are_refused(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(CallbackRefusedError):
        verify(headers, body, [KEY], NOW)


@pytest.mark.parametrize("keys", [[], [""]])
def test_without_a_key_nobody_is_believed(keys: list[str]) -> None:
    headers, body = call(key="")
    with pytest.raises(CallbackRefusedError):
        verify(headers, body, keys, NOW)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["x-webhook-timestamp", "x-webhook-signature"]), st.text(max_size=50)),
    st.binary(max_size=80),
)
def test_whatever_strangers_send_is_a_refusal(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(CallbackRefusedError):
        verify(headers, body, [KEY], NOW)
