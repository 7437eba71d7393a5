"""Webhooks signed by the reference implementation pass; everything else is refused without a crash."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from kinoloop.core.errors import ForbiddenError
from kinoloop.vendors.callbacks import Callback, CallbackRefusedError
from kinoloop.vendors.replicate.callbacks import verify

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SECRET = "whsec_" + b64encode(b"a secret of twenty-four bytes").decode()
OTHER = "whsec_" + b64encode(b"another secret of some bytes").decode()
BODY = json.dumps({"id": "p1", "status": "succeeded", "output": "https://evil.example/x"})


def signed(body: str = BODY, secret: str = SECRET, at: datetime = NOW, id_: str = "msg_1") -> dict[str, str]:
    return {
        "Webhook-Id": id_,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(id_, at, body),
    }


def test_the_reference_signature_is_accepted() -> None:
    assert verify(signed(), BODY.encode(), [SECRET], NOW) == Callback("msg_1", "p1")


def test_old_and_new_secrets_and_several_signatures_are_accepted() -> None:
    assert verify(signed(secret=OTHER), BODY.encode(), [SECRET, OTHER], NOW).external_id == "p1"
    headers = signed()
    headers["Webhook-Signature"] = (
        f"v1,{b64encode(b'x' * 32).decode()} v1a,YWJj {headers['Webhook-Signature']}"
    )
    assert verify(headers, BODY.encode(), [SECRET], NOW).external_id == "p1"


@pytest.mark.parametrize("minutes", [-5.1, 5.1, -525_600])
def test_old_and_future_calls_are_refused(minutes: float) -> None:
    headers = signed(at=NOW + timedelta(minutes=minutes))
    with pytest.raises(CallbackRefusedError, match="five minutes"):
        verify(headers, BODY.encode(), [SECRET], NOW)


def test_a_refusal_is_answered_with_401() -> None:
    with pytest.raises(ForbiddenError) as caught:
        verify(signed(secret=OTHER), BODY.encode(), [SECRET], NOW)
    assert caught.value.http_status == 401 and "secret of" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"Webhook-Signature": "v1,n\u00f6t-ascii"},
        {"Webhook-Signature": "v1,!!!"},
        {"Webhook-Signature": "v1"},
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v2," + "A" * 43 + "="},
        {"Webhook-Timestamp": "soon"},
        {"Webhook-Timestamp": "\u0661\u0662"},
        {"Webhook-Timestamp": ""},
        {"Webhook-Id": "msg_2"},
        {"Webhook-Id": ""},
    ],
)
def test_odd_headers_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(CallbackRefusedError):
        verify({**signed(), **change}, BODY.encode(), [SECRET], NOW)


@pytest.mark.parametrize("name", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_missing_headers_are_refused(name: str) -> None:
    headers = {key: value for key, value in signed().items() if key != name}
    with pytest.raises(CallbackRefusedError):
        verify(headers, BODY.encode(), [SECRET], NOW)


@pytest.mark.parametrize("body", ["[]", "{}", '{"id": 7}', '{"id": ""}', "not json", ""])
def test_signed_nonsense_is_refused(body: str) -> None:
    with pytest.raises(CallbackRefusedError):
        verify(signed(body), body.encode(), [SECRET], NOW)


@pytest.mark.parametrize("secrets", [[], ["whsec_"], ["whsec_!"]])
def test_without_a_secret_nobody_is_believed(secrets: list[str]) -> None:
    with pytest.raises(CallbackRefusedError):
        verify(signed(), BODY.encode(), secrets, NOW)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "x"]), st.text(max_size=60)
    ),
    st.binary(max_size=80),
)
def test_whatever_strangers_send_is_a_refusal(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(CallbackRefusedError):
        verify(headers, body, [SECRET], NOW)
