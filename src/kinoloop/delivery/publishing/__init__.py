"""New ads: what a person approved, and the single calls that put it at the platform, paused."""
