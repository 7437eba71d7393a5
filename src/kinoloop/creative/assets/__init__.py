"""Files that people handed in for their ads: logos, packshots, clips."""
