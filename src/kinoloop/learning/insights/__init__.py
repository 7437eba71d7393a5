"""Results as the ad platform reports them, and what was known of them when."""
