"""Dated price list, quotes and estimates, the reserve and commit ledger, budgets per day."""
