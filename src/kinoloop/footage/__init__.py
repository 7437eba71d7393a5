"""What we filmed: intake, analysis, moments, clips, search."""
