"""Voices of the creative stage."""
