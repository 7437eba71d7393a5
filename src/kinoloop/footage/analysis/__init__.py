"""Shots measured and scored: every number computed, or null with the reason why not."""
