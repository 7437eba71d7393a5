"""Every six hours: what is known of each ad account, what follows from it, and the changes that are proposed.

`tick` is the scheduled run; `round` looks and decides, `proposing` hands the steps to the queue of changes.
"""
