"""Durable runs: the engine behind one small door."""
