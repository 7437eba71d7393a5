"""The arithmetic of belief, allocation and verdicts: pure functions of arrays."""
