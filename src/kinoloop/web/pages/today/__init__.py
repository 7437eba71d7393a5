"""The home page: what to do now, and what it is about."""
