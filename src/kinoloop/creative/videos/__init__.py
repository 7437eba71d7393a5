"""Videos of the creative stage."""
