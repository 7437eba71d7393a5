"""What was known of an ad account, what was decided from it, and why; each decision can be made again."""
