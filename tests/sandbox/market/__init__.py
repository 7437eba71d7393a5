"""The causal world: truth, budgets, people, events."""
