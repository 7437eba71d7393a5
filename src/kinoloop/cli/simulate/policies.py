"""The policies that can be named on the command line, made anew for every game."""

from collections.abc import Callable, Sequence

from kinoloop.cli.simulate import thompson
from kinoloop.core.errors import InputError
from kinoloop.learning.bandit.policies.beta_ctr import BetaCtr
from kinoloop.learning.bandit.policies.equal import Equal
from kinoloop.learning.bandit.policies.greedy import Greedy
from kinoloop.learning.bandit.policies.ours import Ours
from kinoloop.learning.bandit.policies.seed import Seed
from kinoloop.learning.bandit.records import BanditSettings, Policy

ORACLE = "oracle"
POLICIES: dict[str, tuple[Callable[[], Policy], str]] = {
    "ours": (
        lambda: Ours(BanditSettings()),
        "what this product does: a posterior of every ad's return, and its best split",
    ),
    "seed": (Seed, "the founding documents' rule: clicks first, ROAS later, softmax, and its kill rule"),
    "greedy": (Greedy, "all belief in the money received so far"),
    "beta_ctr": (BetaCtr, "Thompson sampling on the click rate"),
    thompson.NAME: (thompson.MabwiserThompson, "MABWiser's Thompson sampling on conversions per click"),
    "equal": (Equal, "the same budget for every ad"),
}
"""Name to how it is made and what it is, in the order of the tables. The clairvoyant is the sandbox's own."""
SIMPLE = ("seed", "greedy", "beta_ctr", thompson.NAME, "equal")
"""What `ours` has to beat."""
CLAIRVOYANT = "knows the truth of every ad and plays by the same rules"


def compared() -> list[str]:
    """All that can be compared here."""
    return [name for name in POLICIES if name != thompson.NAME or thompson.available()]


def named(names: Sequence[str]) -> list[str]:
    """Check names, without repeats. Raises InputError, or UnavailableError for a library that is absent."""
    known = [*POLICIES, ORACLE]
    for name in names:
        if name not in known:
            raise InputError(f"There is no policy '{name}'.", fix=f"Choose from {', '.join(known)}.")
        if name != ORACLE:
            made(name)
    if not names:
        raise InputError("Which policy?", fix=f"Choose from {', '.join(known)}.")
    return list(dict.fromkeys(names))


def made(name: str) -> Policy:
    """A fresh one."""
    return POLICIES[name][0]()


def described(name: str) -> str:
    """What it is, in half a sentence."""
    return CLAIRVOYANT if name == ORACLE else POLICIES[name][1]
