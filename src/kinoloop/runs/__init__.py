"""Durable runs: the engine behind one small door.

Queues, leases, drain, effects, progress, cancel, retention.
"""
