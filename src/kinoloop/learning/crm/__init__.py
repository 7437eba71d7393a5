"""The CRM: its events as they came in, deals and people as it tells them, and how far it was read."""
