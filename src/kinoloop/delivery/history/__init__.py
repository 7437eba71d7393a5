"""The audit: every attempt to change a live ad, with before, after and the raw answer."""
