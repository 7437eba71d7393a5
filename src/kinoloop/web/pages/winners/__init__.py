"""Pages about winning ads."""
