"""What came in: files known by their content, their state, and what each of them says."""
