"""How often somebody may do something. The counts are in the store, so that they hold across processes."""
