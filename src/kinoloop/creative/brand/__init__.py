"""Brand of the creative stage."""
