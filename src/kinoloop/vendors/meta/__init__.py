"""The meta adapter. Not written yet: its folder holds the independence contract."""
