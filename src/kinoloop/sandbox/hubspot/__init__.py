"""HubSpot: one account's contacts and deals over the v3 CRM API, and its signed, unordered webhooks."""
