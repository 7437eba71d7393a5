"""Visuals of the creative stage."""
