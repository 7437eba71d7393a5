"""The outside world emulated; it knows nothing of the product. Arrives with video making."""
