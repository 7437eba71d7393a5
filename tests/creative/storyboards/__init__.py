"""Storyboards of the creative stage."""
