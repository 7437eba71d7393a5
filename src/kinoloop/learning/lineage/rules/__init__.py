"""Lineage as arithmetic: whose film was seen, how money is taken apart, how far it is certain. Pure."""
