"""The corpus of addresses that try to reach a private network, and the public ones that must pass."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from kinoloop.core.errors import ForbiddenError, InputError, KinoloopError, PassingError
from kinoloop.vendors.web_video.address_guard import check_url, is_public, public_addresses, read_url

PUBLIC = "93.184.216.34"


def public(host: str, port: int) -> Sequence[str]:
    return (PUBLIC,)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://0/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:7f00:1::80ff:fffe]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://192.0.0.192/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://localhost/",
        "http://localhost./",
        "http://LOCALHOST/",
        "http://a.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://intranet/",
        "http://user:pass@93.184.216.34/",
        "http://93.184.216.34@127.0.0.1/",
        "http://example.com:22/",
        "http://example.com:0/",
        "file:///etc/passwd",
        "ftp://example.com/a.mp4",
        "gopher://example.com/",
        "data:video/mp4;base64,AAAA",
        "//example.com/a.mp4",
        "example.com/a.mp4",
    ],
)
def test_private_and_tricky_addresses_are_forbidden(url: str) -> None:
    with pytest.raises(ForbiddenError):
        check_url(url, public)


@pytest.mark.parametrize(
    "url",
    [
        "http://[fe80::1%25eth0]/",
        "http://exa mple.com/",
        "http://example.com\\@127.0.0.1/",
        "http://127.0.0.1\n.example.com/",
        "http:///nothing",
        "http://[::1/",
        "http://example.com:99999/",
        "http://example.com:http/",
    ],
)
def test_what_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        check_url(url, public)


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("https://example.com/watch?v=1", 443),
        ("http://example.com/a.mp4", 80),
        ("https://b\u00fccher.example/a", 443),
        ("http://example.com:8080/", 8080),
        (f"http://{PUBLIC}/", 80),
        ("http://[2606:2800:220:1::1]/", 80),
    ],
)
def test_public_addresses_pass(url: str, port: int) -> None:
    assert check_url(url, public).port == port


@pytest.mark.parametrize("private", ["127.0.0.1", "10.1.2.3", "::1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_one_private_address_among_public_ones_refuses_the_name(private: str) -> None:
    with pytest.raises(ForbiddenError, match="leads to"):
        public_addresses("example.com", 443, lambda host, port: (PUBLIC, private))


def test_a_name_that_is_unknown_may_be_known_later() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    with pytest.raises(PassingError, match="not known"):
        public_addresses("example.invalid", 443, unknown)
    with pytest.raises(PassingError, match="no address"):
        public_addresses("example.invalid", 443, lambda host, port: ())


def test_an_opened_address_passes_on_its_own_port_only() -> None:
    allow = frozenset({("127.0.0.1", 8000)})
    assert check_url("http://127.0.0.1:8000/a.mp4", public, allow).port == 8000
    for url in ("http://127.0.0.1:8001/a.mp4", "http://127.0.0.2:8000/a.mp4", "http://127.1:8000/a.mp4"):
        with pytest.raises(ForbiddenError):
            check_url(url, public, allow)
    assert public_addresses("example.com", 8000, lambda host, port: ("127.0.0.1",), allow) == ("127.0.0.1",)


def test_a_zone_in_a_resolved_address_is_judged_without_it() -> None:
    with pytest.raises(ForbiddenError):
        public_addresses("example.com", 443, lambda host, port: ("fe80::1%eth0",))


def test_embedded_public_addresses_count_as_themselves() -> None:
    assert is_public(ip_address("64:ff9b::5db8:d822")) and not is_public(ip_address("64:ff9b::a00:1"))


def test_no_address_of_any_kind_slips_through_unjudged() -> None:
    with pytest.raises(KinoloopError):
        read_url("javascript:alert(1)")
