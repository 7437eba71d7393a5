"""Composition root: settings to store, vendors and flows; the only place that chooses adapters."""
