"""The queue of changes to live ads: propose, approve, claim, begin, settle, revert."""
