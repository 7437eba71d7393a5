"""Replicate: predictions, their webhooks and files."""
