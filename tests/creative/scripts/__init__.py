"""Scripts of the creative stage."""
