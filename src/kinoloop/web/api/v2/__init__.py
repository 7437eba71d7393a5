"""The HTTP API of making videos, at the paths and with the field names that the founding documents fix."""
