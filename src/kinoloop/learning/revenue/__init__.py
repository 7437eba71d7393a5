"""What deals are worth on their way to the money: stage tables, a ledger per deal, stage values learnt."""
