"""A person's yes or no on a proposal, bound to the hash of what was approved."""
