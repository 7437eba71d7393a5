"""Which ads won, what they are made of, when they tire, and finding their likes again."""
