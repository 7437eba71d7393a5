"""Which click brought which conversion, how sure that is, and how the credit is shared."""
