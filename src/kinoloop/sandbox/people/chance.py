"""Small draws that the rooms of the world share: weighted choices, and numbers that stay with their owner."""

import numpy as np

from kinoloop.sandbox.people.records import Floats, Ints

_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def pick(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Indexes drawn by weight, shape (size,)."""
    chosen: Ints = rng.choice(len(weights), size=size, p=weights / weights.sum()).astype(np.int64)
    return chosen


def falling(count: int, power: float = 1.0) -> Floats:
    """Weights 1, 1/2^power, 1/3^power ...: few common things and many rare ones."""
    weights: Floats = 1.0 / np.arange(1, count + 1, dtype=np.float64) ** power
    return weights


def lasting(owner: Ints, period: Ints, salt: int, below: int) -> Ints:
    """A number from 0 to `below` - 1 that is the same for the same owner in the same period (SplitMix64)."""
    mixed = owner.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + period.astype(np.uint64) * _MIX_A
    mixed = mixed + np.uint64(salt)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_A
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_B
    mixed = mixed ^ (mixed >> np.uint64(31))
    number: Ints = (mixed % np.uint64(below)).astype(np.int64)
    return number
