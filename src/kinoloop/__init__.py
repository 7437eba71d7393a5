"""Kinoloop: the closed loop for short-form video ads."""

__version__ = "0.1.0"
