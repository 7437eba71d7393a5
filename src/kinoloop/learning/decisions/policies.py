"""Which policies may decide about real money, by name, and which versions of the program do."""

import platform
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy
import scipy

import kinoloop
from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError
from kinoloop.learning.bandit.policies.equal import Equal
from kinoloop.learning.bandit.policies.greedy import Greedy
from kinoloop.learning.bandit.policies.ours import Ours
from kinoloop.learning.bandit.records import BanditSettings, Policy

PolicyOf = Callable[[str, BanditSettings, Currency], Policy]
_MAKERS: Mapping[str, Callable[[BanditSettings, Currency], Policy]] = MappingProxyType(
    {
        "ours": Ours,
        "greedy": lambda settings, _: Greedy(settings),
        "equal": lambda settings, _: Equal(settings),
    }
)
NAMES = tuple(_MAKERS)


def policy_of(name: str, settings: BanditSettings, currency: Currency) -> Policy:
    """The policy that goes by this name; a version behind it (`ours 1`) is left aside. Raises InputError."""
    maker = _MAKERS.get(name.partition(" ")[0])
    if maker is None:
        raise InputError(f"There is no policy '{name}'.", fix=f"Use one of: {', '.join(NAMES)}.")
    return maker(settings, currency)


def versions() -> dict[str, str]:
    """What decides here: a replay with other versions may differ in what hangs on a last digit."""
    return {
        "kinoloop": kinoloop.__version__,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "machine": platform.machine(),
    }
