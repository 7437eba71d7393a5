"""Words that all share: ids, exact time, clock, errors, text. Standard library only."""
