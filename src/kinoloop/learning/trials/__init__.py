"""What a policy or model would have done, told from what was done and logged, before it goes live."""
