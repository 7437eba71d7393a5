"""What the CRM tells becomes revenue: events as they come in, and hourly everything that has changed."""
