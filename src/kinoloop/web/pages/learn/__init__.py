"""Pages about what worked."""
