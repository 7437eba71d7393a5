"""What worked: revenue, attribution, posteriors, decisions. Arrives with safe spending."""
