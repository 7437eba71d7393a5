"""Render jobs: what was asked to be rendered and what became of it."""
