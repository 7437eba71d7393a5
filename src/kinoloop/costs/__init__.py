"""Dated price table, estimates, the reserve and commit ledger. Arrives with video making."""
