"""Which ad earns what on the next unit of money, how sure that is, and where the budget goes."""
