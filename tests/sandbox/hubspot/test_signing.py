"""The signature, against the vendor's published vectors and its own client."""

import base64
import hashlib
import hmac

import pytest
from hubspot.utils.signature import Signature
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.sandbox.hubspot.signing import decoded, sign

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URI = "https://www.example.com/webhook_uri"
BODY = "{'example_field':'example_value'}"


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (1693657560000, "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
        (1700000300000, "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
    ],
)
def test_vendor_vectors(timestamp: int, expected: str) -> None:
    assert sign(SECRET, "POST", URI, BODY, timestamp) == expected
    assert sign(SECRET, "post", URI, BODY.encode(), timestamp) == expected


@given(st.text(), st.binary(), st.integers(0, 2**53), st.sampled_from(["GET", "POST", "PUT"]))
def test_agrees_with_the_vendors_client(path: str, body: bytes, timestamp: int, method: str) -> None:
    """For URIs without escapes, which the client does not decode."""
    uri = URI + "/" + path.replace("%", "").encode("utf-8", "ignore").decode()
    text = body.decode("latin-1")
    theirs = Signature.get_signature(SECRET, text, "v3", uri, method, str(timestamp))
    assert sign(SECRET, method, uri, text, timestamp) == theirs


def test_twelve_escapes_are_decoded_and_no_other() -> None:
    escaped = "/a%3Ab%2Fc%3Fd%40e%21f%24g%27h%28i%29j%2Ak%2Cl%3Bm?x=%20%25%3D%26%23%2B%22&y=1?2"
    assert decoded(escaped) == "/a:b/c?d@e!f$g'h(i)j*k,l;m?x=%20%25%3D%26%23%2B%22&y=1?2"
    assert decoded("%253A") == "%253A" and decoded("%3a") == "%3a"
    told = b"POSThttp://x/a:b" + b"[]" + b"5"
    expected = base64.b64encode(hmac.new(b"s", told, hashlib.sha256).digest()).decode()
    assert sign("s", "POST", "http://x/a%3Ab", b"[]", 5) == expected
