"""Writing of the creative stage."""
