"""Briefs of the creative stage."""
