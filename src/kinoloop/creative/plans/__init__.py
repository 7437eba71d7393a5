"""Plans of the creative stage."""
