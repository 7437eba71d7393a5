"""The outside world: one folder per vendor, one HTTP client."""
