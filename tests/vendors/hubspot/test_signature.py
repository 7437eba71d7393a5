"""Proof that a call is HubSpot's: its own vectors, and everything that is not one."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hubspot.utils.signature import Signature
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.vendors.callbacks import CallbackRefusedError
from kinoloop.vendors.hubspot.signature import DECODED, SIGNATURE, TIME, sign, signed_uri, verify

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URI = "https://www.example.com/webhook_uri"
BODY = b"{'example_field':'example_value'}"
VECTORS = {
    "1693657560000": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
    "1700000300000": "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=",
}
"""From the tests of HubSpot's own SDKs for Python and Ruby."""
TOLD = "1700000300000"
NOW = datetime.fromtimestamp(1700000300, UTC)


def headers(signature: str = VECTORS[TOLD], told: str = TOLD) -> dict[str, str]:
    return {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": told}


def check(*, now: datetime = NOW, signature: str = VECTORS[TOLD], told: str = TOLD) -> None:
    verify("POST", URI, headers(signature, told), BODY, ["other", SECRET], now)


@pytest.mark.parametrize(("told", "signature"), VECTORS.items())
def test_the_vendors_own_vectors(told: str, signature: str) -> None:
    assert sign(SECRET, "POST", URI, BODY, told) == signature
    at = datetime.fromtimestamp(int(told) / 1000, UTC)
    verify("POST", URI, headers(signature, told), BODY, [SECRET], at)


@given(st.text(min_size=1, max_size=40), st.text(max_size=200), st.integers(min_value=0, max_value=10**13))
def test_we_sign_as_the_vendors_sdk_does(secret: str, body: str, told: int) -> None:
    theirs = Signature.get_signature(secret, body, "v3", URI, "POST", str(told))
    assert sign(secret, "POST", URI, body.encode(), str(told)) == theirs


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_five_minutes_either_way_are_taken(seconds: float) -> None:
    check(now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-3600, -301, 301, 600, 86_400])
def test_replayed_and_future_calls_are_refused(seconds: float) -> None:
    with pytest.raises(CallbackRefusedError):
        check(now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("method", "uri", "body", "secrets"),
    [
        ("PUT", URI, BODY, [SECRET]),
        ("POST", URI + "/", BODY, [SECRET]),
        ("POST", "http://www.example.com/webhook_uri", BODY, [SECRET]),
        ("POST", URI, BODY + b" ", [SECRET]),
        ("POST", URI, b"", [SECRET]),
        ("POST", URI, BODY, [SECRET + "x"]),
        ("POST", URI, BODY, []),
        ("POST", URI, BODY, [""]),
    ],
)
def test_whatever_is_tampered_with_is_refused(method: str, uri: str, body: bytes, secrets: list[str]) -> None:
    with pytest.raises(CallbackRefusedError):
        verify(method, uri, headers(), body, secrets, NOW)


@pytest.mark.parametrize(
    "told",
    [
        {"signature": ""},
        {"signature": "räksmörgås"},
        {"signature": "not base64!"},
        {"signature": VECTORS["1693657560000"]},
        {"signature": VECTORS[TOLD].rstrip("=")},
        {"signature": base64.b64decode(VECTORS[TOLD]).hex()},
        {"told": ""},
        {"told": "1700000300"},
        {"told": "-1700000300000"},
        {"told": "1700000300000.0"},
        {"told": "１７０００００３０００００"},
        {"told": "9" * 400},
        {"told": "nan"},
    ],
)
def test_odd_headers_are_refused(told: dict[str, str]) -> None:
    with pytest.raises(CallbackRefusedError) as caught:
        check(signature=told.get("signature", VECTORS[TOLD]), told=told.get("told", TOLD))
    assert caught.value.http_status == 401


@pytest.mark.parametrize("gone", [SIGNATURE, TIME])
def test_missing_headers_and_none_are_refused(gone: str) -> None:
    left = {name.lower(): value for name, value in headers().items()}
    for odd in ({**left, gone: None}, {name: value for name, value in left.items() if name != gone}):
        with pytest.raises(CallbackRefusedError):
            verify("POST", URI, odd, BODY, [SECRET], NOW)  # type: ignore[arg-type]


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(CallbackRefusedError):
        verify("POST", URI, headers(sign("", "POST", URI, BODY, TOLD)), BODY, ["", SECRET], NOW)


def test_either_secret_counts_while_they_are_changed() -> None:
    for secret in ("old", "new"):
        verify("POST", URI, headers(sign(secret, "POST", URI, BODY, TOLD)), BODY, ["new", "old"], NOW)


@pytest.mark.parametrize(("escape", "plain"), DECODED.items())
def test_the_twelve_escapes_are_undone(escape: str, plain: str) -> None:
    assert signed_uri(f"https://a.example/x{escape}y") == f"https://a.example/x{plain}y"
    assert signed_uri("https://a.example/x", f"q={escape.lower()}") == f"https://a.example/x?q={plain}"


@pytest.mark.parametrize("kept", ["%20", "%25", "%253A", "%26", "%3D", "%2B", "%23", "%C3%A4", "%3", "%%3G"])
def test_every_other_escape_stays(kept: str) -> None:
    assert signed_uri("https://a.example/x", f"q={kept}") == f"https://a.example/x?q={kept}"


def test_the_querys_question_mark_stays() -> None:
    assert signed_uri("https://a.example/x?tenant=1") == "https://a.example/x?tenant=1"
