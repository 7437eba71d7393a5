"""Tests of stage tables, the ledger of deals and what closed deals teach."""
