"""Tests of HubSpot in the sandbox: the official client talks to it, and its webhooks are checked."""
