"""What is live: accounts, guards, changes, history. Arrives with safe spending."""
