"""From rows to a policy's view, from a view to bytes, from a round to changes: pure functions."""
