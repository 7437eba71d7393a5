"""Pages about money that is spent: changes to live ads, and the accounts they are made in."""
