"""The replicate adapter. Not written yet: its folder holds the independence contract."""
