"""Which model, prompt and version made a thing. Arrives with decisions."""
