"""Learnt models: kept with their hash, one champion for each name, challengers on trial."""
