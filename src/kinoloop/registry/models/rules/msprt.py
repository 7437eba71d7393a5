"""The mixture sequential probability ratio test for a mean of zero, with the variance seen so far.

For gains with mean m and standard deviation s after n units, mixed over means N(0, (effect s)^2):
log L = n f z^2 / (2 (1 + n f)) - log(1 + n f) / 2, with z^2 = n m^2 / s^2, f = effect^2 (Johari et al. 2017).
"""

import numpy as np

from kinoloop.registry.models.records import Floats

SAME = 1e-10
"""A variance below this part of the sum of squares is rounding: the gains are all the same."""


def log_ratios(gains: Floats, effect: float, least: int) -> Floats:
    """log L after each unit, with the sign of the mean: positive for, negative against a gain. Below zero
    evidence (the null fits better), before `least` units and without any variance it is 0.
    """
    count = np.arange(1, len(gains) + 1)
    mean, squares = np.cumsum(gains) / count, np.cumsum(gains**2)
    around = squares - count * mean**2
    variance = np.where(count > 1, around / np.maximum(count - 1, 1), 0.0)
    told = (count >= least) & (variance > SAME * squares)
    squared = np.where(told, count * mean**2 / np.where(told, variance, 1.0), 0.0)
    mixed = count * effect**2
    logs = mixed * squared / (2 * (1 + mixed)) - np.log1p(mixed) / 2
    signed: Floats = np.sign(mean) * np.where(told, np.maximum(logs, 0.0), 0.0)
    return signed
