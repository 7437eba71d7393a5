"""Predictions of click-through, and what really happened."""
