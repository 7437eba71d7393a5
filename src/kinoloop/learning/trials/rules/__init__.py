"""Estimates from logged propensities, as pure functions of values."""
