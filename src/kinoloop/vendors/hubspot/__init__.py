"""HubSpot: webhooks that prove themselves, and our own thin client for deals, contacts and pipelines."""
