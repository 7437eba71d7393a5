"""Meta's Marketing API (Graph): reading, changing and making ads, and their results."""
