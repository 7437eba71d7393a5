"""An e-process by betting: wealth that cannot be expected to grow unless the challenger is better.

E_t = mean over lambda of prod (1 + lambda x_i / c) with |x_i| <= c (Waudby-Smith and Ramdas 2024). Under
E[x_i | past] <= 0 it passes 20 with probability 1/20 at most, at any time (Ville's inequality).
"""

import numpy as np
from scipy.special import logsumexp

from kinoloop.registry.models.records import Floats

BETS: Floats = np.geomspace(0.01, 0.7, 16)


def log_wealth(gains: Floats, bound: float) -> Floats:
    """Natural log of the wealth after each unit, in order. `gains` (units,) within plus or minus `bound`."""
    if not len(gains):
        return np.zeros(0)
    paths = np.cumsum(np.log1p(np.outer(gains / bound, BETS)), axis=0)
    wealth: Floats = logsumexp(paths, axis=1) - np.log(len(BETS))
    return wealth
