"""Looking at a finished film: one decode gives figures; what they mean is decided elsewhere."""
