"""Money that comes back: deals on their way, which ad is credited with them, what the CRM told."""
