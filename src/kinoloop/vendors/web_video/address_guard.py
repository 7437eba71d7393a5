"""Which web addresses may be visited: public ones, by http or https, on ordinary ports. No sockets here.

A name is judged by every address it resolves to, and the caller connects to the very address that was judged,
so a name that changes its mind between the check and the visit gains nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from kinoloop.core.errors import ForbiddenError, InputError, PassingError

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> textual addresses, A and AAAA. Raises OSError when the name is unknown."""
Allowed = frozenset[tuple[str, int]]
"""(address, port) pairs that a person opened by hand, such as a test server."""

NOBODY: Allowed = frozenset()
PORTS = {"http": 80, "https": 443}
OPEN_PORTS = frozenset({80, 443, 8080, 8443})
LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home", "intranet")
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_NUMBER_LAST = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$")
_NAT64 = IPv6Network("64:ff9b::/96")
_CLOSED = tuple(
    ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "fec0::/10", "64:ff9b:1::/48", "100::/64")
)
"""Special-purpose registries (RFC 6890) that some Python releases count as global."""
_FIX = "Give a public http or https address."


@dataclass(frozen=True)
class Target:
    """Where an address points; `host` as written, without brackets."""

    scheme: str
    host: str
    port: int


def read_url(url: str) -> Target:
    """Take an address apart. Raises InputError for nonsense, ForbiddenError for tricks."""
    if _ODD.search(url):
        raise InputError("The address holds spaces, backslashes or control characters.", fix=_FIX)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError("The address cannot be read.", why=str(error), fix=_FIX) from error
    if parts.scheme not in PORTS:
        raise ForbiddenError(f"'{parts.scheme or 'no scheme'}' is not a way to fetch video.", fix=_FIX)
    if "@" in parts.netloc:
        raise ForbiddenError("The address holds a login.", why="It can hide the real host.", fix=_FIX)
    return Target(parts.scheme, parts.hostname or "", PORTS[parts.scheme] if port is None else port)


def read_host(host: str) -> str:
    """Fold a host name; refuse names of this machine and numbers that are not plain addresses."""
    folded = unicodedata.normalize("NFKC", host).casefold().rstrip(".").strip("[]")
    if not folded or "%" in folded:
        raise InputError("The address has no usable host.", fix=_FIX)
    if _plain_address(folded) is not None:
        return folded
    if _NUMBER_LAST.search(folded):
        raise ForbiddenError(f"'{folded}' is an address in disguise.", fix=_FIX)
    if "." not in folded or folded.rsplit(".", 1)[-1] in LOCAL_NAMES:
        raise ForbiddenError(f"'{folded}' is a name of a private network.", fix=_FIX)
    return folded


def _plain_address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """True for addresses of the open internet; an IPv4 address inside an IPv6 one is judged as itself."""
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    closed = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not closed and not any(address in network for network in _CLOSED)


def _inside(address: Address) -> IPv4Address | None:
    if not isinstance(address, IPv6Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def public_addresses(host: str, port: int, resolve: Resolve, allow: Allowed = NOBODY) -> tuple[str, ...]:
    """Addresses that may be connected to, in the resolver's order.

    One private address among several refuses all of them. Raises ForbiddenError, InputError, PassingError.
    """
    literal = host.strip("[]")
    if (literal, port) in allow:
        return (literal,)
    name = read_host(host)
    try:
        found = (name,) if _plain_address(name) is not None else tuple(resolve(name, port))
    except OSError as error:
        raise PassingError(f"'{name}' is not known.", why=str(error), fix="Check the name.") from error
    if not found:
        raise PassingError(f"'{name}' has no address.", fix="Check the name.")
    for text in found:
        _judge(name, text, port, allow)
    return found


def _judge(name: str, text: str, port: int, allow: Allowed) -> None:
    if (text, port) in allow:
        return
    address = ip_address(text.split("%", 1)[0])
    if not is_public(address):
        why = "It is not an address of the open internet."
        raise ForbiddenError(f"'{name}' leads to {address}.", why=why, fix=_FIX)
    if port not in OPEN_PORTS:
        raise ForbiddenError(f"Port {port} of '{name}' may not be visited.", fix="Use an ordinary web port.")


def check_url(url: str, resolve: Resolve, allow: Allowed = NOBODY) -> Target:
    """The first look at an address, before any process is started. Raises as `public_addresses` does."""
    target = read_url(url)
    public_addresses(target.host, target.port, resolve, allow)
    return target
